"""The shapes of Adobe's wire: orders, line items, the history, and tokens."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from orderglot.dialects.adobe.drafts import ITEM, RESOURCE, TYPES
from orderglot.dialects.adobe.filters import CODES, ORDER_TYPES
from orderglot.dialects.adobe.media import LONGEST_CORRELATION_ID
from orderglot.dialects.adobe.tables import (
    HIGHEST_NUMBER,
    KINDS,
    LONGEST_REFERENCE,
    LONGEST_REFERENCE_OF_A_RETURN,
    LONGEST_TEXT,
    MOST_LINES,
    MOST_PIECES,
    SOURCES,
    STATUSES,
)
from orderglot.dialects.adobe.updates import FIXED
from orderglot.wire.shape import (
    READ_ONLY,
    Amount,
    Shape,
    annotated,
    description,
    enum,
)

Code = Annotated[str, enum(STATUSES.codes)]
Moment = Annotated[str, description("In UTC, to the second: 2019-05-02T22:49:54Z.")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$"), description("A code of ISO 4217.")]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Reference = Annotated[str, Meta(max_length=LONGEST_REFERENCE)]
NewReference = Annotated[
    str,
    Meta(max_length=LONGEST_REFERENCE_OF_A_RETURN),
    description(f"Of {LONGEST_REFERENCE} characters, but for that of a return."),
]
Date = Annotated[str, description("2019-05-02 for its midnight in UTC, or 2019-05-02T22:49:54Z.")]
Texts = list[Annotated[str, Meta(min_length=1)]]

Intent = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_CORRELATION_ID),
    description("Which intent the request belongs to: a repeated one gets the first answer."),
]
Traced = Annotated[
    str, description(f"Sent back, up to {LONGEST_CORRELATION_ID} characters; else one of ours is.")
]
Correlated = TypedDict(
    "Correlated", {"X-Correlation-Id": Intent, "X-Request-Id": NotRequired[Traced]}
)
Answered = TypedDict("Answered", {"X-Request-Id": str})
Refused = TypedDict("Refused", {"X-Request-Id": str, "X-Reason": str, "Retry-After": int})


class Link(TypedDict):
    """Where a resource is found, from the root of whatever host answers."""

    uri: str
    method: Literal["GET"]
    headers: list[Any]


class OrderLinks(TypedDict):
    """Where an order is found."""

    self: Link


class Promotion(TypedDict):
    """A promotion that was asked for."""

    id: NotRequired[str]
    code: str
    result: str


class Pricing(TypedDict):
    """What a line item costs."""

    partnerPrice: Amount
    discountedPartnerPrice: Amount
    netPartnerPrice: Amount
    lineItemPartnerPrice: Amount


class LineItem(TypedDict):
    """A line item."""

    extLineItemNumber: int
    referenceLineItemNumber: NotRequired[int]
    offerId: str
    quantity: int
    subscriptionId: str
    status: Code
    currencyCode: NotRequired[str]
    deploymentId: NotRequired[str]
    discountCode: NotRequired[str]
    remainingQuantity: NotRequired[int]
    proratedDays: NotRequired[int]
    promotions: NotRequired[list[Promotion]]
    flexDiscounts: NotRequired[list[Promotion]]
    pricing: NotRequired[Pricing]


class Sum(TypedDict):
    """What an order comes to."""

    totalLineItemPartnerPrice: Amount
    currencyCode: str


class Order(TypedDict):
    """An order; what says nothing is an empty text or left out."""

    externalReferenceId: str
    orderId: str
    customerId: NotRequired[str]
    orderType: Annotated[str, enum(KINDS.codes)]
    referenceOrderId: str
    referencedOrderId: str
    currencyCode: NotRequired[str]
    creationDate: NotRequired[Moment]
    status: Code
    source: NotRequired[Annotated[str, enum(SOURCES)]]
    lineItems: list[LineItem]
    cancellingItems: NotRequired[list[LineItem]]
    pricingSummary: NotRequired[list[Sum]]
    links: NotRequired[OrderLinks]


class HistoryLinks(OrderLinks):
    """The pages beside one."""

    next: NotRequired[Link]
    prev: NotRequired[Link]


class History(TypedDict):
    """A page of a customer's orders, newest first."""

    totalCount: int
    count: int
    offset: int
    limit: int
    items: list[Order]
    links: HistoryLinks


