"""Amounts: what an order comes to beside its goods, out of columns that say so on its rows.

A file says such an amount on the first row of an order, on each of its rows, or in parts on each.
Which it is shows where an order has several rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from orderglot.core.order import Totals
from orderglot.core.values import InvoiceStatus
from orderglot.files.numbers import Marks, read_number

ZERO = Decimal(0)
CENT = Decimal("0.01")

RATES = frozenset(
    Decimal(rate)
    for rate in [
        "4",
        "4.8",
        "5",
        "5.5",
        "6",
        "7",
        "7.5",
        "7.7",
        "8",
        "8.1",
        "8.875",
        "9",
        "9.5",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "25.5",
        "27",
    ]
)
"""What taxes are often in hundredths; a column of nothing else may be rates and no amounts."""


class Scope(StrEnum):
    """What an amount on a row is: the whole order's, or a part of it."""

    ORDER = "order"
    ROW = "row"


class Sums(Struct, frozen=True, kw_only=True):
    """What an order comes to, and whether its total is another than that of its parts."""

    totals: Totals
    refunded: Decimal | None = None
    paid: Decimal | None = None
    differs: bool = False


def scope_of(orders: Iterable[Sequence[Decimal | None]]) -> Scope | None:
    """Tell from orders of several rows what an amount on a row is; None where none shows it."""
    shown: Scope | None = None
    for amounts in orders:
        given = [amount for amount in amounts if amount]
        if len(set(given)) > 1:
            return Scope.ROW
        if len(given) > 1:
            shown = Scope.ORDER
    return shown


def look_like_rates(field: str, amounts: Iterable[Decimal]) -> bool:
    """Tell whether a column of discounts or taxes may hold fractions or rates instead of amounts."""
    given = {amount for amount in amounts if amount}
    if field == "discount":
        return bool(given) and all(0 < amount <= 1 for amount in given)
    if field == "tax":
        return bool(given) and all(amount in RATES or amount * 100 in RATES for amount in given)
    return False


def read_rate(text: str, marks: Marks, *, hundredths: bool) -> Decimal | None:
    """Read a rate as a fraction, ``15 %`` as ``0.15``; nothing as None."""
    written = text.strip()
    if not written:
        return None
    try:
        number = read_number(written.removesuffix("%").strip(), marks)
        most = 100 if hundredths or written.endswith("%") else 1
        if number.currencies is not None or not 0 <= number.amount <= most:
            raise ValueError("is no share of something")
    except ValueError as error:
        raise ValueError(f"the rate {text[:40]!r} {error}") from None
    return number.amount / most if most > 1 else number.amount


def read_percent(text: str, marks: Marks) -> Decimal | None:
    """Read the rate of a tax in percent: ``19``, ``19 %`` and ``0.19`` are 19; nothing is None.

    What is not above 1 and has no sign is a share, as no tax is so low.
    """
    written = text.strip()
    if not written:
        return None
    number = read_number(written.removesuffix("%").strip(), marks)
    if number.currencies is not None or not 0 <= number.amount <= 100:
        raise ValueError(f"the tax rate {text[:40]!r} is no share of something")
    share = not written.endswith("%") and number.amount <= 1
    return number.amount * 100 if share else number.amount


def of_order(name: str, amounts: Sequence[Decimal | None], scope: Scope) -> Decimal | None:
    """Put the amounts on an order's rows together; raises ValueError where they contradict."""
    given = [amount for amount in amounts if amount is not None]
    if not given:
        return None
    if scope is Scope.ROW:
        return sum(given, ZERO)
    different = sorted({amount for amount in given if amount})
    if len(different) > 1:
        raise ValueError(
            f"its {name} is {different[0]} on one row and {different[1]} on another, where the "
            "rows of other orders repeat it"
        )
    return different[0] if different else ZERO


def summed(
    goods: Decimal | None,
    given: Mapping[str, Decimal | None],
    rows: int,
    *,
    whole: bool = True,
    taxed: bool | None = None,
) -> Sums:
    """Describe what an order comes to: what the file says, else the sum of all parts where it has them.

    Without a total it is not known where there is a tax, unless it is known whether prices are
    ``taxed``: it may be in them or beside them; nor where the parts are not ``whole``.
    """
    discount, shipping, tax = (given.get(name) for name in ("discount", "shipping", "tax"))
    discount = None if discount is None else abs(discount)
    net = None if goods is None else goods - (discount or ZERO) + (shipping or ZERO)
    total = given.get("total")
    differs = False
    if total is None and whole and net is not None and (not tax or taxed is not None):
        total = net + (tax if tax and taxed is False else ZERO)
    elif total is not None and whole and net is not None:
        differs = min(abs(total - net), abs(total - net - (tax or ZERO))) > CENT * rows
    refunded = given.get("refunded")
    totals = Totals(subtotal=goods, discount=discount, shipping=shipping, tax=tax, total=total)
    return Sums(
        totals=totals,
        refunded=None if refunded is None else abs(refunded),
        paid=given.get("amount_paid"),
        differs=differs,
    )


def shows_taxed(totals: Totals) -> bool | None:
    """Tell by an order's total whether its prices include its tax, None where it does not show."""
    goods, total, tax = totals.subtotal, totals.total, totals.tax
    if goods is None or total is None or not tax:
        return None
    net = goods - (totals.discount or ZERO) + (totals.shipping or ZERO)
    return {net: True, net + tax: False}.get(total)


def refund_status(refunded: Decimal | None, total: Decimal | None) -> InvoiceStatus | None:
    """Describe what a refund makes of an invoice, None where there is none."""
    if not refunded:
        return None
    if total is not None and refunded >= total:
        return InvoiceStatus.REFUNDED
    return InvoiceStatus.PAID_PARTIALLY_REFUNDED
