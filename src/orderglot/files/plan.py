"""The plan of an import: its options, and how this file's rows are to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from orderglot.files.amounts import Scope
from orderglot.files.columns import Columns
from orderglot.files.layouts.shop_layout import NO_SHOP, ShopLayout
from orderglot.files.lines import Signs, Worth
from orderglot.files.numbers import Marks
from orderglot.files.sources import Source


class ImportOptions(Struct, frozen=True, kw_only=True):
    """What a person says of a file, as text; "" leaves it to the file."""

    shape: str = ""
    """Which shop's file it is."""
    sheet: str = ""
    """Which sheet of a spreadsheet has the orders."""
    columns: str = ""
    """Which column is which field, such as ``order=Invoice``."""
    currency: str = ""
    decimal: str = ""
    """What parts decimals, ``.`` or ``,``."""
    dates: str = ""
    """In which order dates are: ``dmy``, ``mdy`` or ``ymd``."""
    timezone: str = ""
    """Of times without a zone; the seller's where nobody says."""
    sellers_timezone: str = ""
    """The zone of the seller whose orders the file has; "" is UTC."""
    encoding: str = ""
    sku: str = ""
    """Which field or column stands in where a line has no SKU; its title where nobody says."""
    source: str = ""
    """Whose numbers the file's orders go by."""
    fill_down: bool = False
    """Whether a row without an order number belongs to the order above it."""
    partial: bool = False
    """Whether an order is taken without those of its rows that cannot be."""
    dry_run: bool = False


class Plan(Struct, frozen=True, kw_only=True):
    """How the rows of one file are read."""

    columns: Columns
    delimiter: str = ","
    quoted: bool = True
    width: int = 0
    """How many columns the rows of the file have."""
    shop: ShopLayout = NO_SHOP
    shipping_tells: bool = False
    """Whether an order's status is that of its shipments."""
    marks: Marks = Marks()
    zone: tzinfo = UTC
    read_time: Callable[[str], datetime | None]
    read_worth: Callable[[tuple[str, ...]], Worth]
    signs: Signs
    currency: str = ""
    """Of orders that name none."""
    scopes: Mapping[str, Scope] = {}
    """What the amounts in each column of money are."""
    hundredths: bool = False
    """Whether rates of discounts are written in hundredths."""
    fill_down: bool = False
    stand_in: int | None = None
    """Which column stands in for a SKU."""
    partial: bool = False
    source: Source = Source()
