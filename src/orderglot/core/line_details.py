"""What few lines say: the unit of a quantity, what has become of how much of it, its taxes and charges.

These stand in a part of their own, so that the lines that say none of it cost nothing for it.
"""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.quantities import Quantity


class LineDetails(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Details of a line. A quantity that nobody said is None, which is not 0.

    ``unit_code`` is that of UN/ECE Recommendation 20 for the line's ``unit``, such as KGM.
    ``price_quantity`` is for how many of these the line's ``unit_price`` is, where not for one.
    ``prices_include_tax`` is said where it is not as the order has it.
    """

    unit_code: str = ""
    price_quantity: Quantity | None = None
    cancelled: Quantity | None = None
    shipped: Quantity | None = None
    returned: Quantity | None = None
    prices_include_tax: bool | None = None
    tax_lines: tuple[TaxLine, ...] = ()
    allowance_charges: tuple[AllowanceCharge, ...] = ()
