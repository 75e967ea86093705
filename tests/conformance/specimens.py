"""The specimens of every dialect, and the books that their servers hold, read from its folder.

The format is that of `specimens/README.md` in a dialect's folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core import journal
from orderglot.core.acts import ACT, Act
from orderglot.core.caller import RIGHTS, Caller
from orderglot.core.customer import Customer
from orderglot.core.customer_items import kind_of
from orderglot.core.erasures import ERASING, State
from orderglot.core.jobs import JOB, STATE, Job, put
from orderglot.core.journal import Exchange
from orderglot.core.keyring import OPERATOR
from orderglot.core.listed_journal import ListedJournal
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Note, UnitOfWork
from orderglot.core.product import Product
from orderglot.core.rejects import Reject
from orderglot.core.seller import Seller
from orderglot.core.tokens import OWNER, TokenKind
from orderglot.core.value_mappings import ValueMapping, keep_mapping
from orderglot.core.webhooks import (
    ENDPOINT,
    PROGRESS,
    SIGNING,
    Delivery,
    Endpoint,
    Progress,
    Signing,
    over_of,
)
from orderglot.hub.placing import Channels, Placements
from orderglot.stores.store import BookStore
from orderglot.stores.writes import PutNote
from orderglot.sync.notes import PLACING, Placing, noted
from orderglot.sync.rejects import put_aside
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation

TEN_YEARS = timedelta(days=3_650)
"""How long the tokens of specimens are good, whatever a test does to the clock."""

PARTS = {"request.http", "response.http", "order.json", "source.txt"}


BESIDE_ORDERS = {"orderglot": "orders."}
"""Dialects that write other things as well, and how the names of their operations on orders begin."""


def on_orders(dialect: str, operation: str) -> bool:
    """Tell whether an operation of a dialect is about orders, rather than what stands beside them."""
    return operation.startswith(BESIDE_ORDERS.get(dialect, ""))


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """A credential of a book; without a customer it is the seller's own.

    ``session`` is the secret of the session that a token belongs to.
    """

    id: str
    secret: str
    customer: str = ""
    test: bool = False
    may: frozenset[str] = RIGHTS
    kind: str = "key"
    session: str = ""


class Exchanged(Struct, frozen=True, forbid_unknown_fields=True):
    """What the journal has; without a customer the seller's own key was shown, or none."""

    exchange: Exchange
    customer: str = ""


