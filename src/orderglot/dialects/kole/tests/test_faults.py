"""What is made of refusals that are not in our form, and of proofs that are no good."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from orderglot.core.errors import HubError, Invalid, NotFound, TooMany, Unauthenticated, Upstream
from orderglot.dialects.kole.auth import AUTH
from orderglot.dialects.kole.faults import FAULTS
from orderglot.wire.auth import write_basic
from orderglot.wire.message import Request, Response

HTML = b"<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Upstream),
        (400, Invalid),
        (401, Unauthenticated),
        (404, NotFound),
        (415, Invalid),
        (429, TooMany),
        (500, Upstream),
        (502, Upstream),
        (503, Upstream),
    ],
)
@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/html", HTML),
        ("application/xml", HTML),
        ("application/xml", b"<errors></errors>"),
        ("application/json", b"{"),
        ("application/json", b'{"errors": "sorry"}'),
        ("application/json", b'[{"message": {"sorry": 1}, "rule": "none"}]'),
        ("", b""),
    ],
)
def test_a_refusal_in_another_form_goes_by_its_status(
    status: int, kind: type[HubError], media: str, body: bytes
) -> None:
    headers = {"content-type": media}
    error = FAULTS.read(Response(status=status, headers=headers, body=body))
    assert kind is type(error)
    assert error is not None
    assert error.message


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_yes_is_no_error(status: int) -> None:
    assert None is FAULTS.read(Response(status=status))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("Fri, 06 Mar 2026 10:00:00 GMT", 1), ("", 1), ("9" * 5000, 1)],
)
def test_how_long_to_wait_is_read_in_seconds(value: str, seconds: int) -> None:
    error = FAULTS.read(Response(status=429, headers={"retry-after": value}))
    assert isinstance(error, TooMany)
    assert seconds == error.retry_after


KEY, OTHER = f"{1:040}", f"{2:040}"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer " + KEY,
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"X00001").decode(),
        f"Basic X00001:{OTHER}",
        f"Basic X00002:{KEY}",
        f"Bearer X00001:{KEY}",
        write_basic("X00001", OTHER),
        write_basic("X00002", KEY),
        write_basic("x00001", KEY),
        write_basic("X00001", "f" * 40),
        write_basic("", KEY),
        write_basic("X00001", ""),
    ],
)
def test_a_proof_that_is_no_good_is_answered_alike_whatever_is_wrong_with_it(
    shop: Any, authorization: str
) -> None:
    response = shop.ask("GET", "/orders", authorization=authorization)
    stranger = shop.ask("GET", "/orders", authorization="")
    assert 401 == response.status
    assert 'Basic realm="Kole Imports API"' == response.headers["www-authenticate"]
    assert stranger == response


def test_a_proof_may_stand_there_as_the_page_shows_it(shop: Any) -> None:
    assert 200 == shop.ask("GET", "/orders", authorization=f"Basic X00001:{KEY}").status


def test_the_caller_is_who_the_key_was_handed_out_to(shop: Any) -> None:
    request = Request(
        method="GET", path="/", headers={"authorization": write_basic("X00002", OTHER)}
    )
    caller = asyncio.run(AUTH.identify(request, shop.store.keyring))
    assert shop.customer("100201").id == caller.customer


def test_keys_look_like_the_vendor_s() -> None:
    assert "00" * 20 == AUTH.make_secret(bytes(32))
    assert ("X00000", "X67295") == (
        AUTH.make_key_id(bytes(32)),
        AUTH.make_key_id(bytes(28) + b"\xff" * 4),
    )
