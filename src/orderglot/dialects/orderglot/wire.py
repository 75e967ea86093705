"""An order on our own wire: as the book keeps it, what says nothing left out."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import Problem
from orderglot.core.order import Order, Unknown
from orderglot.core.unknown_members import bounded
from orderglot.core.values import Kind, Status
from orderglot.dialects.orderglot import known_members
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.loss import known_as, shown_extras

PARTS = ("lines", "bill_to", "ship_to")
"""The parts of an order that keep their own unknown members."""

_decode = msgspec.json.Decoder(Order).decode
_DIGITS = bytes(ord("0") if chr(code).isdecimal() else ord(" ") for code in range(128))
_RUNS = _DIGITS + b" " * 128
_MANY = b"0" * 19
"""So many digits in a row no number has that every store can keep."""


def write_order(order: Order) -> Order:
    """Give an order as it is written: with all that is known of it but what the hub alone remembers."""
    if not order.extras:
        return order
    return replace(order, extras=shown_extras(order, ""))


def write_document(order: Order) -> msgspec.Raw:
    """Write an order as JSON; its kind and status are said whatever they are."""
    document = json.write(write_order(order))
    said = _SAID[order.kind is Kind.SALE, order.status is Status.RECEIVED]
    if not said:
        return msgspec.Raw(document)
    return msgspec.Raw(b"%b%b%b}" % (document[:-1], b"," if len(document) > _EMPTY else b"", said))


_KIND, _STATUS = b'"kind":"sale"', b'"status":"received"'
_SAID = {
    (True, True): b"%b,%b" % (_KIND, _STATUS),
    (True, False): _KIND,
    (False, True): _STATUS,
    (False, False): b"",
}
"""What is left out of a document as it is kept, because most orders are so."""

_EMPTY = len(b"{}")


def read_order(form: Form) -> Order:
    """Read an order, as whoever asks another book knows it; what is wrong with it is noted in the form."""
    order = read_struct(form, Order, *PARTS)
    if strange := tuple(_nameless(form)):
        order = replace(order, unknown=bounded(iter((*order.unknown, *strange))))
    return known_as(order, NAME, foreign=True)


def _nameless(form: Form) -> Any:
    """Give what stands among the extras without the name of a dialect."""
    extras = form.members.get("extras")
    for name, value in extras.items() if isinstance(extras, dict) else ():
        if "." not in name:
            yield Unknown(NAME, ("extras", name), value)


def read_document(document: bytes, path: str, problems: list[Problem]) -> Order:
    """Read the document of an order that stands at a path; what is wrong with it goes to ``problems``.

    What is written as we write it has nothing that is unknown, and nothing that is spelled otherwise: it
    need not be read member by member, which takes eight times as long.
    """
    try:
        order = _decode(document)
        if bytes(write_document(order)) == document and _is_bounded(document):
            return known_as(order, NAME, foreign=True)
    except (msgspec.MsgspecError, UnicodeError, ArithmeticError, RecursionError):
        pass
    return read_order(Form(json.read(document), path, problems, known=known_members.ORDER))


def read_documents(body: bytes, form: Form, name: str) -> tuple[Order, ...]:
    """Read the orders in a list of a body; what is wrong with them is noted in the form of it."""
    try:
        documents = _each(_members(body)[name])
    except (KeyError, msgspec.MsgspecError, UnicodeError, RecursionError):
        # What is no list, or not well-formed, the form says.
        return tuple(map(read_order, form.each(name, present=True)))
    return tuple(
        read_document(bytes(one), f"{name}[{place}]", form.problems)
        for place, one in enumerate(documents, 1)
    )


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_each = msgspec.json.Decoder(list[msgspec.Raw]).decode


def opened(body: bytes, known: Known, *apart: str) -> Form:
    """Open the object that an answer has, without what stands in the members ``apart``."""
    try:
        members = {
            one: json.read(bytes(raw)) for one, raw in _members(body).items() if one not in apart
        }
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        members = json.read(body)
    return Form(members, known=known)


def _is_bounded(document: bytes) -> bool:
    """Tell whether no number of a document, as we write them, is too large to be kept."""
    if document.find(b"E+") >= 0 or document.find(b"E-") >= 0:
        return False
    return document.translate(_RUNS).find(_MANY) < 0