Prices = TypedDict("Prices", {"fetch-price": NotRequired[bool]})

Search = TypedDict(
    "Search",
    {
        "order-type": NotRequired[list[Annotated[str, enum(ORDER_TYPES)]]],
        "status": NotRequired[list[Annotated[str, enum(CODES)]]],
        "offer-id": NotRequired[Texts],
        "subscription-id": NotRequired[Texts],
        "reseller-id": NotRequired[Texts],
        "reference-order-id": NotRequired[Texts],
        "start-date": NotRequired[Date],
        "end-date": NotRequired[Date],
        "fetch-price": NotRequired[bool],
        "offset": NotRequired[Annotated[int, Meta(ge=0)]],
        "limit": NotRequired[Annotated[int, Meta(ge=1), description("100 for more.")]],
        "after": NotRequired[Annotated[str, description("As a link has it, and not otherwise.")]],
    },
)


def _sent(name: str, names: frozenset[str], needed: set[str], known: dict[str, Shape]) -> Shape:
    """Make the shape of what is sent; what else the resource has is passed over."""
    members: list[Any] = [
        (one, shape) if one in needed else (one, shape | UnsetType, UNSET)
        for one, shape in known.items()
    ]
    unread: list[Any] = [(one, _UNREAD, UNSET) for one in sorted(names - set(known))]
    return msgspec.defstruct(name, [*members, *unread], forbid_unknown_fields=True, kw_only=True)


_UNREAD = annotated(Any, READ_ONLY)

_LINE: dict[str, Shape] = {
    "extLineItemNumber": Annotated[int, Meta(ge=0, le=HIGHEST_NUMBER)],
    "quantity": Annotated[int, Meta(ge=1, le=MOST_PIECES)],
    "currencyCode": Currency,
}
NewLineItem = _sent(
    "NewLineItem",
    ITEM,
    {"extLineItemNumber", "quantity"},
    {
        **_LINE,
        "offerId": Annotated[Text, description("Of what is bought; a renewal may leave it out.")],
        "subscriptionId": Annotated[Text, description("Of what is renewed.")],
        "deploymentId": Text,
        "discountCode": Text,
        "flexDiscountCodes": list[Text],
    },
)
CancellingItem = _sent(
    "CancellingItem",
    ITEM,
    {"subscriptionId", "quantity"},
    {
        **_LINE,
        "subscriptionId": Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)],
        "referenceLineItemNumber": Annotated[
            int, description("The line item that takes its place.")
        ],
        "discountCode": Text,
        "flexDiscountCodes": list[Text],
    },
)


def _list_of(shape: Shape) -> Shape:
    return list.__class_getitem__(shape)


NewOrder = _sent(
    "NewOrder",
    RESOURCE,
    {"orderType"},
    {
        "orderType": Annotated[str, enum(TYPES)],
        "externalReferenceId": NewReference,
        "referenceOrderId": Text,
        "currencyCode": Currency,
        "lineItems": annotated(_list_of(NewLineItem), Meta(max_length=MOST_LINES)),
        "cancellingItems": _list_of(CancellingItem),
    },
)

_AS_IT_IS = Annotated[Any, description("As the order has it: it cannot be changed.")]
Change = _sent(
    "Change",
    RESOURCE,
    {"externalReferenceId"},
    {"externalReferenceId": Reference, **dict.fromkeys(FIXED, _AS_IT_IS)},
)


class Grant(TypedDict):
    """What a client asks for a token with; id and secret may come by HTTP Basic as well."""

    grant_type: Literal["client_credentials"]
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    scope: NotRequired[str]


class Granted(TypedDict):
    """A token, and for how many seconds it is good."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class NotGranted(TypedDict):
    """Why there is no token, in OAuth's words."""

    error: Annotated[str, enum(("invalid_client", "invalid_request", "unsupported_grant_type"))]
    error_description: str
