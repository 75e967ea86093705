"""The shapes of Kole's wire: the members of an order, of a new one, of links and of errors.

XML and JSON have the same members; what XML calls each element of a list stands with the list.
"""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from orderglot.core.errors import KINDS, Rule
from orderglot.dialects.kole.drafts import MOST_PIECES, SKU_LENGTH
from orderglot.dialects.kole.media import EACH, LINK, ORDER, is_json
from orderglot.dialects.kole.tables import (
    CARRIERS,
    COUNTRIES,
    INVOICE_STATUSES,
    LENGTHS,
    LINE_STATUSES,
    PAGE_SIZE,
    SHIPPING_SERVICES,
    STATUSES,
)
from orderglot.wire.shape import (
    RETRY_AFTER,
    XML_WRAPPED,
    Amount,
    Media,
    Numeral,
    Shape,
    annotated,
    description,
    enum,
    xml_name,
)

Flag = Annotated[int | None, enum((0, 1, None))]
SentFlag = Annotated[
    int | bool | str | None, enum((1, 0, "1", "0", True, False, "true", "false", None))
]
Id = Annotated[int | str | None, description("A number where it is one.")]
Moment = Annotated[
    str | None, description("By the seller's clock, to the second: 2011-06-10T15:16:16.")
]
MediaType = Annotated[str | None, enum(ORDER[:2])]


class Link(TypedDict):
    """Where to go on from here, by the name of the method that is found there."""

    method: str
    media_type: MediaType
    url: str


Links = Annotated[list[Annotated[Link, xml_name(EACH["links"])]], XML_WRAPPED]


class Notification(TypedDict):
    """Who is notified of what happens to a shipment."""

    type: str | None
    email: str | None


class ShipOptions(TypedDict):
    """How an order is shipped."""

    ship_account_id: str | None
    carrier: str | None
    service: str | None
    signature: Flag
    instructions: str | None
    notifications: Annotated[
        list[Annotated[Notification, xml_name(EACH["notifications"])]], XML_WRAPPED
    ]


class Address(TypedDict):
    """Who is billed, or delivered to."""

    first_name: str | None
    last_name: str | None
    company: str | None
    address_1: str | None
    address_2: str | None
    city: str | None
    state: str | None
    zipcode: str | None
    country: str | None
    phone: str | None


class Item(TypedDict):
    """A line of an order."""

    sku: str | None
    upc: str | None
    title: str | None
    weight: Annotated[int | None, description("In whole pounds; what is begun counts.")]
    quantity: int
    unit_price: Amount | None
    type: str
    line_status: Annotated[str | None, enum((*LINE_STATUSES.codes, None))]
    line_total: Amount | None


class Amounts(TypedDict):
    """One row of an invoice's ledger."""

    subtotal: Amount | None
    tax: Amount | None
    duty: Amount | None
    shipping: Amount | None
    total: Amount | None


class Invoice(TypedDict):
    """An order's invoice with its ledger."""

    invoice_id: str | None
    status: Annotated[str | None, enum((*INVOICE_STATUSES.codes, None))]
    due: Amounts
    owed: Amounts
    paid: Amounts
    refunded: Amounts


class Order(TypedDict):
    """An order."""

    order_id: Id
    customer_id: str | None
    po_number: str | None
    status: Annotated[str, enum(STATUSES.codes)]
    tax_exempt: Flag
    notes: str | None
    created: Moment
    modified: Moment
    received: Moment
    ship_options: ShipOptions
    bill_to_address: Address
    ship_to_address: Address
    items: Annotated[list[Annotated[Item, xml_name(EACH["items"])]], XML_WRAPPED]
    invoice: Invoice
    links: Links


class NewShipOptions(TypedDict):
    """How a new order is to be shipped."""

    carrier: Annotated[str, enum(CARRIERS)]
    service: Annotated[str, enum(SHIPPING_SERVICES)]
    signature: NotRequired[SentFlag]
    instructions: NotRequired[Annotated[str, Meta(max_length=LENGTHS["instructions"])] | None]


