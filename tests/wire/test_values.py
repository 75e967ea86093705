"""The forms that wires share: what is read, what is refused, and what survives a round."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.order import Reference
from orderglot.wire.values import (
    bare,
    read_amount,
    read_date,
    read_flag,
    read_instant,
    read_references,
    read_whole,
    round_number,
    seconds,
    unless,
    whole_second,
    write_number,
)

AMOUNTS = st.decimals(
    min_value=-999_999_999_999, max_value=999_999_999_999, places=6, allow_nan=False
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text()
    | st.from_regex(r"\A[+-]?[0-9_.eE+-]{1,40}\Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(AMOUNTS)
def test_an_amount_is_read_as_it_was_printed(amount: Decimal) -> None:
    assert amount == read_amount(str(bare(amount)))


@given(AMOUNTS)
def test_a_bare_amount_has_no_exponent_and_no_zeros_at_its_end(amount: Decimal) -> None:
    printed = str(bare(amount))

    assert "E" not in printed
    assert "." not in printed or printed[-1] not in ".0"


@pytest.mark.parametrize(
    ("amount", "printed"),
    [("5.00", "5"), ("1.840", "1.84"), ("11559.80", "11559.8"), ("1000", "1000"), ("0.00", "0")],
)
def test_an_amount_is_printed_exactly_and_short(amount: str, printed: str) -> None:
    assert printed == str(bare(Decimal(amount)))


def test_no_amount_is_printed_as_none() -> None:
    assert bare(None) is None


@pytest.mark.parametrize(
    "value",
    [
        *("", "x", "1,5", "0x1", "NaN", "sNaN", "Infinity", "-inf"),
        *("1000000000000", "0.0000001", "1e-400", "1e9999999", "1" * 5000),
        *(Decimal("1e9999999"), Decimal("NaN"), 10**400, True, None, [], {}),
    ],
    ids=repr,
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^(is not|is out of|has more)"):
        read_amount(value)


@pytest.mark.parametrize("power", [9_999_999, -9_999_999])
def test_zero_is_printed_short_whatever_power_of_ten_stands_behind_it(power: int) -> None:
    assert "0" == f"{read_amount(Decimal(f'0E{power}')):f}"


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), ("-7", -7), ("+7", 7), ("007", 7), (Decimal("7.0"), 7)],
    ids=repr,
)
def test_a_whole_number_is_read_from_numbers_and_texts(value: Any, number: int) -> None:
    assert number == read_whole(value)


@pytest.mark.parametrize(
    "value",
    [
        *("", "7.0", "7.5", "1e3", "x", "--7", "٣", "²", "1_000", " 7", "7\n", "9" * 5000),
        *(2**63, str(2**63), Decimal("7.5"), Decimal("1e999999999"), Decimal("NaN")),
        *(True, None, [], {}),
    ],
    ids=repr,
)
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^is not a whole number$"):
        read_whole(value)


@pytest.mark.parametrize("value", [True, 1, "1", "true", "TRUE", "Yes", "y", Decimal(1)], ids=repr)
def test_a_yes_is_read_in_every_spelling(value: Any) -> None:
    assert read_flag(value) is True


@pytest.mark.parametrize("value", [False, 0, "0", "false", "No", "n", Decimal(0)], ids=repr)
def test_a_no_is_read_in_every_spelling(value: Any) -> None:
    assert read_flag(value) is False


@pytest.mark.parametrize("value", ["", "2", 2, " 1", "on", None, [], {}, ["1"]], ids=repr)
def test_what_is_neither_yes_nor_no_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^is not 1 or 0$"):
        read_flag(value)


@given(ANYTHING)
def test_whatever_comes_is_read_or_refused_by_a_value_error(value: Any) -> None:
    for read in (read_amount, read_whole, read_flag):
        with suppress(ValueError):
            read(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-21T19:10:13Z", datetime(2024, 5, 21, 19, 10, 13, tzinfo=UTC)),
        ("2024-05-21T19:10:13+02:00", datetime(2024, 5, 21, 17, 10, 13, tzinfo=UTC)),
        ("2024-05-21 19:10:13", datetime(2024, 5, 21, 19, 10, 13, tzinfo=UTC)),
        ("2024-05-21T19:10:13.052", datetime(2024, 5, 21, 19, 10, 13, 52_000, tzinfo=UTC)),
        (" 2024-05-21 ", datetime(2024, 5, 21, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_utc(text: str, moment: datetime) -> None:
    assert moment == read_instant(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+23:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_instant(text)


@given(st.text(max_size=40) | st.datetimes(timezones=st.timezones()).map(str))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert UTC == read_instant(text).tzinfo


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_to_the_second(moment: datetime) -> None:
    assert whole_second(moment) == read_instant(seconds(moment))


def test_no_instant_is_spelled_as_nothing() -> None:
    assert seconds(None) == ""
    assert whole_second(None) is None


def test_a_date_is_read() -> None:
    assert date(2024, 5, 21) == read_date(" 2024-05-21 ")


@pytest.mark.parametrize(
    ("id", "written"),
    [
        ("48", 48),
        ("123", 123),
        ("1234", "1234"),
        ("007", "007"),
        ("X-7", "X-7"),
        ("\u0667", "\u0667"),
        ("0", None),
        ("", None),
    ],
)
def test_an_id_is_a_number_where_it_is_one_of_so_many_digits(
    id: str, written: int | str | None
) -> None:
    assert written == write_number(id, 3)


@given(st.text())
def test_an_id_is_known_by_itself_unless_it_is_none(id: str) -> None:
    expected = () if id in ("", "0") else (Reference("kole", id),)

    assert expected == read_references(id, "kole")


@pytest.mark.parametrize(("number", "left"), [(" 48 ", "48"), (" 0 ", ""), ("", ""), ("00", "00")])
def test_a_number_that_is_nought_is_none(number: str, left: str) -> None:
    assert left == round_number(number)


def test_what_says_nothing_is_none() -> None:
    assert None is unless("", "")
    assert "x" == unless("x", "")
