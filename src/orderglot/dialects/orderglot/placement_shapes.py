"""The shapes of placements: what is to go to which vendor, and what became of it there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NotRequired, Required, TypedDict

from msgspec import Meta

from orderglot.dialects.orderglot.shapes import Text
from orderglot.dialects.orderglot.tables import LONGEST_WAIT
from orderglot.wire.shape import description

ChannelName = Annotated[Text, description("As `placements.channels` names it.")]


class Channel(TypedDict):
    """An account with a vendor, as the operator has set it up, and what he speaks."""

    name: str
    dialect: str


class Channels(TypedDict):
    """The channels over which orders can be placed."""

    items: list[Channel]


class Place(TypedDict, total=False):
    """With whom an order is to be placed, and on which terms."""

    channel: Required[ChannelName]
    dry_run: Annotated[
        bool, description("Say what speaks against it and what is lost; send nothing.")
    ]
    also: Annotated[bool, description("Even though another vendor has it already.")]
    absent: Annotated[bool, description("Somebody has looked: the vendor does not have it.")]
    without: Annotated[list[Text], description("Members that the vendor need not be told.")]
    wait: Annotated[
        int,
        Meta(ge=0, le=LONGEST_WAIT),
        description("So many seconds the vendor is waited for; 10 if not said."),
    ]


class Settle(TypedDict, total=False):
    """What somebody has found out: the vendor's id of it, that it is not there, or that it may differ."""

    channel: Required[ChannelName]
    id: Text
    absent: bool
    stands: Annotated[bool, description("What the vendor has otherwise may stand.")]


class Wrong(TypedDict):
    """What speaks against it: which member, and why."""

    field: str
    reason: str


class Placement(TypedDict):
    """What became of an order at a vendor."""

    order: int | str
    channel: str
    state: Literal["placeable", "placed", "under way", "unknown", "refused", "not there"]
    id: NotRequired[Annotated[str, description("The vendor's id of it.")]]
    how: NotRequired[Annotated[str, description("How that came to be known.")]]
    differences: NotRequired[list[str]]
    problems: NotRequired[list[Wrong]]
    losses: NotRequired[Annotated[list[str], description("Members that the vendor is not told.")]]
    why: NotRequired[Annotated[str, description("Why it was refused, or why nobody knows.")]]
    begun: NotRequired[datetime]
    sent: NotRequired[datetime]


class Placements(TypedDict):
    """What is known of orders at vendors."""

    items: list[Placement]
