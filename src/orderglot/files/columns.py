"""Columns: which column of a file is which field of an order line."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid

REQUIRED = ("order", "sku", "quantity")
QUANTITIES = ("cancelled_quantity", "shipped_quantity", "returned_quantity")
"""What has become of how much of a line."""

TAXES = ("tax_rate", "line_tax")
"""The tax on a line: its rate, and what it comes to."""

OF_LINES = (
    *("order", "sku", "title", "quantity", "unit", "created", "price", "amount", "line_id"),
    *QUANTITIES,
    *TAXES,
)
"""What each line says for itself."""

MONEY = ("discount", "discount_rate", "shipping", "tax", "total", "refunded", "amount_paid")
"""What an order comes to beside its goods, on one of its rows, on each, or in parts on each."""

OUR_LINE, OUR_REASON = "orderglot line", "orderglot reason"
"""The columns that rejects have more than their file: which line it was, and why it is there."""

FIELDS: dict[str, str] = {
    "order": "order, order no, order nr, order number, order id, invoice, invoice no, invoice nr,"
    " invoice number, invoice id",
    "sku": "sku, stock code, item, item no, item number, item code, product code, product no,"
    " product number, product sku, part no, part number, article, article no, article number, custom label",
    "title": "title, description, item description, product description, item name, product name,"
    " product title, item title",
    "quantity": "quantity, qty, order quantity, order qty, quantity ordered, qty ordered",
    "unit": "unit, uom, unit of measure, sales unit, einheit",
    "cancelled_quantity": "quantity cancelled, quantity canceled, qty cancelled, qty canceled,"
    " cancelled qty, canceled quantity, canceled qty",
    "shipped_quantity": "quantity shipped, qty shipped, shipped qty, quantity fulfilled,"
    " fulfilled quantity",
    "returned_quantity": "quantity returned, qty returned, returned qty, quantity refunded,"
    " refunded quantity, qty refunded",
    "created": "created, created at, date, datetime, order date, order datetime, invoice date,"
    " purchase date, sale date",
    "price": "price, unit price, item price, price each, sold for, einzelpreis",
    "amount": "amount, line total, line amount, line item total, item total, extended price,"
    " extended amount, row total",
    "line_id": "line id, line item id, order line id, order item id, line number,"
    " line no, line nr, order line number",
    "status": "status, order status",
    "cancelled": "cancelled, canceled, cancelled at, canceled at, cancelled on, canceled on,"
    " cancellation date",
    "payment_status": "payment status, financial status",
    "discount": "discount, discounts, discount amount, order discount, discount total",
    "discount_rate": "discount rate, discount percent, discount percentage, discount pct",
    "shipping": "shipping, shipping cost, shipping costs, shipping price, shipping amount,"
    " shipping total, shipping charge, shipping charges, order shipping, freight, postage,"
    " shipping and handling",
    "tax": "tax, taxes, tax amount, tax total, total tax, sales tax, order tax, order sales tax,"
    " vat amount",
    "total": "total, order total, grand total, total amount, order amount, total price",
    "refunded": "refunded, refund, refunds, refund amount, refunded amount, amount refunded,"
    " refund total, total refunded",
    "amount_paid": "paid amount, total paid, paid total",
    "prices_include_tax": "price includes tax, taxes included, tax included, prices incl tax",
    "tax_rate": "tax percent, tax percentage, vat rate, vat percent, gst rate, mwst satz",
    "line_tax": "line tax amount, line item tax, item tax, order line tax, line vat",
    "customer": "customer, customer id, customer no, customer nr, customer number, customer code,"
    " account, account no, account number",
    "currency": "currency, currency code",
    "po_number": "po, po no, po number, purchase order, purchase order no, purchase order number,"
    " customer po",
    "notes": "notes, note, comment, comments",
    "country": "country, country name, country code, billing country",
    "company": "company, company name, customer name",
    "first_name": "first name, given name",
    "last_name": "last name, family name, surname",
    "email": "email, e-mail address, customer email",
    "phone": "phone, phone number, telephone",
    "line_1": "line 1, address, address 1, address line 1, street",
    "line_2": "line 2, address 2, address line 2",
    "city": "city, town",
    "state": "state, province",
    "postal_code": "postal code, post code, zip, zip code",
}
"""The fields of an order line, each with the column names that mean it by themselves."""

MOST_COLUMNS = 500
MOST_LISTED = 30
LONGEST_LISTED = 40


class Columns(Struct, frozen=True):
    """Where each field stands in a row, and which columns (by position) no field was found for.

    ``ours`` tells that the file is one of rejects, with columns that say why they are there.
    """

    names: tuple[str, ...]
    at: dict[str, int]
    others: dict[int, str]
    ours: bool = False
    mapped: frozenset[str] = frozenset()
    """The fields whose column a person has named."""
    left_out: frozenset[str] = frozenset()
    """The columns that a person has left out."""

    def name(self, field: str) -> str:
        """Give the name of a field's column as the file has it."""
        return self.names[self.at[field]]


