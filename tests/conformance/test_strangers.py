"""Law 7: strangers see nothing. What a stranger is told is the same, whatever others have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.caller import (
    ADMIN,
    CHANGE,
    CREATE,
    EVERY_RIGHT,
    OPEN,
    READ,
    RIGHTS,
    Caller,
)
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Forbidden, HubError, Unauthenticated
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.wire.dialect import Dialect, Session
from orderglot.wire.message import Response
from tests.conformance.callers import Credentials, Site, clock_of, site, without_proof
from tests.conformance.implementations import Shop
from tests.conformance.specimens import Specimen, book_of, provoked, welcome

pytestmark = pytest.mark.long

Stranger = Callable[[Site], Awaitable[Credentials]]


async def another_seller(at: Site) -> Credentials:
    seller = await at.store.add_seller("stranger")
    return await at.key(Caller(seller=seller.id))


async def another_seller_who_administers(at: Site) -> Credentials:
    seller = await at.store.add_seller("stranger")
    return await at.key(Caller(seller=seller.id, may=EVERY_RIGHT))


async def a_customer_of_another_seller(at: Site) -> Credentials:
    seller = await at.store.add_seller("stranger")
    customer = await at.store.of(Caller(seller=seller.id)).keep_customer(Customer())
    return await at.key(Caller(seller=seller.id, customer=customer.id))


async def another_customer(at: Site) -> Credentials:
    return await at.key(Caller(seller=at.owner.seller, customer=await new_customer(at)))


async def another_customer_in_test_mode(at: Site) -> Credentials:
    return await at.key(Caller(seller=at.owner.seller, customer=await new_customer(at), test=True))


async def another_customer_who_may_order(at: Site) -> Credentials:
    whole = at.store.of(Caller(seller=at.owner.seller))
    twin = await whole.customer(Reference("orderglot", str(at.owner.customer)))
    twin = replace(twin, id=0, version=0, number="", references=())
    customer = await whole.keep_customer(twin)
    return await at.key(Caller(seller=at.owner.seller, customer=customer.id))


async def new_customer(at: Site) -> int:
    return (await at.store.of(Caller(seller=at.owner.seller)).keep_customer(Customer())).id


STRANGERS: tuple[Stranger, ...] = (
    another_seller,
    another_seller_who_administers,
    a_customer_of_another_seller,
    another_customer,
    another_customer_in_test_mode,
    another_customer_who_may_order,
)


THIRD = Customer(number="THIRD")
"""A customer of the seller's who is neither the owner nor the stranger."""


async def with_secrets(dialect: Dialect, shop: Shop | None = None) -> Site:
    """Give a site in which the owner has orders."""
    at = await site(dialect, shop.store(clock_of(dialect)) if shop else None)
    await at.store.of(Caller(seller=at.owner.seller)).keep_customer(THIRD)
    return at


async def with_decoys(dialect: Dialect, shop: Shop | None = None) -> Site:
    """Give a site in which somebody else has as many orders, none of them under the same id."""
    at = await site(dialect, shop.store(clock_of(dialect)) if shop else None, orders=False)
    whole = at.store.of(Caller(seller=at.owner.seller))
    await whole.keep_customer(THIRD)
    for number, _ in enumerate(book_of(dialect.name).orders):
        await keep_decoy(whole, number)
    return at


async def keep_decoy(whole: Book, number: int) -> None:
    whose = identity(THIRD) if number else None
    await whole.keep(Order(references=(Reference("decoy", str(number)),), customer=whose))


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.__name__)
def test_a_stranger_is_told_the_same_whatever_others_have(
    dialect: Dialect, stranger: Stranger, shop: Shop
) -> None:
    async def ask() -> None:
        secrets, decoys = await with_secrets(dialect, shop), await with_decoys(dialect, shop)
        keys = await stranger(secrets), await stranger(decoys)
        for specimen in provoked(dialect.name):
            found = await secrets.ask(specimen.request, keys[0])
            blank = await decoys.ask(specimen.request, keys[1])

            assert blank == found, specimen.name

    shop.run(ask())


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.__name__)
def test_a_stranger_changes_nothing(dialect: Dialect, stranger: Stranger, shop: Shop) -> None:
    async def ask() -> None:
        at = await with_secrets(dialect, shop)
        key, before = await stranger(at), await at.orders()
        for specimen in provoked(dialect.name):
            await at.ask(specimen.request, key)

            assert before == (await at.orders())[: len(before)], specimen.name

    shop.run(ask())


def test_strangers_ask_every_operation_something_that_its_owner_is_told(dialect: Dialect) -> None:
    names = {operation.name for operation in dialect.operations if operation.endpoint.right != OPEN}
    welcomed = {one.operation.name for one in welcome(dialect.name) if one.operation}
    assert names == names & welcomed


