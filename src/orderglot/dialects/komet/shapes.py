"""The shapes of Komet's wire: web orders, look-ups, what methods ask for, and the one refusal."""

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from orderglot.dialects.komet.media import JSON, URL_ENCODED
from orderglot.dialects.komet.tables import ITEM_TYPES, ORIGINS, STATUSES
from orderglot.wire.shape import (
    LONGEST,
    Amount,
    AmountText,
    Media,
    Numeral,
    Shape,
    description,
    enum,
)

LONGEST_PO = 50
LONGEST_MARK = 20
LONGEST_STOCK = 1_000
MOST_BOXES = 999_999

Id = Annotated[int | str | None, description("A number where it is one.")]
Text = Annotated[str, Meta(max_length=LONGEST)]
Named = Annotated[int | Text, description("An id.")]
Day = Annotated[str | None, description("A date: 2017-06-29.")]


class Item(TypedDict):
    """An item of a web order."""

    id: str
    webOrderItemId: Id
    webOrderItemType: Annotated[int, enum(ITEM_TYPES.codes)]
    imageUrl: str
    productDescription: str
    quantity: int
    price: Amount | None
    totalPrice: Amount | None
    deliverBy: Day
    carrierId: Id
    carrierName: str
    shipName: str
    markCode: str
    itemSizeId: Id
    itemSizeCode: str
    unitType: str
    stemsBunch: int | None
    pack: int | None


class WebOrder(TypedDict):
    """A web order."""

    id: Id
    number: Id
    statusId: Annotated[int, enum(STATUSES.codes)]
    companyId: Id
    userId: Id
    companyLocationId: Id
    customerId: Id
    items: list[Item]
    subTotal: Amount | None
    additionalCharges: Amount | None
    total: Amount | None


class Customer(TypedDict):
    """One of a seller's customers."""

    id: Id
    name: str
    code: str
    active: Literal[1]
    salesPerson: str | None
    salesPersonId: int | str | None
    customerType: str | None
    updatedOn: str | None
    accountingCode: str | None


class Location(TypedDict):
    """One of a seller's locations."""

    id: Id
    name: str
    code: str


class Yes(TypedDict):
    """What every answer begins with that says yes."""

    message: str
    status: Literal[1]


class No(TypedDict):
    """The answer that says no; its message says what is wrong."""

    message: str
    status: Literal[0]


class WebOrders(Yes):
    """The web orders that were asked for."""

    webOrders: list[WebOrder]


class Customers(Yes):
    """The customers that were asked for."""

    customers: list[Customer]


class Locations(Yes):
    """The locations that were asked for."""

    locations: list[Location]


class Token(Yes):
    """A token that is good for a day."""

    apiKey: str


class Changed(Yes):
    """The web order that something was done to."""

    webOrderId: Id


class Added(Changed):
    """The item that was added to a web order."""

    webOrderItemId: Id


class Login(TypedDict):
    """An account and its token."""

    username: str
    password: str


class Which(TypedDict):
    """A web order as requests name it."""

    customerId: Named
    webOrderId: Named
    companyLocationId: NotRequired[Named]


class Details(Which):
    """Which web order is asked for, and whether a pending one (1) or one checked out (2)."""

    statusId: NotRequired[Annotated[int, enum(STATUSES.codes)]]


class Filter(TypedDict, total=False):
    """What must be so of what is listed: a part of the name, the others in full."""

    id: Named
    name: Text
    code: Text
    updateAsOf: Annotated[Text, description("The date since when it changed.")]


class Beginning(TypedDict):
    """Whose web order is begun."""

    customerId: Named
    companyId: NotRequired[Named]
    companyLocationId: NotRequired[Named]


class Ending(Which):
    """Which web order is checked out, and under which number of the customer's."""

    customerPo: NotRequired[Annotated[str, Meta(max_length=LONGEST_PO)]]


class NewItem(TypedDict):
    """What is added to which web order; without ``webOrderId`` to one that goes the same way."""

    customerId: Named
    webOrderId: NotRequired[Named]
    companyLocationId: NotRequired[Named]
    productCode: NotRequired[Text]
    inventoryIds: NotRequired[
        Annotated[
            int | Annotated[str, Meta(max_length=LONGEST_STOCK)],
            description("Where there is no productCode."),
        ]
    ]
    inventoryOrigin: NotRequired[Annotated[int | str, enum((*map(int, ORIGINS), *ORIGINS))]]
    price: NotRequired[
        Annotated[Amount | AmountText, description("What the client takes a piece to cost.")]
    ]
    quantity: Annotated[int, Meta(ge=1, le=MOST_BOXES)] | Numeral
    carrierId: NotRequired[Named]
    date: NotRequired[Text]
    shipToId: NotRequired[Named]
    markCode: NotRequired[Annotated[str, Meta(max_length=LONGEST_MARK)]]
    boxTypeCode: NotRequired[Text]


def media_of(shape: Shape) -> Media:
    """Give the bodies that a request may say something in."""
    return {JSON: shape, URL_ENCODED: shape}
