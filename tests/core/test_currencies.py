"""Currencies: what ISO 4217 knows, and how an amount is rounded to what can be paid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.currencies import DECIMALS, demand_currency, printed, rounded
from orderglot.core.errors import Invalid, Rule
from tests.strategies import amounts


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("HRK", 2)],
)
def test_a_currency_has_the_decimals_of_its_minor_unit(currency: str, decimals: int) -> None:
    assert decimals == DECIMALS[currency]


@pytest.mark.parametrize("code", ["ZZZ", "usd", "US", "XAU", "XXX", "DM"])
def test_what_is_no_currency_that_one_pays_in_is_refused(code: str) -> None:
    with pytest.raises(Invalid, match=f"currency: '{code}' is not a code of ISO 4217") as refused:
        demand_currency("currency", code)

    assert Rule.CURRENCY == refused.value.problems[0].rule


def test_no_code_is_no_wrong_code() -> None:
    demand_currency("currency", "")


@pytest.mark.parametrize(
    ("amount", "currency", "paid"),
    [
        ("4.038", "USD", "4.04"),
        ("4.038", "JPY", "4"),
        ("4.038", "KWD", "4.038"),
        ("1.575", "USD", "1.58"),
        ("1.565", "USD", "1.57"),
        ("0.5", "JPY", "1"),
        ("2.5", "JPY", "3"),
        ("-0.005", "USD", "-0.01"),
        ("1.23456", "CLF", "1.2346"),
    ],
)
def test_half_a_unit_is_rounded_up(amount: str, currency: str, paid: str) -> None:
    assert Decimal(paid) == rounded(Decimal(amount), currency)


@given(amount=amounts(), currency=st.sampled_from(sorted(DECIMALS)))
def test_what_is_rounded_once_stays(amount: Decimal, currency: str) -> None:
    once = rounded(amount, currency)

    assert once == rounded(once, currency)
    assert abs(once - amount) * 2 <= Decimal(1).scaleb(-DECIMALS[currency])


def test_without_a_currency_nothing_is_rounded() -> None:
    assert Decimal("4.038") == rounded(Decimal("4.038"), "")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("142.8", "USD", "142.80"),
        ("142.800", "USD", "142.80"),
        ("0.333", "USD", "0.333"),
        ("1.875000", "GBP", "1.875"),
        ("1E+3", "USD", "1000.00"),
        ("1000", "JPY", "1000"),
        ("0.5", "JPY", "0.5"),
        ("1.5", "KWD", "1.500"),
        ("1.5", "", "1.5"),
        ("-3", "EUR", "-3.00"),
    ],
)
def test_people_see_an_amount_with_all_decimals_of_its_currency(
    amount: str, currency: str, text: str
) -> None:
    assert text == printed(Decimal(amount), currency)
