"""Zones: what a moment that names no zone means where its zone is known, and how it is shown there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Invoice, Line, Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.shipments import Shipment
from orderglot.core.time_zones import from_zone, known_zone, shown_in, to_zone, zone_of

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
ORDER = Order(
    created=NOON,
    invoice=Invoice(date=NOON),
    lines=(Line(created=NOON),),
    details=OrderDetails(shipments=(Shipment(date=NOON),)),
)


def meant(text: str, zone: str) -> datetime:
    """Give what a clock in a zone means by a time."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return from_zone(Order(created=moment), zone_of(zone)).created or NOON


def test_what_a_clock_there_shows_is_read_as_the_instant_that_it_means() -> None:
    read = from_zone(ORDER, zone_of("America/New_York"))
    assert NOON.replace(hour=16) == read.created
    assert read.invoice is not None
    assert NOON.replace(hour=16) == read.invoice.date
    assert NOON.replace(hour=16) == read.lines[0].created
    assert read.details is not None
    assert NOON.replace(hour=16) == read.details.shipments[0].date


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "UTC"])
def test_what_is_read_from_a_zone_is_written_as_it_came(zone: str) -> None:
    assert ORDER == to_zone(from_zone(ORDER, zone_of(zone)), zone_of(zone))


@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        ("America/New_York", "2024-11-03T01:30", "2024-11-03T05:30"),  # comes twice
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30"),  # comes twice
        ("Europe/Berlin", "2024-10-27T03:00", "2024-10-27T02:00"),
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:30"),  # is skipped
        ("Europe/Berlin", "2024-03-31T03:30", "2024-03-31T01:30"),
        ("Europe/Berlin", "2024-07-01", "2024-06-30T22:00"),
        ("Europe/Berlin", "2024-01-01", "2023-12-31T23:00"),
        ("America/New_York", "2024-07-01", "2024-07-01T04:00"),
    ],
)
def test_of_an_hour_that_comes_twice_the_first_is_meant(
    zone: str, shown: str, instant: str
) -> None:
    assert datetime.fromisoformat(instant).replace(tzinfo=UTC) == meant(shown, zone)


def test_both_hours_of_those_that_come_twice_are_shown_alike() -> None:
    berlin = zone_of("Europe/Berlin")
    both = [datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1)]

    assert [datetime(2024, 10, 27, 2, 30, tzinfo=UTC)] * 2 == [
        shown_in(one, berlin) for one in both
    ]


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Asia/Tokyo", datetime.max.replace(tzinfo=UTC)),
        ("America/Lima", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_at_the_end_of_time_is_shown_as_it_is(zone: str, end: datetime) -> None:
    assert end == shown_in(end, zone_of(zone))


@pytest.mark.parametrize("name", ["", "UTC", "utc"])
def test_no_zone_is_utc(name: str) -> None:
    assert UTC is zone_of(name)
    assert ORDER is to_zone(ORDER, zone_of(name))


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "/etc/passwd", "../UTC", "Europe", "\0", "x" * 99]
)
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        zone_of(name)
    assert refused.value.message.startswith("timezone: There is no time zone ")
    with pytest.raises(Invalid, match="there: There is no time zone "):
        known_zone("there", name)
