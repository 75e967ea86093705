"""Billing: the invoice of an order once it is issued, and once it is paid or not paid any more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.line_portions import share
from orderglot.core.order import HUB, Amounts, Invoice, Order
from orderglot.core.order_details import PaymentMade
from orderglot.core.totals import ZERO, less
from orderglot.core.values import InvoiceStatus

BY_WORD = f"{HUB}.paid_by_word"
"""The extra that says how much of a bill is paid only because somebody called it paid in full."""

NOTHING = less(Amounts(), Amounts())


class ByWord(Struct, frozen=True, omit_defaults=True, gc=False):
    """What somebody's word added to what was paid, and the ``payments`` that it added to a list."""

    added: Amounts = Amounts()
    payments: tuple[Decimal, ...] = ()


def issued(order: Order, number: str, now: datetime) -> Order:
    """Give an order whose invoice is issued: it has a number and a date, its own where it has them."""
    bill = order.invoice or Invoice(status=InvoiceStatus.UNPAID)
    number, date = bill.number or number, bill.date or now
    return replace(order, invoice=replace(bill, number=number, date=date))


def settled(order: Order, status: InvoiceStatus | None) -> Order:
    """Give an order whose invoice somebody calls paid in full, or not so: the ledger goes along.

    What came in stands, and what was paid by that word alone is taken back with it. Of an invoice
    without figures nothing is known to be paid.
    """
    bill = order.invoice or Invoice()
    if status is InvoiceStatus.PAID:
        paid = replace(order, invoice=replace(bill, status=status))
        return paid if bill.due.total is None else _paid_in_full(paid, bill, bill.due.total)
    return _taken_back(order, bill)


def divided(order: Order, part: Invoice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give an order's extras without what of its bill was paid by word for a portion, and that alone.

    ``part`` is the bill of the portion. Payments by word stay with the list that they are in.
    """
    word, paid = _by_word(order), order.invoice.paid if order.invoice else Amounts()
    own = Amounts(
        **{
            name: share(amount, getattr(part.paid, name) or ZERO, whole, order.currency)
            for name, amount in asdict(word.added).items()
            if amount is not None and (whole := getattr(paid, name) or ZERO) > ZERO
        }
    )
    left = replace(word, added=_less(word.added, own))
    return _with(order.extras, left), _with({}, ByWord(own))


def _paid_in_full(order: Order, bill: Invoice, due: Decimal) -> Order:
    if ZERO <= due <= (bill.paid.total or ZERO):
        return order
    word = _by_word(order)
    word = replace(word, added=_less(bill.due, _less(bill.paid, word.added)))
    payments = order.details.payments if order.details else ()
    rest = _unlisted(bill, payments)
    if rest and order.details:
        further = (*payments, PaymentMade(amount=rest))
        order = replace(order, details=replace(order.details, payments=further))
        word = replace(word, payments=(*word.payments, rest))
    paid = replace(bill, status=InvoiceStatus.PAID, paid=bill.due, owed=NOTHING)
    return replace(order, invoice=paid, extras=_with(order.extras, word))


def _taken_back(order: Order, bill: Invoice) -> Order:
    word = _by_word(order)
    payments, replaced = _came_in(order, word)
    if order.details:
        order = replace(order, details=replace(order.details, payments=payments))
    listed = _sum(payments) if replaced else None
    paid = _less(bill.paid, _at_most(word.added, bill.paid, listed or ZERO, order.currency))
    status = InvoiceStatus.PARTIALLY_PAID if paid.total else InvoiceStatus.UNPAID
    bill = replace(bill, status=status, paid=paid)
    if bill.due.total is not None:
        bill = replace(bill, owed=less(bill.due, paid))
    return replace(order, invoice=bill, extras=_with(order.extras, ByWord()))


def _came_in(order: Order, word: ByWord) -> tuple[tuple[PaymentMade, ...], bool]:
    """List an order's payments without those by word, and tell whether others took their place."""
    payments, replaced = list(order.details.payments if order.details else ()), False
    for amount in word.payments:
        by_word = PaymentMade(amount=amount)
        if by_word in payments:
            payments.remove(by_word)
        else:
            replaced = True
    return tuple(payments), replaced


def _at_most(added: Amounts, paid: Amounts, listed: Decimal, currency: str) -> Amounts:
    """Give what a word added, of which no more is taken back than is paid beyond what is listed."""
    whole, most = added.total or ZERO, max((paid.total or ZERO) - listed, ZERO)
    if whole <= most or whole <= ZERO:
        return added
    return Amounts(
        **{name: share(amount, most, whole, currency) for name, amount in asdict(added).items()}
    )


def _unlisted(bill: Invoice, payments: tuple[PaymentMade, ...]) -> Decimal:
    """Give how much of a bill is in none of its payments, 0 where nobody lists them."""
    listed = _sum(payments)
    if listed is None or bill.due.total is None:
        return ZERO
    return max(bill.due.total - listed, ZERO)


def _sum(payments: tuple[PaymentMade, ...]) -> Decimal | None:
    """Add payments up; None where there is none, or one without an amount."""
    amounts = [one.amount for one in payments]
    return None if not amounts or None in amounts else sum(filter(None, amounts), ZERO)


def _less(whole: Amounts, part: Amounts) -> Amounts:
    """Take sums off others; of what both do not know nothing is known."""
    left, known = asdict(less(whole, part)), (asdict(whole), asdict(part))
    return Amounts(
        **{name: one for name, one in left.items() if any(of[name] is not None for of in known)}
    )


def _by_word(order: Order) -> ByWord:
    return msgspec.convert(order.extras.get(BY_WORD, {}), ByWord)


def _with(extras: dict[str, Any], word: ByWord) -> dict[str, Any]:
    """Give extras that say so much of a word; what came to nothing is not said."""
    others = {name: value for name, value in extras.items() if name != BY_WORD}
    if not (any(asdict(word.added).values()) or word.payments):
        return others
    return {**others, BY_WORD: msgspec.to_builtins(word, builtin_types=(Decimal,))}
