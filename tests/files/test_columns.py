"""Columns: recognised by their names, overruled by a mapping, never guessed."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from orderglot.cli.import_lines import load
from orderglot.core.errors import Invalid
from orderglot.files.columns import read_mapping, recognise
from orderglot.files.detail_names import DETAILS
from orderglot.files.field_names import FIELDS, SECOND_NAMES

RETAIL = (
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "Price",
    "Customer ID",
    "Country",
)


def fields(header: tuple[str, ...], mapping: str = "") -> dict[str, str]:
    at = recognise(header, read_mapping(mapping)).at
    return {field: header[place] for field, place in at.items()}


def refusal(header: tuple[str, ...], mapping: str = "") -> str:
    with pytest.raises(Invalid) as refused:
        fields(header, mapping)
    return refused.value.message


def test_the_columns_of_the_wholesale_file_are_recognised() -> None:
    assert {
        "order": "Invoice",
        "sku": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "created": "InvoiceDate",
        "price": "Price",
        "customer": "Customer ID",
        "country": "Country",
    } == fields(RETAIL)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("InvoiceNo", "order"),
        ("order_number", "order"),
        ("ORDER ID", "order"),
        ("Order No.", "order"),
        ("Order", "order"),
        ("SKU", "sku"),
        ("Item", "sku"),
        ("product-code", "sku"),
        ("Stock Code ", "sku"),
        ("Title", "title"),
        ("qty", "quantity"),
        ("Date", "created"),
        ("OrderDate", "created"),
        ("created_at", "created"),
        ("Unit Price", "price"),
        ("CustomerID", "customer"),
        ("Customer", "customer"),
        ("P.O. Number", "po_number"),
        ("currency", "currency"),
        ("E-Mail", "email"),
        ("First Name", "first_name"),
        ("Zip", "postal_code"),
    ],
)
def test_a_name_is_recognised_whatever_its_case_and_signs(name: str, field: str) -> None:
    header = [name] + [one for one in ("order", "sku", "quantity") if one != field]
    assert name == fields(tuple(header))[field]


def test_no_name_means_two_fields() -> None:
    texts = (*FIELDS.values(), *SECOND_NAMES.values(), *DETAILS.values(), ",".join(DETAILS))
    names = [re.sub(r"\W+|_", "", name) for text in texts for name in set(text.split(","))]
    assert len(names) == len(set(names))


def test_every_field_goes_by_its_own_name() -> None:
    every = (*FIELDS, *DETAILS)
    assert {field: field for field in every} == fields(every)


def test_what_is_no_field_is_left_over_by_its_name() -> None:
    columns = recognise(("order", "sku", "qty", "Weight", ""), {})
    assert {3: "Weight", 4: "column 5"} == columns.others


def test_a_mapping_overrules_the_names() -> None:
    header = ("Belegnr", "Order", "Artikel", "qty")
    found = fields(header, "order=Belegnr, sku = artikel")
    assert {"order": "Belegnr", "sku": "Artikel", "quantity": "qty"} == found


def test_a_mapping_knows_a_field_by_any_of_its_names() -> None:
    found = fields(("A", "B", "C", "D"), "Invoice=A,StockCode=B,Qty=C,InvoiceDate=D")
    assert {"order": "A", "sku": "B", "quantity": "C", "created": "D"} == found


def test_a_mapping_takes_a_column_with_a_comma_in_quotes() -> None:
    found = fields(("order", "sku", "qty", "Preis, netto"), '"price=Preis, netto"')
    assert "Preis, netto" == found["price"]


def test_a_mapping_to_nothing_takes_a_field_away() -> None:
    columns = recognise(("order", "sku", "qty", "date"), read_mapping("created="))
    assert "created" not in columns.at
    assert {3: "date"} == columns.others


def test_an_empty_mapping_maps_nothing() -> None:
    assert {} == read_mapping("")


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    assert refusal(("Invoice", "Zahl")) == (
        "columns: no column is the sku or the quantity; map it with sku=COLUMN,quantity=COLUMN. "
        "The file has 'Invoice', 'Zahl'."
    )


def test_a_mapped_column_that_is_not_there_is_named_with_those_that_are() -> None:
    assert refusal(("order", "sku", "qty"), "price=Preis") == (
        "columns: there is no column 'Preis'. The file has 'order', 'sku', 'qty'."
    )


def test_an_unknown_field_is_named_with_those_there_are() -> None:
    message = refusal(("order", "sku", "qty"), "colour=qty")
    assert message.startswith("columns: 'colour=qty' is not field=column; the fields are order, ")


@pytest.mark.parametrize("mapping", ["order", "order:Invoice", "=qty", ",", "order=order,,"])
def test_a_mapping_that_is_none_is_refused(mapping: str) -> None:
    assert "is not field=column" in refusal(("order", "sku", "qty"), mapping)


def test_a_mapping_with_a_lone_quote_is_refused() -> None:
    assert "is not field=column" in refusal(("order", "sku", "qty"), '"')


def test_a_field_mapped_twice_is_refused() -> None:
    message = refusal(("order", "sku", "qty"), "order=order,invoice=sku")
    assert "columns: the field order is mapped twice; give each one column." == message


def test_a_column_mapped_to_two_fields_is_refused() -> None:
    message = refusal(("A", "sku", "qty"), "order=A,customer=A")
    assert message.startswith("columns: 'A' cannot be order and customer at once.")


def test_a_column_that_is_there_twice_is_refused() -> None:
    message = refusal(("order", "sku", "qty", "qty"))
    assert "columns: the column 'qty' is there 2 times; rename all but one." == message


def test_two_columns_that_look_like_one_field_are_refused() -> None:
    assert refusal(("Order ID", "Order Number", "sku", "qty")) == (
        "columns: both 'Order ID' and 'Order Number' look like the order; map one with "
        "order=COLUMN. The file has 'Order ID', 'Order Number', 'sku', 'qty'."
    )


def test_a_second_name_means_a_field_where_its_own_name_is_not_there() -> None:
    german = ("Bestellnummer", "Artikelnummer", "Menge", "Währung", "Straße")
    assert {
        "order": "Bestellnummer",
        "sku": "Artikelnummer",
        "quantity": "Menge",
        "currency": "Währung",
        "line_1": "Straße",
    } == fields(german)
    for header in (("Artikelnummer", "sku"), ("sku", "Artikelnummer")):
        columns = recognise(("order", "qty", *header), {})
        assert ("sku", ["Artikelnummer"]) == (columns.name("sku"), [*columns.others.values()])


def test_two_second_names_of_one_field_are_refused_unless_its_own_name_decides() -> None:
    both = ("order", "sku", "Menge", "Anzahl")
    assert refusal(both).startswith("columns: both 'Menge' and 'Anzahl' look like the quantity; ")
    assert "qty" == fields((*both, "qty"))["quantity"]


def test_two_second_names_of_what_is_not_required_are_left_over() -> None:
    columns = recognise(("order", "sku", "qty", "Customer Note", "Order Notes"), {})
    assert "notes" not in columns.at
    assert {3: "Customer Note", 4: "Order Notes"} == columns.others


def test_a_mapping_says_which_of_two_columns_it_is() -> None:
    columns = recognise(
        ("Order ID", "Order Number", "sku", "qty"), read_mapping("order=Order Number")
    )
    assert 1 == columns.at["order"]
    assert {0: "Order ID"} == columns.others


def test_a_mapped_name_that_fits_two_columns_is_refused() -> None:
    assert "there is more than one column 'po-x'" in refusal(
        ("order", "sku", "qty", "PO X", "po_x"), "notes=po-x"
    )


def test_a_header_of_very_many_columns_is_refused_in_short() -> None:
    message = refusal(tuple(f"{n}" for n in range(501)))
    assert "columns: the file has 501 columns; at most 500 are read." == message


def test_a_refusal_lists_no_more_than_one_can_read() -> None:
    message = refusal(tuple(f"{n}" * 100 for n in range(100, 200)))
    assert message.endswith("...' and 70 more.")
    assert 2_000 > len(message)


@pytest.mark.parametrize("where", ["docs", "help"])
def test_every_detail_is_named_where_a_person_looks_for_it(where: str) -> None:
    docs = Path(__file__).parents[2] / "docs" / "importing.md"
    text = docs.read_text("utf-8") if where == "docs" else inspect.getdoc(load) or ""
    words = set(re.findall(r"\w+", text))
    named = {re.sub(r"^ship_to(?=_)", "", re.sub(r"^tax_\d", "tax_1", field)) for field in DETAILS}
    assert set() == named - words - {"_full_name"}
    assert "ship_to_full_name" in words
