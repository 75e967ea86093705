"""Complaints: why an order was not placed, one a line, each with the command that mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderglot.cli.output import tell, tell_item
from orderglot.files.sources import FILE

if TYPE_CHECKING:
    from orderglot.core.errors import Problem
    from orderglot.core.order import Order

STEPS = ("orderglot ", "--", "[channels.")
"""What stands in a reason that says already what to type or to set."""

FLAGS = (
    ({"carrier"}, "--carrier CARRIER"),
    ({"service"}, "--service SERVICE"),
    ({"first_name", "last_name"}, "--recipient NAME"),
    ({"ship_to", "ship_to_address"}, "--ship-to ADDRESS"),
)
"""The members of an order, as vendors name them, that a flag of ``orderglot change`` sets."""

BILLING = {"bill_to", "bill_to_address"}
"""Where the same members are about somebody else."""


def list_complaints(problems: tuple[Problem, ...], order: Order, dialect: str, seller: str) -> None:
    """Print what speaks against an order, as a list where it is more than one thing."""
    from orderglot.core.errors import sentence

    said = [
        f"{sentence(one).rstrip('.')}.{_step(one, order, dialect, seller)}"
        for one in dict.fromkeys(problems)
    ]
    if len(said) == 1:
        return tell(f"orderglot: {said[0]}")
    name = order.number or order.id
    tell(f"orderglot: order {name} was not placed with {dialect}, for {len(said)} reasons:")
    for one in said:
        tell_item(one)
    return None


def _step(problem: Problem, order: Order, dialect: str, seller: str) -> str:
    """Name the command that mends a problem, where its reason does not."""
    if any(step in problem.reason for step in STEPS):
        return ""
    parts = set(re.split(r"[.\[\]]", problem.field))
    for names, flag in FLAGS:
        if names & parts and not BILLING & parts:
            return f" Say 'orderglot change {order.number or order.id} {flag}'."
    if any(one.dialect == FILE for one in order.references):
        return f" Mend its row, then say 'orderglot import FILE --seller {seller}'."
    return f" See 'orderglot show {order.id} --as {dialect}'."
