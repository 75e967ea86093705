"""Pricing: what a draft of an order costs by the seller's products, and whether it can be bought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from orderglot.core.currencies import rounded
from orderglot.core.errors import Conflict, Invalid, Problem, Rule
from orderglot.core.line_numbers import next_number, numbers
from orderglot.core.line_quantities import cancelled
from orderglot.core.order import Amounts, Invoice, Line, LinePricing, Order, Totals
from orderglot.core.product import Product, price_of
from orderglot.core.quantities import Quantity, plain
from orderglot.core.values import InvoiceStatus, Kind, Status

BUYING = frozenset({Kind.SALE, Kind.QUOTE, Kind.RENEWAL})
"""Kinds of orders to which lines may be added."""

OVER = frozenset({Status.CANCELLED, Status.FAILED, Status.RETURNED})
ON_ITS_WAY = frozenset({Status.SHIPPED, Status.DELIVERED})

ZERO = Decimal(0)
NOTHING = Amounts(subtotal=ZERO, tax=ZERO, duty=ZERO, shipping=ZERO, total=ZERO)


def price(draft: Order, products: Mapping[str, Product], *, lines_rounded: bool = False) -> Order:
    """Price the lines of a draft, add them up, and open an invoice on which all is still owed.

    The tier of a product goes by all pieces of its SKU in the order. Tax, duty and shipping are
    zero until the seller charges them. What is due is rounded half up, once, to what can be paid
    in the currency; a line is exact, or with ``lines_rounded`` such a figure itself. Lines in
    several currencies have no sum. Raises Invalid with every line that cannot be bought. A
    currency that the draft or its line does not name is the product's.
    """
    problems = tuple(_problems(draft, products))
    if problems:
        raise Invalid(*problems)
    counted = bought(draft.lines)
    lines = tuple(
        [
            _priced(line, products[line.sku], counted[line.sku], number)
            for line, number in zip(draft.lines, numbers(draft.lines), strict=True)
        ]
    )
    currencies = [_currency(draft, line, products[line.sku]) for line in lines]
    if lines_rounded:
        lines = tuple(map(_rounded, lines, currencies))
    return _billed(msgspec.structs.replace(draft, lines=lines), set(currencies))


def add_lines(order: Order, added: Iterable[Line], products: Mapping[str, Product]) -> Order:
    """Put lines into an order at the prices of today; what was agreed of the others stands.

    The tier of a product goes by all pieces of its SKU in the order, those that come already among
    them. The sums of the order are left as they are. Raises Invalid with every line that cannot be
    bought, which are counted from 1 among those ``added``, Conflict where the order takes none.
    """
    if order.kind not in BUYING:
        raise Conflict(f"A {order.kind} takes no further lines; order them anew.")
    if order.status in OVER:
        raise Conflict(f"This order is {order.status}; order further lines anew.")
    asked = msgspec.structs.replace(order, lines=tuple(added))
    problems = tuple(_problems(asked, products))
    if problems:
        raise Invalid(*problems)
    counted = bought((*map(coming, order.lines), *asked.lines))
    lines = tuple(
        _priced(line, products[line.sku], counted[line.sku], number)
        for number, line in enumerate(asked.lines, next_number(order))
    )
    if order.status is Status.COMPLETED:
        # Nobody sends anything of it any more, and it stays so.
        lines = tuple(msgspec.structs.replace(line, status=order.status) for line in lines)
    # What went out whole has something to be sent again.
    status = Status.PARTLY_SHIPPED if order.status in ON_ITS_WAY else order.status
    return msgspec.structs.replace(order, lines=(*order.lines, *lines), status=status)


def coming(line: Line) -> Line:
    """Give a line without what was cancelled of it."""
    return msgspec.structs.replace(line, quantity=plain(line.quantity - cancelled(line)))


def with_bill(order: Order) -> Order:
    """Open an invoice for an order that has none with figures; nothing is due until it is summed up."""
    bill = order.invoice or Invoice(status=InvoiceStatus.UNPAID)
    if bill.due.total is not None:
        return order
    bill = msgspec.structs.replace(bill, due=NOTHING, owed=NOTHING, paid=NOTHING, refunded=NOTHING)
    return msgspec.structs.replace(order, invoice=bill)


def _currency(draft: Order, line: Line, product: Product) -> str:
    return line.currency or draft.currency or product.currency


def _rounded(line: Line, currency: str) -> Line:
    return msgspec.structs.replace(line, total=rounded(line.total or ZERO, currency))


def _billed(order: Order, currencies: set[str]) -> Order:
    """Open the invoice of an order; amounts in several currencies do not add up to one."""
    if len(currencies) > 1:
        bill = Invoice(status=InvoiceStatus.UNPAID)
        return msgspec.structs.replace(order, totals=Totals(), invoice=bill)
    due = _sum_of(order.lines, *currencies)
    bill = Invoice(status=InvoiceStatus.UNPAID, due=due, owed=due, paid=NOTHING, refunded=NOTHING)
    totals = Totals(**msgspec.structs.asdict(due))
    return msgspec.structs.replace(order, totals=totals, invoice=bill)


def line_pricing(line: Line) -> LinePricing | None:
    """Give a priced line's figures as a partner sees them, None where it has no price.

    Nothing is discounted and nothing prorated: all prices of a piece are the same.
    """
    piece = line.unit_price
    if piece is None:
        return None
    return LinePricing(list_price=piece, discounted_price=piece, net_price=piece, total=line.total)


def _problems(draft: Order, products: Mapping[str, Product]) -> Iterator[Problem]:
    for number, line in enumerate(draft.lines, 1):
        product = products.get(line.sku)
        problem = (product and breaks_pack(line, product, number)) or has_no_price(
            line, product, draft.currency, number
        )
        yield from filter(None, (problem,))


def breaks_pack(line: Line, product: Product, number: int) -> Problem | None:
    """Give what is wrong with the quantity of a line where it is no multiple of its product's pack."""
    if product.pack <= 1 or not pieces(line) % product.pack:
        return None
    reason = f"{pieces(line)} is not a multiple of {product.pack}, the pack of {line.sku}."
    return Problem("quantity", Rule.PACK, reason, number)


