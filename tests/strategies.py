"""Strategies: orders, customers and products as Hypothesis draws them, read off their own types.

    from tests.strategies import orders

Every field of the canon is there as soon as the canon has it. What stands in ``TEXTS`` and
``NUMBERS`` is where a type alone says too little. A strategy is made once: Hypothesis looks at each
new one as a whole before it draws from it, which takes longer than to draw.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from orderglot.core.customer import Customer
from orderglot.core.order import Address, Identity, Line, Link, Order, Reference, Unknown
from orderglot.core.product import Product, Tier
from orderglot.core.quantities import Quantity, exact
from orderglot.core.values import Relation

S = TypeVar("S", bound=msgspec.Struct)
Draw = Callable[[SearchStrategy[Any]], Any]

DIALECTS = ("kole", "adobe", "catalyst", "kodaris", "komet")
WILD = (
    "100% _sure_",
    'O\'Neil "& Sons"',
    "back\\slash \\u0000",
    " blanks around ",
    "Äpfel, ÄPFEL, ßtraße",
    "\u0130stanbul \u0131l\u0131k",
    "emoji 😀👩‍👩‍👧",
    "tab\tand\nline",
    "]]> <!-- <x/> &amp;",
    "'; DROP TABLE orders; --",
    "null",
    "0",
)
"""Texts that somebody once sent, and somebody else's program choked on."""


@cache
def texts(longest: int = 20) -> SearchStrategy[str]:
    """Draw a text that every store can keep: anything but NUL and half a surrogate pair."""
    free = st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=longest
    )
    return st.sampled_from(WILD) | free


def non_empty(strategy: SearchStrategy[str]) -> SearchStrategy[str]:
    """Draw a text that says something."""
    return strategy.filter(bool)


@cache
def amounts(largest: int = 10**12 - 1) -> SearchStrategy[Decimal]:
    """Draw an amount of money, of either sign, with up to six decimals and any zeros behind."""
    whole = st.integers(-largest, largest) | st.integers(-100, 100)
    return st.builds(
        lambda units, places, part: Decimal(units * 10**places + part % 10**places).scaleb(-places),
        whole,
        st.integers(0, 6),
        st.integers(0, 10**6),
    )


@cache
def quantities() -> SearchStrategy[Quantity]:
    """Draw a quantity, of either sign; one in a few is not whole."""
    whole = st.integers(-(2**31), 2**31) | st.integers(-3, 3)
    return st.one_of(whole, whole, whole, amounts(10**6).map(exact))


@cache
def instants() -> SearchStrategy[datetime]:
    """Draw an aware UTC instant of the years 1970 to 9999, to the microsecond."""
    return st.integers(0, 253_402_300_799_999_999).map(
        lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    )


@cache
def dates() -> SearchStrategy[date]:
    """Draw a plain date."""
    return st.dates(date(1, 1, 1), date(9998, 12, 31))


@cache
def currencies() -> SearchStrategy[str]:
    """Draw an ISO 4217 code."""
    return st.sampled_from(("USD", "EUR", "GBP", "JPY"))


@cache
def references() -> SearchStrategy[tuple[Reference, ...]]:
    """Draw references of up to two dialects; no promise that nobody else has them."""
    each = st.builds(Reference, st.sampled_from(DIALECTS), non_empty(texts()))
    return st.lists(each, max_size=2, unique_by=lambda ref: ref.dialect).map(tuple)


@cache
def identities() -> SearchStrategy[Identity]:
    """Draw what somebody outside knows a thing by: a number, references, never a hub id."""
    return st.builds(Identity, number=non_empty(texts()), references=references())


@cache
def extras(names: SearchStrategy[str] | None = None) -> SearchStrategy[dict[str, Any]]:
    """Draw what has no home in the canon: JSON values under names that begin with a dialect."""
    leaves = st.none() | st.booleans() | st.integers() | texts() | amounts()
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts(), inner, max_size=2),
        max_leaves=3,
    )
    keys = st.builds(lambda dialect, name: f"{dialect}.{name}", st.sampled_from(DIALECTS), texts())
    return st.dictionaries(keys if names is None else names, values, max_size=3)


