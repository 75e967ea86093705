"""Our own API's bounds and words: its paths, the length of its pages, its problems."""

from __future__ import annotations

from orderglot.core.order import HUB

NAME = HUB

ROOT = "/orderglot/v1"
ORDERS = f"{ROOT}/orders"
ORDER = f"{ORDERS}/{{id}}"
SELLER = f"{ROOT}/sellers/{{name}}"
EVENTS = f"{ROOT}/events"
EXCHANGES = f"{ROOT}/exchanges"
EXCHANGE = f"{EXCHANGES}/{{id}}"

CUSTOMERS = f"{ROOT}/customers"
PRODUCTS = f"{ROOT}/products"

REJECTS = f"{ROOT}/rejects"
REJECT = f"{REJECTS}/{{name}}"
BATCHES = f"{ROOT}/batches"
MOST_IN_A_BATCH = 100

PAGE_SIZE = 25
LONGEST_PAGE = 100

LONGEST_WAIT = 30
"""So many seconds a request may wait for an event."""

LONGEST_NOTES = 4000
LONGEST_Q = 255

OVERTAKEN = "version"
"""The code of the conflict in which somebody else has changed the order since it was read."""
