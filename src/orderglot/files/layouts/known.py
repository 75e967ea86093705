"""The layouts that are known, by their names and by the headers of their files."""

from __future__ import annotations

from collections.abc import Sequence

from orderglot.core.errors import Rule, invalid
from orderglot.files.field_names import plain
from orderglot.files.layouts import (
    amazon,
    bigcommerce,
    ebay,
    etsy,
    northwind,
    sales_sample,
    shopify,
    superstore,
    woocommerce,
)
from orderglot.files.layouts.shop_layout import NO_SHOP, ShopLayout

LAYOUTS = (
    shopify.LAYOUT,
    woocommerce.LAYOUT,
    amazon.LAYOUT,
    amazon.BY_DAY,
    ebay.LAYOUT,
    etsy.LAYOUT,
    etsy.ORDERS,
    bigcommerce.LAYOUT,
    northwind.LINES,
    northwind.ORDERS,
    superstore.LAYOUT,
    sales_sample.LAYOUT,
)
"""All layouts; a shop that has several kinds of files has one for each, under one name."""

PLAIN, TRACKING = "plain", "tracking"
"""Files of no shop: those that are read by the names of their columns, and of tracking numbers."""

SHAPES = (*dict.fromkeys(layout.name for layout in LAYOUTS), TRACKING, PLAIN)
"""What a file can be said to be."""


def read_shape(name: str) -> str:
    """Read what a file is said to be, "" where nobody says it; raises Invalid for what is none."""
    shape = name.strip().casefold()
    if shape and shape not in SHAPES:
        reason = f"There is no layout {name[:40]!r}; give one of {', '.join(SHAPES)}."
        raise invalid("from", Rule.CHOICE, reason)
    return shape


def layout_of(header: Sequence[str], shape: str = "") -> ShopLayout:
    """Tell which shop's a header is, among those of a name where one is given, else NO_SHOP."""
    among = (layout for layout in LAYOUTS if shape in ("", layout.name))
    return next((layout for layout in among if layout.is_of(header)), NO_SHOP)


def demand_layout(header: Sequence[str], shape: str) -> None:
    """Raise Invalid where a file is said to be a shop's and lacks columns of all its files."""
    among = [layout for layout in LAYOUTS if layout.name == shape]
    if not among or any(layout.is_of(header) for layout in among):
        return
    there = set(map(plain, header))
    lacks = [
        ", ".join(name.strip() for name in layout.known_by.split(",") if plain(name) not in there)
        for layout in among
    ]
    reason = f"the file is not of {shape}, as it has no {' or no '.join(lacks)}; leave --from out."
    raise invalid("from", Rule.CHOICE, reason)
