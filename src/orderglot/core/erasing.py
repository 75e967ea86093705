"""Erasing a person: by which texts a customer is known, and how these are taken out of whatever has them."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from orderglot.core.addresses import Address
from orderglot.core.customer import Customer
from orderglot.core.order import Order, Shipping
from orderglot.core.order_details import OrderDetails
from orderglot.core.parties import Party, Role

S = TypeVar("S", bound=Struct)

ERASED = "erased"
"""What stands in the place of what was taken out of a text."""

SHORTEST = 3
"""A text of fewer characters is never looked for: it says nothing of anybody by itself."""

TELLING = 5
"""A text of fewer characters does not tell by itself that this person is meant."""

ANYWHERE = 8
"""A text of so many characters is taken out also where other letters stand right beside it."""

NEVER_THEIRS = frozenset({Role.SELLER, Role.CARRIER})
"""Parties who are not the person, whatever is erased."""


class Marks(Struct, frozen=True):
    """By which texts somebody is known.

    ``telling`` are names of a whole person or company, mail addresses, phone numbers and lines of addresses:
    where one stands, this person is meant. ``others``, such as a town, are theirs only where they are meant.
    """

    telling: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def __or__(self, more: Marks) -> Marks:
        return Marks(self.telling | more.telling, self.others | more.others)


def marks_of(customer: Customer) -> Marks:
    """Give by which texts a customer is known."""
    whole = f"{customer.first_name} {customer.last_name}"
    accounts = [one.number for one in customer.shipping_accounts]
    own = _marks(
        (customer.name, whole, customer.email, customer.phone, customer.tax_id, *accounts),
        (customer.first_name, customer.last_name),
    )
    return own | (_of_address(customer.bill_to) if customer.bill_to else Marks())


def marks_in(order: Order) -> Marks:
    """Give by which texts whoever ordered is known, and whoever is billed or sent it."""
    found = Marks()
    for address in (order.bill_to, order.ship_to):
        found |= _of_address(address) if address else Marks()
    for party in order.details.parties if order.details else ():
        if party.role not in NEVER_THEIRS:
            found |= _marks((party.name, party.tax_number), ())
            found |= _of_address(party.address) if party.address else Marks()
    shipping = order.shipping
    mails = [one.email for one in shipping.notifications]
    return found | _marks((*mails, shipping.attention, *(one.ship_name for one in order.lines)), ())


def _of_address(address: Address) -> Marks:
    whole = f"{address.first_name} {address.last_name}"
    return _marks(
        (
            *(address.company, whole, address.line_1, address.line_2),
            *(address.phone, address.email),
        ),
        (address.first_name, address.last_name, address.city, address.postal_code),
    )


def _marks(telling: Iterable[str], others: Iterable[str]) -> Marks:
    named = {text.strip() for text in telling if not _is_erased(text)}
    weak = {text.strip() for text in others if not _is_erased(text)} | {
        one for one in named if len(one) < TELLING
    }
    strong = frozenset(one for one in named if len(one) >= TELLING)
    return Marks(strong, frozenset(one for one in weak if len(one) >= SHORTEST) - strong)


def _is_erased(text: str) -> bool:
    return text.strip().partition("-")[0] == ERASED


class Theirs(Struct, frozen=True):
    """What is somebody's: a customer's own, by the hub's id, what is of their orders, and what speaks of them."""

    eraser: Eraser
    customer: int
    orders: frozenset[int]

    def has(self, customer: int, orders: Iterable[int]) -> bool:
        """Tell whether something is theirs by whose it is, or by the orders it touched."""
        return customer == self.customer or not self.orders.isdisjoint(orders)


