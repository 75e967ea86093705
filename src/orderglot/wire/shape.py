"""Shapes: what stands on a wire, as types. Operations declare them, OpenAPI documents show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import getitem
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, TypedDict

from msgspec import Meta

from orderglot.core.errors import KINDS, HubError, Unsupported

LONGEST = 255
"""So many characters a text may have for which a vendor names no other number."""

CONSTANT = "default"
"""What JSON Schema calls the value that a member has unless something is known of it."""

JSON = "application/json"
EVENT_STREAM = "text/event-stream"
FORM = "application/x-www-form-urlencoded"

Numeral = Annotated[str, Meta(pattern="^[+-]?[0-9]{1,19}$")]
"""A whole number that stands in a text."""

AmountText = Annotated[
    str, Meta(pattern=r"^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?)?$")
]
"""A number that stands in a text, or nothing."""

Amount = float
"""An amount of money as JSON prints it: a bare number. In Python it is a Decimal."""

Shape = Any
"""A type that msgspec can write the JSON Schema of: a TypedDict, a list of them, a text."""

Media = Mapping[str, Shape | tuple[Shape, ...]]
"""What a body holds, by the media types that it comes in; several shapes are any of them."""


class ResponseShape(NamedTuple):
    """One response that may be given: its status, what its body holds, and its headers."""

    status: int
    body: Media = MappingProxyType({})
    headers: Shape = None


class SecurityScheme(NamedTuple):
    """One thing that a request shows to say who is calling.

    ``place`` is ``header``, ``query`` or ``cookie`` for the name that it stands under, or the word
    that an Authorization header begins with: ``basic``, ``bearer``.
    """

    place: str
    name: str = ""


Security = tuple[tuple[SecurityScheme, ...], ...]
"""The ways to say who is calling, any one of which will do; of one way all parts are shown."""


RetryAfter = TypedDict("RetryAfter", {"Retry-After": int})
RETRY_AFTER: Mapping[int, Shape] = {429: RetryAfter, 503: RetryAfter}
"""The header of a refusal that ends by itself: in so many seconds."""


def success(
    status: int, shape: Shape, *media: str, headers: Shape = None
) -> tuple[ResponseShape, ...]:
    """Declare the one response that is given when all goes well, in JSON by default."""
    return (ResponseShape(status, dict.fromkeys(media or (JSON,), shape), headers),)


def alternatives(shape: Shape | tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Give the shapes that one body may have."""
    return shape if isinstance(shape, tuple) else (shape,)


def refusals(
    statuses: Mapping[type[HubError], int], body: Media, headers: Mapping[int, Shape] = RETRY_AFTER
) -> tuple[ResponseShape, ...]:
    """Declare the responses of a vendor that refuses in one form, by the status of each kind.

    A method that is not offered is refused where no operation is, and so by none of them.
    """
    refused = dict.fromkeys(statuses[kind] for kind in KINDS if kind is not Unsupported)
    return tuple(ResponseShape(status, body, headers.get(status)) for status in refused)


def annotated(shape: Shape, *notes: Meta) -> Shape:
    """Declare more of a shape that was made out of a table."""
    return getitem(Annotated, (shape, *notes))


def enum(codes: Iterable[Any]) -> Meta:
    """Declare that a value is one of a vendor's codes."""
    return Meta(extra_json_schema={"enum": list(codes)})


def description(text: str) -> Meta:
    """Declare what a value means, for people."""
    return Meta(description=text)


def constant(value: Any) -> Meta:
    """Declare a member that our side writes with one value and never reads.

    What a vendor says there otherwise is unknown, and shown again as he said it.
    """
    return Meta(extra_json_schema={CONSTANT: value})


def xml_name(name: str) -> Meta:
    """Declare the name that a value goes by in XML: that of the root, or of one in a list."""
    return Meta(extra_json_schema={"xml": {"name": name}})


XML_WRAPPED = Meta(extra_json_schema={"xml": {"wrapped": True}})
"""Declares that the elements of a list stand inside one of the list's own name, in XML."""

READ_ONLY = Meta(extra_json_schema={"readOnly": True})
"""Declares a member that is not the client's to say, and which clients send back all the same."""

ADDITIONAL_PROPERTIES = Meta(extra_json_schema={"additionalProperties": True})
"""Declares that there may be members besides those that are named."""
