"""The owner's side of a store, its keyring and its remembered answers, in every store alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.findings import Answer
from orderglot.core.order import Identity, Line, Order, Reference, Totals
from orderglot.core.ports import Answered, UnitOfWork
from orderglot.core.product import Product
from orderglot.core.values import Kind, Status
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop

# sellers


def test_a_seller_is_found_by_name_with_all_that_was_said_of_it(shop: Shop) -> None:
    references = (Reference("komet", "1313"),)
    added = shop.run(
        shop.store.add_seller(
            "second",
            title="Second Ltd",
            currency="EUR",
            references=references,
            tables={"a.b": {"1": "x"}},
        )
    )

    assert added == shop.run(shop.store.seller("second"))
    assert (shop.seller, added) == shop.run(shop.store.sellers())
    assert added == shop.run(shop.opened(seller=added.id).seller())
    assert ("Second Ltd", "EUR", references, {"a.b": {"1": "x"}}) == (
        added.title,
        added.currency,
        added.references,
        added.tables,
    )


def test_a_name_is_one_sellers(shop: Shop) -> None:
    other = shop.run(shop.store.add_seller("other"))

    with pytest.raises(Conflict):
        shop.run(shop.store.add_seller("example"))
    with pytest.raises(Conflict):
        shop.run(shop.store.change_seller(replace(other, name="example")))
    with pytest.raises(NotFound):
        shop.run(shop.store.seller("nobody"))


def test_a_seller_changes_by_version(shop: Shop) -> None:
    changed = shop.run(shop.store.change_seller(replace(shop.seller, title="New")))

    assert (2, "New") == (changed.version, changed.title)
    assert changed == shop.run(shop.store.seller("example"))
    with pytest.raises(Conflict):
        shop.run(shop.store.change_seller(replace(shop.seller, title="Newer")))
    with pytest.raises(NotFound):
        shop.run(shop.store.change_seller(replace(shop.seller, id=99)))


def test_a_currency_that_nobody_knows_is_refused_wherever_it_comes_in(shop: Shop) -> None:
    book = shop.opened()
    line = Line(number=1, sku="A", quantity=1, currency="ZZZ")
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: shop.store.add_seller("other", currency="ZZZ"),
        lambda: shop.store.change_seller(replace(shop.seller, currency="ZZZ")),
        lambda: book.keep_product(Product(sku="A", currency="ZZZ")),
        lambda: book.keep_customer(Customer(number="C9", currency="ZZZ")),
        lambda: book.place(Order(currency="ZZZ")),
        lambda: book.place(Order(currency="USD", lines=(line,))),
    ]

    for way in ways:
        with pytest.raises(Invalid, match="'ZZZ' is not a code of ISO 4217"):
            shop.run(way())
    assert (shop.seller,) == shop.run(shop.store.sellers())


def test_a_currency_that_a_vendor_says_is_the_vendors(shop: Shop) -> None:
    (kept,) = shop.kept(Order(references=(Reference("adobe", "1"),), currency="ZZZ"))

    assert "ZZZ" == kept.currency


def test_nothing_is_kept_for_a_seller_who_is_not_there(shop: Shop) -> None:
    book = shop.opened(seller=99)

    with pytest.raises(NotFound):
        shop.placed(book)
    with pytest.raises(NotFound):
        shop.run(book.seller())
    assert [] == shop.walked(book=book)


def test_a_book_is_summed_up_exactly(shop: Shop) -> None:
    largest = Decimal("999999999999.999999")
    totals = [largest] * 20 + [Decimal("-0.000001"), Decimal("-7.5")]
    shop.kept(*(Order(currency="GBP", totals=Totals(total=one), lines=(Line(),)) for one in totals))
    shop.placed(currency="EUR", customer=Identity(number="C1"))
    shop.run(shop.book.keep_product(Product(sku="AA1")))
    counts = shop.run(shop.store.counts(shop.seller.id))

    assert (23, 22, 1, 1) == (counts.orders, counts.lines, counts.customers, counts.products)
    assert ({"GBP": sum(totals)}, 1) == (counts.sums, counts.unpriced)


def test_carts_quotes_and_what_came_to_nothing_are_not_summed_up_and_returns_are_taken_off(
    shop: Shop,
) -> None:
    def order(total: int | None, status: Status = Status.RECEIVED, kind: Kind = Kind.SALE) -> Order:
        amount = None if total is None else Decimal(total)
        return Order(currency="GBP", kind=kind, status=status, totals=Totals(total=amount))

    nothing = [order(5, status) for status in (Status.DRAFT, Status.CANCELLED, Status.FAILED)]
    returns = [order(30, kind=Kind.RETURN), order(-4, kind=Kind.RETURN)]
    shop.kept(order(100), order(None), order(None, Status.DRAFT), *nothing, *returns)
    shop.kept(order(7, kind=Kind.QUOTE))
    counts = shop.run(shop.store.counts(shop.seller.id))

    assert (9, {"GBP": Decimal(66)}, 1) == (counts.orders, counts.sums, counts.unpriced)


def test_orders_are_counted_by_whether_they_add_up(shop: Shop) -> None:
    line = Line(quantity=2, unit_price=Decimal(3), total=Decimal(6))
    known = Totals(total=Decimal(6), shipping=Decimal(0), tax=Decimal(0), discount=Decimal(0))
    for total in (6, 6, 7):
        totals = replace(known, total=Decimal(total))
        shop.kept(Order(currency="EUR", lines=(line,), totals=totals))
    shop.kept(Order(currency="EUR"))
    counts = shop.run(shop.store.counts(shop.seller.id))

    assert {Answer.YES: 2, Answer.NO: 1, Answer.UNKNOWN: 1} == counts.adds_up


def test_test_orders_are_summed_up_only_if_asked(shop: Shop) -> None:
    shop.placed()
    shop.placed(shop.opened(test=True), lines=(Line(),))

    assert 1 == shop.run(shop.store.counts(shop.seller.id)).orders
    assert 2 == shop.run(shop.store.counts(shop.seller.id, test=True)).orders


# remembered answers


def answered(key: str = "1", answer: bytes = b"first", **more: timedelta) -> Answered:
    lasts = more.get("lasts", HOUR)
    return Answered(dialect="kole", key=key, asked="abc", answer=answer, expires=NOON + lasts)


def remembered(shop: Shop, one: Answered, customer: int | None = None) -> None:
    async def work(unit: UnitOfWork) -> None:
        unit.remember(one)

    shop.together(work, shop.opened(customer=customer))


def recalled(
    shop: Shop, key: str = "1", seller: int = 0, customer: int | None = None
) -> bytes | None:
    who = Caller(seller=seller or shop.seller.id, customer=customer)
    found = shop.run(shop.store.answered(who, "kole", key))
    return found.answer if found else None


def test_an_answer_is_remembered_with_the_writes_that_it_speaks_of(shop: Shop) -> None:
    async def work(unit: UnitOfWork) -> None:
        await unit.place(Order())
        unit.remember(answered())

    shop.together(work)

    assert b"first" == recalled(shop)
    assert 1 == len(shop.walked())


def test_an_answer_is_one_callers_alone(shop: Shop) -> None:
    owner, other = shop.customer().id, shop.customer().id
    remembered(shop, answered(answer=b"seller's"))
    remembered(shop, answered(answer=b"customer's"), customer=owner)

    assert b"seller's" == recalled(shop)
    assert b"customer's" == recalled(shop, customer=owner)
    assert recalled(shop, customer=other) is None
    assert recalled(shop, seller=99) is None
    assert recalled(shop, key="2") is None


def test_a_second_answer_under_a_key_is_a_conflict_and_writes_nothing(shop: Shop) -> None:
    remembered(shop, answered())

    async def work(unit: UnitOfWork) -> None:
        await unit.place(Order())
        unit.remember(answered(answer=b"second"))

    with pytest.raises(Conflict):
        shop.together(work)
    assert b"first" == recalled(shop)
    assert [] == shop.walked()


def test_an_expired_answer_is_forgotten_and_its_key_is_free(shop: Shop) -> None:
    remembered(shop, answered())
    shop.clock.forward()
    assert recalled(shop) is None
    remembered(shop, answered(answer=b"second", lasts=2 * HOUR))

    assert b"second" == recalled(shop)
