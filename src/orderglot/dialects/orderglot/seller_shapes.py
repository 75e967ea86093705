"""The shapes of sellers on our own wire: what is told of one, and what may be set."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta, Struct

from orderglot.core.administration import LONGEST_NAME
from orderglot.core.order import Reference
from orderglot.core.seller import Seller as BookSeller
from orderglot.dialects.orderglot.shapes import Text, shape_of
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.known_members import known_members
from orderglot.wire.shape import description


class InBook(Struct, frozen=True, kw_only=True):
    """What is in a seller's book, but for what was deleted and test orders."""

    orders: int
    lines: int
    customers: int
    products: int
    sums: dict[str, Any]
    """Amounts by currency, the digits that say something alone."""


class Seller(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A seller: who it is, and what is set for it."""

    name: str
    currency: str
    version: int
    title: str = ""
    timezone: str = ""
    """The IANA name of a zone; UTC where nothing is said."""
    references: tuple[Reference, ...] = ()
    continues: dict[str, Any] = {}
    """By dialect, the channel whose ids our clients of it know things by."""
    tables: dict[str, Any] = {}
    """The seller's own lists and settings, by names such as catalyst.statuses."""
    book: InBook | None = None


def seller_of(seller: BookSeller, book: InBook | None = None) -> Seller:
    """Give a seller as it is shown."""
    return Seller(
        name=seller.name,
        currency=seller.currency,
        version=seller.version,
        title=seller.title,
        timezone=seller.timezone,
        references=seller.references,
        continues=dict(seller.continues),
        tables=seller.tables,
        book=book,
    )


SELLER = shape_of(Seller)


class Sellers(TypedDict):
    """A page of sellers; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[SELLER]  # type: ignore[valid-type]
    next: str | None
    total: NotRequired[int]


class KnownAs(TypedDict):
    """By which id a dialect's clients know a seller."""

    dialect: Text
    id: Text


class Expanding(TypedDict, total=False):
    """What else to show of a seller: what is in its book."""

    expand: Annotated[
        str, Meta(pattern="^book$"), description("What to show beside it: book, what is in it.")
    ]


class Settings(TypedDict, total=False):
    """What may be set for a seller; in a change null is what it is unless said, and what is not named stays."""

    title: Text | None
    currency: Annotated[Text, description("Of orders that name none; USD if not said.")]
    timezone: Annotated[Text | None, description("Such as Europe/Berlin; UTC if not said.")]
    references: list[KnownAs] | None
    tables: Annotated[
        dict[str, Any] | None, description("By names such as catalyst.statuses, or rate_limit.")
    ]


class NewSeller(Settings):
    """A seller to be."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]


class Change(Settings, total=False):
    """What of a seller is to be other than it is (RFC 7396)."""

    continues: Annotated[
        dict[str, str | None] | None,
        description("By dialect, the channel whose ids our clients of it are to know things by."),
    ]


NEW = known_members(NewSeller, NAME, client=True)
CHANGE = known_members(Change, NAME, client=True)
