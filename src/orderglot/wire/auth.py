"""Proofs of who is calling, as they stand in a request: Basic, Bearer and plain headers."""

from __future__ import annotations

import base64
import binascii
import hmac

from orderglot.core.errors import Unauthenticated
from orderglot.wire.message import Request


def read_basic(request: Request) -> tuple[str, str]:
    """Read user and password of HTTP Basic (RFC 7617); raises Unauthenticated without them."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated("Send your credentials by HTTP Basic authentication.")
    try:
        user, colon, password = (
            binascii.a2b_base64(coded.strip(), strict_mode=True).decode().partition(":")
        )
    except (binascii.Error, ValueError):
        raise Unauthenticated("The Basic credentials are not base64 of id:key.") from None
    if not colon:
        raise Unauthenticated("The Basic credentials are not base64 of id:key.")
    return user, password


def write_basic(user: str, password: str) -> str:
    """Write the Authorization header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def read_bearer(request: Request) -> str:
    """Read a bearer token, "" where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def read_hex(text: str, beginning: str = "") -> bytes:
    """Read the bytes that hexadecimal digits write behind a beginning; raises ValueError."""
    if not text.startswith(beginning):
        raise ValueError(f"does not begin with {beginning}")
    return bytes.fromhex(text.removeprefix(beginning))
