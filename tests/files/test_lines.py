"""Lines: numbers, prices and times are read strictly, and refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orderglot.core.errors import Invalid
from orderglot.files.countries import country_code
from orderglot.files.lines import (
    read_currency,
    read_name,
    read_worth,
    read_zone,
    reader_of_times,
)


@pytest.mark.parametrize(
    ("quantity", "price", "worth"),
    [
        ("12", "6.95", ("12", "6.95", "83.40")),
        ("-3", "2.1", ("-3", "2.1", "-6.3")),
        ("+3", "0.001", ("3", "0.001", "0.003")),
        ("12.0", "1250", ("12", "1250", "15000")),
        ("0", "-1", ("0", "-1", "0")),
        ("-1", "0.00", ("-1", "0", "0")),
        (" 7 ", " 1. ", ("7", "1", "7")),
        ("1", ".5", ("1", "0.5", "0.5")),
        ("1", "-53594.36", ("1", "-53594.36", "-53594.36")),
    ],
)
def test_a_line_comes_to_quantity_times_price(
    quantity: str, price: str, worth: tuple[str, str, str]
) -> None:
    assert worth == tuple(map(str, read_worth((quantity, price))[:3]))


def test_a_line_without_a_price_comes_to_nothing_known() -> None:
    assert (12, None, None, "sold") == read_worth(("12", " "))


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ("", "it has no quantity"),
        (" ", "it has no quantity"),
        ("1.5", "the quantity '1.5' is not a whole number such as 12 or -3"),
        ("1e3", "the quantity '1e3' is not"),
        ("1_000", "the quantity '1_000' is not"),
        ("1,000", "the quantity '1,000' is not"),
        ("٣", "the quantity '٣' is not"),
        ("nan", "the quantity 'nan' is not"),
        ("9" * 19, "is not a whole number"),
        ("12 pcs", "the quantity '12 pcs' is not"),
        ("1" + " " * 1000, "' is not a whole number"),
    ],
)
def test_a_bad_quantity_is_refused(quantity: str, reason: str) -> None:
    with pytest.raises(ValueError, match="quantity") as refused:
        read_worth((quantity, "1"))
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("£6.95", "the price '£6.95' is not a number such as 1250.95"),
        ("6,95", "the price '6,95' is not"),
        ("1,250.95", "the price '1,250.95' is not"),
        ("1e3", "the price '1e3' is not"),
        ("NaN", "the price 'NaN' is not"),
        ("Infinity", "the price 'Infinity' is not"),
        (".", "the price '.' is not"),
        ("1_0", "the price '1_0' is not"),
        ("0.1234567", "the price '0.1234567' has more than 6 decimals"),
        ("1000000000000", "the price '1000000000000' is out of range"),
        ("0" * 60, "is not a number"),
    ],
)
def test_a_bad_price_is_refused(price: str, reason: str) -> None:
    with pytest.raises(ValueError, match="price") as refused:
        read_worth(("1", price))
    assert reason in str(refused.value)


def test_a_line_of_too_much_money_is_refused() -> None:
    with pytest.raises(ValueError, match="'1000000' pieces at '1000000' are too much money"):
        read_worth(("1000000", "1000000"))


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
    found = reader_of_times(read_zone(zone))(text)
    assert datetime.fromisoformat(moment) == found
    assert found is not None
    assert UTC is found.tzinfo


@pytest.mark.parametrize(
    "text",
    [
        "1/12/2010 8:26",
        "20101201",
        "2010-13-01",
        "2010-12-01 25:00",
        "2010-12-01X08:26",
        "2010-12-01 08",
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
        reader_of_times(read_zone("Asia/Tokyo"))("0001-01-01 00:00")


def test_no_time_is_none() -> None:
    assert reader_of_times(UTC)(" ") is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "/etc/passwd", "../UTC", "Europe", "\0"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_zone(name)
    assert refused.value.message.startswith("timezone: There is no time zone ")


def test_a_name_stays_as_it_stands() -> None:
    assert "47503J " == read_name("stock code", "47503J ")


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_blanks_are_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="it has no stock code"):
        read_name("stock code", text)


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="stock code is longer than 250 characters"):
        read_name("stock code", "x" * 251)


def test_a_currency_is_three_letters() -> None:
    assert "GBP" == read_currency(" gbp ")
    with pytest.raises(ValueError, match="the currency '£' is not a code such as GBP"):
        read_currency("£")


def test_a_code_that_iso_does_not_know_is_no_currency() -> None:
    with pytest.raises(ValueError, match="the currency 'GBR' is not a code such as GBP"):
        read_currency("GBR")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("RSA", "ZA"),
        (" usa ", "US"),
        ("de", "DE"),
        ("Korea", ""),
        ("Channel Islands", ""),
        ("West Indies", ""),
        ("European Community", ""),
        ("Unspecified", ""),
        ("", ""),
    ],
)
def test_a_country_has_a_code_where_its_name_leaves_no_doubt(name: str, code: str) -> None:
    assert code == country_code(name)


def test_worth_is_decimal_to_the_last_place() -> None:
    assert (3, Decimal("0.1"), Decimal("0.3"), "sold") == read_worth(("3", "0.1"))
