"""Boxes that products are sold in, which may have come in by doors that do not look at them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.product import Product
from orderglot.dialects.komet.settings import packing_of


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (25, 25),
        (Decimal(25), 25),
        (0, None),
        (-5, None),
        ("25", None),
        (10**12, None),
        ([], None),
    ],
)
def test_a_box_holds_a_number_or_nobody_knows(value: Any, pieces: int | None) -> None:
    extras = {"komet.boxTypeCode": "HB", "komet.stemsBunch": value, "komet.pack": value}
    packing = packing_of(Product(sku="X", extras=extras))

    assert (pieces, pieces) == (packing.pieces_per_unit, packing.units_per_box)
