"""Zones: moments that a vendor's wire does not say the zone of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderglot.core.order import Invoice, Line, Order
from orderglot.sync.time_zones import from_zone, to_zone

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
ORDER = Order(created=NOON, invoice=Invoice(date=NOON), lines=(Line(created=NOON),))


def test_what_a_clock_there_shows_is_read_as_the_instant_that_it_means() -> None:
    meant = from_zone(ORDER, "America/New_York")
    assert NOON.replace(hour=16) == meant.created
    assert meant.invoice is not None
    assert NOON.replace(hour=16) == meant.invoice.date
    assert NOON.replace(hour=16) == meant.lines[0].created


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "UTC"])
def test_what_is_read_from_a_zone_is_written_as_it_came(zone: str) -> None:
    assert ORDER == to_zone(from_zone(ORDER, zone), zone)


def test_the_hour_that_comes_twice_is_read_as_the_first_one() -> None:
    twice = Order(created=datetime(2024, 11, 3, 1, 30, tzinfo=UTC))
    assert datetime(2024, 11, 3, 5, 30, tzinfo=UTC) == from_zone(twice, "America/New_York").created
