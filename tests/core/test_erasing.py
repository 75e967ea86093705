"""What a person is known by is found however it is spelled, and nothing else is touched."""

from __future__ import annotations

from base64 import b64encode

import pytest

from orderglot.core.erasing import Eraser, Marks

ERASER = Eraser(Marks(frozenset({"Zöe Q&A Markquist"}), frozenset({"Carson", "90745"})))


@pytest.mark.parametrize(
    "spelled",
    [
        *("Zöe Q&A Markquist", "ZÖE Q&A MARKQUIST", "zöe q&a markquist"),
        *("Z\\u00f6e Q&A Markquist", "Zöe Q&amp;A Markquist", "Z&#246;e Q&amp;A Markquist"),
        *("Z%C3%B6e%20Q%26A%20Markquist", "Z%C3%B6e+Q%26A+Markquist"),
    ],
)
def test_it_is_found_however_it_is_spelled(spelled: str) -> None:
    for content in (f'{{"a":"{spelled}!"}}', f"<a>{spelled}</a>", f"a={spelled}&b=2"):
        assert ERASER.is_meant(content.encode())
        assert content.replace(spelled, "erased") == ERASER.text(content)


def test_bytes_within_json_are_read() -> None:
    coded = b64encode("<a>Zöe Q&amp;A Markquist</a>".encode()).decode()
    clean = b64encode(b"<a>erased</a>").decode()
    assert ERASER.is_meant(f'"{coded}"'.encode())
    assert f'{{"b":"{clean}"}}' == ERASER.text(f'{{"b":"{coded}"}}')


def test_numbers_and_names_of_members_stay() -> None:
    body = '{"total":90745,"sum": 90745,"Carson":"Carson","zip":"90745","at":1.90745}'
    after = '{"total":90745,"sum": 90745,"Carson":"erased","zip":"erased","at":1.90745}'
    assert after == ERASER.text(body)
    assert not ERASER.is_meant(body.encode())
    assert "Carsons" == ERASER.text("Carsons")


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("<o><total>90745</total><zipcode>90745</zipcode></o>", 2),
        ("total=90745&zip=90745&quantity=90745", 2),
        ('{"total":"90745","lines":["90745", 90745],"postalCode": "90745"}', 4),
        ("po;total\r\nPO-1;90745\r\n", 0),
        (r'{"body":"{\"total\":\"90745\",\"deliveryPostalCode\":\"90745\"}"}', 2),
        ("90745", 1),
    ],
)
def test_an_amount_with_the_digits_of_a_postal_code_stays(body: str, after: int) -> None:
    """``after`` says which of the numbers, from 1, is the postal code; 0 for none."""
    parts = body.split("90745")
    numbers = ["erased" if place == after else "90745" for place in range(1, len(parts))]
    whole = "".join(part + number for part, number in zip(parts, [*numbers, ""], strict=True))
    assert whole == ERASER.text(body)


def test_of_nothing_nothing_is_taken_out() -> None:
    assert "Carson" == Eraser(Marks()).text("Carson")
