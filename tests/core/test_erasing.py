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


def test_of_nothing_nothing_is_taken_out() -> None:
    assert "Carson" == Eraser(Marks()).text("Carson")
