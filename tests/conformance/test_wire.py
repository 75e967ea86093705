"""Law 2: any order survives the wire, but for what the dialect says that its wire loses."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.drafting import withdrawn
from orderglot.core.errors import Conflict
from orderglot.core.order import Identity, Line, Order, Reference, Unknown, native
from orderglot.core.query import Window
from orderglot.core.unknown_members import without_unknown
from orderglot.core.values import Kind, Status
from orderglot.faces.client import Client
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import FOLLOWING, carried, losses
from orderglot.wire.message import Pairs, pairs
from tests.conformance.callers import Credentials, Site, site
from tests.conformance.specimens import Specimen, book_of, welcome
from tests.conformance.test_unknown_members import planted
from tests.full_records import NOON, full
from tests.strategies import orders


def placed(order: Order) -> Order:
    """Let an order that was withdrawn before anybody received it be one that was received.

    What a vendor sent beyond the shapes is seen by some keys alone, and has a law of its own.
    """
    order = without_unknown(order)
    return replace(order, received=NOON) if withdrawn(order) else order


ORDERS = orders(test=st.just(False), deleted=st.none()).map(placed)
"""What every vendor shows: not all of them have a word for what was withdrawn."""


def broadest(at: Site) -> tuple[Credentials, bool]:
    """Give the key that sees most, and whether that is the whole book."""
    proofs = [proof for proof in book_of(at.dialect.name).credentials if proof.kind == "key"]
    proof = min(proofs, key=lambda proof: bool(proof.customer))
    if proof.customer:
        return at.owners(), False
    return dict(zip(at.dialect.auth.fields, (proof.id, proof.secret), strict=True)), True


def with_words(order: Order, dialect: Dialect) -> Order:
    """Let an order that a dialect has no word for be one that it has: what it omits is not shown."""
    omits = dialect.can.omits
    return replace(
        order,
        kind=Kind.SALE if order.kind in omits else order.kind,
        status=Status.RECEIVED if order.status in omits else order.status,
    )


async def kept(at: Site, order: Order) -> Order:
    """Put an order into the book, as one that the broadest key sees."""
    order = with_words(order, at.dialect)
    _, whole = broadest(at)
    if not whole:
        order = replace(order, customer=Identity(id=at.owner.customer or 0))
    # A customer whose id is blank, or has blanks at its ends, cannot be asked for; no vendor could
    # have sent one.
    ids = [one.id for one in order.customer.references] if order.customer else []
    assume(all(id and id == id.strip() for id in ids))
    book = at.store.of(Caller(seller=at.owner.seller))
    try:
        (one,) = await book.keep(order)
    except Conflict:
        # Two references of one order that mean the same: no vendor could have sent it.
        assume(False)
        raise
    return one.order


async def client_of(dialect: Dialect) -> tuple[Site, Client]:
    at = await site(dialect, orders=False)
    credentials, _ = broadest(at)
    return at, Client(dialect, at.server, credentials, at.store.now)


GETTING = [name for name in dialects.names() if dialects.dialect(name).flows.get]
PAGING = [name for name in dialects.names() if dialects.dialect(name).flows.page]


WEIGHED = Order(
    lines=(
        Line(sku="A", quantity=Decimal("1.5"), unit="kg", unit_price=Decimal(4), total=Decimal(6)),
    )
)


@pytest.mark.parametrize("name", GETTING)
@given(order=ORDERS)
@example(order=WEIGHED)
def test_any_order_survives_being_got(name: str, order: Order) -> None:
    dialect = dialects.dialect(name)

    async def survive() -> tuple[Order, Order]:
        at, client = await client_of(dialect)
        there = await kept(at, order)
        return there, await client.get(Reference(name, native(there, name)))

    there, got = asyncio.run(survive())
    assert carried(there, name, dialect.can) == got


@pytest.mark.parametrize("name", PAGING)
@given(drawn=st.lists(ORDERS, min_size=1, max_size=3))
def test_any_orders_survive_being_listed(name: str, drawn: list[Order]) -> None:
    dialect = dialects.dialect(name)

    async def survive() -> tuple[list[Order], list[Order]]:
        at, client = await client_of(dialect)
        for order in drawn:
            await kept(at, order)
        whole = at.store.of(Caller(seller=at.owner.seller))
        there = [order async for order in whole.walk()]
        page = await client.page(Window(limit=dialect.can.max_size))
        return there, list(page.orders)

    there, listed = asyncio.run(survive())
    assert len(there) == len(listed)
    assert all(carried(order, name, dialect.can) in listed for order in there)


def gets(name: str) -> list[Specimen]:
    """Give the specimens that ask for one order by its id in the path, for all of it."""
    return [
        specimen
        for specimen in welcome(name)
        if isinstance(specimen.orders, Order)
        and f"/{native(specimen.orders, name)}" in specimen.request.path
        and specimen.operation is not None
        and not specimen.operation.endpoint.idempotent
        and set(asked_fully(specimen.dialect)) <= set(pairs(specimen.request.query))
    ]


def asked_fully(dialect: Dialect) -> Pairs:
    """Give the arguments with which the dialect's own client asks for all of an order."""
    if dialect.flows.get is None:
        return ()
    return pairs(next(dialect.flows.get(Reference(dialect.name, "1"))).query)


GOT = [specimen for name in dialects.names() for specimen in gets(name)]


@pytest.mark.parametrize("specimen", GOT, ids=lambda one: f"{one.dialect.name}-{one.name}")
@given(order=ORDERS)
def test_any_order_survives_however_it_is_asked_for(specimen: Specimen, order: Order) -> None:
    dialect, operation = specimen.dialect, specimen.operation
    assert operation is not None

    async def survive() -> tuple[Order, Order]:
        at, client = await client_of(dialect)
        there = await kept(at, order)
        old = native(specimen.orders, dialect.name)
        new = native(there, dialect.name)
        path = specimen.request.path.replace(f"/{old}", f"/{quote(new, safe='')}")
        params = at.server.routes.find(specimen.request.method, path).params
        request = replace(specimen.request, path=path, params=params)
        response = await at.ask(request, client.session.credentials)
        assert dialect.faults.read(response) is None, response.body
        asked = operation.request.read(request, at.owner)
        return there, operation.response.read(response, asked)

    there, got = asyncio.run(survive())
    assert carried(there, dialect.name, dialect.can) == got


def whole(dialect: Dialect) -> Order:
    """Give an order that leaves nothing unsaid, with extras of this dialect and of another."""
    extras = {f"{dialect.name}.colour": "red", "elsewhere.colour": "blue"}
    order = replace(full(Order, 1), id=1_000_000_001, test=True, extras=extras)
    return planted(order, Unknown(dialect.name, ("new",), "beyond the page"))


def test_a_wire_loses_all_that_it_says_and_nothing_else(dialect: Dialect) -> None:
    can = dialect.can
    lost = set(losses(whole(dialect), dialect.name, can))

    depending = {*can.rounds, *can.follows, *FOLLOWING} - can.loses
    others = set() if can.foreign else {"extras.elsewhere.colour"}
    assert can.loses | others == lost - depending


def test_what_was_carried_once_is_carried_whole(dialect: Dialect) -> None:
    left = carried(whole(dialect), dialect.name, dialect.can)

    assert left == carried(left, dialect.name, dialect.can)
    assert () == losses(left, dialect.name, dialect.can)
