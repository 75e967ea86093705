"""A seller's own lists, as the dialects know them."""

from __future__ import annotations

from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.hub.dialects import chosen
from orderglot.wire import json


def checked_table(name: str, text: bytes) -> Any:
    """Read one of a seller's own lists or settings, in JSON.

    Raises Invalid where no dialect knows it or it is wrong.
    """
    known = {
        f"{one.name}.{table}": check for one in chosen(()) for table, check in one.tables.items()
    }
    if name not in known:
        reason = f"there is no table {name!r}; there are {', '.join(sorted(known)) or 'none'}."
        raise invalid("TABLE", Rule.CHOICE, reason)
    value = json.read(text, name)
    known[name](value)
    return value
