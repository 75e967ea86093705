"""Columns: which column of a file is which field of an order line."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid

REQUIRED = ("order", "sku", "quantity")

FIELDS: dict[str, str] = {
    "order": "order, order no, order nr, order number, order id, invoice, invoice no, invoice nr,"
    " invoice number, invoice id",
    "sku": "sku, stock code, item, item no, item number, item code, product code, product no,"
    " product number, product sku, part no, part number, article, article no, article number",
    "title": "title, description, item description, product description, item name, product name,"
    " product title",
    "quantity": "quantity, qty, order quantity, order qty, quantity ordered, qty ordered",
    "created": "created, created at, date, datetime, order date, order datetime, invoice date",
    "price": "price, unit price, item price, price each",
    "customer": "customer, customer id, customer no, customer nr, customer number, customer code,"
    " account, account no, account number",
    "currency": "currency, currency code",
    "po_number": "po, po no, po number, purchase order, purchase order no, purchase order number,"
    " customer po",
    "notes": "notes, note, comment, comments",
    "country": "country, country name, country code, billing country",
    "company": "company, company name, customer name, name",
    "first_name": "first name, given name",
    "last_name": "last name, family name, surname",
    "email": "email, e-mail address, customer email",
    "phone": "phone, phone number, telephone",
    "line_1": "line 1, address, address 1, address line 1, street",
    "line_2": "line 2, address 2, address line 2",
    "city": "city, town",
    "state": "state, province, region",
    "postal_code": "postal code, post code, zip, zip code",
}
"""The fields of an order line, each with the column names that mean it by themselves."""

MOST_COLUMNS = 500
MOST_LISTED = 30
LONGEST_LISTED = 40


class Columns(Struct, frozen=True):
    """Where each field stands in a row, and which columns (by position) no field was found for."""

    at: dict[str, int]
    others: dict[int, str]


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


def recognise(header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
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
    _demand(at, names)
    others = {place: name for place, name in enumerate(names) if place not in set(at.values())}
    return Columns(at, others)


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


def _demand(at: Mapping[str, int], names: list[str]) -> None:
    missing = [field for field in REQUIRED if field not in at]
    if missing:
        hint = ",".join(f"{field}=COLUMN" for field in missing)
        raise _wrong(
            Rule.REQUIRED,
            f"no column is the {' or the '.join(missing)}; map it with {hint}.{_listed(names)}",
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
