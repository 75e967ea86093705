"""Our own API: the book as it is, with nothing lost, and every step of an order's life."""

from __future__ import annotations

from orderglot.dialects.orderglot.acts import LIST_ACTS
from orderglot.dialects.orderglot.auth import AUTH
from orderglot.dialects.orderglot.batches import ANSWER_BATCH
from orderglot.dialects.orderglot.bodies import BODIES
from orderglot.dialects.orderglot.changes import CHANGE_ORDER, CREATE_ORDER
from orderglot.dialects.orderglot.corrections import CORRECTION_OPERATIONS
from orderglot.dialects.orderglot.customer_items import CUSTOMER_ITEM_OPERATIONS
from orderglot.dialects.orderglot.customers import CUSTOMER_OPERATIONS
from orderglot.dialects.orderglot.erasures import ERASURE_OPERATIONS
from orderglot.dialects.orderglot.events import LIST_FEED
from orderglot.dialects.orderglot.exchanges import COMPARE_EXCHANGES, GET_EXCHANGE, LIST_EXCHANGES
from orderglot.dialects.orderglot.faults import FAULTS
from orderglot.dialects.orderglot.flows import FLOWS
from orderglot.dialects.orderglot.jobs import JOB_OPERATIONS
from orderglot.dialects.orderglot.keys import KEY_OPERATIONS
from orderglot.dialects.orderglot.loss import CAN
from orderglot.dialects.orderglot.orders import (
    GET_ORDER,
    LINKED_ORDERS,
    LIST_EVENTS,
    LIST_ORDERS,
)
from orderglot.dialects.orderglot.placements import PLACEMENT_OPERATIONS
from orderglot.dialects.orderglot.products import PRODUCT_OPERATIONS
from orderglot.dialects.orderglot.reject_drops import DROP_OPERATIONS
from orderglot.dialects.orderglot.rejects import REJECT_OPERATIONS
from orderglot.dialects.orderglot.sellers import SELLER_OPERATIONS
from orderglot.dialects.orderglot.steps import STEPS
from orderglot.dialects.orderglot.tables import NAME, WORDS
from orderglot.dialects.orderglot.views import VIEW_ORDER
from orderglot.dialects.orderglot.webhook_deliveries import DELIVERY_OPERATIONS
from orderglot.dialects.orderglot.webhooks import WEBHOOK_OPERATIONS
from orderglot.wire.dialect import Dialect, Lists

ABOUT = """\
The book as it is: what there is of an order is told, and every step of its life can be taken. Whoever asks shows \
a key of `orderglot key add --dialect orderglot` as `Authorization: Bearer KEY`.

Members are only ever added; pass over those that you do not know. Amounts are exact to the digit, times are UTC.

Lists take `filter` in the language of AIP-160 (`status = shipped AND total > 40`), `q` for what a person types, \
`sort`, `fields`, `limit`, and `after` with the `next` of the page before.

A change takes `If-Match` with the `ETag` of the version that is meant, and `Idempotency-Key`, under which it is \
carried out once, however often it comes. A refusal is `application/problem+json` (RFC 9457), whose `errors` \
name field and reason.

Where a seller limits the requests of each key, every answer says in `RateLimit` how many are left; one more is 429, \
with `Retry-After`. A `traceparent` (W3C) goes into the logs and on to whoever is asked because of the request."""

DIALECT = Dialect(
    name=NAME,
    title="Orderglot API",
    reference="https://google.aip.dev/160",
    auth=AUTH,
    operations=(
        *(LIST_ORDERS, GET_ORDER, LINKED_ORDERS, LIST_EVENTS, VIEW_ORDER),
        *(CREATE_ORDER, CHANGE_ORDER),
        *STEPS,
        *(LIST_FEED, LIST_EXCHANGES, GET_EXCHANGE, COMPARE_EXCHANGES),
        *CUSTOMER_OPERATIONS,
        *CUSTOMER_ITEM_OPERATIONS,
        *ERASURE_OPERATIONS,
        *PRODUCT_OPERATIONS,
        *REJECT_OPERATIONS,
        *DROP_OPERATIONS,
        *JOB_OPERATIONS,
        *CORRECTION_OPERATIONS,
        *PLACEMENT_OPERATIONS,
        ANSWER_BATCH,
        *SELLER_OPERATIONS,
        *KEY_OPERATIONS,
        LIST_ACTS,
        *WEBHOOK_OPERATIONS,
        *DELIVERY_OPERATIONS,
    ),
    faults=FAULTS,
    flows=FLOWS,
    bodies=BODIES,
    can=CAN,
    lists=Lists(counts=True),
    words=WORDS,
    about=ABOUT,
)
