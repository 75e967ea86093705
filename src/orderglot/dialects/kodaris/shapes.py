"""The shapes of Kodaris's wire: the envelope, orders, filters, sessions."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from orderglot.core.caller import RIGHTS
from orderglot.dialects.kodaris.filters import FIELDS, OPERATION
from orderglot.dialects.kodaris.tables import (
    DELIVERY,
    LONGEST_PAGE,
    MEMBERS,
    PARTY,
    STATUSES,
    TOTALS,
)
from orderglot.wire.shape import (
    ADDITIONAL_PROPERTIES,
    LONGEST,
    Amount,
    Shape,
    annotated,
    description,
    enum,
)

LONGEST_NOTES = 4000
MOST_PIECES = 999_999
LAST_PAGE = 2**31

Id = Annotated[int | str | None, description("A number where it is one.")]
Moment = Annotated[str | None, description("By the seller's clock: 2024-05-21 19:10:13:052.")]
Text = Annotated[str, Meta(max_length=LONGEST)]


class Envelope(TypedDict):
    """What stands around an answer that says yes."""

    success: Literal[True]
    code: Literal[200]
    messages: list[str]
    errors: Annotated[list[str], Meta(max_length=0)]
    requestId: NotRequired[str]


class Refusal(TypedDict):
    """What stands around an answer that says no: one sentence for each thing that is wrong."""

    success: Literal[False]
    code: int
    messages: list[str]
    errors: Annotated[list[str], Meta(min_length=1)]
    data: None
    requestId: NotRequired[str]


_OWN: dict[str, Shape] = {
    "orderID": Id,
    "deliveryAddress2": str,
    "completed": Moment,
    "orderNumber": Id,
    "status": Annotated[str, enum(STATUSES.codes)],
    "extra5": Any,
    "customerID": Any,
    "companyID": Id,
    "displayPricing": Any,
    **dict.fromkeys(TOTALS, Amount | None),
}
"""What members of an order are that are no texts."""

if TYPE_CHECKING:
    Order = dict[str, Any]
else:
    # The members of an order, by the page's own table; a site may have more of its own.
    _ORDER = [(name, _OWN.get(name, str | None)) for name in MEMBERS]
    Order = annotated(msgspec.defstruct("Order", _ORDER), ADDITIONAL_PROPERTIES)


class Page(TypedDict):
    """A page of orders, and where it stands in the list."""

    size: int
    number: int
    totalElements: int
    isLast: bool
    totalPages: int
    isFirst: bool
    hasPrevious: bool
    hasNext: bool
    numberOfElements: int
    offset: None
    content: list[Order]


class LoggedIn(TypedDict):
    """The key of a new session."""

    userSessionApiKey: str


class Account(TypedDict):
    """Whose session it is."""

    firstName: str | None
    lastName: str | None
    email1: str | None
    userName: str
    companyID: Id
    customerID: None
    customerRoles: list[Annotated[str, enum(sorted(RIGHTS))]]


class Nothing(Envelope):
    """The answer where there is nothing to say."""

    data: None


class TokenResponse(Envelope):
    """A CSRF token in its envelope."""

    data: str


class SessionResponse(Envelope):
    """A session's key in its envelope."""

    data: LoggedIn


class AccountResponse(Envelope):
    """An account in its envelope."""

    data: Account


class OrderResponse(Envelope):
    """An order in its envelope."""

    data: Order


class OrdersResponse(Envelope):
    """Orders in their envelope."""

    data: list[Order]


class PageResponse(Envelope):
    """A page of orders in its envelope."""

    data: Page


class Login(TypedDict):
    """An API user's key."""

    apiKey: str


class Filter(TypedDict):
    """A member of an order, and what it must be."""

    name: Annotated[str, enum(tuple(FIELDS))]
    operation: Annotated[str, enum((OPERATION,))]
    value: Annotated[str | int | Amount | None, description("Null asks for nothing there.")]


class Listing(TypedDict, total=False):
    """Which page of which orders; pages count from 0."""

    page: Annotated[int, Meta(ge=0, le=LAST_PAGE)]
    size: Annotated[int, Meta(ge=1, le=LONGEST_PAGE)]
    filterFields: list[Filter]


class NewItem(TypedDict):
    """A line of a new order."""

    code: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    quantity: Annotated[int, Meta(ge=1, le=MOST_PIECES)]


_SENT: list[Any] = [
    ("items", Annotated[list[NewItem], Meta(min_length=1)]),
    ("notes", Annotated[str, Meta(max_length=LONGEST_NOTES)] | None, None),
    (
        "companyID",
        Annotated[int | Text | None, description("The caller's own company if not said.")],
        None,
    ),
    *(
        (name, Text | None, None)
        for name in (
            *(*PARTY, *DELIVERY, "purchaseOrder", "extra5"),
            *("shippingMethod", "billingAddressCode", "deliveryAddressCode"),
        )
    ),
]

NewOrder = annotated(msgspec.defstruct("NewOrder", _SENT), ADDITIONAL_PROPERTIES)
"""A new order; members that are the vendor's to fill are passed over."""


class Completing(TypedDict, total=False):
    """Whether the order is kept; ``false`` shows what it would be."""

    completeOrder: Annotated[bool, description("false for a preview that is not kept.")]
