"""Prices: which of a file's columns is the price of a piece, where several could be."""

from __future__ import annotations

import re
from decimal import Decimal

from orderglot.core.errors import Rule, invalid
from orderglot.files.columns import Columns
from orderglot.files.lines import short
from orderglot.files.numbers import Marks
from orderglot.files.sample import Sample

_PRICE = re.compile(r"price|preis|\bprix\b|precio|prezzo|\bcosts?\b|\brate\b", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"shipping|versand|freight|postage|handling|tax|vat|mwst|total|list|compare|msrp|rrp|uvp"
    r"|exchange|discount ?rate|currency|includ|conversion",
    re.IGNORECASE,
)
"""Names of what is no price of what was sold, though the word is in it."""

_KIND = re.compile(
    r"\b(?:net|netto|gross|brutto|sale|sales|selling|sold|discounted|reduced|special|final|paid"
    r"|actual|wholesale|incl?|excl?|inc|ex)\b",
    re.IGNORECASE,
)
"""Words that tell a price from another one of the same piece."""


def demand_price(sample: Sample, columns: Columns, marks: Marks) -> None:
    """Raise Invalid where it has to be asked which column is the price of a piece.

    That is so where none is it by its name and some look like it, and where one is and another says
    otherwise. A column that is named by a person, or by the layout of a shop, is not asked for.
    """
    if "price" in columns.mapped or "amount" in columns.mapped:
        return
    others = {
        name: amounts
        for place, name in columns.others.items()
        if _may_be(name) and any(amounts := sample.amounts_at(place, marks))
    }
    if "price" in columns.at:
        own = sample.amounts("price", marks)
        others = {
            name: amounts
            for name, amounts in others.items()
            if _KIND.search(name) and amounts != own
        }
        if not others or _KIND.search(columns.name("price")) or _is_product(sample, own, marks):
            return
        _ask([columns.name("price"), *others])
    elif others and "amount" not in columns.at:
        _ask([*others])


def _may_be(name: str) -> bool:
    return _PRICE.search(name) is not None and _OTHERWISE.search(name) is None


def _is_product(sample: Sample, prices: list[Decimal | None], marks: Marks) -> bool:
    """Tell whether a file's amounts of lines show that these are the prices of their pieces."""
    amounts = sample.amounts("amount", marks)
    rows = [
        one
        for one in zip(sample.amounts("quantity", marks), prices, amounts, strict=False)
        if None not in one
    ]
    return bool(rows) and all(
        quantity * price == amount for quantity, price, amount in rows if quantity and price
    )


def _ask(names: list[str]) -> None:
    shown = " or ".join(map(short, names[:5]))
    first = names[0]
    raise invalid(
        "columns",
        Rule.REQUIRED,
        f"{shown} may be the price of a piece; say --columns price={first} for that, "
        f"amount={first} where it is the whole line's, or price= to have none.",
    )
