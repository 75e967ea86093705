"""The site: what a seller is to Catalyst's clients, with the lists that are numbered its own way.

The lists are kept in the seller's tables, ``catalyst.statuses`` and so on. An order whose number is
in no list keeps it as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import read_whole_text
from orderglot.core.order import Order
from orderglot.core.seller import Seller
from orderglot.core.time_zones import zone_of
from orderglot.core.values import Omits, Status
from orderglot.dialects.catalyst.tables import NAME, STATUSES
from orderglot.wire.settings import Check, Settings
from orderglot.wire.values import NO_ID

STATUS_ID = f"{NAME}.statusTypeId"
"""The extra that tells apart what a site has several statuses for."""

INSTEAD = {
    Status.DRAFT: Status.RECEIVED,
    Status.PROCESSING: Status.RECEIVED,
    Status.CHARGED: Status.PROCESSING,
    Status.PACKING: Status.PROCESSING,
    Status.PARTLY_SHIPPED: Status.PACKING,
    Status.SHIPPED: Status.COMPLETED,
    Status.DELIVERED: Status.COMPLETED,
    Status.RETURNED: Status.CANCELLED,
    Status.COMPLETED: Status.SHIPPED,
    Status.ON_HOLD: Status.PROCESSING,
    Status.CANCELLED: Status.FAILED,
    Status.FAILED: Status.CANCELLED,
}
"""Which status is shown where a site has none of that meaning."""


class SiteStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """A status of a site: its id and label there, and what it means here."""

    id: int
    label: str
    means: Status
    default: bool = False
    notify_customer: bool = False
    site_notification_id: int | None = None


class TaxCode(Struct, frozen=True, kw_only=True, rename="camel"):
    """A tax code of a site; ``rate`` is in percent, on the wire a fraction."""

    id: int
    country_code: str = ""
    tax_code: str = ""
    rate: Decimal = Decimal(0)

    @property
    def word(self) -> str:
        """How an order calls it."""
        return self.tax_code


class ShippingOption(Struct, frozen=True, kw_only=True, rename="camel"):
    """A way of shipping that a site offers; ``tax_rate`` is in percent, on the wire a fraction."""

    id: int
    description: str = ""
    price: Decimal | None = None
    tax_rate: Decimal | None = None

    @property
    def word(self) -> str:
        """How an order calls it."""
        return self.description


class DiscountCode(Struct, frozen=True, kw_only=True, rename="camel"):
    """A discount code of a site; the percentage is a fraction on the wire."""

    id: int
    discount_code_type_id: int | None = None
    discount_code: str = ""
    description: str = ""
    discount_percentage: Decimal | None = None
    discount_threshold: Decimal | None = None
    expire_after_x_uses: int | None = msgspec.field(default=None, name="expireAfterXUses")
    release_date: str | None = None
    expiry_date: str | None = None
    enabled: bool = True
    recurrence_availability: int | None = None
    hidden: bool = False

    @property
    def word(self) -> str:
        """How an order calls it."""
        return self.discount_code


Row = TaxCode | ShippingOption | DiscountCode
Numbered = SiteStatus | TaxCode | ShippingOption | DiscountCode

DEFAULT_STATUSES = tuple(
    SiteStatus(id=id, label=label, means=means, default=means is Status.RECEIVED)
    for id, label, means in STATUSES
)


class Site(Struct, frozen=True, kw_only=True, cache_hash=True):
    """One seller's site.

    Before the rows of its lists, but for its statuses, stand those that it once had, oldest first.
    Its clock shows the time of ``timezone``, of UTC for "".
    """

    id: str = ""
    timezone: str = ""
    statuses: tuple[SiteStatus, ...] = DEFAULT_STATUSES
    tax_codes: tuple[TaxCode, ...] = ()
    shipping_options: tuple[ShippingOption, ...] = ()
    discount_codes: tuple[DiscountCode, ...] = ()

    @property
    def zone(self) -> tzinfo:
        """What a time means there that names no zone."""
        return zone_of(self.timezone)


LISTS: Mapping[str, tuple[str, type[Numbered]]] = {
    "statuses": ("statuses", SiteStatus),
    "taxCodes": ("tax_codes", TaxCode),
    "shippingOptions": ("shipping_options", ShippingOption),
    "discountCodes": ("discount_codes", DiscountCode),
}
"""The lists of a site by the names that they have in a seller's tables, without ``catalyst.``."""


@lru_cache(maxsize=1024)
def site_of(seller: Seller) -> Site:
    """Give a seller's site; what the seller has not set is as every site begins."""
    lists: dict[str, Any] = {}
    for name, (member, kind) in LISTS.items():
        table = f"{NAME}.{name}"
        rows, former = seller.tables.get(table), seller.former.get(table, [])
        if rows is not None:
            lists[member] = read_list(table, rows, kind)
        if former and kind is not SiteStatus:
            lists[member] = (*_read_rows(table, former[::-1], kind), *lists.get(member, ()))
    return Site(id=site_id(seller), timezone=seller.timezone, **lists)


