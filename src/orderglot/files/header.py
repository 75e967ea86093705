"""Order headers: what an order's rows say of it beside its lines, the same on each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from orderglot.core.order import Address, Identity
from orderglot.core.values import InvoiceStatus, Status
from orderglot.files.addresses import MEMBERS, reader_of_addresses
from orderglot.files.cells import bare, unwrapped
from orderglot.files.lines import read_currency, read_number_of
from orderglot.files.sources import Source
from orderglot.files.statuses import means_cancelled, payment_of, state_of

STATES = ("status", "cancelled", "payment_status")
NAMES = ("customer", "po_number")
"""What is known by a name, of which blanks around it are no part."""

FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "included", "incl", "ja", "inkl"), True),
    **dict.fromkeys(("no", "n", "false", "0", "excluded", "excl", "nein", "exkl"), False),
}

Texts = tuple[str, ...]
"""A head as it stands in a row."""


class Head(Struct, frozen=True, kw_only=True):
    """A head as what it means; ``unknown`` are words of its state that mean nothing here."""

    customer: Identity | None
    po_number: str
    notes: str
    currency: str
    bill_to: Address | None
    status: Status
    invoice: InvoiceStatus | None
    has_status: bool
    """Whether there is a word on it."""
    unknown: tuple[str, ...]
    prices_include_tax: bool | None


def reader_of_heads(fields: Sequence[str], source: Source) -> Callable[[Texts], Head]:
    """Make the function that reads a head, out of the texts of some fields in their order.

    It raises ValueError with the reason where what they say cannot be kept.
    """
    places = [place for place, field in enumerate(fields) if field in MEMBERS]
    read_address = reader_of_addresses([fields[place] for place in places])

    @lru_cache(maxsize=4_096)
    def read_head(texts: Texts) -> Head:
        values = dict(zip(fields, texts, strict=True))
        currency = values.get("currency", "")
        customer, po_number = values.get("customer", ""), values.get("po_number", "")
        status, invoice, unknown = _state(values)
        return Head(
            currency=read_currency(currency) if currency.strip() else "",
            customer=source.customer(read_number_of("customer", customer))
            if bare(customer)
            else None,
            po_number=read_number_of("PO number", po_number) if bare(po_number) else "",
            notes=unwrapped(values.get("notes", "")),
            bill_to=read_address(tuple([texts[place] for place in places])),
            status=status,
            invoice=invoice,
            has_status=bool(values.get("status", "").strip()),
            unknown=unknown,
            prices_include_tax=_flag(values.get("prices_include_tax", "")),
        )

    return read_head


def _flag(text: str) -> bool | None:
    """Read whether prices include tax; nothing is not known."""
    word = bare(text).casefold()
    if not word:
        return None
    if word not in FLAGS:
        raise ValueError(f"whether its prices include tax is {text[:40]!r}, neither yes nor no")
    return FLAGS[word]


def _state(values: Mapping[str, str]) -> tuple[Status, InvoiceStatus | None, tuple[str, ...]]:
    """Give the state that an order is in; without a word on it, it is an old one, completed."""
    status, invoice = Status.COMPLETED, None
    unknown = list[str]()
    if "status" in values:
        word = values["status"].strip()
        status = Status.RECEIVED
        if state := state_of(word):
            status, invoice = state
        elif word:
            unknown.append(word)
    if word := values.get("payment_status", "").strip():
        invoice = payment_of(word) or invoice
        if payment_of(word) is None:
            unknown.append(word)
    if means_cancelled(values.get("cancelled", "")):
        status = Status.CANCELLED
    return status, invoice, tuple(unknown)
