"""Law 9: what is due can be paid, in every currency, and is what is paid, to the last unit."""

from __future__ import annotations

import asyncio
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from orderglot import demo, dialects
from orderglot.core.adding_up import adds_up, answer, in_words
from orderglot.core.caller import Caller
from orderglot.core.currencies import DECIMALS
from orderglot.core.errors import Invalid
from orderglot.core.findings import Answer
from orderglot.core.order import Amounts, Discount, Order
from orderglot.core.pricing import pieces
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.core.totals import less
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from tests.conformance.callers import clock_of
from tests.conformance.implementations import credentials_of, draft_of, orderer
from tests.conformance.specimens import book_of, shelve

PLACING = [name for name in dialects.names() if dialects.dialect(name).flows.place]
IN_DEMO = [name for name in dialects.names() if name in demo.names() and demo.part(name).orders]
NOTHING, HALF = Decimal(0), Decimal("0.5")
FINE = (Decimal("1.235"), Decimal("0.333"))
"""Prices of which three and one come to 4.038, which no currency but a few can be paid in."""


class Bought(NamedTuple):
    """An order as it is in the book, and as its client was told of it."""

    kept: Order
    answered: Order


def payable(amount: Decimal, currency: str) -> Decimal:
    """Give the whole units of a currency that are next to an amount, of two the one above."""
    unit = Decimal(1).scaleb(-DECIMALS[currency])
    return (amount / unit + HALF).to_integral_value(ROUND_FLOOR) * unit


def figures(sum_: Amounts) -> list[Decimal]:
    return [amount for amount in asdict(sum_).values() if amount is not None]


def bought(
    name: str, currency: str, prices: tuple[Decimal, ...], counts: tuple[int, ...], draft: Order
) -> Bought:
    """Buy two lines of a dialect's own draft at other prices, in another currency."""

    async def buy() -> Bought:
        dialect = dialects.dialect(name)
        store = MemoryStore(clock_of(dialect))
        number = await shelve(store, dialect, orders=False)
        book = store.of(Caller(seller=number))
        await store.change_seller(selling_in(currency, await book.seller()))
        products = sold(name, currency, prices)
        for product in products:
            await book.keep_product(product)
        any_line = replace(draft.lines[0], unit_price=None, total=None)
        lines = tuple(
            replace(any_line, number=place, sku=one.sku, quantity=count * one.pack)
            for place, (one, count) in enumerate(zip(products, counts, strict=True), 1)
        )
        caller = await orderer(dialect, store)
        credentials = credentials_of(dialect, caller, book_of(name).placer)
        client = Client(dialect, Server(dialect, store), credentials, store.now)
        answered = await client.place(replace(draft, currency=currency, lines=lines))
        kept = [order async for order in book.walk()][-1]
        return Bought(kept, answered)

    return asyncio.run(buy())


def selling_in(currency: str, seller: Seller) -> Seller:
    """Let a seller sell in a currency; none of its own tables says that it may not."""
    tables = {name: rows for name, rows in seller.tables.items() if "currencies" not in name}
    return replace(seller, currency=currency, tables=tables)


def sold(name: str, currency: str, prices: tuple[Decimal, ...]) -> list[Product]:
    """Give the product of a dialect's own draft and a twin of it, each at its price."""
    wanted = draft_of(name).lines[0].sku
    product = next(one for one in book_of(name).products if one.sku == wanted)
    return [
        replace(product, sku=sku, currency=currency, tiers=(Tier(price=price),))
        for sku, price in zip((wanted, f"{wanted[:-1]}9"), prices, strict=True)
    ]


def check(name: str, currency: str, found: Bought) -> None:
    """Compare what an order comes to with what it has to."""
    kept, totals = found.kept, found.kept.totals
    bill = kept.invoice

    assert currency == kept.currency
    assert Answer.YES == answer(kept), in_words(adds_up(kept))
    assert all(payable(amount, currency) == amount for amount in figures(totals))
    for line in kept.lines:
        exact = (line.unit_price or NOTHING) * pieces(line)
        assert line.total in (exact, payable(exact, currency))
    assert (
        payable(sum([line.total or NOTHING for line in kept.lines], NOTHING), currency)
        == totals.subtotal
    )
    assert kept.totals.total == sum_of(kept)
    assert found.answered.totals.total in (None, totals.total)
    if bill is not None and bill.due.total is not None:
        assert totals.total == bill.due.total
        assert bill.due.total == sum(figures(replace(bill.due, total=None)))
        assert less(bill.due, bill.paid) == bill.owed
        assert less(bill.due, bill.due).total == 0


def sum_of(order: Order) -> Decimal:
    """Add up what an order comes to by its parts."""
    known = order.totals
    off = (known.discount or NOTHING) + (order.discount.voucher_amount or NOTHING)
    goods = max((known.subtotal or NOTHING) - off, NOTHING)
    return goods + (known.tax or NOTHING) + (known.duty or NOTHING) + (known.shipping or NOTHING)


@pytest.mark.parametrize("name", PLACING)
def test_in_every_currency_what_is_due_can_be_paid(name: str) -> None:
    for currency in sorted(DECIMALS):
        found = bought(name, currency, FINE, (3, 1), draft_of(name))

        check(name, currency, found)
        assert list(FINE) == [line.unit_price for line in found.kept.lines]


@pytest.mark.parametrize("name", PLACING)
@given(
    currency=st.sampled_from(sorted(DECIMALS)),
    prices=st.tuples(*[st.decimals(0, 10**6, places=6)] * 2),
    counts=st.tuples(*[st.integers(1, 50)] * 2),
    off=st.decimals(0, 10**4, places=6),
    shipping=st.decimals(0, 10**4, places=6),
    rate=st.decimals(0, 200, places=4),
)
def test_at_any_price_what_is_due_can_be_paid(
    name: str,
    currency: str,
    prices: tuple[Decimal, Decimal],
    counts: tuple[int, int],
    off: Decimal,
    shipping: Decimal,
    rate: Decimal,
) -> None:
    draft = draft_of(name)
    draft = replace(
        draft,
        discount=Discount(amount=off, voucher_amount=off),
        totals=replace(draft.totals, shipping=shipping),
        shipping=replace(draft.shipping, option="", tax_rate=rate),
    )

    check(name, currency, bought(name, currency, prices, counts, draft))


@pytest.mark.parametrize("name", IN_DEMO)
def test_no_order_of_the_demo_contradicts_itself(name: str) -> None:
    found = [adds_up(order) for order in demo.part(name).orders]

    assert [] == [in_words(one) for one in found if one.answer is Answer.NO]
    assert Answer.YES in [one.answer for one in found]


@pytest.mark.parametrize("name", PLACING)
def test_a_currency_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="'ZZZ' is not a code of ISO 4217"):
        bought(name, "ZZZ", FINE, (3, 1), draft_of(name))