def site_id(seller: Seller) -> str:
    """Give the id by which a site's clients know it."""
    named = [one.id for one in seller.references if one.dialect == NAME]
    return named[0] if named else str(seller.id)


def read_list(name: str, rows: Any, kind: type[Numbered]) -> tuple[Any, ...]:
    """Read a list of a site; raises Invalid where it is malformed or names a number twice."""
    if not isinstance(rows, list):
        raise invalid(name, Rule.MALFORMED, "this is no JSON list; put its rows in brackets.")
    read = _read_rows(name, rows, kind)
    ids = [row.id for row in read]
    if len(set(ids)) < len(ids):
        raise invalid(name, Rule.DUPLICATE, "An id stands in this list twice.")
    if kind is SiteStatus and not read:
        raise invalid(name, Rule.REQUIRED, "A site has at least one status.")
    return tuple(read)


def _read_rows(name: str, rows: Any, kind: type[Numbered]) -> list[Any]:
    try:
        plain = msgspec.to_builtins(rows, builtin_types=(Decimal,))
        return [msgspec.convert(_texts(row), kind, strict=False) for row in plain]
    except (msgspec.ValidationError, TypeError) as error:
        raise invalid(name, Rule.MALFORMED, f"This is no such list: {error}.") from None


def _texts(value: Any) -> Any:
    """Turn amounts into texts, which are read back without a loss."""
    match value:
        case dict():
            return {key: _texts(inner) for key, inner in value.items()}
        case list():
            return [_texts(inner) for inner in value]
        case Decimal():
            return str(value)
        case _:
            return value


def _check(name: str, kind: type[Numbered]) -> Check:
    return lambda rows: read_list(f"{NAME}.{name}", rows, kind)


SETTINGS = Settings(
    seller={f"{NAME}.{name}": _check(name, kind) for name, (_, kind) in LISTS.items()}
)


def number_of(rows: tuple[Row, ...], word: str) -> int | None:
    """Give the number which an order means by a word; what is in no list is its own number.

    A word goes on to mean the first number that had it, however that is called by now.
    """
    number = read_whole_text(word)
    if not word or (number is not None and row_of(rows, number) is not None):
        return number
    return next((row.id for row in rows if row.word == word), number)


def word_of(rows: tuple[Row, ...], number: int) -> str:
    """Give the word for a number: the list's, unless that means another one."""
    row = row_of(rows, number)
    return row.word if row and number_of(rows, row.word) == number else str(number)


def row_of(rows: tuple[Row, ...], number: int | None) -> Row | None:
    """Give the row of a number, as it stands in its list or last stood there."""
    return next((row for row in reversed(rows) if row.id == number), None)


def status_of(site: Site, number: int) -> Status:
    """Give what a status of the site means; one that it does not have means received."""
    return meanings(site).get(number, Status.RECEIVED)


@lru_cache(maxsize=1024)
def meanings(site: Site) -> Mapping[int, Status]:
    """Give what each status of a site means, by its number."""
    return {row.id: row.means for row in site.statuses}


def omits_at(seller: Seller) -> Omits:
    """Give what a site has no status for and shows as nothing else: an order that is no order yet."""
    return _omits(site_of(seller))


@lru_cache(maxsize=1024)
def _omits(site: Site) -> Omits:
    return frozenset({Status.DRAFT}.difference(meanings(site).values()))


def main_status(site: Site, status: Status) -> int:
    """Give the status that a site shows for what an order has come to."""
    return _main_statuses(site)[status]


@lru_cache(maxsize=1024)
def _main_statuses(site: Site) -> Mapping[Status, int]:
    return {status: _main_status(site, status) for status in Status}


def _main_status(site: Site, status: Status) -> int:
    tried: set[Status] = set()
    wanted: Status | None = status
    while wanted is not None and wanted not in tried:
        tried.add(wanted)
        for row in site.statuses:
            if row.means is wanted:
                return row.id
        wanted = INSTEAD.get(wanted)
    default = next((row for row in site.statuses if row.default), site.statuses[0])
    return default.id


def status_numbers(site: Site) -> Callable[[Order], int]:
    """Make what gives an order's status: the one it was given, as long as it has come to that."""
    main = _main_statuses(site)

    def number(order: Order) -> int:
        given = order.extras.get(STATUS_ID)
        if isinstance(given, int) and status_of(site, given) is order.status:
            return given
        return main[order.status]

    return number


def with_status(site: Site, order: Order, number: int, means: Status | None = None) -> Order:
    """Put an order into a status of the site; which one is noted where its meaning is not enough."""
    status = means or status_of(site, number)
    extras = order.extras
    if STATUS_ID in extras:
        extras = {name: value for name, value in extras.items() if name != STATUS_ID}
    if number != main_status(site, status):
        extras = {**extras, STATUS_ID: number}
    return msgspec.structs.replace(order, status=status, extras=extras)


def write_id(id: str) -> int | str | None:
    """Write an id: a number wherever it is one."""
    if id in NO_ID:
        return None
    number = read_whole_text(id)
    return id if number is None else number