def has_no_price(line: Line, product: Product | None, currency: str, number: int) -> Problem | None:
    """Give why a line has no price today, in its currency or else that of its order."""
    currency = line.currency or currency
    if product is None:
        reason = f"There is no product with the SKU {line.sku!r}."
        return Problem("sku", Rule.UNKNOWN, reason, number)
    if not product.tiers:
        reason = f"The product {line.sku!r} has no price; ask the seller."
        return Problem("sku", Rule.INELIGIBLE, reason, number)
    if currency and product.currency not in ("", currency):
        reason = f"{line.sku} is sold in {product.currency}, not in {currency}."
        return Problem("currency", Rule.CURRENCY, reason, number)
    return None


def pieces(line: Line) -> Quantity:
    """Count the pieces of a line; a box, where it has boxes, holds its ``units_per_box``."""
    return plain(line.quantity * ((line.units_per_box or 1) if line.box else 1))


def bought(lines: Iterable[Line]) -> dict[str, Quantity]:
    """Count the pieces of each SKU, by which the tier of its price goes."""
    counted: dict[str, Quantity] = {}
    for line in lines:
        counted[line.sku] = counted.get(line.sku, 0) + pieces(line)
    return counted


def _priced(line: Line, product: Product, count: Quantity, number: int) -> Line:
    unit_price = price_of(product, count) or ZERO
    own = pieces(line)
    return msgspec.structs.replace(
        line,
        number=number,
        upc=product.upc,
        title=product.title,
        image_url=product.image_url,
        unit_price=unit_price,
        total=unit_price * own,
        weight=None if product.weight is None else product.weight * own,
        status=Status.RECEIVED,
    )


def _sum_of(lines: tuple[Line, ...], currency: str = "") -> Amounts:
    subtotal = rounded(sum([line.total or ZERO for line in lines], ZERO), currency)
    return Amounts(subtotal=subtotal, tax=ZERO, duty=ZERO, shipping=ZERO, total=subtotal)