def read_mapping(text: str) -> dict[str, str]:
    """Read which column is which field: ``order=Invoice,sku=StockCode``.

    A pair with a comma in it is quoted as in CSV; a field with nothing after its ``=`` has no
    column. Raises Invalid on anything else, on an unknown field, and on a field given twice.
    """
    mapping: dict[str, str] = {}
    for pair in next(csv.reader([text.replace("\n", " ")], skipinitialspace=True), []):
        name, equals, column = pair.partition("=")
        field = _MEANINGS.get(_plain(name), "")
        if not equals or not field:
            raise _wrong(
                Rule.UNKNOWN, f"{_short(pair)} is not field=column; the fields are {_FIELD_LIST}."
            )
        if field in mapping:
            raise _wrong(
                Rule.DUPLICATE, f"the field {field} is mapped twice; give each one column."
            )
        mapping[field] = column.strip()
    return mapping


def recognise(
    header: Sequence[str], mapping: Mapping[str, str], required: Sequence[str] = REQUIRED
) -> Columns:
    """Tell which column is which field, by the mapping first, then by the columns' own names.

    Raises Invalid where a required field has no column, a column is not there, is there twice or
    is mapped twice, and where two columns look like one field: it never picks one itself.
    """
    names = [name if name.strip() else f"column {place}" for place, name in enumerate(header, 1)]
    _check(names)
    at = {field: _find(names, column) for field, column in mapping.items() if column}
    for place, count in Counter(at.values()).items():
        if count > 1:
            fields = " and ".join(field for field in at if at[field] == place)
            raise _wrong(
                Rule.DUPLICATE, f"{names[place]!r} cannot be {fields} at once.{_listed(names)}"
            )
    taken = set(at.values())
    for place, name in enumerate(names):
        field = _MEANINGS.get(_plain(name), "")
        if field and place not in taken and field not in mapping:
            if field in at:
                raise _ambiguous(field, names[at[field]], name, names)
            at[field] = place
    _demand(at, names, required)
    ours = {place for place, name in enumerate(names) if name in (OUR_LINE, OUR_REASON)}
    known = {*at.values(), *ours}
    others = {place: name for place, name in enumerate(names) if place not in known}
    left = {name for name in others.values() if mapping.get(_MEANINGS.get(_plain(name), "")) == ""}
    return Columns(tuple(names), at, others, bool(ours), frozenset(mapping), frozenset(left))


def found_in(
    names: Sequence[str], mapping: Mapping[str, str], required: Sequence[str] = REQUIRED
) -> int:
    """Count the required fields for which there is a column in what may be a header."""
    wanted = {_plain(mapping[field]): field for field in required if mapping.get(field)}
    plain = map(_plain, names)
    fields = {wanted.get(name) or _MEANINGS.get(name, "") for name in plain}
    return len(fields & set(required))


def has_column(names: Sequence[str], wanted: str) -> bool:
    """Tell whether there is a column of a name; nothing is in every file."""
    return not wanted or any(_plain(name) == _plain(wanted) for name in names)


def _check(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise _wrong(
            Rule.SIZE, f"the file has {len(names)} columns; at most {MOST_COLUMNS} are read."
        )
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise _wrong(
            Rule.DUPLICATE, f"the column {_short(name)} is there {count} times; rename all but one."
        )


def _find(names: list[str], wanted: str) -> int:
    if wanted in names:
        return names.index(wanted)
    alike = [place for place, name in enumerate(names) if _plain(name) == _plain(wanted)]
    if len(alike) != 1:
        how = "no" if not alike else "more than one"
        raise _wrong(Rule.UNKNOWN, f"there is {how} column {_short(wanted)}.{_listed(names)}")
    return alike[0]


def _demand(at: Mapping[str, int], names: list[str], required: Sequence[str]) -> None:
    missing = [field for field in required if field not in at]
    if missing:
        hint = ",".join(f"{field}=COLUMN" for field in missing)
        instead = ", or say with --sku what stands in for it" if missing == ["sku"] else ""
        raise _wrong(
            Rule.REQUIRED,
            f"no column is the {' or the '.join(missing)}; map it with {hint}{instead}."
            f"{_listed(names)}",
        )


def _ambiguous(field: str, one: str, other: str, names: list[str]) -> Invalid:
    return _wrong(
        Rule.DUPLICATE,
        f"both {_short(one)} and {_short(other)} look like the {field}; "
        f"map one with {field}=COLUMN.{_listed(names)}",
    )


def _listed(names: list[str]) -> str:
    some = ", ".join(map(_short, names[:MOST_LISTED]))
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f" The file has {some}{more}."


def _wrong(rule: Rule, reason: str) -> Invalid:
    return invalid("columns", rule, reason)


def _short(name: str) -> str:
    return repr(name if len(name) <= LONGEST_LISTED else name[: LONGEST_LISTED - 3] + "...")


def _plain(name: str) -> str:
    """Give a name without its case, blanks, underscores and other signs."""
    return re.sub(r"[\W_]+", "", name).casefold()


_MEANINGS = {
    _plain(name): field for field, names in FIELDS.items() for name in (field, *names.split(","))
}
_FIELD_LIST = ", ".join(FIELDS)
