"""The shapes of our own wire: an order as the book has it, what is sent for a new one, problems."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypedDict,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Meta, Struct

from orderglot.core import customer
from orderglot.core import order as core
from orderglot.core.errors import Rule
from orderglot.core.event_types import TYPES
from orderglot.core.journal import Row
from orderglot.core.ports import Event as BookEvent
from orderglot.dialects.orderglot.tables import (
    LONGEST_NOTES,
    LONGEST_PAGE,
    LONGEST_Q,
    LONGEST_WAIT,
    PAGE_SIZE,
)
from orderglot.wire.paging import FURTHEST
from orderglot.wire.shape import (
    ADDITIONAL_PROPERTIES,
    LONGEST,
    Amount,
    Shape,
    annotated,
    description,
)

MERGE_PATCH = "application/merge-patch+json"
PROBLEM = "application/problem+json"

Limit = Annotated[
    int,
    Meta(ge=1, le=LONGEST_PAGE),
    description(f"How many there are on a page; {PAGE_SIZE} if not said."),
]
Text = Annotated[str, Meta(max_length=LONGEST)]
Quantity = Annotated[float, Meta(gt=0, le=999_999_999)]


@cache
def shape_of(kind: type[Struct]) -> Shape:
    """Make the shape of a canonical type: amounts are JSON's numbers, what says nothing is left out."""
    hints = get_type_hints(kind)
    members = [
        (one.name, _shape(hints[one.name]), *_default(one)) for one in msgspec.structs.fields(kind)
    ]
    summary = (kind.__doc__ or "").partition("\n\n")[0]
    return msgspec.defstruct(
        kind.__name__, members, omit_defaults=True, namespace={"__doc__": summary}, kw_only=True
    )


def _default(member: msgspec.structs.FieldInfo) -> tuple[Any, ...]:
    if member.required:
        return ()
    return (msgspec.UNSET,)


def _shape(hint: Any) -> Shape:
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        shape = Amount if Decimal in parts else _shape(parts[0])
        return shape | None if type(None) in get_args(hint) else shape
    if get_origin(hint) is tuple:
        inner = [_shape(part) for part in get_args(hint) if part is not Ellipsis]
        return list[inner[0]]  # type: ignore[valid-type]
    if hint is Decimal:
        return Amount
    plain = get_origin(hint) is dict or hint is Any or issubclass(hint, _PLAIN)
    return hint if plain else shape_of(hint)


_PLAIN = (str, int, bool, datetime, date, StrEnum)

if TYPE_CHECKING:
    Order = dict[str, Any]
    Event = dict[str, Any]
else:
    Order = annotated(shape_of(core.Order), ADDITIONAL_PROPERTIES)
    Event = shape_of(BookEvent)


def _expanded() -> Shape:
    """Make the shape of an order with what may stand beside it; of its customer, with all that is on record."""
    members = [
        (one.name, shape_of(customer.Customer) if one.name == "customer" else one.type, one.default)
        for one in msgspec.structs.fields(shape_of(core.Order))
    ]
    beside = [("linked", list[Order], msgspec.UNSET), ("events", list[Event], msgspec.UNSET)]
    shape = msgspec.defstruct(
        "ExpandedOrder", [*members, *beside], kw_only=True, omit_defaults=True
    )
    return annotated(shape, ADDITIONAL_PROPERTIES)


if TYPE_CHECKING:
    ExpandedOrder = dict[str, Any]
else:
    ExpandedOrder = _expanded()
    """An order, and beside it what was asked for."""


class ExpandedPage(TypedDict):
    """A page of orders; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[ExpandedOrder]
    next: str | None
    total: NotRequired[int]


class Page(TypedDict):
    """A page of orders; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Order]
    next: str | None
    total: NotRequired[int]


class Orders(TypedDict):
    """Some orders."""

    items: list[Order]


class View(TypedDict):
    """An order as a dialect writes it, and what that loses of it."""

    dialect: str
    media: str
    body: str
    losses: list[str]


class Viewing(TypedDict, total=False):
    """In which form a dialect is to write an order, where it has several."""

    format: Annotated[
        Literal["json", "xml"], description("Which of the forms; its usual one if not said.")
    ]


