"""No dialect decides what may become of an order, or reckons with money: the gate that refuses it."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

GATE: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "rules.py"))


def refused(text: str, module: str = "changes") -> list[str]:
    found = GATE["rules_in"](Path(f"{module}.py"), text)
    return [line.partition(" has ")[2] for line in found]


PLANTED = {
    "order = replace(order, status=Status.SHIPPED)": "a change of status",
    "order = structs.replace(order, lines=tuple(replace(line, quantity=0) for line in lines))": (
        "a change of quantity"
    ),
    'order = put(order, "totals.shipping", price)': "a change of totals",
    "owed = due.total - paid.total": "arithmetic with due, paid, total",
    "total = unit_price * 3": "arithmetic with unit_price",
    "line.total += 1": "arithmetic with total",
    "goods = sum(amounts)": "a sum",
    "order = order if order.status is Status.DRAFT else other": "a decision by status",
}


@pytest.mark.parametrize(("statement", "what"), PLANTED.items())
def test_a_rule_in_a_dialect_is_refused(statement: str, what: str) -> None:
    assert [what] == refused(f"async def _update(order):\n    {statement}\n")
    assert [what] == refused(f"class Ask:\n    def ask(self):\n        {statement}\n")
    assert [what] == refused(f"{statement}\n")


@pytest.mark.parametrize(("statement", "what"), PLANTED.items())
def test_what_reads_and_writes_the_wire_reckons_with_no_money(statement: str, what: str) -> None:
    wrong = [what] if "sum" in what or "arithmetic" in what else []
    assert wrong == refused(f"def _read_order(form):\n    {statement}\n")
    assert wrong == refused(f"def order_of(form):\n    {statement}\n", "wire")


def test_what_a_vendor_calls_things_is_the_dialects() -> None:
    assert [] == refused(
        "def _on_wire(order):\n"
        "    order = replace(order, po_number='7', notes='', references=())\n"
        "    return offset + limit, 'a' + 'b', order.status\n"
    )


def test_every_exception_names_a_function_that_needs_it() -> None:
    places = {
        GATE["place"](line)
        for path in GATE["DIALECTS"].rglob("*.py")
        if "tests" not in path.parts
        for line in GATE["rules_in"](path, path.read_text("utf-8"))
    }
    assert set(GATE["ALLOWED"]) == places