class NewAddress(TypedDict):
    """Who a new order is delivered to: a person by first and last name, or else a company."""

    first_name: NotRequired[Annotated[str, Meta(max_length=LENGTHS["first_name"])] | None]
    last_name: NotRequired[Annotated[str, Meta(max_length=LENGTHS["last_name"])] | None]
    company: NotRequired[Annotated[str, Meta(max_length=LENGTHS["company"])] | None]
    address_1: Annotated[str, Meta(min_length=1, max_length=LENGTHS["address_1"])]
    address_2: NotRequired[Annotated[str, Meta(max_length=LENGTHS["address_2"])] | None]
    city: Annotated[str, Meta(min_length=1, max_length=LENGTHS["city"])]
    state: Annotated[str, Meta(pattern="^[A-Za-z]{2}$")]
    zipcode: Annotated[str, Meta(pattern="^[0-9]{5}$")]
    ext_zipcode: NotRequired[Annotated[str, Meta(pattern="^([0-9]{4})?$")] | None]
    country: Annotated[str, enum(COUNTRIES.codes)]
    phone: NotRequired[Annotated[str, Meta(max_length=LENGTHS["phone"])] | int | None]


class NewItem(TypedDict):
    """A line of a new order."""

    sku: Annotated[str, Meta(min_length=SKU_LENGTH, max_length=SKU_LENGTH)]
    quantity: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_PIECES)] | Numeral,
        description("Whole packs of the product."),
    ]


class NewOrder(TypedDict):
    """A new order."""

    po_number: NotRequired[Annotated[str, Meta(max_length=LENGTHS["po_number"])] | None]
    notes: NotRequired[Annotated[str, Meta(max_length=LENGTHS["notes"])] | None]
    ship_options: NewShipOptions
    ship_to_address: NewAddress
    items: Annotated[
        list[Annotated[NewItem, xml_name(EACH["items"])]], XML_WRAPPED, Meta(min_length=1)
    ]


class Error(TypedDict):
    """One thing that is wrong."""

    kind: Annotated[str, enum(kind.__name__ for kind in KINDS)]
    field: str | None
    rule: Annotated[str | None, enum((*map(str, Rule), None))]
    line: int | None
    message: str


Errors = Annotated[list[Annotated[Error, xml_name(EACH["errors"])]], XML_WRAPPED]


class Orders(TypedDict):
    """A page of orders in XML: each order an element, and then the links to the pages beside."""

    order: list[Annotated[Order, xml_name("order")]]
    links: Links


class OrderRoot(TypedDict):
    """The one member of a document that holds an order."""

    order: Order


class NewOrderRoot(TypedDict):
    """The one member of a document that holds a new order."""

    order: NewOrder


class OrdersRoot(TypedDict):
    """The one member of a document that holds a page: its orders by number from 0, and links."""

    orders: dict[Annotated[str, Meta(pattern="^([0-9]+|links)$")], Order | list[Link]]


class LinksRoot(TypedDict):
    """The one member of a document that holds links."""

    links: list[Link]


class ErrorsRoot(TypedDict):
    """The one member of a document that holds errors."""

    errors: list[Error]


class Window(TypedDict, total=False):
    """Which window of the orders is asked for."""

    limit: Annotated[int, Meta(ge=0, le=PAGE_SIZE)]
    offset: Annotated[int, Meta(ge=0)]


Found = TypedDict("Found", {"Content-Location": str})
Made = TypedDict("Made", {"Content-Location": str, "Location": str})
Challenge = TypedDict("Challenge", {"WWW-Authenticate": str})

REFUSED_HEADERS: Mapping[int, Shape] = {**RETRY_AFTER, 401: Challenge}


def _media(media: tuple[str, ...], root: str, in_xml: Shape, in_json: Shape) -> Media:
    """Give the shapes of a document by its media types."""
    rooted: Mapping[bool, Shape] = {False: annotated(in_xml, xml_name(root)), True: in_json}
    return {one: rooted[is_json(one)] for one in media}


LINKS_MEDIA = _media(LINK, "links", Links, LinksRoot)
CREATED_MEDIA = _media(ORDER, "links", Links, LinksRoot)
ORDER_MEDIA = _media(ORDER, "order", Order, OrderRoot)
ORDERS_MEDIA = _media(ORDER, "orders", Orders, OrdersRoot)
NEW_MEDIA = _media(ORDER, "order", NewOrder, (NewOrderRoot, NewOrder))
ERRORS_MEDIA = _media(tuple(dict.fromkeys((*ORDER, *LINK))), "errors", Errors, ErrorsRoot)
