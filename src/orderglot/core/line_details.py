"""What few lines say: how a quantity is measured, what has become of it, its taxes, dates, numbers.

These stand in a part of their own, so that the lines that say none of it cost nothing for it.
"""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.item_numbers import ItemNumbers
from orderglot.core.quantities import Quantity
from orderglot.core.schedule import Schedule


class LineDetails(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Details of a line. A quantity that nobody said is None, which is not 0.

    ``unit_code`` is that of UN/ECE Recommendation 20 for the line's ``unit``, such as KGM.
    ``price_quantity`` is for how many of these the line's ``unit_price`` is, where not for one.
    ``prices_include_tax`` and the days of ``schedule`` are said where they are not as the order has
    them. ``ship_to`` is the number of the party that it goes to, where not to the order's address.
    """

    unit_code: str = ""
    price_quantity: Quantity | None = None
    cancelled: Quantity | None = None
    shipped: Quantity | None = None
    returned: Quantity | None = None
    tax_lines: tuple[TaxLine, ...] = ()
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    prices_include_tax: bool | None = None
    item_numbers: ItemNumbers = ItemNumbers()
    schedule: Schedule = Schedule()
    ship_to: str = ""