def test_the_owner_is_told_something_else(dialect: Dialect) -> None:
    async def ask() -> int:
        differing = 0
        for specimen in provoked(dialect.name):
            sites = (await with_secrets(dialect), await with_decoys(dialect))
            one, other = [await at.ask(specimen.request, at.owners()) for at in sites]
            differing += one != other
        return differing

    assert asyncio.run(ask()) > 0


def test_live_keys_do_not_see_test_orders(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in provoked(dialect.name):
            at, decoys = await with_decoys(dialect), await with_decoys(dialect)
            test = at.store.of(replace(at.owner, test=True))
            await test.place(Order(po_number="PO-TEST"))
            await keep_decoy(decoys.store.of(Caller(seller=decoys.owner.seller)), 99)
            blank = await decoys.ask(specimen.request, decoys.owners())

            assert blank == await at.ask(specimen.request, at.owners()), specimen.name

    asyncio.run(ask())


async def a_wrong_secret(at: Site) -> Credentials | None:
    return at.wrong()


async def an_ended_key(at: Site) -> Credentials | None:
    key = await at.key(at.owner)
    await at.store.keyring.end_key(at.owner.seller, at.dialect.name, key[at.dialect.auth.fields[0]])
    return key


async def an_expired_key(at: Site) -> Credentials | None:
    return await at.key(at.owner, expires=at.store.now() - timedelta(microseconds=1))


async def no_credentials(at: Site) -> Credentials | None:
    return None


async def empty_credentials(at: Site) -> Credentials | None:
    return dict.fromkeys(at.dialect.auth.fields, "")


async def a_key_under_another_name(at: Site) -> Credentials | None:
    name, _ = at.dialect.auth.fields
    return {**await at.key(at.owner), name: at.owners()[name]} if name else at.wrong()


async def a_key_of_another_dialect(at: Site) -> Credentials | None:
    auth = at.dialect.auth
    key = await at.store.keyring.issue_key("decoy", at.owner, auth.make_secret, auth.make_key_id)
    return dict(zip(auth.fields, (key.id, key.secret), strict=True))


NOBODIES = (
    a_wrong_secret,
    an_ended_key,
    an_expired_key,
    no_credentials,
    empty_credentials,
    a_key_under_another_name,
    a_key_of_another_dialect,
)


NOTHING = (no_credentials, empty_credentials)


def guarded(name: str) -> list[Specimen]:
    """Give the specimens of operations that are not open to everybody."""
    return [
        specimen
        for specimen in provoked(name)
        if (operation := specimen.operation)
        and operation.endpoint.right != OPEN
        and operation.endpoint.method == specimen.request.method
    ]


def refusal_of(at: Site, response: Response) -> HubError | None:
    return at.dialect.faults.read(response)


@pytest.mark.parametrize("nobody", NOBODIES, ids=lambda nobody: nobody.__name__)
def test_nobody_comes_in_without_a_good_key(
    dialect: Dialect, nobody: Callable[[Site], Awaitable[Credentials | None]]
) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            at = await with_secrets(dialect)
            before = await at.orders()
            response = await at.ask(specimen.request, await nobody(at))

            assert isinstance(refusal_of(at, response), Unauthenticated), specimen.name
            assert before == await at.orders()

    asyncio.run(ask())


def test_all_who_are_not_let_in_are_told_the_same(dialect: Dialect) -> None:
    # Whoever has to log in knows already whether anything was shown at all.
    logs_in = dialect.auth.login(Session({}, lambda: book_of(dialect.name).now), 0) is not None
    alike = [nobody for nobody in NOBODIES if not (logs_in and nobody in NOTHING)]

    async def ask() -> None:
        for specimen in guarded(dialect.name):
            welcomed = []
            for nobody in alike:
                at = await with_secrets(dialect)
                welcomed.append(await at.ask(specimen.request, await nobody(at)))

            assert [welcomed[0]] * len(alike) == welcomed, specimen.name

    asyncio.run(ask())


def test_a_proof_is_over_when_its_key_is_ended(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            at = await with_secrets(dialect)
            key = await at.key(at.owner)
            proven = await at.proven(without_proof(dialect, specimen.request), key)
            assert not isinstance(proven, Response)
            name = key[dialect.auth.fields[0]]
            await at.store.keyring.end_key(at.owner.seller, dialect.name, name)

            assert isinstance(refusal_of(at, await at.server(proven)), Unauthenticated)

    asyncio.run(ask())


@pytest.mark.parametrize("right", [READ, CREATE, CHANGE, ADMIN])
def test_a_key_without_the_right_is_forbidden_and_changes_nothing(
    dialect: Dialect, right: str
) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            endpoint = specimen.operation and specimen.operation.endpoint
            if endpoint and (endpoint.right != right or endpoint.carries):
                continue
            at = await with_secrets(dialect)
            before = await at.orders()
            key = await at.key(replace(at.owner, may=RIGHTS - {right}))
            response = await at.ask(specimen.request, key)

            assert isinstance(refusal_of(at, response), Forbidden), specimen.name
            assert before == await at.orders()

    asyncio.run(ask())
