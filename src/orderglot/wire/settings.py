"""Settings: what may be set for a dialect, each a JSON value of a form that is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from orderglot.core.errors import Rule, invalid
from orderglot.wire import json

LONGEST = 60
"""So much of a value that is refused is shown."""

Check = Callable[[Any], object]
"""What raises Invalid for a value that a setting cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may be set for a dialect, by its full name: for a seller, a product, or a customer.

    A seller's are among its tables, the others' among their extras.
    """

    seller: Mapping[str, Check] = field(default_factory=dict)
    product: Mapping[str, Check] = field(default_factory=dict)
    customer: Mapping[str, Check] = field(default_factory=dict)


def setting(name: str, kind: Any, meaning: str) -> Check:
    """Make what refuses a value that is not of a type: it says what the setting is instead."""

    def check(value: Any) -> object:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            shown = json.write(value).decode()
            shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
            raise invalid(name, Rule.MALFORMED, f"this is {meaning}, not {shown}.") from None

    return check
