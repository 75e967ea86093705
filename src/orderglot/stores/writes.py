"""The writes of a commit: what is written, and under which condition.

A condition is looked at in the commit itself, so that what was read before never decides: a backend
raises Raced where it does not hold.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.keyring import Credential
from orderglot.core.order import Identity, Order
from orderglot.core.ports import Answered, Event, Note
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.core.tokens import Token


class PutOrder(Struct, frozen=True, gc=False):
    """Write an order in the place of ``kept``, or as a new one where that is None."""

    order: Order
    document: bytes
    kept: Order | None


class PutCustomer(Struct, frozen=True, gc=False):
    """Write a customer in the place of ``kept``, or as a new one where that is None."""

    customer: Customer
    document: bytes
    kept: Customer | None


class Expect(Struct, frozen=True, gc=False):
    """Write nothing, but only if a customer, whose name is being written, has not changed."""

    customer: int
    version: int


class ExpectOrder(Struct, frozen=True, gc=False):
    """Write nothing, but only if an order, which a rule was asked about, has not changed."""

    order: int
    version: int


class ExpectProduct(Struct, frozen=True, gc=False):
    """Write nothing, but only if a product, which an order is made with, is still there."""

    sku: str


class ExpectNoNote(Struct, frozen=True):
    """Write nothing, but only if there is no note of that kind and name."""

    kind: str
    name: str


class Rename(Struct, frozen=True):
    """Write what a customer is now known by into all orders of theirs."""

    customer: Identity


class PutProduct(Struct, frozen=True):
    """Write a product in the place of ``kept``, or as a new one where that is None."""

    product: Product
    document: bytes
    kept: Product | None


class DropCustomer(Struct, frozen=True):
    """Take out a customer in this very version, with what they are known by.

    But only if nothing is theirs: no order, no note of the kind ``numbers``, no key that lets in ``now``.
    """

    customer: Customer
    numbers: str
    now: datetime


class DropProduct(Struct, frozen=True):
    """Take out a product in this very version, but only if no order has a line of it."""

    product: Product


class PutSeller(Struct, frozen=True):
    """Write a seller in the place of ``kept``, or as a new one where that is None."""

    seller: Seller
    document: bytes
    kept: Seller | None


class PutAnswer(Struct, frozen=True, gc=False):
    """Write an answer for a caller's customer (0 for none); what is expired ``now`` may go."""

    customer: int
    answered: Answered
    now: datetime


class PutNote(Struct, frozen=True):
    """Write a note, whose version is the one after that which is there; 1 for a new one."""

    note: Note


class DropNote(Struct, frozen=True):
    """Take out a note in this very version."""

    note: Note


class ExpectNote(Struct, frozen=True):
    """Write nothing, but only if a note, such as a lease, is there in this very version."""

    note: Note


class PutCredential(Struct, frozen=True):
    """Write a key under its fingerprint, in the place of one that is there.

    A customer's is written only if the customer is there.
    """

    credential: Credential


class EndKey(Struct, frozen=True):
    """End a key, and so every token of it, unless it has ended."""

    dialect: str
    id: str
    now: datetime


class RollKey(Struct, frozen=True):
    """Give a key another fingerprint, but only if it has the ``former`` one's and has not ended.

    The former one lets in until it expires, and so do those from before it, but no longer than that. With no
    ``former`` left, they go, and every token with them.
    """

    key: Credential
    fingerprint: str
    former: Credential | None


class DropSeller(Struct, frozen=True):
    """Take a seller out in this version, with all but orders, customers and products, of which it has none.

    It is not done where it has a key that lets in ``now``, or a note of the kind ``rejects``. What is to
    stay of it are ``notes`` of the hub's own.
    """

    seller: Seller
    notes: tuple[Note, ...]
    rejects: str
    now: datetime


class SetLive(Struct, frozen=True):
    """Move a key, and so every token of it, from test mode to production."""

    dialect: str
    id: str


class PutToken(Struct, frozen=True):
    """Write a token, but only if its key has not ended.

    The oldest of its kind beyond the ``most`` of the key go, spent ones first, and some expired ones.
    """

    token: Token
    most: int


class SpendToken(Struct, frozen=True):
    """End a token that is good once, but only if it has not ended."""

    token: Token
    now: datetime


class SpendCode(Struct, frozen=True):
    """Write a token that has ended already, but only if it is not there."""

    token: Token


class EndFamily(Struct, frozen=True):
    """End every token of a key's family."""

    dialect: str
    key: str
    family: str
    now: datetime


KeyWrite = (
    PutCredential | EndKey | RollKey | SetLive | PutToken | SpendToken | SpendCode | EndFamily
)


Write = (
    PutOrder
    | PutCustomer
    | Expect
    | ExpectOrder
    | ExpectProduct
    | ExpectNoNote
    | Rename
    | PutProduct
    | PutSeller
    | DropSeller
    | KeyWrite
    | PutAnswer
    | PutNote
    | ExpectNote
    | DropNote
    | DropCustomer
    | DropProduct
    | Event
)
