"""Strict JSON in, exact JSON out: numbers are never floats on the way."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.wire.meanings import understood
from orderglot.wire.message import once

T = TypeVar("T")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def read(body: bytes, what: str = "body") -> Any:
    """Decode a JSON document; fractions come as ``Decimal``. Raises Invalid where it is not one."""
    try:
        return understood(_decoder.decode(body.removeprefix(BYTE_ORDER_MARK)))
    except RecursionError:
        raise invalid(what, Rule.SIZE, "The JSON is nested too deeply.") from None
    except ArithmeticError:
        raise invalid(what, Rule.RANGE, "The JSON has a number beyond all bounds.") from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise _malformed(what, error) from None


def read_as(body: bytes, kind: type[T], what: str = "body") -> T:
    """Decode a JSON document of a type; raises Invalid where it is not one."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _malformed(what, error) from None


def read_sent(body: bytes, what: str = "body") -> Any:
    """Decode a document that somebody asks for something with; no member may say two things.

    Raises Invalid where it is none, or that names the member.
    """
    document = read(body, what)
    try:
        # That nothing stands behind it is known by now.
        _twice.raw_decode(body.removeprefix(BYTE_ORDER_MARK).decode().lstrip())
    except RecursionError:
        raise invalid(what, Rule.SIZE, "The JSON is nested too deeply.") from None
    return document


_twice = json.JSONDecoder(object_pairs_hook=once, parse_int=str.encode, parse_float=str.encode)
"""Reads each number as its digits, which nobody computes with."""


def write(value: Any) -> bytes:
    """Encode a value as JSON; a Decimal is printed as it stands, as a bare number."""
    return _encoder.encode(value)


def _malformed(what: str, error: Exception) -> Invalid:
    return invalid(what, Rule.MALFORMED, f"This is not well-formed JSON: {error}.")
