"""A shop to be asked: what its list answers, beside what the oracle finds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from hypothesis import strategies as st

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.dialects.catalyst import DIALECT
from orderglot.dialects.catalyst.tests import where_oracle as oracle
from orderglot.dialects.catalyst.tests.where_book import fill
from orderglot.dialects.catalyst.tests.where_fields import (
    KINDS,
    Row,
    all_fields,
    shown,
)
from orderglot.dialects.catalyst.tests.where_questions import CHANCES, KEYS, wheres, written
from orderglot.faces.server import Server
from orderglot.stores.backend import Backend
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from tests.clock import Clock

PATH = "/webresources/api/v3/sites/current/orders"
TOO_MUCH = "that have to be looked up in every order"


class Shop:
    """A seller's list of orders, all that is shown of them, and what the book knows besides."""

    def __init__(self, runner: asyncio.Runner, store: BookStore, clock: Clock, lists: bool) -> None:
        self.runner = runner
        self.server = Server(DIALECT, store)
        seller, self.orders = runner.run(fill(store, clock, own_lists=lists))
        issued = store.keyring.issue_key(
            DIALECT.name, Caller(seller=seller.id), DIALECT.auth.make_secret, str
        )
        self.token = runner.run(issued).secret
        both = [
            json.read(self.ask(fields=all_fields(), where=where, limit="500", order="id").body)[
                "items"
            ]
            for where in ("{}", "{deleted:true}")
        ]
        self.rows: list[Row] = [row for rows in both for row in rows]
        self.pools = {name: _pool(self.rows, name) for name in KINDS}
        self.wheres = wheres(self.pools)

    def ask(self, **arguments: str) -> Response:
        """Ask for the list."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in arguments.items())
        headers = {"authorization": self.token}
        request = Request(method="GET", path=PATH, query=query, headers=headers)
        return self.runner.run(self.server(request))

    def place(self, row: Row, name: str) -> Any:
        """Give what the book alone knows of a row."""
        order: Order = self.orders[str(row["id"])]
        match name:
            case "id":
                return order.id
            case "entityId":
                return order.customer.id if order.customer else None
            case _:
                return order.totals.total


def _pool(rows: list[Row], name: str) -> list[Any]:
    values = (shown(row, name) for row in rows)
    return list(dict.fromkeys(one for one in values if one is not None))


def opened(runner: asyncio.Runner, backend: Backend) -> Iterator[list[Shop]]:
    """Open two shops over a store: one with lists of its own, and one without."""
    clock = Clock()
    store = BookStore(backend, clock)
    yield [Shop(runner, store, clock, lists) for lists in (True, False)]
    runner.run(store.close())


class Question(NamedTuple):
    """What a list is asked for; ``text`` writes the ``where``."""

    where: oracle.Where
    text: str
    keys: tuple[tuple[str, bool], ...] = (("id", False),)
    skip: int = 0
    limit: int = 500


@st.composite
def questions(draw: st.DrawFn, shop: Shop) -> Question:
    """Draw a question."""
    where = draw(shop.wheres)
    return Question(
        where=where,
        text=written(where, draw(CHANCES)),
        keys=tuple(draw(KEYS)),
        skip=draw(st.sampled_from((0, 0, 0, 0, 3))),
        limit=draw(st.sampled_from((500, 500, 500, 7, 0))),
    )


def check(shop: Shop, question: Question) -> str:
    """Compare what a shop answers with what the oracle finds; tell what came of the question."""
    where, skip = question.where, question.skip
    answer = shop.ask(
        where=question.text,
        order=",".join(f"{'-' if down else ''}{name}" for name, down in question.keys),
        skip=str(skip),
        limit=str(question.limit),
        fields="id",
    )
    body = json.read(answer.body)
    if answer.status == 400 and TOO_MUCH in body["extraInfo"]:
        return "too much"
    try:
        oracle.check(where)
    except oracle.Refused:
        assert 400 == answer.status, body
        return "refused"

    assert 200 == answer.status, body
    gone = oracle.asks(where, "deleted")
    found = [row for row in shop.rows if gone or not row["deleted"]]
    found = [row for row in found if oracle.finds(where, row)]
    expected = oracle.in_order(found, question.keys, shop.place)[skip : skip + question.limit]
    assert [row["id"] for row in expected] == [row["id"] for row in body["items"]]
    assert len(found) == body["totalItemsCount"]
    return "some" if found else "none"
