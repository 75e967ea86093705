"""The tax and the discount of an item, as Catalyst's wire has them: one rate and one amount."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from orderglot.core.amounts import LARGEST
from orderglot.core.charges import AllowanceCharge, TaxLine, percent_of, put_on
from orderglot.core.line_details import LineDetails
from orderglot.dialects.catalyst.values import read_rate, write_rate
from orderglot.wire.form import Form
from orderglot.wire.values import bare, unless


def write_charges(details: LineDetails | None) -> dict[str, Any]:
    """Write the tax rate of an item, a fraction, and its discount, an amount; null is not known."""
    details = details or LineDetails()
    return {
        "unitTaxRate": write_rate(_percent(details.tax_lines)),
        "discountRate": bare(_discount(details.allowance_charges)),
    }


def read_charges(form: Form) -> LineDetails | None:
    """Read the tax rate and the discount of an item; 0 is what the vendor writes for none."""
    percent = form.parsed("unitTaxRate", read_rate)
    return unless(
        LineDetails(
            tax_lines=_tax_lines(percent),
            allowance_charges=_allowances(form.amount("discountRate")),
        ),
        LineDetails(),
    )


def round_tax_lines(lines: tuple[TaxLine, ...]) -> tuple[TaxLine, ...]:
    """Leave one tax at the rate of all together."""
    return _tax_lines(_percent(lines))


def round_allowance_charges(charges: tuple[AllowanceCharge, ...]) -> tuple[AllowanceCharge, ...]:
    """Leave one allowance, or one charge, of what all come to."""
    return _allowances(_discount(charges))


def _percent(lines: Iterable[TaxLine]) -> Decimal | None:
    """Give the rate of several taxes together, None where that is not known of one."""
    percent = percent_of(lines)
    return None if percent is None else _within(percent)


def _discount(charges: Iterable[AllowanceCharge]) -> Decimal | None:
    """Give what is taken off in all, None where the amount of one is not known."""
    every = tuple(charges)
    known = every and None not in [one.amount for one in every]
    return _within(-put_on(every)) if known else None


def _within(total: Decimal) -> Decimal | None:
    """Give a sum, None where it is larger than any value that this wire's readers take."""
    return total if total.copy_abs() < LARGEST else None


def _tax_lines(percent: Decimal | None) -> tuple[TaxLine, ...]:
    return (TaxLine(percent=percent),) if percent else ()


def _allowances(off: Decimal | None) -> tuple[AllowanceCharge, ...]:
    return (AllowanceCharge(charge=off < 0, amount=abs(off)),) if off else ()