class Hooked(Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook, its secret, and the deliveries of it that are over."""

    endpoint: Endpoint
    secret: str
    deliveries: tuple[Delivery, ...] = ()


class Book(Struct, frozen=True, forbid_unknown_fields=True):
    """What the server of a dialect's specimens holds before it is asked."""

    now: datetime
    seller: Seller
    others: tuple[Seller, ...] = ()
    """Sellers who have nothing in their books."""
    customers: tuple[Customer, ...] = ()
    products: tuple[Product, ...] = ()
    orders: tuple[Order, ...] = ()
    credentials: tuple[Proof, ...] = ()
    exchanges: tuple[Exchanged, ...] = ()
    acts: tuple[Act, ...] = ()
    item_numbers: dict[str, dict[str, str]] = {}
    """What customers call the seller's items, by the customers' numbers: their number, and the SKU."""
    erasures: tuple[str, ...] = ()
    """The numbers of customers who are to be erased."""
    rejects: tuple[Reject, ...] = ()
    webhooks: tuple[Hooked, ...] = ()
    jobs: tuple[Job, ...] = ()
    value_mappings: tuple[ValueMapping, ...] = ()
    placings: dict[str, Placing] = {}
    unprovoked: tuple[str, ...] = ()
    draft: Order | None = None
    """An order that can be placed, where no single specimen says one."""
    placer: str = ""
    """Whose key places orders, where that is not the owner of the specimens' orders."""


@dataclass(frozen=True)
class Specimen:
    """One call: the request, the answer, and the orders that the answer says."""

    dialect: Dialect
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def operation(self) -> Operation[Any, Any] | None:
        """The operation that the folder is named after."""
        found = [
            operation
            for operation in self.dialect.operations
            if self.name.startswith(f"{operation.name}-")
        ]
        return max(found, key=lambda operation: len(operation.name), default=None)

    @cached_property
    def request(self) -> Request:
        first, headers, body = read_message(self.folder / "request.http")
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        base = f"https://{headers.pop('host')}"
        return Request(method=method, path=path, query=query, headers=headers, body=body, base=base)

    @cached_property
    def response(self) -> Response:
        first, headers, body = read_message(self.folder / "response.http")
        return Response(status=int(first.split(" ")[1]), headers=headers, body=body)

    @cached_property
    def orders(self) -> Any:
        """The canonical order, a tuple of them, or None."""
        text = (self.folder / "order.json").read_bytes()
        many = text.lstrip().startswith(b"[")
        return read(text, tuple[Order, ...] if many else Order | None)


def read(text: bytes, type: Any) -> Any:
    return msgspec.json.Decoder(type, float_hook=Decimal).decode(text)


def read_message(file: Path) -> tuple[str, dict[str, str], bytes]:
    """Take a message apart: its first line, its headers by lower-case name, its body."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    first, *lines = head.decode("latin-1").strip().split("\n")
    pairs = (line.split(":", 1) for line in lines)
    headers = {name.lower(): value.strip() for name, value in pairs}
    return first, headers, body.strip(b"\n")


def folder_of(dialect: Dialect) -> Path:
    module = import_module(f"{dialects.__name__}.{dialect.name}")
    assert module.__file__ is not None
    return Path(module.__file__).parent


@cache
def specimens_of(name: str) -> tuple[Specimen, ...]:
    """Give every specimen of a dialect, sorted by name."""
    dialect = dialects.dialect(name)
    folders = sorted(path for path in (folder_of(dialect) / "specimens").iterdir() if path.is_dir())
    return tuple(Specimen(dialect, folder) for folder in folders)


@cache
def book_of(name: str) -> Book:
    """Give the book that the specimens of a dialect speak of."""
    text = (folder_of(dialects.dialect(name)) / "specimens" / "book.json").read_bytes()
    book: Book = read(text, Book)
    return book


def provoked(name: str) -> tuple[Specimen, ...]:
    """Give the specimens whose answers follow from their requests."""
    unprovoked = book_of(name).unprovoked
    return tuple(specimen for specimen in specimens_of(name) if specimen.name not in unprovoked)


def welcome(name: str) -> tuple[Specimen, ...]:
    """Give the specimens in which the vendor says yes."""
    dialect = dialects.dialect(name)
    return tuple(one for one in provoked(name) if dialect.faults.read(one.response) is None)


async def shelve(
    store: BookStore,
    dialect: Dialect,
    *,
    orders: bool = True,
    credentials: bool = True,
    seller_name: str = "",
) -> int:
    """Put a dialect's book into a store, under a seller's other name if need be; gives its id."""
    book = book_of(dialect.name)
    seller = await _seller(store, book.seller, seller_name)
    there = {one.name for one in await store.sellers()}
    for other in (one for one in book.others if one.name not in there):
        await _seller(store, other, "")
    whole = store.of(Caller(seller=seller))
    ids: dict[str, int | None] = {"": None}
    for customer in book.customers:
        ids[customer.number] = (await whole.keep_customer(customer)).id
    for product in book.products:
        await whole.keep_product(product)
    if orders:
        for order in book.orders:
            await whole.keep(order)
        store.journal = ListedJournal(
            (Caller(seller=seller, customer=ids[one.customer]), journal.read(one.exchange))
            for one in book.exchanges
        )
    async with whole.together() as unit:
        if orders:
            await note_beside_orders(unit, book)
        await note_of_the_seller(unit, book, ids)
    for proof in book.credentials if credentials else ():
        await plant(store, dialect, seller, proof)
    await write_acts(store, seller, book.acts)
    return seller


async def write_acts(store: BookStore, seller: int, acts: tuple[Act, ...]) -> None:
    """Write down what people did, under the ids that it has."""
    notes = [
        Note(kind=ACT, name=act.id, version=1, document=msgspec.json.encode(replace(act, id="")))
        for act in acts
    ]
    if notes:
        await store._backend.commit(seller, list(map(PutNote, notes)))


async def note_of_the_seller(unit: UnitOfWork, book: Book, ids: dict[str, int | None]) -> None:
    """Write what the hub remembers for a seller; ``ids`` are the customers' by their numbers."""
    for mapping in book.value_mappings:
        await keep_mapping(unit, mapping)
    for webhook in book.webhooks:
        hang(unit, webhook)
    for number, items in book.item_numbers.items():
        for theirs, ours in items.items():
            # Noted as it stands, so that no customer's record is changed by it.
            unit.note(Note(kind=kind_of(ids[number] or 0), name=theirs, document=ours.encode()))
    for number in book.erasures:
        state = msgspec.json.encode(State(waiting=True))
        unit.note(Note(kind=ERASING, name=str(ids[number]), document=state))


async def note_beside_orders(unit: UnitOfWork, book: Book) -> None:
    """Write what the hub remembers of a book's orders and of the work that brings them."""
    await put_aside(unit, book.rejects)
    for sent, placing in book.placings.items():
        unit.note(noted(PLACING, sent, placing, None))
    for job in book.jobs:
        put(unit, JOB, job.name, job.setting, None)
        put(unit, STATE, job.name, job.state, None)


def hang(unit: UnitOfWork, one: Hooked) -> None:
    """Write a webhook as it stands, with its id and secret."""
    id, over = one.endpoint.id, over_of(one.endpoint.id)
    progress = Progress(after=len(one.deliveries), kept=len(one.deliveries))
    parts = ((ENDPOINT, one.endpoint), (SIGNING, Signing(one.secret)), (PROGRESS, progress))
    for kind, part in parts:
        unit.note(Note(kind=kind, name=id, document=msgspec.json.encode(part)))
    for delivery in one.deliveries:
        document = msgspec.json.encode(delivery)
        unit.note(Note(kind=over, name=delivery.id, document=document))


def placements_over(store: BookStore) -> Placements:
    """Give what places orders with the one vendor of the specimens' seller, who is never asked."""
    account = {
        "dialect": "kole",
        "url": "https://wholesaler.example",
        "id": "sample",
        "api_key": "sample-secret",
        "seller": "demo-wholesale",
    }
    return Placements(store, Channels({"wholesaler": account}))


async def _seller(store: BookStore, seller: Seller, name: str) -> int:
    made = await store.add_seller(
        name or seller.name,
        title=seller.title,
        currency=seller.currency,
        references=seller.references,
        tables=seller.tables,
    )
    return made.id


async def plant(store: BookStore, dialect: Dialect, seller: int, proof: Proof) -> None:
    customer = None
    if proof.kind == OPERATOR:
        ring = store.keyring
        await ring.issue_operator(lambda _: proof.secret, lambda _: proof.id, None)
        return
    if proof.customer:
        whole = store.of(Caller(seller=seller))
        customer = (await whole.customer(Reference(dialect.name, proof.customer))).id
    caller = Caller(
        seller=seller,
        customer=customer,
        test=proof.test,
        may=proof.may,
        name=f"{dialect.name}:{proof.id}",
    )
    if proof.kind == "key":
        await store.keyring.plant_key(dialect.name, caller, proof.id, proof.secret)
    else:
        await plant_token(store, dialect, caller, proof)


async def plant_token(store: BookStore, dialect: Dialect, caller: Caller, proof: Proof) -> None:
    """Give out a token that is written as the specimens have it, for a key or session of its id."""
    ring, kinds = store.keyring, {kind.name: kind for kind in dialect.auth.tokens}
    if proof.session:
        session = token_of(kinds["session"], proof.session, caller.seller)
        holder = await ring.admit(dialect.name, session, kinds["session"])
    else:
        keys = await ring.credentials(caller.seller)
        if not any((key.dialect, key.id) == (dialect.name, proof.id) for key in keys):
            await ring.plant_key(dialect.name, caller, proof.id, f"key of {proof.id}")
            keys = await ring.credentials(caller.seller)
        holder = next(one for one in keys if (one.dialect, one.id) == (dialect.name, proof.id))
    secret = token_of(kinds[proof.kind], proof.secret, caller.seller)
    await ring.issue(holder, replace(kinds[proof.kind], write=lambda _: secret, lasts=TEN_YEARS))


def token_of(kind: TokenKind, secret: str, seller: int) -> str:
    """Write a specimen's token, which says that it is the first seller's, as another seller's."""
    return kind.write((seller - 1).to_bytes(OWNER) + kind.read(secret)[OWNER:])


def request_at(dialect: Dialect, request: Request, seller: int) -> Request:
    """Give a specimen's request as a client of another seller than the first would send it."""
    kinds = {kind.name: kind for kind in dialect.auth.tokens}
    own = {
        proof.secret: token_of(kinds[proof.kind], proof.secret, seller)
        for proof in book_of(dialect.name).credentials
        if proof.kind in kinds
    }

    def spelled(text: str) -> str:
        return re.sub(r"\w+", lambda word: own.get(word[0], word[0]), text)

    return replace(
        request,
        query=spelled(request.query),
        headers={name: spelled(text) for name, text in request.headers.items()},
    )
