"""Proofs of who is calling, as they stand in a request."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import Unauthenticated
from orderglot.wire.auth import read_basic, read_bearer, same, write_basic
from orderglot.wire.message import Request

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def asked(authorization: str | None) -> Request:
    headers = {} if authorization is None else {"authorization": authorization}
    return Request(method="GET", path="/", headers=headers)


@given(TEXT.filter(lambda user: ":" not in user), TEXT)
def test_basic_credentials_are_read_as_they_were_written(user: str, password: str) -> None:
    assert (user, password) == read_basic(asked(write_basic(user, password)))


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic ", "Basic !", "Basic ä", "Basic /w==", "Basic YQ==", "Bearer YTpi"],
)
def test_what_are_no_basic_credentials_are_unauthenticated(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        read_basic(asked(header))


@given(st.text())
def test_any_header_is_read_or_unauthenticated(header: str) -> None:
    for written in (header, f"Basic {header}"):
        with suppress(Unauthenticated):
            read_basic(asked(written))


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer demo-token", "demo-token"), ("bearer  demo-token ", "demo-token"), ("Basic x", "")],
)
def test_a_bearer_token_is_read(header: str, token: str) -> None:
    assert token == read_bearer(asked(header))


def test_no_bearer_token_is_nothing() -> None:
    assert read_bearer(asked(None)) == ""


def test_secrets_are_compared_whole() -> None:
    assert same("demo-ä", "demo-ä")
    assert not same("demo-a", "demo-")