class Eraser:
    """Takes out of texts and bytes what somebody is known by, however it is spelled there."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def is_meant(self, content: bytes) -> bool:
        """Tell whether some bytes speak of this person."""
        return bool(self._telling.search(content)) or any(
            self._telling.search(inner) for inner in _coded(content)
        )

    def content(self, content: bytes) -> bytes:
        """Take all of it out of bytes: names of members, and whatever is no text, stay as they are."""
        found = self._every.sub(ERASED.encode(), content)
        return _CODED.sub(self._recoded, found)

    def text(self, content: str) -> str:
        """Take all of it out of a text."""
        return self.content(content.encode("utf-8", "surrogatepass")).decode(
            "utf-8", "surrogatepass"
        )

    def value(self, value: Any) -> Any:
        """Take all of it out of a value of any kind, and of what it is made of; numbers stay."""
        if isinstance(value, str):
            return self.text(value) if type(value) is str else value
        if isinstance(value, bytes):
            return self.content(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)([self.value(one) for one in value])
        return self._struct(value, frozenset()) if isinstance(value, Struct) else value

    def customer(self, before: Customer) -> Customer:
        """Give a customer of whom nothing is left but the id, and what they owe and may do."""
        number = before.number
        if self.text(number) != number:
            number = f"{ERASED}-{before.id}"
        clean = replace(
            before,
            number=number,
            references=tuple(self._reference(one, before.id) for one in before.references),
            name=ERASED,
            first_name="",
            last_name="",
            email="",
            phone="",
            tax_id="",
            bill_to=_left(before.bill_to),
            shipping_accounts=(),
        )
        return replace(clean, extras=self.value(before.extras))

    def order(self, before: Order) -> Order:
        """Give an order of theirs without a word of them; what was ordered and what it comes to stay."""
        clean = replace(
            before,
            bill_to=_left(before.bill_to),
            ship_to=_left(before.ship_to),
            shipping=_unaddressed(before.shipping),
            details=before.details and self._unnamed(before.details),
            lines=tuple(replace(one, ship_name="") for one in before.lines),
        )
        return self._struct(clean, frozenset({"customer", "references", "links", "number"}))

    def _unnamed(self, details: OrderDetails) -> OrderDetails:
        parties = tuple(
            one if one.role in NEVER_THEIRS else _nobody(one) for one in details.parties
        )
        return replace(details, parties=parties)

    def _reference(self, one: Any, id: int) -> Any:
        return one if self.text(one.id) == one.id else replace(one, id=f"{ERASED}-{id}")

    def _struct(self, value: S, stays: frozenset[str]) -> S:
        changed = {}
        for name in value.__struct_fields__:
            before = getattr(value, name)
            after = before if name in stays else self.value(before)
            if after != before:
                changed[name] = after
        return replace(value, **changed) if changed else value

    def _recoded(self, found: re.Match[bytes]) -> bytes:
        inner = _decoded(found[1])
        after = self._every.sub(ERASED.encode(), inner)
        return found[0] if after == inner else b'"%s"' % b64encode(after)

    @cached_property
    def _telling(self) -> re.Pattern[bytes]:
        return _pattern(self._marks.telling)

    @cached_property
    def _every(self) -> re.Pattern[bytes]:
        return _pattern(self._marks.telling, self._marks.others)


def _left(address: Address | None) -> Address | None:
    """Give what is left of an address: the country, by which it is taxed."""
    return address and Address(country=address.country if len(address.country) == 2 else "")


def _unaddressed(shipping: Shipping) -> Shipping:
    notices = tuple(replace(one, email="") for one in shipping.notifications)
    return replace(shipping, attention="", account="", notifications=notices)


def _nobody(party: Party) -> Party:
    return replace(party, name="", tax_number="", address=_left(party.address))


# Bytes within JSON are written in base64.
_CODED = re.compile(rb'"((?:[A-Za-z0-9+/]{4}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')


def _coded(content: bytes) -> Iterator[bytes]:
    return (_decoded(found[1]) for found in _CODED.finditer(content))


def _decoded(text: bytes) -> bytes:
    return b64decode(text)


_SPELLINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode("utf-8", "surrogatepass"),
    lambda text: encode(text)[1:-1],
    lambda text: _escaped(text),
    lambda text: _escaped(text).replace(b"/", rb"\/"),
    lambda text: escape(text, {'"': "&quot;", "'": "&apos;"}).encode(),
    lambda text: escape(text, {'"': "&#34;", "'": "&#39;"}).encode("ascii", "xmlcharrefreplace"),
    lambda text: escape(text).encode(),
    lambda text: quote(text).encode(),
    lambda text: quote(text, safe="").encode(),
    lambda text: quote_plus(text).encode(),
    lambda text: _in_latin(text),
)
"""How a text may be written: plain, in JSON, in XML, in an address or a form, or as ISO 8859-1."""


def _in_latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b""


def _escaped(text: str) -> bytes:
    """Write a text as JSON that has ASCII alone."""
    utf16 = text.encode("utf-16-be", "surrogatepass")
    units = [int.from_bytes(utf16[at : at + 2]) for at in range(0, len(utf16), 2)]
    plain = {0x22: rb"\"", 0x5C: rb"\\"}
    return b"".join(
        plain.get(one, bytes((one,))) if 0x20 <= one < 0x7F else b"\\u%04x" % one for one in units
    )


def _pattern(telling: Iterable[str], others: Iterable[str] = ()) -> re.Pattern[bytes]:
    """Make what finds any spelling of some texts, the longest first; nothing for no texts."""
    postal = {text for text in others if text.isdecimal()}
    texts = {*telling, *others} - postal
    spelled = {one: _POSTAL % (one, one) for one in map(str.encode, postal)}
    # Bytes are alike in both cases only as far as they are ASCII.
    for text in {cased for one in texts for cased in (one, one.upper(), one.lower())}:
        for spell in _SPELLINGS:
            if len(written := spell(text)) >= SHORTEST:
                spelled[written] = _bounded(text) % re.escape(written)
    parts = [spelled[one] for one in sorted(spelled, key=len, reverse=True)]
    # The name of a member or of an element is none of theirs.
    whole = rb"(?<!<)(?<!</)(?:%s)(?!\"\s*:)" % b"|".join(parts)
    return re.compile(whole, re.IGNORECASE) if parts else re.compile(rb"(?!)")


_POSTAL_MEMBERS = (b"zip", b"zipcode", b"zip_code", b"postalcode", b"postal_code", b"postcode")
_SEPARATED = (b"=", b">", b'":"', b'": "', rb"\":\"", rb"\": \"")
_BEHIND = b"|".join(
    b"(?<=%s)" % re.escape(name + mark) for name in _POSTAL_MEMBERS for mark in _SEPARATED
)
_POSTAL = rb"(?:(?<![\s\S])%%b(?![\s\S])|(?:%b)%%b(?![A-Za-z0-9.]))" % _BEHIND
"""Where digits are a postal code: by themselves, or behind the name of such a member.

Anywhere else they may as well be an amount or a quantity, which stays.
"""


def _bounded(text: str) -> bytes:
    """Say what may not stand beside a text: letters beside a short one, what makes a number of digits."""
    if text.isdecimal():
        return rb"(?<![A-Za-z0-9.:\[])(?<!: )%s(?![A-Za-z0-9.])"
    if len(text) >= ANYWHERE:
        return b"%s"
    return rb"(?<![A-Za-z0-9\x80-\xff])%s(?![A-Za-z0-9\x80-\xff])"
