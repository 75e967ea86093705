"""Exports from the list of orders: what is found there, all of it, in each format, by who may look."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as parquet
import pytest

from orderglot.console.export import PIECE
from orderglot.core.order import Line
from tests.console.conftest import Desk

LIST = "/orderglot/live/acme/orders"
MANY = 230
"""More orders than a page of our own API has."""


def test_what_is_found_is_exported_whole(desk: Desk) -> None:
    for number in range(MANY):
        desk.order(number=str(500_000 + number), po_number=f"PO-{number % 2}")
    browser = desk.signed_in("viewer")
    answer = browser.get(f"{LIST}/export.csv?filter=po_number+%3D+%22PO-1%22&sort=created")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert 200 == answer.status_code
    assert "text/csv; charset=utf-8" == answer.headers["content-type"]
    assert 'attachment; filename="acme-orders.csv"' == answer.headers["content-disposition"]
    assert {"PO-1"} == {row["po_number"] for row in rows}
    assert [str(500_001 + 2 * number) for number in range(MANY // 2)] == [
        row["number"] for row in rows
    ]


def test_each_format_has_every_order_and_with_lines_each_line(desk: Desk) -> None:
    desk.order()
    desk.order(number="489436")
    browser = desk.signed_in("viewer")

    table = browser.get(f"{LIST}/export.parquet?lines=yes").content
    assert 4 == parquet.read_table(io.BytesIO(table)).num_rows
    assert browser.get(f"{LIST}/export.xlsx").content.startswith(b"PK")
    orders = browser.get(f"{LIST}/export.jsonl").text.splitlines()
    assert ["489436", "489435"] == [json.loads(one)["number"] for one in orders]


def test_what_is_larger_than_a_piece_comes_in_several_and_is_the_same(desk: Desk) -> None:
    notes = "x" * 9_000
    for number in range(60):
        desk.order(number=str(number), notes=notes, lines=(Line(number=1, sku="A"),))
    answer = desk.signed_in("viewer").get(f"{LIST}/export.jsonl")

    assert len(answer.content) > 2 * PIECE
    assert "content-length" not in answer.headers
    assert {notes} == {json.loads(one)["notes"] for one in answer.text.splitlines()}


def test_the_list_leads_to_it_with_what_is_asked_for(desk: Desk) -> None:
    desk.order()
    text = desk.signed_in("viewer").get(f"{LIST}?q=489435").text

    assert f'href="{LIST}/export.csv?q=489435"' in text


def test_modes_and_sellers_are_kept_apart(desk: Desk) -> None:
    desk.order()
    desk.order(number="111111", test=True)
    desk.order("north", number="222222")
    browser = desk.signed_in("viewer", desk.acme.id)

    live = browser.get(f"{LIST}/export.csv").text
    test = browser.get("/orderglot/test/acme/orders/export.csv").text
    assert ("489435" in live, "111111" in live, "222222" in live) == (True, False, False)
    assert ("489435" in test, "111111" in test) == (False, True)
    assert 404 == browser.get("/orderglot/live/north/orders/export.csv").status_code


@pytest.mark.parametrize(
    ("file", "status"),
    [("csv?filter=total+%3E", 400), ("csv?filter=colour+%3D+1", 400), ("pdf", 404)],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    desk: Desk, file: str, status: int
) -> None:
    answer = desk.signed_in("viewer").get(f"{LIST}/export.{file}")

    assert status == answer.status_code
    assert "text/html" in answer.headers["content-type"]


def test_it_is_an_act_of_the_person(desk: Desk) -> None:
    desk.order()
    desk.signed_in("viewer").get(f"{LIST}/export.csv?q=489435")

    (act,) = [one for one in desk.run(desk.store.acts(desk.acme.id)) if "exported" in one.what]
    assert ("console:viewer-0", "acme-orders.csv", {"q": "489435"}) == (
        act.who,
        act.about,
        act.after,
    )
