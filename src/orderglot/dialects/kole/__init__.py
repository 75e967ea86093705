"""Kole Imports' dropship API: orders in XML and in JSON, linked from page to page."""

from __future__ import annotations

from orderglot.dialects.kole.auth import AUTH
from orderglot.dialects.kole.bodies import BODIES
from orderglot.dialects.kole.drafts import readiness
from orderglot.dialects.kole.faults import FAULTS
from orderglot.dialects.kole.flows import FLOWS
from orderglot.dialects.kole.links import LIST_LINKS
from orderglot.dialects.kole.loss import CAN
from orderglot.dialects.kole.orders import CREATE_ORDER, GET_ORDER, LIST_ORDERS
from orderglot.dialects.kole.tables import CURRENCY, INVOICE_STATUSES, LINE_STATUSES, NAME, STATUSES
from orderglot.wire.dialect import Dialect, Lists

DIALECT = Dialect(
    name=NAME,
    title="Kole Imports dropship API",
    reference="http://support.koleimports.com/kb/dropship-api-documentation/api-orders",
    auth=AUTH,
    operations=(LIST_LINKS, LIST_ORDERS, GET_ORDER, CREATE_ORDER),
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    currency=CURRENCY,
    can=CAN,
    lists=Lists(zoned=False, guesses=frozenset({"hides", "zoned", "sequence"})),
    words=(
        ("status", STATUSES.codes),
        ("line_status", LINE_STATUSES.codes),
        ("status", INVOICE_STATUSES.codes),
    ),
    ready=readiness,
)
