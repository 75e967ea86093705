"""Test mode: a caller in it writes to test orders alone, whatever the operation."""

from __future__ import annotations

from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden
from orderglot.core.order import Order

_WHO = "This account is in test mode and writes to test orders alone"


def demand_own(caller: Caller, kept: Order) -> None:
    """Raise Forbidden where a caller in test mode would write to a live order."""
    if caller.test and not kept.test:
        raise Forbidden(f"{_WHO}; order {kept.id} is a live one.")


def demand_live(caller: Caller) -> None:
    """Raise Forbidden where a caller in test mode would write to what is no order."""
    if caller.test:
        raise Forbidden(f"{_WHO}; ask for a live one.")
