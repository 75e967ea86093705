"""What may be set for the dialects: for a seller, a product, or a customer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from orderglot.core.errors import Rule, invalid
from orderglot.faces import rate_limits
from orderglot.faces.repeats import SETTING, check_window
from orderglot.hub.dialects import chosen
from orderglot.wire import json
from orderglot.wire.settings import Check

Whose = Literal["seller", "product", "customer"]


def settings_of(whose: Whose) -> Mapping[str, Check]:
    """Give what may be set, by name, each with what refuses a wrong value."""
    every = chosen(())
    known = {name: check for one in every for name, check in getattr(one.settings, whose).items()}
    if whose == "seller":
        windows = [SETTING.format(dialect=one.name) for one in every]
        known |= {name: partial(check_window, name) for name in windows}
        known[rate_limits.SETTING] = rate_limits.check_rate
    return known


def demand_setting(whose: Whose, name: str) -> Check:
    """Give what refuses a wrong value; raises Invalid where no dialect knows the name."""
    known = settings_of(whose)
    if name not in known:
        reason = f"no {whose} has this; there are {', '.join(sorted(known)) or 'none'}."
        raise invalid(name, Rule.CHOICE, reason)
    return known[name]


def read_setting(whose: Whose, name: str, text: bytes) -> Any:
    """Read a value; raises Invalid where no dialect knows its name, or it is wrong."""
    check = demand_setting(whose, name)
    value = json.read_sent(text, name)
    check(value)
    return value
