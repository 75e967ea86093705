"""Said once: members that say two things, and texts without end, are refused in every dialect."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.wire.json import BYTE_ORDER_MARK

LONGEST = 4_000
"""So many characters a text may have where its vendor's page names no length."""

SHOWN = 40


def demand_once(body: bytes) -> None:
    """Raise Invalid where a body in JSON says two things under one name, or a text is too long.

    Whatever else may be wrong with it, and what is no JSON, is for whoever reads it.
    """
    text = body.removeprefix(BYTE_ORDER_MARK).lstrip()
    if text[:1] not in (b"{", b"["):
        return
    try:
        json.loads(text, object_pairs_hook=once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return


def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Give members by their names; raises Invalid where one says two things, or too much."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if members.setdefault(name, value) != value:
            reason = (
                f"This is said twice, {_short(members[name])} and {_short(value)}; say it once."
            )
            raise invalid(name, Rule.DUPLICATE, reason)
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str) and len(text) > LONGEST:
                reason = f"This may have {LONGEST} characters, not {len(text)}."
                raise invalid(name, Rule.LENGTH, reason)
    return members


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
