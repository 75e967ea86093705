"""Adobe's Commerce Partner API, version 3: a partner's orders for each of its customers."""

from __future__ import annotations

from datetime import timedelta

from orderglot.dialects.adobe.auth import AUTH, CUSTOMER
from orderglot.dialects.adobe.bodies import BODIES
from orderglot.dialects.adobe.faults import FAULTS
from orderglot.dialects.adobe.flows import FLOWS
from orderglot.dialects.adobe.history import GET_HISTORY
from orderglot.dialects.adobe.idempotency import IDEMPOTENCY
from orderglot.dialects.adobe.loss import CAN
from orderglot.dialects.adobe.orders import CREATE_ORDER, GET_ORDER, UPDATE_ORDER
from orderglot.dialects.adobe.settings import SETTINGS
from orderglot.dialects.adobe.subscriptions import complete
from orderglot.dialects.adobe.tables import KINDS, NAME, STATUSES
from orderglot.dialects.adobe.tokens import GET_TOKEN, PING
from orderglot.wire.dialect import Dialect, Lists

DIALECT = Dialect(
    name=NAME,
    title="Adobe Commerce Partner API",
    reference="https://developer.adobe.com/vipmp/docs/order-management/get-order/",
    auth=AUTH,
    operations=(GET_TOKEN, PING, GET_ORDER, GET_HISTORY, CREATE_ORDER, UPDATE_ORDER),
    settings=SETTINGS,
    customer=CUSTOMER,
    idempotency=IDEMPOTENCY,
    repeats=timedelta(0),
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    complete=complete,
    can=CAN,
    lists=Lists(begins=timedelta(days=365), counts=True, guesses=frozenset({"closed"})),
    words=(("status", STATUSES.codes), ("orderType", KINDS.codes)),
)
