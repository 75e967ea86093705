"""Settings of products and customers, which may have come in by doors that do not look at them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.product import Product
from orderglot.dialects.adobe.eligibility import count_of
from orderglot.dialects.adobe.settings import paths_of
from orderglot.dialects.adobe.tables import MINIMUM, PATHS


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (10, 10),
        (Decimal(10), 10),
        (Decimal("1.5"), 0),
        (Decimal("1e300"), 0),
        (10**400, 0),
        (-1, 0),
        ("10", 0),
        ("ten", 0),
        (True, 0),
        (None, 0),
        ([10], 0),
        ({}, 0),
    ],
)
def test_a_number_of_pieces_is_one_or_none(value: Any, pieces: int) -> None:
    assert pieces == count_of({MINIMUM: value}, MINIMUM)


@pytest.mark.parametrize(
    ("value", "offers"),
    [(["A", "B"], ("A", "B")), (["A", 5, None], ("A",)), ("AB", ()), (5, ()), (None, ()), ({}, ())],
)
def test_offers_to_switch_to_are_a_list_or_none(value: Any, offers: tuple[str, ...]) -> None:
    assert offers == paths_of(Product(sku="X", extras={PATHS: value}))