class OrderPath(TypedDict):
    """Which order."""

    id: Annotated[str, Meta(min_length=1), description("The order's id here.")]


class ViewPath(OrderPath):
    """Which order, and how it is to be written."""

    dialect: Annotated[
        str, Meta(min_length=1), description("The dialect that is to write it, such as kole.")
    ]


class Events(TypedDict):
    """What happened to an order, oldest first."""

    items: list[Event]


class ListingEvents(TypedDict, total=False):
    """Which events of the seller, in the order in which they came."""

    after: Annotated[
        int,
        Meta(ge=0),
        description(
            "The number of the event behind which to go on; the first one there is without."
        ),
    ]
    types: Annotated[str, description("Of these types alone, such as order.created,order.shipped.")]
    limit: Limit
    wait: Annotated[
        int,
        Meta(ge=0, le=LONGEST_WAIT),
        description("How many seconds to wait for an event where there is none by now."),
    ]


Resuming = TypedDict(
    "Resuming",
    {
        "Last-Event-ID": NotRequired[
            Annotated[
                str,
                Meta(pattern="^[0-9]+$"),
                description("Of a stream: the last event that was had, and goes before `after`."),
            ]
        ]
    },
)


class CloudEvent(TypedDict):
    """An event as CloudEvents 1.0 has it; ``data`` is as in the events of an order."""

    specversion: Literal["1.0"]
    id: Annotated[str, description("Its number in the seller's feed.")]
    source: str
    type: Literal[*TYPES]  # type: ignore[valid-type]
    subject: Annotated[str, description("The path of the order, or of the job.")]
    time: datetime
    datacontenttype: Literal["application/json"]
    data: Event


class Feed(TypedDict):
    """Events; ``next`` is what ``after`` is to be to go on, and ``more`` whether there are some."""

    items: list[CloudEvent]
    next: Annotated[str, Meta(pattern="^[0-9]+$")]
    more: bool


class ListingExchanges(TypedDict, total=False):
    """Which page of which exchanges, newest first."""

    filter: Annotated[
        str, description("In the language of AIP-160: status >= 400 AND dialect = kole.")
    ]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]


