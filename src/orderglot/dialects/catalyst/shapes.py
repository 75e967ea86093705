"""The shapes of Catalyst's wire: lists, orders by the table of their fields, tokens, refusals."""

from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypedDict, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from orderglot.dialects.catalyst.field_types import Id, Member
from orderglot.dialects.catalyst.fields import MEMBERS, OLD_MEMBERS
from orderglot.dialects.catalyst.relations import RELATIONS
from orderglot.dialects.catalyst.tables import (
    BILLING_ADDRESS,
    LONGEST_PROSE,
    OF_ORDER,
    PAGE_SIZE,
    SHIPPING_ADDRESS,
)
from orderglot.wire.paging import FURTHEST
from orderglot.wire.shape import (
    ADDITIONAL_PROPERTIES,
    LONGEST,
    READ_ONLY,
    Amount,
    AmountText,
    Numeral,
    Shape,
    annotated,
    constant,
    description,
    enum,
)

MOST_PIECES = 999_999

Text = Annotated[str, Meta(min_length=1)]
Sent = Annotated[str, Meta(max_length=LONGEST)]


_SHOWN: list[Any] = [
    *((one.name, one.shape | UnsetType, UNSET) for one in MEMBERS),
    *((one.name, dict[str, Any] | UnsetType, UNSET) for one in RELATIONS),
]

if TYPE_CHECKING:
    Order = dict[str, Any]
else:
    # What is shown of an order, by the table of its fields, and what it leads to.
    Order = annotated(
        msgspec.defstruct("Order", _SHOWN),
        ADDITIONAL_PROPERTIES,
        description(
            "The fields that were asked for, spelled as they were; else all but relations."
        ),
    )


class Product(TypedDict):
    """What an item is of."""

    id: int | None
    productCode: str | None


class Item(TypedDict):
    """An item of an order."""

    itemId: int
    orderId: Id
    productId: int | None
    siteId: Id
    catalogueId: Annotated[int | None, constant(None)]
    units: int
    unitPrice: Amount | None
    unitTaxRate: Amount | None
    discountRate: Amount | None
    totalPrice: Amount | None
    description: str | None
    supplierCommission: Annotated[Amount | None, constant(None)]
    deleted: Annotated[bool, constant(False)]
    attributeExtras: Annotated[Amount | None, constant(None)]
    variationId: Annotated[int | None, constant(None)]
    deletedByTaskOrAdmin: Annotated[bool, constant(False)]
    product: Product


class Address(TypedDict):
    """Where an order goes, or where its bill goes."""

    id: int
    siteId: Id
    addressType: Annotated[int, enum((SHIPPING_ADDRESS, BILLING_ADDRESS))]
    objectId: Id
    objectType: Annotated[int, enum((OF_ORDER,))]
    default: bool
    address1: str
    address2: str
    zipCode: str
    suburb: str
    countryCode: str
    state: str


class Status(TypedDict):
    """A status of the site."""

    id: int
    siteId: Id
    label: str
    default: bool
    notifyCustomer: bool
    siteNotificationId: int | None


class Listed(TypedDict):
    """What every list has: how long it is, and which window of it this is."""

    totalItemsCount: int
    skip: int
    limit: int


class Orders(Listed):
    """A window of the orders."""

    items: list[Order]


class Items(Listed):
    """A window of an order's items."""

    items: list[Item]


class Addresses(Listed):
    """An order's addresses."""

    items: list[Address]


class Statuses(Listed):
    """The statuses of the site."""

    items: list[Status]


class Window(TypedDict, total=False):
    """Which window of a list is asked for."""

    skip: Annotated[int, Meta(ge=0, le=FURTHEST)]
    limit: Annotated[int, Meta(ge=0, le=FURTHEST), description(f"{PAGE_SIZE} for more.")]


class Fields(TypedDict, total=False):
    """Which fields are shown."""

    fields: Annotated[
        str, description("Names by commas; of relations in parentheses: status(label).")
    ]


class Listing(Window, Fields, total=False):
    """Which orders are asked for, in which order, and what of them."""

    where: Annotated[str, description("Conditions: {'totalPrice':{'$gt':40}}.")]
    order: Annotated[str, description("Fields by commas, a minus before one that falls.")]


class NewItem(TypedDict):
    """An item to be put into an order: the product's number here, or its code."""

    productId: NotRequired[int | Sent | None]
    productCode: NotRequired[Sent | None]
    units: Annotated[int, Meta(ge=1, le=MOST_PIECES)] | Numeral
    description: NotRequired[Annotated[str, Meta(max_length=LONGEST_PROSE)] | None]


class NewItems(TypedDict):
    """Items to be put into an order."""

    items: Annotated[list[NewItem], Meta(min_length=1)]


def _sent(member: Member) -> Shape:
    """Give the shape that a field is sent in: a number may stand in a text."""
    joined = get_args(member.shape) if isinstance(member.shape, UnionType) else (member.shape,)
    is_number = str not in joined and not {int, Amount}.isdisjoint(joined)
    text = AmountText if is_number else annotated(str, Meta(max_length=member.longest))
    kinds = [one for one in joined if one not in (str, NoneType)]
    return reduce(or_, [*kinds, text, None, UnsetType])


_UNREAD = annotated(Any, READ_ONLY)
_SENT: list[Any] = [
    *((one.name, _sent(one), UNSET) for one in MEMBERS if not one.own),
    *((one.name, _UNREAD, UNSET) for one in (*MEMBERS, *OLD_MEMBERS) if one.own),
    *((one.name, _UNREAD, UNSET) for one in RELATIONS),
]
"""What may be sent of an order: clients send whole orders back, as they were shown to them."""

NewOrder = annotated(
    msgspec.defstruct("NewOrder", [*_SENT, ("items", list[NewItem] | UnsetType, UNSET)]),
    ADDITIONAL_PROPERTIES,
)
"""A new order; what no field is called is passed over, as long as there is something beside it."""

Change = annotated(msgspec.defstruct("Change", _SENT), ADDITIONAL_PROPERTIES)
"""The fields of an order that change."""


class Changed(TypedDict):
    """Where the list is that a changed order stands in."""

    Location: str


Created = TypedDict("Created", {"Location": str, "Content-Location": str})


class Authorizing(TypedDict):
    """Which app asks to be let in, and where it wants its code."""

    client_id: Text
    redirect_uri: Annotated[Text, description("An http or https URL.")]
    state: NotRequired[str]
    response_type: NotRequired[Annotated[str, enum(("code",))]]


class Granting(TypedDict):
    """What an app asks for a token with: the code, or an older grant's refresh token."""

    grant_type: Literal["authorization_code", "refresh_token"]
    client_id: NotRequired[str]
    client_secret: Text
    redirect_uri: NotRequired[str]
    code: NotRequired[str]
    refresh_token: NotRequired[str]


class GrantedSite(TypedDict):
    """A site that a token opens."""

    site_id: Id
    secure_url: str


class GrantedSites(TypedDict):
    """The sites that a token opens."""

    sites: list[GrantedSite]


class Granted(TypedDict):
    """A token, the one that gets the next, and for how many seconds it is good."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    additional_info: GrantedSites


class Refusal(TypedDict):
    """What is wrong, and in ``extraInfo`` where."""

    errorCode: int
    description: str
    uri: str
    extraInfo: str
