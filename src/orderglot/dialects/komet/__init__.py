"""Komet Sales' API: web orders by URL parameters, and every answer a 200 with a message."""

from __future__ import annotations

from orderglot.dialects.komet.auth import AUTH
from orderglot.dialects.komet.bodies import BODIES
from orderglot.dialects.komet.changes import CHECKOUT, CREATE_ORDER, DELETE
from orderglot.dialects.komet.faults import FAULTS
from orderglot.dialects.komet.flows import FLOWS
from orderglot.dialects.komet.items import ADD_ITEM
from orderglot.dialects.komet.lookups import CUSTOMER_LIST, LOCATION_LIST
from orderglot.dialects.komet.loss import CAN
from orderglot.dialects.komet.orders import DETAILS_LIST, both
from orderglot.dialects.komet.settings import SETTINGS, packing_of
from orderglot.dialects.komet.tables import ITEM_TYPES, MAX_BODY, NAME, STATUSES
from orderglot.dialects.komet.tokens import LOGIN
from orderglot.wire.dialect import Dialect

DIALECT = Dialect(
    name=NAME,
    title="Komet Sales API",
    reference="https://learn.kometsales.com/display/public/KB/web-order-details.list",
    auth=AUTH,
    operations=(
        *both(DETAILS_LIST),
        *(CREATE_ORDER, ADD_ITEM, CHECKOUT, DELETE),
        *both(CUSTOMER_LIST),
        *both(LOCATION_LIST),
        LOGIN,
    ),
    settings=SETTINGS,
    max_body=MAX_BODY,
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    can=CAN,
    packing=packing_of,
    words=(("statusId", STATUSES.codes), ("webOrderItemType", ITEM_TYPES.codes)),
)
