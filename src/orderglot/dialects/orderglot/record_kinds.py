"""What is known of a kind of records, customers or products: what it is called, how a book gives and takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.product import Product
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.wire.aip160 import Asked
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.shape import Shape

R = TypeVar("R", bound=Customer | Product)


@dataclass(frozen=True)
class Records(Generic[R]):
    """One kind: what it is called, and how a book gives and takes it."""

    name: str
    one: str
    path: str
    key: str
    """The parameter of the path that says which."""
    kind: type[R]
    shape: Shape
    page: Shape
    new: Shape
    change: Shape
    shown: Callable[[R, Caller], R]
    document: Callable[[R], dict[str, Any]]
    key_of: Callable[[R], str]
    """What a list goes on behind."""
    behind: Callable[[Book, str, int], Awaitable[tuple[R, ...]]]
    fields: Asked
    """What of it a filter asks about."""
    called: Callable[[Book, tuple[str, ...]], Awaitable[tuple[R, ...]]]
    get: Callable[[Book, str], Awaitable[R]]
    add: Callable[[UnitOfWork, R], Awaitable[R]]
    keep: Callable[[UnitOfWork, R, R], Awaitable[R]]
    drop: Callable[[UnitOfWork, R], Awaitable[None]]
    check: Callable[[Form, R], None]
    """Notes in the form what of one cannot be so."""
    known: Known
    """The members of one, and of what a client may say."""
    writable: Known
    wire: Callable[[Form], Form] = lambda form: form
    """Puts the members of a document into those of the book."""


def read_one(of: Records[R], form: Form) -> R:
    """Read one out of an answer; what is wrong is noted in the form."""
    return read_struct(of.wire(form), of.kind)
