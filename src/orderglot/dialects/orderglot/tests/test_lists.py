"""Lists of orders: pages, filters, and the members that are shown."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

ORDERS = "/orderglot/v1/orders"
FIRST = f"{ORDERS}/1000000001"
CUSTOMER, SELLER = ("og_" + str(number).zfill(64) for number in (1, 3))


def test_cursors_lead_through_all_orders_whatever_they_are_sorted_by(api: Any) -> None:
    for sort in ("", "-created", "totals.total,-number", "po_number"):
        found: list[str] = []
        after: Any = ""
        while after is not None:
            page = api.read(limit=2, sort=sort, after=after, total="true")
            assert 5 == page["total"]
            found += [order["number"] for order in page["items"]]
            after = page["next"]
        assert ["SO-1", "SO-2", "SO-3", "SO-4", "SO-5"] == sorted(found)
    assert ["SO-4", "SO-2"] == [one["number"] for one in api.read(sort="total")["items"]][:2]


def test_a_day_in_a_filter_is_one_by_the_sellers_clock(api: Any) -> None:
    async def move_to_kiritimati() -> None:
        (seller,) = [one for one in await api.store.sellers() if one.id == api.seller]
        await api.store.change_seller(replace(seller, timezone="Pacific/Kiritimati"))

    assert [] == api.read(filter="created = 2024-05-22")["items"]
    api.run(move_to_kiritimati())
    assert 5 == len(api.read(filter="created = 2024-05-22")["items"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=2", "page"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("total=perhaps", "total"),
        ("after=%00", "after"),
        ("after=WzFd", "after"),
        ("sort=lines.sku", "sort"),
        ("sort=colour", "sort"),
        ("filter=status%20%3D", "filter"),
        ("filter=colour%20%3D%20red", "filter"),
        ("fields=id,colour", "fields"),
        ("fields=lines.colour", "fields"),
        ("limit=1&limit=2", "limit"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(api: Any, query: str, field: str) -> None:
    assert field == api.problem(api.ask("GET", f"{ORDERS}?{query}"))["field"]


def test_fields_show_what_they_name_at_any_depth_and_nothing_else(api: Any) -> None:
    page = api.read(fields="number, lines.sku,ship_to.city,details.hold_reason", limit=3)

    assert {
        "number": "SO-3",
        "lines": [{"sku": "AA124"}],
        "ship_to": {"city": "Carson"},
        "details": {"hold_reason": "no credit"},
    } == page["items"][2]
