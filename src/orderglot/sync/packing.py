"""Packing: what is ordered in pieces, in the boxes in which a vendor sells and counts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from orderglot.core.boxes import Packing, boxed
from orderglot.core.errors import Invalid, Problem
from orderglot.core.order import Line, Order
from orderglot.core.ports import Book
from orderglot.core.product import Product
from orderglot.wire.dialect import Dialect


async def packed_for(book: Book, dialect: Dialect, order: Order) -> Order:
    """Give an order in a vendor's boxes, by what is set for its products.

    Raises Invalid with each line that fills no whole boxes.
    """
    if dialect.packing is None:
        return order
    products = await book.products(sorted({line.sku for line in order.lines}))
    lines, problems = list[Line](), list[Problem]()
    for place, line in enumerate(order.lines, 1):
        try:
            lines.append(_packed(line, products, dialect.packing))
        except Invalid as error:
            field = f"lines[{line.number or place}].quantity"
            problems += [replace(one, field=field, line=None) for one in error.problems]
    if problems:
        raise Invalid(*problems)
    return replace(order, lines=tuple(lines))


def _packed(
    line: Line, products: Mapping[str, Product], packing: Callable[[Product], Packing]
) -> Line:
    product = products.get(line.sku)
    return line if product is None else boxed(line, packing(product))
