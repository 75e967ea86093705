"""Products read from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.core.product import Product, Tier
from orderglot.files.cells import is_rounded, unwrapped
from orderglot.files.lines import rounded
from orderglot.wire.values import read_amount, read_whole

COLUMNS = ("sku", "title", "pack", "price", "weight", "upc")


def read_products(file: Path, currency: str) -> tuple[Product, ...]:
    """Read every product of a file; raises Invalid with the first line that is none."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return tuple(_products(file, csv.DictReader(lines), currency))
    except (UnicodeDecodeError, csv.Error) as error:
        raise invalid(str(file), Rule.MALFORMED, f"this is no CSV in UTF-8: {error}.") from None


def _products(file: Path, rows: csv.DictReader[str], currency: str) -> Iterator[Product]:
    unknown = [name for name in rows.fieldnames or () if name not in COLUMNS]
    if unknown or "sku" not in (rows.fieldnames or ()):
        reason = f"the columns are {', '.join(COLUMNS)}, of which sku must be there"
        raise invalid(str(file), Rule.UNKNOWN, f"{reason}.")
    found = dict[str, int]()
    for row in rows:
        try:
            product = _product(_texts(row), currency)
            if (before := found.setdefault(product.sku, rows.line_num)) != rows.line_num:
                raise ValueError(f"the sku {product.sku!r} is on line {before} already")
            yield product
        except ValueError as error:
            where = f"{file}, line {rows.line_num}"
            raise invalid(where, Rule.MALFORMED, f"{error}.") from None


def _texts(row: dict[str | Any, str | Any]) -> dict[str, str]:
    """Give the texts of a row by column; raises ValueError where there are more of them."""
    if None in row:
        raise ValueError("it has more columns than the header")
    texts = {name: unwrapped(text or "").strip() for name, text in row.items()}
    for name in ("sku", "upc"):
        if is_rounded(texts.get(name, "")):
            raise ValueError(rounded(name, texts[name]))
    return texts


def _product(texts: dict[str, str], currency: str) -> Product:
    if not texts["sku"]:
        raise ValueError("there is no sku")
    pack = read_whole(texts.get("pack") or "1")
    price, weight = texts.get("price"), texts.get("weight")
    if pack < 1:
        raise ValueError("the pack is less than one piece")
    return Product(
        sku=texts["sku"],
        title=texts.get("title", ""),
        upc=texts.get("upc", ""),
        pack=pack,
        tiers=(Tier(quantity=pack, price=read_amount(price)),) if price else (),
        currency=currency,
        weight=read_amount(weight) if weight else None,
    )