class Exchanges(TypedDict):
    """A page of exchanges; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Row]
    next: str | None


class ComparingExchanges(TypedDict, total=False):
    """With which exchange one is compared."""

    to: Annotated[
        str, description("Its id; else that caller's last like it that went well is taken.")
    ]


class ComparedExchanges(TypedDict):
    """How an exchange differs from the one ``before``: lines as ``diff -u`` writes them."""

    before: str
    after: str
    lines: list[str]


class FieldProblem(TypedDict):
    """One thing that is wrong: where, which rule it breaks, and why."""

    field: str
    rule: Rule
    reason: str
    line: NotRequired[int]


class Problem(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: NotRequired[str]
    next: NotRequired[Annotated[str, description("Of what is gone: where to go on.")]]
    errors: NotRequired[list[FieldProblem]]


class Listing(TypedDict, total=False):
    """Which page of which orders."""

    filter: Annotated[str, description("In the language of AIP-160: status = shipped.")]
    q: Annotated[
        str,
        Meta(max_length=LONGEST_Q),
        description("What a person types: an id, a number, a name."),
    ]
    sort: Annotated[str, description("By what, such as -created,total.")]
    fields: Annotated[str, description("The members to show, such as id,status,lines.sku.")]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]
    offset: Annotated[int, Meta(ge=0, le=FURTHEST), description("How many to pass over instead.")]
    total: Annotated[bool, description("Whether to say how many there are in all.")]


class ExpandedListing(Listing, total=False):
    """Which page of which orders, and what is shown beside them."""

    expand: Annotated[str, description("What to show beside each: customer, linked, events.")]


class Showing(TypedDict, total=False):
    """What to show of an order."""

    fields: Annotated[str, description("The members to show, such as id,status,lines.sku.")]


class Expanding(Showing, total=False):
    """What to show of an order, and beside it."""

    expand: Annotated[str, description("What to show beside it: customer, linked, events.")]


Tag = Annotated[str, description("The order's version, for If-Match and If-None-Match.")]


class ETag(TypedDict):
    ETag: Tag


class Placed(TypedDict):
    ETag: Tag
    Location: Annotated[str, description("Where the order is to be had.")]


Preconditions = TypedDict(
    "Preconditions",
    {
        "If-Match": Annotated[str, description("The ETag of the version that is changed.")],
        "If-None-Match": Annotated[str, description("The ETag of a version that is not changed.")],
    },
    total=False,
)
IfNoneMatch = TypedDict(
    "IfNoneMatch",
    {"If-None-Match": Annotated[str, description("The ETag of the version that is known.")]},
    total=False,
)


class CustomerName(TypedDict):
    """Whose order it is."""

    id: Annotated[int | Text, description("The id here, or that of another dialect.")]
    dialect: NotRequired[
        Annotated[Text, description("Whose id it is, such as kole; ours if not said.")]
    ]


_ADDRESS = [(name, Text | None, None) for name in core.Address.__struct_fields__[:-2]]
Address = annotated(
    msgspec.defstruct("NewAddress", [*_ADDRESS, ("residential", bool | None, None)]),
    ADDITIONAL_PROPERTIES,
)
"""Where somebody is."""

SHIPPING = ("method", "option", "carrier", "service", "account", "attention", "instructions")
"""The texts of how an order goes out that a client may say."""

_SHIPPING = [(name, Text | None, None) for name in SHIPPING]


class NewNotification(TypedDict):
    """Who is notified of what."""

    type: Text
    email: Text


_FURTHER = [*_SHIPPING, ("signature", bool | None, None)]
NewShipping = annotated(
    msgspec.defstruct("NewShipping", [*_FURTHER, ("notifications", list[NewNotification], [])]),
    ADDITIONAL_PROPERTIES,
)
"""How an order is to go out."""

ChangedShipping = annotated(
    msgspec.defstruct(
        "ChangedShipping", [*_FURTHER, ("notifications", list[NewNotification] | None, None)]
    ),
    ADDITIONAL_PROPERTIES,
)
"""How an order is to go out from now on."""


class NewLine(TypedDict):
    """So much of a product."""

    sku: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    quantity: Quantity
    unit: NotRequired[Annotated[Text, description("What is measured, such as kg; else pieces.")]]
    deliver_by: NotRequired[date | None]
    ship_name: NotRequired[Text]
    mark_code: NotRequired[Text]


NewOrder = annotated(
    msgspec.defstruct(
        "NewOrder",
        [
            ("lines", Annotated[list[NewLine], Meta(min_length=1)]),
            ("customer", CustomerName | None, None),
            ("name", Text | None, None),
            ("po_number", Text | None, None),
            ("notes", Annotated[str, Meta(max_length=LONGEST_NOTES)] | None, None),
            ("bill_to", Address | None, None),
            ("ship_to", Address | None, None),
            ("shipping", NewShipping | None, None),
        ],
    ),
    ADDITIONAL_PROPERTIES,
)
"""A new order; what else there is of an order is for the seller to say."""


class ChangedLine(TypedDict, total=False):
    """A line that is to be there: one of the order's by its number, or a further one by its SKU.

    Of the order's own the ``quantity`` may be another one; the others are those of a further line.
    """

    number: int
    sku: Text
    quantity: Quantity
    unit: Text
    deliver_by: date | None
    ship_name: Text
    mark_code: Text


Change = annotated(
    msgspec.defstruct(
        "Change",
        [
            ("po_number", Text | None, None),
            ("notes", Annotated[str, Meta(max_length=LONGEST_NOTES)] | None, None),
            ("bill_to", Address, msgspec.UNSET),
            ("ship_to", Address, msgspec.UNSET),
            ("shipping", ChangedShipping, msgspec.UNSET),
            ("lines", Annotated[list[ChangedLine], Meta(min_length=1)], msgspec.UNSET),
        ],
    ),
    ADDITIONAL_PROPERTIES,
)
"""What of an order is to be other than it is (RFC 7396); what is not named stays."""
