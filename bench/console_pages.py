"""Pages of the console that are asked of growing books by somebody who is signed in."""

from __future__ import annotations

from bench.request_bytes import HOST

ORDERS, TODAY = "console, orders", "console, today"
PATHS = {ORDERS: "/orders", TODAY: "/today"}
"""The first page of fifty orders, and what came today."""


def console_requests(seller: str, session: str) -> dict[str, tuple[bytes, ...]]:
    """Encode the requests, with the secret of a session."""
    return {
        what: (_get(f"/orderglot/live/{seller}{path}", session),) for what, path in PATHS.items()
    }


def _get(path: str, session: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\ncookie: orderglot={session}\r\n\r\n"
    return head.encode()
