"""What a caller omits is there for no question, but for a rule that counts all orders, in every store."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.order import Identity, Link, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.query import And, Compare, Operator, Sort, Window
from orderglot.core.values import Kind, Omits, Relation, Status
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop
from tests.stores.test_scope import KOLE, everything, nothing

OMITS: Omits = frozenset({Kind.QUOTE, Status.DRAFT})
OMITTED = [{"kind": Kind.QUOTE}, {"status": Status.DRAFT}]
REFERS = Relation.REFERS_TO


@pytest.mark.parametrize("state", OMITTED, ids=str)
def test_of_an_omitted_order_as_much_is_told_as_of_one_that_never_was(
    shop: Shop, state: dict[str, Any]
) -> None:
    owner = shop.customer(number="C1")
    order = shop.placed(
        references=KOLE, number="N1", po_number="PO-1", customer=Identity(id=owner.id), **state
    )
    for customer in (None, owner.id):
        book = shop.opened(customer=customer, omits=OMITS)

        assert nothing(shop, order, book) == everything(shop, order, book)
        assert [order] == shop.walked(book=shop.opened(customer=customer))
    with pytest.raises(Conflict):
        shop.placed(shop.opened(omits=OMITS), references=KOLE)


def test_lists_and_counts_are_of_the_others_wherever_a_page_begins(shop: Shop) -> None:
    states: list[dict[str, Any]] = [{}, {"kind": Kind.QUOTE}, {}, {"status": Status.DRAFT}, {}]
    orders = [shop.placed(created=NOON + n * HOUR, **state) for n, state in enumerate(states)]
    shown = [orders[0], orders[2], orders[4]]
    book = shop.opened(omits=OMITS)
    wheres = (
        And(()),
        Compare("status", Operator.NE, "completed"),
        Compare("version", Operator.EQ, 1),
    )
    for where in wheres:
        for offset in range(4):
            asked = Window(where=where, limit=1, offset=offset, total=True)
            page = shop.run(book.page(asked))

            assert (3, tuple(shown[offset : offset + 1])) == (page.total, page.orders)
    newest = Window(sort=(Sort("created", descending=True),), limit=2, total=True)
    first = shop.run(book.page(newest))
    assert first.next is not None
    assert [*shown[::-1]] == [*first.orders, *shop.run(book.page(first.next)).orders]


def test_what_is_asked_for_by_its_kind_or_status_is_not_there_either(shop: Shop) -> None:
    shop.placed(kind=Kind.QUOTE, status=Status.DRAFT)
    book = shop.opened(omits=OMITS)
    for where in (
        Compare("kind", Operator.EQ, "quote"),
        Compare("status", Operator.IN, ("draft", "received")),
    ):
        page = shop.run(book.page(Window(where=where, total=True)))

        assert (0, ()) == (page.total, page.orders)


def test_an_omitted_order_is_linked_to_nothing_and_nothing_to_it(shop: Shop) -> None:
    target = shop.placed(references=KOLE, kind=Kind.QUOTE)
    pointing = shop.placed(links=(Link(REFERS, Identity(id=target.id)),))
    behind = shop.placed(status=Status.DRAFT, links=(Link(REFERS, Identity(id=pointing.id)),))
    book, ref = shop.opened(omits=OMITS), Reference("orderglot", str(pointing.id))

    assert [target, behind] == list(shop.run(shop.book.linked(ref)))
    assert () == shop.run(book.linked(ref))
    with pytest.raises(Invalid):
        shop.placed(book, links=(Link(REFERS, Identity(id=target.id)),))
    assert pointing.links == shop.run(book.change(replace(pointing, notes="seen"))).links


def test_a_rule_that_counts_all_orders_sees_and_changes_omitted_ones(shop: Shop) -> None:
    quote = shop.placed(kind=Kind.QUOTE)
    other = shop.placed(links=(Link(REFERS, Identity(id=quote.id)),))
    ref, beside = (Reference("orderglot", str(one.id)) for one in (quote, other))

    async def work(unit: UnitOfWork) -> None:
        assert quote == await unit.get(ref, omitted=True)
        assert [quote, other] == [one async for one in unit.walk(omitted=True)]
        assert (quote,) == await unit.linked(beside, omitted=True)
        changed = await unit.change(replace(quote, notes="counted"))
        assert changed == await unit.get(ref, omitted=True)
        with pytest.raises(NotFound):
            await unit.get(ref)

    shop.together(work, shop.opened(omits=OMITS))
    assert "counted" == shop.get("orderglot", ref.id).notes


def test_what_a_unit_turns_into_an_omitted_order_is_gone_for_the_rest_of_it(shop: Shop) -> None:
    order = shop.placed(references=KOLE)

    async def work(unit: UnitOfWork) -> None:
        await unit.change(replace(order, kind=Kind.QUOTE))
        with pytest.raises(NotFound):
            await unit.get(KOLE[0])

    shop.together(work, shop.opened(omits=OMITS))


def test_an_order_that_is_none_any_more_is_shown_again(shop: Shop) -> None:
    order = shop.placed(status=Status.DRAFT)
    book = shop.opened(omits=OMITS)

    assert [] == shop.walked(book=book)
    received = shop.run(shop.book.change(replace(order, status=Status.RECEIVED)))
    assert [received] == shop.walked(book=book)
    assert [received.id] == [one.order for one in shop.run(book.events(order.id))][:1]