NUMBERS: dict[str, SearchStrategy[int]] = {"version": st.just(0), "id": st.just(0)}
"""Whole numbers that are not just any."""

TEXTS: dict[str, SearchStrategy[str]] = {
    "currency": currencies(),
    "country": st.sampled_from(("US", "GB", "DE", "JP")),
    "sku": non_empty(texts()),
}
"""Texts that are not just any."""


def struct(kind: type[S], **given: SearchStrategy[Any]) -> SearchStrategy[S]:
    """Draw a value of a canonical type, each field absent or anything it may be.

    ``given`` are strategies for some of its fields.
    """
    hints = get_type_hints(kind)
    required, optional = dict[str, SearchStrategy[Any]](), dict[str, SearchStrategy[Any]]()
    for member in msgspec.structs.fields(kind):
        own = given.get(member.name)
        drawn = _of(member.name, hints[member.name]) if own is None else own
        must = member.required or member.name in given
        (required if must else optional)[member.name] = drawn
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: kind(**values))


@cache
def _of(name: str, hint: Any) -> SearchStrategy[Any]:
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return quantities() if set(parts) == {int, Decimal} else _of(name, parts[0])
    if get_origin(hint) is tuple:
        kind = get_args(hint)[0]
        return (
            some_unknown() if kind is Unknown else st.lists(_of(name, kind), max_size=3).map(tuple)
        )
    if get_origin(hint) is dict:
        return extras()
    if hint is int:
        return NUMBERS.get(name, st.integers(-(2**31), 2**31) | st.integers(-3, 3))
    if hint is str:
        return TEXTS.get(name, texts())
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return _SIMPLE[hint]() if hint in _SIMPLE else struct(hint)


@cache
def addresses() -> SearchStrategy[Address]:
    """Draw an address."""
    return struct(Address)


@cache
def lines() -> SearchStrategy[Line]:
    """Draw a line of an order."""
    return struct(Line)


@cache
def links() -> SearchStrategy[Link]:
    """Draw a link to an order that is known by what somebody outside knows it by."""
    return st.builds(Link, st.sampled_from(Relation), identities())


def orders(**given: SearchStrategy[Any]) -> SearchStrategy[Order]:
    """Draw an order as it comes from outside: no hub id, no version."""
    return struct(Order, **given)


def customers(**given: SearchStrategy[Any]) -> SearchStrategy[Customer]:
    """Draw a customer as one comes from outside: no hub id, no version."""
    return struct(Customer, **given)


def products(**given: SearchStrategy[Any]) -> SearchStrategy[Product]:
    """Draw a product with its tiers by rising quantity."""
    tiers = st.lists(
        st.builds(Tier, quantity=st.integers(1, 1000), price=amounts(10**4).map(abs)),
        max_size=3,
        unique_by=lambda tier: tier.quantity,
    ).map(lambda found: tuple(sorted(found, key=lambda tier: tier.quantity)))
    return struct(Product, **{"tiers": tiers, "pack": st.integers(1, 144), **given})


@cache
def unknown() -> SearchStrategy[Unknown]:
    """Draw a member that no shape has, with a text that every wire can say."""
    letters = st.text("abcXYZ", min_size=1, max_size=6)
    return st.builds(
        lambda dialect, name, value, client: Unknown(dialect, (f"new{name}",), value, client),
        *(st.sampled_from(DIALECTS), letters, letters, st.booleans()),
    )


@cache
def some_unknown() -> SearchStrategy[tuple[Unknown, ...]]:
    """Draw the unknown members of a part, each but once."""
    once = st.lists(unknown(), max_size=2, unique_by=lambda one: one.path)
    return once.map(tuple)


_SIMPLE: dict[type, Callable[[], SearchStrategy[Any]]] = {
    bool: st.booleans,
    Decimal: amounts,
    datetime: instants,
    date: dates,
    Identity: identities,
    Link: links,
}
