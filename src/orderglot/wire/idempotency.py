"""Idempotency: how a request that came before is recognised, and what is then answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from orderglot.wire.message import Request


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How a request that came before is recognised, and what is then answered.

    ``key`` gives the client's key for the request, None where it sent none; it is good for one
    operation on one thing. ``put`` is how a client puts one in. Another request under a used key is a conflict, or with ``conflict=False`` gets the
    first answer. ``refusals`` tells whether a refusal is an answer to be kept as well. ``single``
    gives an id that no request under another key may have as long as the answer is kept; one that
    does is a Conflict with the code ``used``.
    """

    key: Callable[[Request], str | None]
    lasts: timedelta
    conflict: bool = True
    refusals: bool = False
    single: Callable[[Request], str | None] = lambda _request: None
    used: str = ""
    put: Callable[[Request, str], Request] = lambda request, _key: request


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key", "").strip() or None


def _put_idempotency_key(request: Request, key: str) -> Request:
    return replace(request, headers={**request.headers, "idempotency-key": key})


IDEMPOTENCY_KEY = Idempotency(_idempotency_key, timedelta(days=1), put=_put_idempotency_key)
"""What works on every dialect, beside the vendor's own way."""
