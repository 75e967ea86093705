"""An order on our own wire: as the book keeps it, what says nothing left out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.amounts import LARGEST
from orderglot.core.errors import Problem, Rule
from orderglot.core.order import Order, Unknown, id_at
from orderglot.core.unknown_members import bounded
from orderglot.core.values import Kind, Status
from orderglot.dialects.orderglot import known_members
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.loss import known_as, shown_extras
from orderglot.wire.values import write_number

PARTS = ("lines", "bill_to", "ship_to")
"""The parts of an order that keep their own unknown members."""

_decode = msgspec.json.Decoder(Order, float_hook=Decimal).decode
_DIGITS = bytes(ord("0") if chr(code).isdecimal() else ord(" ") for code in range(128))
_RUNS = _DIGITS + b" " * 128
_POWER = re.compile(rb"[0-9]E[+-]").search
_SEVERAL = b"0" * len(str(int(LARGEST)))
"""So many digits in a row no amount has."""
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
    if defaults := _DEFAULTS[order.kind is Kind.SALE, order.status is Status.RECEIVED]:
        document = b"%b%b%b}" % (document[:-1], b"," if len(document) > _EMPTY else b"", defaults)
    return msgspec.Raw(_with_own_ids(document) if _has_own_ids(order) else document)


def _has_own_ids(order: Order) -> bool:
    """Tell whether our own clients know anything here by another id than the hub's."""
    named = (order, order.customer, *(link.order for link in order.links))
    return any(id_at(thing, NAME) for thing in named if thing and thing.references)


def _with_own_ids(document: bytes) -> bytes:
    """Put the ids that our own clients know, where a book took the place of another, for the hub's."""
    members = json.read(document)
    links = [link["order"] for link in members.get("links", ())]
    for thing in filter(None, (members, members.get("customer"), *links)):
        references = thing.pop("references", [])
        for one in [one for one in references if one["dialect"] == NAME]:
            thing["id"] = write_number(one["id"])
        if others := [one for one in references if one["dialect"] != NAME]:
            thing["references"] = others
    return json.write(members)


_KIND, _STATUS = b'"kind":"sale"', b'"status":"received"'
_DEFAULTS = {
    (True, True): b"%b,%b" % (_KIND, _STATUS),
    (True, False): _KIND,
    (False, True): _STATUS,
    (False, False): b"",
}
"""What is left out of a document as it is kept, because most orders are so."""

_EMPTY = len(b"{}")


def read_order(form: Form) -> Order:
    """Read an order, as whoever asks another book knows it; what is wrong with it is noted in the form."""
    strange = tuple(_nameless(form))
    form = _known_by_id(form)
    customer, links = form.members.get("customer"), form.members.get("links")
    if isinstance(customer, dict):
        form = _with(form, customer=_known_by_id(form.inside("customer")).members)
    if isinstance(links, list):
        form = _with(form, links=[_with_known_order(one) for one in links])
    order = read_struct(form, Order, *PARTS)
    if strange:
        order = replace(order, unknown=bounded(iter((*order.unknown, *strange))))
    return known_as(order, NAME, foreign=True)


def _known_by_id(form: Form) -> Form:
    """Give a form of what is known by its id in the other book, which may be any text there."""
    if not form.has("id"):
        return _with(form, references=[])
    return _with(form, id=None, references=[{"dialect": NAME, "id": form.text("id", exact=True)}])


def _with_known_order(link: Any) -> Any:
    order = link.get("order") if isinstance(link, dict) else None
    return {**link, "order": _known_by_id(Form(order)).members} if isinstance(order, dict) else link


def _with(form: Form, **members: Any) -> Form:
    """Give a form with other members, of which what is wrong is noted where it is of this one."""
    inner = {**form.members, **members}
    return Form(inner, form.path, form.problems, form.line, longest=form.longest, known=form.known)


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
        if bytes(write_document(order)) == document and _is_bounded(document, order):
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


def read_inside(body: bytes, form: Form, name: str) -> Order:
    """Read the order in a member of a body; what is wrong with it is noted in the form of it."""
    try:
        return read_document(bytes(_members(body)[name]), name, form.problems)
    except (KeyError, msgspec.MsgspecError, UnicodeError, RecursionError):
        form.refuse(name, Rule.REQUIRED, "This field is required.")
        return Order()


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


def _is_bounded(document: bytes, order: Order) -> bool:
    """Tell whether no number of an order, and of its document as we write it, is too large to be kept."""
    # To look for two bytes costs nearly nothing, and titles have them, too: "TABLE-CLOTH".
    if (document.find(b"E+") >= 0 or document.find(b"E-") >= 0) and _POWER(document):
        return False
    digits = document.translate(_RUNS)
    if digits.find(_SEVERAL) < 0:
        return True
    return digits.find(_MANY) < 0 and _fits(order)


def _fits(value: Any) -> bool:
    """Tell whether no amount in a value is too large; what is not a whole number counts as one."""
    if isinstance(value, Decimal):
        return value.copy_abs() < LARGEST
    if isinstance(value, Struct):
        return all(_fits(getattr(value, name)) for name in value.__struct_fields__)
    return not isinstance(value, tuple) or all(map(_fits, value))
