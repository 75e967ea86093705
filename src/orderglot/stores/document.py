"""Documents: things as JSON texts, the form in which every store keeps them.

Amounts are JSON numbers, written and read digit by digit; nothing passes through a float.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Problem, Rule, invalid
from orderglot.core.keepable import keepable
from orderglot.core.keyring import Credential
from orderglot.core.order import Order
from orderglot.core.product import Product
from orderglot.core.seller import Seller

_encoder = msgspec.json.Encoder(decimal_format="number")

read_order = msgspec.json.Decoder(Order, float_hook=Decimal).decode
read_customer = msgspec.json.Decoder(Customer, float_hook=Decimal).decode
read_product = msgspec.json.Decoder(Product, float_hook=Decimal).decode
read_credential = msgspec.json.Decoder(Credential).decode
read_seller = lru_cache(maxsize=1024)(msgspec.json.Decoder(Seller, float_hook=Decimal).decode)
"""Gives the same seller for the same document, so that what follows from it need not be found anew."""

DEEPEST = 100


def write(thing: Any) -> bytes:
    """Encode a thing; raises Invalid where it holds what no store can keep.

    That is the character NUL, half a surrogate pair, an amount that is not a number, and extras
    that are nested deeper than databases read.
    """
    extras = getattr(thing, "extras", None)
    if extras and _deeper(extras, DEEPEST):
        raise invalid("extras", Rule.SIZE, f"These may be nested {DEEPEST} deep at most.")
    try:
        document = _encoder.encode(thing)
    except UnicodeEncodeError:
        document = None
    except (TypeError, ValueError) as error:
        raise invalid(
            "extras", Rule.MALFORMED, f"This cannot be written as JSON: {error}."
        ) from None
    if document is None or _suspect(document):
        _refuse_unkeepable(thing)
    assert document is not None
    return document


def _suspect(document: bytes) -> bool:
    # To look for one byte costs nearly nothing, and few documents have a backslash. "in" would make
    # and forget an error each time, for it first takes what it looks for as the number of a byte.
    find = document.find
    if find(b"\\") >= 0 and find(rb"\u0000") >= 0:
        return True
    return find(b"NaN") >= 0 or find(b"Infinity") >= 0


def _deeper(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return False
    return levels == 0 or any(_deeper(inner, levels - 1) for inner in value)


def _refuse_unkeepable(thing: Any) -> None:
    problems = tuple(_problems("", msgspec.to_builtins(thing, builtin_types=(Decimal,))))
    if problems:
        raise Invalid(*problems)


def _problems(name: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _problems(name, key)
            yield from _problems(f"{name}.{key}".lstrip("."), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _problems(name, inner)
    elif isinstance(value, str) and not keepable(value):
        yield Problem(name, Rule.MALFORMED, "This text has a character that cannot be kept.")
    elif isinstance(value, Decimal) and not value.is_finite():
        yield Problem(name, Rule.MALFORMED, "This is not a number.")
