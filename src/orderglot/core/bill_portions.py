"""Bill portions: what is due, paid and owed for some of an order's goods, out of its bill.

An order that is paid in full is paid in both of its parts, unless the payments are listed one by one.
These, and what was paid in part or beyond what was due, stay with the bill that they were made for, and
so do number, dates and refunds.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import asdict, replace

from orderglot.core.line_portions import share
from orderglot.core.order import Amounts, Invoice, Order, Totals
from orderglot.core.portions import less
from orderglot.core.totals import ZERO, with_sums
from orderglot.core.totals import less as owed_of
from orderglot.core.values import InvoiceStatus

KEPT = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.SCHEDULED})
"""What is so of both bills where it was of the one."""


def billed(order: Order, bill: Invoice, sums: Totals, whole: Totals) -> Invoice:
    """Give the bill of a portion that comes to ``sums`` out of the ``whole`` of its order.

    Where nobody knows what it comes to, it has no figures.
    """
    status = _status(order, bill)
    if sums == Totals():
        return Invoice(status=status)
    due = _due(bill.due, sums, whole, order.currency)
    paid = _known(due if _goes_along(order, bill) else Amounts(), bill.paid)
    owed = Amounts() if bill.status is InvoiceStatus.CANCELLED else owed_of(due, paid)
    return Invoice(
        status=status,
        due=due,
        paid=paid,
        owed=_known(owed, bill.owed),
        refunded=_known(Amounts(), bill.refunded),
    )


def bill_without(bill: Invoice, part: Invoice) -> Invoice:
    """Give a bill without that of a portion: it may be paid in full then, and what was so stays so."""
    left = replace(bill, paid=less(bill.paid, part.paid))
    left = with_sums(left, less(bill.due, part.due), less(bill.owed, part.owed))
    return replace(left, status=bill.status) if bill.status is InvoiceStatus.PAID else left


def _goes_along(order: Order, bill: Invoice) -> bool:
    """Tell whether what was paid for some of the goods goes along with them."""
    due, paid = bill.due.total, bill.paid.total
    listed = order.details is not None and order.details.payments
    return due is not None and paid is not None and paid >= due and not listed


def _status(order: Order, bill: Invoice) -> InvoiceStatus | None:
    if bill.status is None or bill.status in KEPT:
        return bill.status
    unknown = bill.status is InvoiceStatus.PAID and bill.due.total is None
    paid = unknown or (bill.status is not InvoiceStatus.UNPAID and _goes_along(order, bill))
    return InvoiceStatus.PAID if paid else InvoiceStatus.UNPAID


def _known(amounts: Amounts, of: Amounts) -> Amounts:
    """Give of some sums those that are known of others; one that is not there is zero."""
    return Amounts(
        **{
            name: None if one is None else getattr(amounts, name) or ZERO
            for name, one in asdict(of).items()
        }
    )


def _due(due: Amounts, sums: Totals, whole: Totals, currency: str) -> Amounts:
    """Give what is due for a portion: its sums where the bill has those of the order."""

    def of(name: str) -> Decimal | None:
        amount, all_of, part = getattr(due, name), getattr(whole, name), getattr(sums, name)
        if amount is None or all_of is None or part is None:
            return None if amount is None else ZERO
        return part if amount == all_of else share(amount, part, all_of, currency)

    found = Amounts(**{name: of(name) for name in asdict(due)})
    return found if due.subtotal is None else replace(found, subtotal=_goods(due, found))


def _goods(due: Amounts, found: Amounts) -> Decimal | None:
    """Give what the goods of a portion are billed with, as its other parts have it."""
    put_on = _added(due.tax, due.duty, due.shipping)
    own = _added(found.tax, found.duty, found.shipping)
    for tax, own_tax in ((ZERO, ZERO), (due.tax or ZERO, found.tax or ZERO)):
        if due.total is not None and due.subtotal == due.total - put_on + tax:
            return (found.total or ZERO) - own + own_tax
    return found.subtotal


def _added(*amounts: Decimal | None) -> Decimal:
    return sum(filter(None, amounts), ZERO)
