"""Content negotiation: the type that fits an Accept header best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.wire.media import negotiate

OFFERS = ("application/vnd.x+xml", "application/vnd.x+json")
XML, JSON = OFFERS


@pytest.mark.parametrize(
    ("accept", "offer"),
    [
        (None, XML),
        ("", XML),
        (" ", XML),
        ("*/*", XML),
        ("*", XML),
        ("application/*", XML),
        (JSON, JSON),
        (JSON.upper(), JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (f"text/html, {JSON};q=0.1", JSON),
        (f"{XML};q=0.5, {JSON};q=0.9", JSON),
        (f"{JSON}, {XML}", JSON),
        (f"*/*, {XML};q=0", JSON),
        (f"{JSON};q=0.1, */*", XML),
        (f"{JSON};q=junk", None),
        (f"{JSON};q=0", None),
        ("text/html", None),
        ("text/*", None),
        ("application", None),
        (",", None),
    ],
)
def test_the_type_that_fits_best_is_chosen(accept: str | None, offer: str | None) -> None:
    assert offer == negotiate(accept, OFFERS)


@given(st.text(alphabet=st.sampled_from("*/,;=q01.5 application/vnd.x+json")))
def test_any_header_gives_an_offer_or_none(accept: str) -> None:
    assert negotiate(accept, OFFERS) in (*OFFERS, None)
