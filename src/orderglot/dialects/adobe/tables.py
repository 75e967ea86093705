"""Adobe's words and what they mean: order types, statuses, sources, and the limits of the page."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.values import Kind, Relation, Status
from orderglot.wire.table import Both

NAME = "adobe"

PAGE_SIZE = 25
LONGEST_PAGE = 100

MOST_LINES = 499
MOST_PIECES = 599_000
HIGHEST_NUMBER = 999_999
LONGEST_TEXT = 40
LONGEST_REFERENCE = 35
LONGEST_REFERENCE_OF_A_RETURN = 100
"""Real clients build it of three of their own; the vendor's limit is not enforced there."""

KEPT = timedelta(days=10)
"""How long the answer to a request is given again."""

KINDS = Both(
    {
        "NEW": Kind.SALE,
        "PREVIEW": Kind.QUOTE,
        "RENEWAL": Kind.RENEWAL,
        "PREVIEW_RENEWAL": Kind.RENEWAL,
        "RETURN": Kind.RETURN,
        "TRANSFER": Kind.TRANSFER,
        "SWITCH": Kind.SWITCH,
        "PREVIEW_SWITCH": Kind.SWITCH,
        "REVERT_SWITCH": Kind.SWITCH_REVERSAL,
        "PREVIEW_REVERT_SWITCH": Kind.SWITCH_REVERSAL,
    },
    back={
        Kind.RENEWAL: "RENEWAL",
        Kind.SWITCH: "SWITCH",
        Kind.SWITCH_REVERSAL: "REVERT_SWITCH",
    },
    as_={Kind.ADJUSTMENT: Kind.SALE},
)

PREVIEWS = {
    "PREVIEW": "NEW",
    "PREVIEW_RENEWAL": "RENEWAL",
    "PREVIEW_SWITCH": "SWITCH",
    "PREVIEW_REVERT_SWITCH": "REVERT_SWITCH",
}
"""The order types that are computed and not kept, by what they are a preview of."""

PREVIEWED = {kept: preview for preview, kept in PREVIEWS.items()}

SWITCHES = frozenset({Kind.SWITCH, Kind.SWITCH_REVERSAL})

RELATIONS = {Kind.RETURN: Relation.RETURN_OF, Kind.SWITCH_REVERSAL: Relation.SWITCH_OF}
"""What ``referenceOrderId`` says of an order; only these kinds have one."""

STATUSES = Both(
    {
        "": Status.DRAFT,
        "1000": Status.COMPLETED,
        "1002": Status.RECEIVED,
        "1004": Status.FAILED,
        "1008": Status.CANCELLED,
        "1020": Status.FAILED,
        "1022": Status.FAILED,
        "1024": Status.FAILED,
        "1026": Status.FAILED,
    },
    back={Status.FAILED: "1004"},
    as_={
        Status.PROCESSING: Status.RECEIVED,
        Status.CHARGED: Status.RECEIVED,
        Status.PACKING: Status.RECEIVED,
        Status.ON_HOLD: Status.RECEIVED,
        Status.PARTLY_SHIPPED: Status.RECEIVED,
        Status.SHIPPED: Status.COMPLETED,
        Status.DELIVERED: Status.COMPLETED,
        Status.RETURNED: Status.CANCELLED,
    },
)

REASON = "adobe.status"
"""The extra that says why an order failed, where its code says more than that it did."""

REASONS = tuple(
    code
    for code, status in STATUSES.codes.items()
    if status is Status.FAILED and code != STATUSES.write(Status.FAILED)
)

SOURCES = ("API", "System")

COMPLETES = "adobe.completes"
"""What a seller says of when a new order is complete: at once, by hand, or after so many seconds.

It is also the extra that marks an order which is still to be completed.
"""

AT_ONCE = "at once"
HAND = "by hand"
LONGEST_WAIT = timedelta(days=366)

CURRENCIES = "adobe.currencies"
"""The seller's table of the currencies that it may sell in; all of them where there is none."""

PROGRAMS = "adobe.programs"
"""The seller's table of the market segments that it may sell to, such as COM."""

PRODUCT_LENGTH = 10
"""So many characters of an offer's id say which product it is, and in which market segment."""

SEGMENTS = {"A": "COM", "B": "EDU", "C": "GOV"}
"""Market segments by the tenth character of an offer's id."""

COMMITMENT = "adobe.minimumCommit"
"""The extra of a customer under a three-year commitment: so many pieces must stay."""

MINIMUM = "adobe.minimumQuantity"
"""The extra of a product that is sold in no smaller quantity."""

PATHS = "adobe.switchesTo"
"""The extra of a product that names the offers it can be switched to; any where there is none."""
