"""The shapes of what steps are told and answer; their members have the names of the commands' flags."""

from typing import Annotated, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from orderglot.dialects.orderglot.shapes import Address, CustomerName, Order, Quantity, Text
from orderglot.dialects.orderglot.tables import LONGEST_NOTES
from orderglot.wire.shape import LONGEST, Shape, description


class StepLine(TypedDict):
    """So much of a line, by its number."""

    number: Annotated[int, Meta(ge=1, le=999_999)]
    quantity: Quantity


class PricedLine(TypedDict):
    """A line, and its price for each piece, else that of today."""

    number: Annotated[int, Meta(ge=1, le=999_999)]
    price: NotRequired[Annotated[float, Meta(ge=0)] | None]


class Goods(TypedDict):
    """So much of a product."""

    sku: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    quantity: Quantity


Lines = Annotated[list[StepLine], description("Left out, all that is left.")]
Reason = Annotated[Text, description("Why; it stands in the order's history.")]


class Hold(TypedDict):
    """Why an order is held."""

    reason: Text


class Ship(TypedDict, total=False):
    """What is in a parcel, and how it goes."""

    line: Lines
    carrier: Text
    service: Text
    tracking: Text
    tracking_url: Text


class Cancel(TypedDict, total=False):
    """What is cancelled, or with ``ask`` only asked for; ``by`` says who asks."""

    line: Lines
    ask: bool
    by: Text
    reason: Reason


class Answer(TypedDict):
    """What is answered to the request to cancel an order."""

    answer: Literal["accept", "refuse", "too-late"]
    by: NotRequired[Text]
    reason: NotRequired[Reason]


CORRECTED_SHIPPING = ("method", "carrier", "service", "instructions")

Correct = msgspec.defstruct(
    "Correct",
    [
        ("line", list[StepLine], msgspec.UNSET),
        ("remove", list[Annotated[int, Meta(ge=1, le=999_999)]], msgspec.UNSET),
        ("add", list[Goods], msgspec.UNSET),
        ("po_number", Text, msgspec.UNSET),
        ("notes", Annotated[str, Meta(max_length=LONGEST_NOTES)], msgspec.UNSET),
        ("ship_to", Address, msgspec.UNSET),
        ("bill_to", Address, msgspec.UNSET),
        *((name, Text, msgspec.UNSET) for name in CORRECTED_SHIPPING),
        ("reason", Reason, msgspec.UNSET),
    ],
)
"""What of an order is to be other than it is."""


class Reprice(TypedDict, total=False):
    """Which lines are to have which price; left out, all have that of today."""

    line: list[PricedLine]
    reason: Reason


class Move(TypedDict):
    """Whose an order is to be."""

    customer: CustomerName
    reason: NotRequired[Reason]


class Note(TypedDict):
    """What is added to the notes."""

    text: Annotated[str, Meta(max_length=LONGEST_NOTES)]


class Delete(TypedDict, total=False):
    """Why an order is taken out."""

    reason: Reason


class Split(TypedDict):
    """How much of which lines goes into the new order."""

    line: Annotated[list[StepLine], Meta(min_length=1)]
    reason: NotRequired[Reason]


class Return(TypedDict, total=False):
    """How much of which lines comes back."""

    line: Lines
    reason: Reason


Exchange = TypedDict(
    "Exchange",
    {
        "line": NotRequired[Lines],
        "for": Annotated[list[Goods], Meta(min_length=1)],
        "reason": NotRequired[Reason],
    },
)
"""How much of which lines comes back, and what is sent for it."""


class OrderName(TypedDict):
    """Which order."""

    id: Annotated[int | Text, description("The id here, or that of another dialect.")]
    dialect: NotRequired[
        Annotated[Text, description("Whose id it is, such as kole; ours if not said.")]
    ]


Link = TypedDict(
    "Link",
    {
        "order": OrderName,
        "as": Annotated[
            Literal["split", "return", "renewal", "switch", "exchange", "reference"],
            description("What the order is to that one."),
        ],
        "reason": NotRequired[Reason],
    },
)
"""Which order an order points at, and as what."""


class Made(TypedDict):
    """An order after a step, and what was made of it."""

    order: Order
    made: list[Order]


STEPS: dict[str, Shape] = {
    "confirm": None,
    "hold": Hold,
    "release": None,
    "ship": Ship,
    "deliver": None,
    "complete": None,
    "cancel": Cancel,
    "answer-cancellation": Answer,
    "correct": Correct,
    "reprice": Reprice,
    "move": Move,
    "note": Note,
    "delete": Delete,
    "split": Split,
    "return": Return,
    "exchange": Exchange,
    "link": Link,
    "unlink": Link,
}
"""What each step is told, by its name; None for what is told nothing."""
