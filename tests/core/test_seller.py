"""Sellers: what their numbered lists no longer say is kept for the orders that speak of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.seller import Seller, succeeded

LIST = "catalyst.taxCodes"
GST = {"id": 7, "taxCode": "GST"}
VAT = {"id": 7, "taxCode": "VAT"}
NONE = {"id": 8, "taxCode": "NONE"}


def after(*lists: list[Any]) -> Seller:
    """Give a seller whose list was set several times."""
    seller = Seller(id=1, name="acme")
    for rows in lists:
        seller = succeeded(seller, replace(seller, tables={LIST: rows}))
    return seller


@pytest.mark.parametrize(
    ("lists", "former"),
    [
        (([GST],), []),
        (([GST], [GST]), []),
        (([GST], [GST, NONE]), []),
        (([GST, NONE], [GST]), [NONE]),
        (([GST], [VAT]), [GST]),
        (([GST], [VAT], []), [VAT, GST]),
        (([GST], [], [GST], []), [GST]),
        (([GST], [VAT], [GST], [VAT]), [GST, VAT]),
    ],
)
def test_a_row_that_is_changed_or_taken_out_is_kept_once(
    lists: tuple[list[Any], ...], former: list[Any]
) -> None:
    seller = after(*lists)

    assert lists[-1] == seller.tables[LIST]
    assert former == seller.former.get(LIST, [])


def test_what_is_no_numbered_list_leaves_nothing() -> None:
    before = Seller(tables={"kodaris.csrfOnReads": True, "adobe.currencies": ["USD"]})

    assert {} == succeeded(before, replace(before, tables={})).former
