"""Acts on jobs: what people want of a job is written down with it, in every kind of store."""

from __future__ import annotations

import pytest

from orderglot.core.acts import Person
from orderglot.core.errors import NotFound
from orderglot.core.jobs import change, forget
from orderglot.hub.opening import Hub
from orderglot.jobs.states import plan
from orderglot.jobs.tidying import tidying
from tests.stores.shops import Shop

ANN = Person("ann", "10.0.0.7")


def test_what_a_person_wants_of_a_job_is_an_act_and_what_is_refused_is_none(shop: Shop) -> None:
    work, book = tidying(Hub(shop.store)), shop.book
    shop.run(plan(book, work))
    shop.run(change(book, "tidy", paused=True, person=ANN))
    shop.run(change(book, "tidy", paused=False, person=ANN))
    shop.run(change(book, "tidy", asked=book.now(), person=ANN))
    shop.run(change(book, "tidy", asked=book.now()))
    shop.run(forget(book, "tidy", ANN))
    with pytest.raises(NotFound):
        shop.run(change(book, "tidy", paused=True, person=ANN))

    acts = [one for one in shop.run(shop.store.acts(book.caller.seller)) if one.who == "ann"]

    assert ["job.forgotten", "job.run", "job.resumed", "job.paused"] == [one.what for one in acts]
    assert {("tidy", "10.0.0.7")} == {(one.about, one.where) for one in acts}
