"""What was deleted is there for no question but one that asks for it, in every store alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.order import Identity, Line, Link, Order, Reference, Totals
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import And, Compare, Not, Operator, Or, Sort, Window
from orderglot.core.values import Relation
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop
from tests.stores.test_scope import KOLE, everything, nothing

GONE = Compare("deleted", Operator.NE, None)
THERE = Compare("deleted", Operator.EQ, None)
REFERS = Relation.REFERS_TO
NINE = Decimal(9)


def deleted(shop: Shop, order: Order, book: Book | None = None) -> Order:
    return shop.run((book or shop.book).change(replace(order, deleted=NOON), "deleted"))


def test_of_a_deleted_order_as_much_is_told_as_of_one_that_never_was(shop: Shop) -> None:
    owner = shop.customer(number="C1")
    order = shop.placed(references=KOLE, number="N1", customer=Identity(id=owner.id))
    books = [shop.book, shop.opened(test=True), shop.opened(customer=owner.id)]
    deleted(shop, order)

    for book in books:
        assert nothing(shop, order, book) == everything(shop, order, book)
        with pytest.raises(NotFound):
            shop.run(book.change(replace(order, version=2)))
    with pytest.raises(Conflict):
        shop.placed(references=KOLE)


def test_a_book_is_summed_up_without_what_was_deleted(shop: Shop) -> None:
    totals = Totals(total=NINE)
    kept, gone = [shop.placed(currency="GBP", totals=totals, lines=(Line(),)) for _ in range(2)]
    before = shop.run(shop.store.counts(shop.seller.id))
    deleted(shop, gone)
    after = shop.run(shop.store.counts(shop.seller.id))

    assert [kept] == shop.walked()
    assert (2, 2, {"GBP": 2 * NINE}) == (before.orders, before.lines, before.sums)
    assert (1, 1, {"GBP": NINE}) == (after.orders, after.lines, after.sums)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (And(()), [0, 2]),
        (Compare("po_number", Operator.BEGINS, "PO"), [0, 2]),
        (GONE, [1, 3]),
        (THERE, [0, 2]),
        (Not(GONE), [0, 2]),
        (Or((GONE, THERE)), [0, 1, 2, 3]),
        (And((GONE, Compare("po_number", Operator.EQ, "PO-3"))), [3]),
        (Or((Compare("po_number", Operator.EQ, "PO-1"), Not(Or(())))), [0, 2]),
    ],
    ids=str,
)
def test_only_a_question_about_deletion_is_told_what_was_deleted(
    shop: Shop, where: And | Or | Not | Compare, expected: list[int]
) -> None:
    orders = [shop.placed(po_number=f"PO-{n}", created=NOON + n * HOUR) for n in range(4)]
    for order in orders[1::2]:
        deleted(shop, order)
    numbers = {order.id: n for n, order in enumerate(orders)}
    newest = (Sort("created", descending=True),)

    assert expected == [numbers[order.id] for order in shop.walked(where)]
    page = shop.run(shop.book.page(Window(where=where, sort=newest, limit=1, total=True)))
    assert (len(expected), expected[-1:]) == (page.total, [numbers[o.id] for o in page.orders])


def test_a_deleted_order_is_linked_to_nothing_and_nothing_to_it(shop: Shop) -> None:
    target = shop.placed(references=KOLE)
    pointing = shop.placed(links=(Link(REFERS, Identity(id=target.id)),))
    other = shop.placed(links=(Link(REFERS, Identity(id=pointing.id)),))

    def linked(order: Order) -> list[int]:
        ref = Reference("orderglot", str(order.id))
        return [one.id for one in shop.run(shop.book.linked(ref))]

    assert [target.id, other.id] == linked(pointing)
    deleted(shop, target)
    assert [other.id] == linked(pointing)
    deleted(shop, pointing)
    assert [] == linked(other)
    with pytest.raises(Invalid):
        shop.placed(links=(Link(REFERS, Identity(id=target.id)),))


def test_an_order_may_be_changed_whose_link_leads_to_a_deleted_one(shop: Shop) -> None:
    target, customer = shop.placed(), shop.customer(number="C1")
    order = shop.placed(links=(Link(REFERS, Identity(id=target.id)),))
    deleted(shop, target)
    changed = shop.run(shop.book.change(replace(order, customer=Identity(id=customer.id))))

    assert order.links == changed.links


def test_what_a_vendor_says_again_stays_deleted(shop: Shop) -> None:
    (order,) = shop.kept(Order(references=KOLE, notes="a"))
    deleted(shop, order)

    assert ["changed"] == shop.outcomes(Order(references=KOLE, notes="b"))
    assert [] == shop.walked()
    (kept,) = shop.walked(GONE)
    assert (NOON, "b") == (kept.deleted, kept.notes)


def test_who_asks_for_what_was_deleted_sees_it_and_what_happened(shop: Shop) -> None:
    order = deleted(shop, shop.placed(references=KOLE))
    book = shop.opened(deleted=True)

    assert order == shop.get("kole", "K1", book)
    assert ["placed", "deleted"] == [one.what for one in shop.run(book.events(order.id))]
    assert [order] == shop.walked(book=book)
    assert shop.run(book.change(replace(order, deleted=None))).deleted is None
    assert 1 == len(shop.walked())


def test_what_a_unit_deletes_is_gone_for_the_rest_of_it(shop: Shop) -> None:
    order = shop.placed(references=KOLE)

    async def work(unit: UnitOfWork) -> None:
        await unit.change(replace(order, deleted=NOON))
        with pytest.raises(NotFound):
            await unit.get(KOLE[0])

    shop.together(work)
