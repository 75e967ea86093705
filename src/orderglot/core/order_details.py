"""What few orders say: taxes, allowances, payments, refunds, parties, shipments and the like, one by one.

These stand in a part of their own, so that the orders that say none of it cost nothing for it. The
sums of the money stand in the order's ``totals`` and ``discount``, and in the ledger of its invoice.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from orderglot.core.amounts import Totals
from orderglot.core.cancellation_requests import CancellationRequest
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.order_responses import OrderResponse
from orderglot.core.parties import Party
from orderglot.core.quantities import Quantity
from orderglot.core.schedule import Schedule
from orderglot.core.shipments import Shipment


class SecondCurrency(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What an order comes to in another currency than its own, such as the one its buyer was shown.

    ``rate`` is how much of it is one unit of the order's own.
    """

    currency: str = ""
    rate: Decimal | None = None
    totals: Totals = Totals()


class PaymentMade(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Money that came in for an order; ``method`` is the seller's own word, ``id`` the transaction's."""

    id: str = ""
    method: str = ""
    date: datetime | None = None
    amount: Decimal | None = None


class RefundedLine(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How much of a line was refunded, and for what; the line goes by its number."""

    number: int = 0
    quantity: Quantity | None = None
    amount: Decimal | None = None


class Refund(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Money that went back; ``lines`` say of which goods, and may come to less than ``amount``."""

    id: str = ""
    reason: str = ""
    date: datetime | None = None
    amount: Decimal | None = None
    lines: tuple[RefundedLine, ...] = ()


class OrderDetails(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Details of an order, in its own currency. What nobody listed is an empty list, which is no 0.

    ``tax_lines`` are all taxes of the order, those of its lines included. ``allowance_charges`` are
    those of the order as a whole, beside the ones of its lines. ``parties``, ``responses``,
    ``shipments`` and ``cancellations`` come in the order in which somebody told of them; of the last
    none but the latest is open.
    """

    prices_include_tax: bool | None = None
    tax_lines: tuple[TaxLine, ...] = ()
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    second_currency: SecondCurrency = SecondCurrency()
    payments: tuple[PaymentMade, ...] = ()
    refunds: tuple[Refund, ...] = ()
    parties: tuple[Party, ...] = ()
    schedule: Schedule = Schedule()
    responses: tuple[OrderResponse, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    hold_reason: str = ""
    cancel_reason: str = ""
    cancellations: tuple[CancellationRequest, ...] = ()
