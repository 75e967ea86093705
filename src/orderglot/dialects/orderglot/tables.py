"""Our own API's bounds and words: its paths, the length of its pages, its problems."""

from __future__ import annotations

from orderglot.core.order import HUB
from orderglot.core.values import Cycle, InvoiceStatus, Kind, PaymentMethod, Status

NAME = HUB

ROOT = "/orderglot/v1"
ORDERS = f"{ROOT}/orders"
ORDER = f"{ORDERS}/{{id}}"
EVENTS = f"{ROOT}/events"
EXCHANGES = f"{ROOT}/exchanges"
EXCHANGE = f"{EXCHANGES}/{{id}}"
EXCHANGE_COMPARED = f"{EXCHANGE}/compare"

CUSTOMERS = f"{ROOT}/customers"
CUSTOMER_ITEMS = f"{CUSTOMERS}/{{id}}/items"
CUSTOMER_ITEM = f"{CUSTOMER_ITEMS}/{{theirs}}"
CUSTOMER_ERASE = f"{CUSTOMERS}/{{id}}/erase"
PRODUCTS = f"{ROOT}/products"

REJECTS = f"{ROOT}/rejects"
REJECT = f"{REJECTS}/{{name}}"
JOBS = f"{ROOT}/jobs"
JOB = f"{JOBS}/{{name}}"
CHANNELS = f"{ROOT}/channels"
PLACEMENTS = f"{ROOT}/placements"
VALUES = f"{ROOT}/values"
VALUE = f"{VALUES}/{{name}}"
BATCHES = f"{ROOT}/batches"
MOST_IN_A_BATCH = 100
SELLERS = f"{ROOT}/sellers"
SELLER = f"{SELLERS}/{{name}}"
ACTS = f"{ROOT}/acts"
KEYS = f"{ROOT}/keys"
KEY = f"{KEYS}/{{id}}"

WEBHOOKS = f"{ROOT}/webhooks"
WEBHOOK = f"{WEBHOOKS}/{{id}}"
DELIVERIES = f"{WEBHOOK}/deliveries"
DELIVERY = f"{DELIVERIES}/{{delivery}}"
WORDS = tuple(
    (name, {str(word): word for word in kind})
    for name, kind in (
        ("status", Status),
        ("kind", Kind),
        ("status", InvoiceStatus),
        ("cycle", Cycle),
        ("method", PaymentMethod),
        ("debit_method", PaymentMethod),
    )
)
"""The members that have one of a few words; each means what it says."""

PAGE_SIZE = 25
LONGEST_PAGE = 100

LONGEST_WAIT = 30
"""So many seconds a request may wait for an event."""

LONGEST_NOTES = 4000
LONGEST_Q = 255

OVERTAKEN = "version"
"""The code of the conflict in which somebody else has changed the order since it was read."""

SELLER_HEADER = "Orderglot-Seller"
"""The header in which an operator names the seller for whom it acts, in percent-encoded UTF-8."""

ABOVE = (SELLERS, KEYS, ACTS)
"""Where an operator may act for no seller."""


def is_under(path: str, above: str) -> bool:
    """Tell whether a path is another one or goes on from it."""
    return path == above or path.startswith(f"{above}/")
