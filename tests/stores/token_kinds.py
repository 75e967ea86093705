"""Token kinds for the tests of the stores: one like a session, and two that are good once."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.tokens import TokenKind
from orderglot.wire.auth import read_hex

SESSION, REFRESH, CODE = (
    TokenKind(name=name, size=32, write=bytes.hex, read=read_hex, lasts=timedelta(days=days))
    for name, days in (("session", 1), ("refresh", 30), ("code", 30))
)
