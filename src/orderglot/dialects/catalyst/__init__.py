"""Adobe Business Catalyst's API v3: lists of orders with a filter language of their own."""

from __future__ import annotations

from orderglot.dialects.catalyst.auth import AUTH
from orderglot.dialects.catalyst.bodies import BODIES
from orderglot.dialects.catalyst.changes import CREATE_ORDER, DELETE_ORDER, UPDATE_ORDER
from orderglot.dialects.catalyst.faults import FAULTS
from orderglot.dialects.catalyst.flows import FLOWS
from orderglot.dialects.catalyst.items import ADD_PRODUCTS
from orderglot.dialects.catalyst.loss import CAN
from orderglot.dialects.catalyst.orders import GET_ORDER, LIST_CUSTOMER_ORDERS, LIST_ORDERS
from orderglot.dialects.catalyst.settings import SETTINGS
from orderglot.dialects.catalyst.sublists import LIST_ADDRESSES, LIST_PRODUCTS, LIST_STATUSES
from orderglot.dialects.catalyst.tables import (
    CYCLES,
    DIRECT_DEBITS,
    LABELS,
    NAME,
    NO_DEBIT,
    PAYMENT_METHODS,
)
from orderglot.dialects.catalyst.tokens import AUTHORIZE, GRANT
from orderglot.wire.dialect import Dialect, Lists

DIALECT = Dialect(
    name=NAME,
    title="Adobe Business Catalyst API v3",
    reference="http://docs.businesscatalyst.com/reference",
    auth=AUTH,
    operations=(
        LIST_CUSTOMER_ORDERS,
        LIST_ORDERS,
        GET_ORDER,
        CREATE_ORDER,
        UPDATE_ORDER,
        DELETE_ORDER,
        LIST_PRODUCTS,
        ADD_PRODUCTS,
        LIST_ADDRESSES,
        LIST_STATUSES,
        AUTHORIZE,
        GRANT,
    ),
    settings=SETTINGS,
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    can=CAN,
    lists=Lists(zoned=False, counts=True, guesses=frozenset({"hides", "zoned"})),
    words=(
        ("label", LABELS),
        ("cycleTypeId", CYCLES.codes),
        ("paymentMethodTypeId", PAYMENT_METHODS.codes),
        ("directDebitTypeId", {NO_DEBIT: None, **DIRECT_DEBITS.codes}),
    ),
)
