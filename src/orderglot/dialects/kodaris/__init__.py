"""Kodaris's customer API: orders in an envelope of JSON, behind a login and a CSRF token."""

from __future__ import annotations

from orderglot.dialects.kodaris.auth import AUTH
from orderglot.dialects.kodaris.bodies import BODIES
from orderglot.dialects.kodaris.faults import FAULTS
from orderglot.dialects.kodaris.flows import FLOWS
from orderglot.dialects.kodaris.loss import CAN
from orderglot.dialects.kodaris.orders import CREATE_ORDER, LINKED_ORDERS, LIST_ORDERS
from orderglot.dialects.kodaris.settings import SETTINGS
from orderglot.dialects.kodaris.tables import NAME, STATUSES
from orderglot.dialects.kodaris.tokens import AUTH_TOKEN, LOGIN, LOGOUT, MY_ACCOUNT
from orderglot.wire.dialect import Dialect, Lists

DIALECT = Dialect(
    name=NAME,
    title="Kodaris customer API",
    reference="https://kodaris.com/s/content/product-documentation-developer-use-api-list-linked-orders",
    auth=AUTH,
    operations=(
        *(LOGIN, AUTH_TOKEN, LOGOUT, MY_ACCOUNT),
        *(LIST_ORDERS, LINKED_ORDERS, CREATE_ORDER),
    ),
    settings=SETTINGS,
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    can=CAN,
    lists=Lists(zoned=False, counts=True, lines=False, guesses=frozenset({"hides", "zoned"})),
    words=(("status", STATUSES.codes),),
)
