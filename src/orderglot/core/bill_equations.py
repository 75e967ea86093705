"""Bill equations: what is due, paid, owed and refunded, and what that is in a second currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from orderglot.core.currencies import rounded
from orderglot.core.findings import Difference, Finding, Missing
from orderglot.core.order import Invoice, Order
from orderglot.core.order_details import OrderDetails, SecondCurrency
from orderglot.core.total_equation import of_amounts
from orderglot.core.values import InvoiceStatus

ZERO = Decimal(0)
HALF = Decimal("0.5")

LEDGER = ("due", "owed", "paid", "refunded")


def of_bill(order: Order, bill: Invoice) -> Iterator[Finding]:
    """Compare the sums of a bill with their parts, with each other and with the order's total."""
    for name in LEDGER:
        yield from of_amounts(f"invoice.{name}", getattr(bill, name), order.currency)
    due, paid, owed = bill.due.total, bill.paid.total, bill.owed.total
    yield from _same("invoice.due.total", due, order.totals.total, order.currency)
    if due is not None and paid is not None and owed is not None:
        # Of a cancelled bill nothing is owed; what went back may be owed again.
        expected = [due - paid, due - paid + (bill.refunded.total or ZERO)]
        expected += [ZERO] if bill.status is InvoiceStatus.CANCELLED else []
        yield from _of_owed(owed, expected, order.currency)
    if order.details is not None:
        payments = [one.amount for one in order.details.payments]
        yield from _same("invoice.paid.total", paid, _sum(payments), order.currency)
        refunds = [one.amount for one in order.details.refunds]
        refunded = bill.refunded.total
        yield from _same("invoice.refunded.total", refunded, _sum(refunds), order.currency)


def _of_owed(owed: Decimal, expected: list[Decimal], currency: str) -> Iterator[Finding]:
    """Compare what is owed with each of what may be."""
    offs = [rounded(owed, currency) - rounded(one, currency) for one in expected]
    if ZERO not in offs:
        yield Difference("invoice.owed.total", offs[0])


def _same(
    member: str, amount: Decimal | None, other: Decimal | None, currency: str
) -> Iterator[Finding]:
    if amount is None or other is None:
        return
    off = rounded(amount, currency) - rounded(other, currency)
    if off:
        yield Difference(member, off)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add a list up; None where there is none, or one of it is not known."""
    known = list(amounts)
    return None if not known or None in known else sum(filter(None, known), ZERO)


def of_second_currency(order: Order, details: OrderDetails) -> Iterator[Finding]:
    """Compare what an order comes to in its second currency with its parts, and by the rate."""
    second = details.second_currency
    if second == SecondCurrency():
        return
    name, total = "details.second_currency", order.totals.total
    yield from of_amounts(f"{name}.totals", second.totals, second.currency)
    if second.rate is None or second.totals.total is None:
        yield Missing(f"{name}.rate" if second.rate is None else f"{name}.totals.total")
    elif total is not None:
        off = second.totals.total - total * second.rate
        if abs(off) > _doubt(total, second.rate, second.currency):
            yield Difference(f"{name}.totals.total", rounded(off, second.currency))


def _doubt(total: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Give by how much a sum may differ: the rate is rounded to its last decimal, the sum once."""
    _, _, exponent = rate.as_tuple()
    last = Decimal(1).scaleb(int(exponent))
    return abs(total) * last * HALF + _unit(currency)


def _unit(currency: str) -> Decimal:
    _, _, exponent = rounded(ZERO, currency).as_tuple()
    return Decimal(1).scaleb(int(exponent))
