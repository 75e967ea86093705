"""Lines: numbers, prices and times are read strictly, and refused with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orderglot.files.countries import country_code
from orderglot.files.lines import (
    Signs,
    Worth,
    agrees,
    read_currency,
    read_name,
    read_number_of,
    read_sku,
    reader_of_worths,
)
from orderglot.files.numbers import COMMA, DOT, Marks

UNKNOWN = Marks()
DOTS, COMMAS = Marks(DOT, strict=True), Marks(COMMA, strict=True)


def read_worth(texts: tuple[str, ...], marks: Marks = UNKNOWN) -> Worth:
    """Read what a line is worth."""
    return reader_of_worths(marks, Signs(marks))(texts)


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
        ("1.5", "2.10", ("1.5", "2.10", "3.15")),
        ("1.500000", "2", ("1.5", "2", "3")),
        ("1,5", "2", ("1.5", "2", "3")),
        ("-0.25", "9.99", ("-0.25", "9.99", "-2.4975")),
        ("0.333333", "0.000001", ("0.333333", "0.000001", "0")),
    ],
)
def test_a_line_comes_to_quantity_times_price(
    quantity: str, price: str, worth: tuple[str, str, str]
) -> None:
    assert worth == tuple(map(str, read_worth((quantity, price))[:3]))


@pytest.mark.parametrize("amount", [(), ("5.000000",)])
def test_a_measure_at_a_price_that_no_number_holds_is_refused_or_kept(
    amount: tuple[str, ...],
) -> None:
    texts = ("999999999999999999.5", "999999999999", *amount)
    if not amount:
        with pytest.raises(ValueError, match="too much money"):
            read_worth(texts)
    else:
        pieces, each, total, _ = read_worth(texts)
        assert each is not None
        assert total is not None
        assert not agrees(pieces, each, total)


@pytest.mark.parametrize(
    ("pieces", "each", "total", "agreed"),
    [
        (3, "1.235", "3.705", True),
        (3, "1.235", "3.71", False),
        ("1.234", "9.99", "12.33", True),
        ("1.234", "9.99", "12.32", False),
        ("1.234", "9.99", "12", True),
    ],
)
def test_an_amount_of_what_is_measured_agrees_in_its_own_decimals(
    pieces: int | str, each: str, total: str, *, agreed: bool
) -> None:
    quantity = pieces if isinstance(pieces, int) else Decimal(pieces)
    assert agreed is agrees(quantity, Decimal(each), Decimal(total))


def test_a_line_without_a_price_comes_to_nothing_known() -> None:
    assert (12, None, None, "sold") == read_worth(("12", " "))


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ("", "it has no quantity"),
        (" ", "it has no quantity"),
        ("0.1234567", "the quantity '0.1234567' has more than 6 decimals"),
        ("1e3", "the quantity '1e3' is not"),
        ("1_000", "the quantity '1_000' is not"),
        ("1,000", "the quantity '1,000' can be read in two ways; say which with --decimal . or"),
        ("1.000", "the quantity '1.000' can be read in two ways; say which with --decimal . or"),
        ("$3", "the quantity '$3' is not a number such as"),
        ("٣", "the quantity '٣' is not"),
        ("nan", "the quantity 'nan' is not"),
        ("9" * 19, "is not a number such as"),
        ("-1" + "0" * 1_000_000, "is not a number such as"),
        ("12 pcs", "the quantity '12 pcs' is not"),
        ("1" + " " * 1000, "' is not a number such as"),
    ],
)
def test_a_bad_quantity_is_refused(quantity: str, reason: str) -> None:
    with pytest.raises(ValueError, match="quantity") as refused:
        read_worth((quantity, "1"))
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("6.95 pcs", "the price '6.95 pcs' stands with 'pcs', which is no currency"),
        ("15 %", "the price '15 %' stands with '%', which is no currency"),
        ("1.500", "the price '1.500' can be read in two ways; say which with --decimal . or"),
        ("1,2345,67", "the price '1,2345,67' is not a number whose decimals stand behind '.'"),
        ("1.2.3", "the price '1.2.3' is not a number whose decimals stand behind ','"),
        ("(5", "the price '(5' is not a number such as 1250.95"),
        ("-(5)", "the price '-(5)' is not"),
        ("+-5", "the price '+-5' is not"),
        ("$5 USD", "the price '$5 USD' is not"),
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


def test_a_sku_keeps_the_blanks_around_it() -> None:
    assert "47503J " == read_sku("47503J ")
    assert "" == read_sku(" ")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("'A-00123", "A-00123"),
        (" 1001", "1001"),
        ("1001\u00a0", "1001"),
        ("\u200b1001\ufeff", "1001"),
        ("1001 A", "1001 A"),
    ],
)
def test_a_number_is_read_without_blanks_and_signs_of_a_spreadsheet(text: str, name: str) -> None:
    assert name == read_number_of("order number", text)


@pytest.mark.parametrize("text", ["3.82386E+12", "3,82386E+12", "1E+15", " 5.0e12 ", '="1.5E+10"'])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="was rounded by a spreadsheet"):
        read_number_of("order number", text)
    with pytest.raises(ValueError, match="was rounded by a spreadsheet"):
        read_sku(text)


@pytest.mark.parametrize("text", ["1E5", "E12", "12E4A", "3.8", "A.1E+12"])
def test_a_number_with_an_e_in_it_is_a_number(text: str) -> None:
    assert text == read_number_of("order number", text)


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


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$9.99", "9.99"),
        ("1,234.50", "1234.50"),
        ("£9.99", "9.99"),
        ("9,99 €", "9.99"),
        ("USD 9.99", "9.99"),
        ("9.99USD", "9.99"),
        ("US$ 9.99", "9.99"),
        ("US $9.99", "9.99"),
        ("AU $ 9.99", "9.99"),
        ("($5.00)", "-5.00"),
        ("-$5.00", "-5.00"),
        ("$-5.00", "-5.00"),
        ("5.00-", "-5.00"),
        ("\u22125.00", "-5.00"),
        ("9.99 ", "9.99"),
        ("+9.99", "9.99"),
        ("\u00a09.99\u00a0", "9.99"),
        ("1.234.567,8", "1234567.8"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50 €", "1234.50"),
        ("1'234.50", "1234.50"),
        ("12,34,567.00", "1234567.00"),
        ("CHF 5.-", "5"),
        ("5,-- €", "5"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ('="9.99"', "9.99"),
        ("'9.99", "9.99"),
    ],
)
def test_an_amount_that_leaves_no_doubt_is_what_it_says(text: str, amount: str) -> None:
    assert Decimal(amount) == read_worth(("1", text))[1]


@pytest.mark.parametrize(
    ("marks", "text", "amount"),
    [
        (DOTS, "1.500", "1.5"),
        (COMMAS, "1.500", "1500"),
        (DOTS, "1,500", "1500"),
        (COMMAS, "1,500", "1.5"),
        (Marks(COMMA, seen=frozenset(COMMA)), "1.500", "1500"),
        (COMMAS, "12", "12"),
    ],
)
def test_an_amount_in_doubt_is_read_as_somebody_says(marks: Marks, text: str, amount: str) -> None:
    assert Decimal(amount) == read_worth(("1", text), marks)[1]


def test_a_quantity_is_read_by_the_same_mark() -> None:
    assert 1000 == read_worth(("1.000", "1"), COMMAS)[0]
    assert 1 == read_worth(("1.000", "1"), DOTS)[0]


@pytest.mark.parametrize("marks", [COMMAS, Marks(COMMA, seen=frozenset(COMMA))])
def test_an_amount_that_is_written_otherwise_than_said_is_refused(marks: Marks) -> None:
    with pytest.raises(ValueError, match=r"the price .9\.99. "):
        read_worth(("1", "9.99"), marks)


def test_a_line_may_say_its_amount_instead_of_a_price_or_beside_it() -> None:
    assert (4, Decimal("2.5"), Decimal(10), "sold") == read_worth(("4", "", "10.00"))
    assert (3, None, Decimal(10), "sold") == read_worth(("3", "", "10"))
    assert (4, Decimal(100), Decimal(410), "sold") == read_worth(("4", "100", "410"))


def test_the_currencies_that_an_amount_can_be_in_are_told() -> None:
    signs = Signs(UNKNOWN)
    seen = []
    for price in ("9.99", "9,99 €", "1"):
        reader_of_worths(UNKNOWN, signs)(("1", price))
        seen.append(signs.seen)
    assert [False, True, True] == seen
    assert ("9,99 €", ("EUR",)) == signs.read(("1", "9,99 €"))
    assert signs.read(("1", "9.99")) is None


def test_worth_is_decimal_to_the_last_place() -> None:
    assert (3, Decimal("0.1"), Decimal("0.3"), "sold") == read_worth(("3", "0.1"))
