"""Dates: read as they say themselves, else in the order that is said; never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderglot.core.time_zones import zone_of
from orderglot.files.dates import (
    DMY,
    EITHER,
    MDY,
    YMD,
    DateOrder,
    clue,
    lacks_zone,
    reader_of_times,
)


@pytest.mark.parametrize(
    ("zone", "text", "moment"),
    [
        ("UTC", "2010-12-01 08:26:00", "2010-12-01T08:26:00+00:00"),
        ("UTC", "2010-12-01T08:26", "2010-12-01T08:26:00+00:00"),
        ("UTC", " 2010-12-01 08:26:00.125 ", "2010-12-01T08:26:00.125000+00:00"),
        ("UTC", "2010-12-01", "2010-12-01T00:00:00+00:00"),
        ("Europe/London", "2010-07-01 08:26:00", "2010-07-01T07:26:00+00:00"),
        ("Europe/London", "2010-12-01 08:26:00", "2010-12-01T08:26:00+00:00"),
        ("Europe/London", "2010-07-01", "2010-06-30T23:00:00+00:00"),
        ("Europe/London", "2010-07-01T08:26:00Z", "2010-07-01T08:26:00+00:00"),
        ("Europe/London", "2010-07-01 08:26:00 +05:30", "2010-07-01T02:56:00+00:00"),
        ("UTC", "2010-07-01 08:26:00-0400", "2010-07-01T12:26:00+00:00"),
        ("Europe/London", "2010-10-31 01:30:00", "2010-10-31T00:30:00+00:00"),
        ("Europe/London", "2010-03-28 01:30:00", "2010-03-28T01:30:00+00:00"),
    ],
)
def test_a_time_is_read_in_its_zone(zone: str, text: str, moment: str) -> None:
    found = reader_of_times(zone_of(zone))(text)
    assert datetime.fromisoformat(moment) == found
    assert found is not None
    assert UTC is found.tzinfo


@pytest.mark.parametrize(
    "text",
    [
        "20101201",
        "2010-13-01",
        "2010-12-01 25:00",
        "2010-12-01X08:26",
        "2010-12-01 08",
        "13/13/2010",
        "31.02.2010",
        "13/2/345",
        "Ma 5 2010",
        "5 Foo 2010",
        "26/07/2010 13:00 PM",
        "2010-12-01 08:26 +99:00",
        "2010-12-01 08:26:00.1234567",
        "٢٠١٠-12-01",
        "yesterday",
        "2010-12-01" + " " * 1000,
    ],
)
def test_another_spelling_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not one such as 2010-12-01 08:26"):
        reader_of_times(UTC)(text)


def test_a_time_before_all_time_is_refused() -> None:
    with pytest.raises(ValueError, match="0001-01-01"):
        reader_of_times(zone_of("Asia/Tokyo"))("0001-01-01 00:00")


def test_no_time_is_none() -> None:
    assert reader_of_times(UTC)(" ") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Jul-25-26", "2026-07-25T00:00"),
        ("25-Jul-2026", "2026-07-25T00:00"),
        ("25. July 2026", "2026-07-25T00:00"),
        ("July 25, 2026 3:15 PM", "2026-07-25T15:15"),
        ("Tue, 03 Mar 2026 10:00:00 GMT", "2026-03-03T10:00"),
        ("Sept 5 2020", "2020-09-05T00:00"),
        ("13 Mai 2024", "2024-05-13T00:00"),
        ("3. März 2024 14:05", "2024-03-03T14:05"),
        ("3. Mrz. 24", "2024-03-03T00:00"),
        ("24-Dez-2024", "2024-12-24T00:00"),
        ("1. OKTOBER 2024", "2024-10-01T00:00"),
        ("5 Jan 99", "1999-01-05T00:00"),
        ("26/07/2026 12:00 AM", "2026-07-26T00:00"),
        ("2/24/2003 0:00", "2003-02-24T00:00"),
        ("12/26/21", "2021-12-26T00:00"),
        ("05.03.2026 09:12", "2026-03-05T09:12"),
        ("2024/1/5", "2024-01-05T00:00"),
        ("2/24/2003 10:30:15 -0500", "2003-02-24T15:30:15"),
    ],
)
def test_a_date_that_leaves_no_doubt_is_what_it_says(text: str, moment: str) -> None:
    assert datetime.fromisoformat(moment).replace(tzinfo=UTC) == reader_of_times(UTC)(text)


def test_a_date_in_doubt_is_refused() -> None:
    with pytest.raises(ValueError, match="can be read in two ways; say which with --dates"):
        reader_of_times(UTC)("05/06/2024")


@pytest.mark.parametrize(
    ("order", "text", "day"),
    [
        (DMY, "05/06/2024", (2024, 6, 5)),
        (MDY, "05/06/2024", (2024, 5, 6)),
        (YMD, "05/06/07", (2005, 6, 7)),
        (MDY, "05.03.2026", (2026, 5, 3)),
        (DMY, "2024-06-05", (2024, 6, 5)),
    ],
)
def test_a_date_is_read_in_the_order_that_is_said(
    order: str, text: str, day: tuple[int, int, int]
) -> None:
    assert datetime(*day, tzinfo=UTC) == reader_of_times(UTC, DateOrder(order, strict=True))(text)


@pytest.mark.parametrize(
    "dates", [DateOrder(DMY, strict=True), DateOrder(DMY, seen=frozenset((DMY,)))]
)
def test_a_date_that_is_written_otherwise_than_said_is_refused(dates: DateOrder) -> None:
    assert reader_of_times(UTC, dates)("05/06/2024") == datetime(2024, 6, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="the time '12/26/21' "):
        reader_of_times(UTC, dates)("12/26/21")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("05/06/2024", EITHER),
        ("26/07/2026", DMY),
        ("2/24/2003 0:00", MDY),
        ("05.03.2026", DMY),
        ("99/01/02", YMD),
        ("2024/1/5", ""),
        ("2024-05-21", ""),
        ("soon", ""),
    ],
)
def test_a_date_tells_in_which_order_it_is(text: str, shown: str) -> None:
    assert shown == clue(text)


def test_a_time_lacks_a_zone_or_has_one() -> None:
    assert lacks_zone("2024-05-21 10:00")
    assert lacks_zone("05.03.2026")
    assert not lacks_zone("2024-05-21T10:00Z")
    assert not lacks_zone("")
