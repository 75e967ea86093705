"""Refuse rules of the trade in a dialect's folder: what becomes of an order, and what it comes to.

Such a rule is in core/, where every dialect's writes go through it. What reads and writes the wire
says how a vendor spells an order, and may put into one what was sent.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIALECTS = ROOT / "src" / "orderglot" / "dialects"

WIRE = {
    *("wire", "bodies", "loss", "prices", "fields", "field_types", "settings", "flows", "faults"),
}
"""The modules of a dialect that only read and write the wire, or call a vendor."""

READERS = ("read", "write", "take", "round", "carried", "shown", "known")
"""How functions elsewhere begin that only read and write it."""

SETTLED = {
    *("status", "completed", "completes", "received", "deleted"),
    *("quantity", "remaining", "unit_price", "total", "pricing", "totals", "discount"),
    *("invoice", "subtotal", "due", "owed", "paid", "refunded"),
}
"""The members of an order, a line and a bill that say what became of it and what it comes to."""

MONEY = (SETTLED - {"status", "completed", "completes", "received", "deleted"}) | {
    *("amount", "price", "tax", "tax_rate", "shipping_price", "voucher_amount"),
}
"""The names of what nobody reckons with there: amounts and quantities."""

STATE = {"status", "completes", "completed", "deleted"}
"""The members by which it is decided what may become of an order."""

ALLOWED = {
    "catalyst/changes.py: _begun": "the status that was sent is put in by core, from the first one",
    "catalyst/drafts.py: _shipped": "a row of the site's own list says what its way costs",
    "catalyst/changes.py: _billed": "it is compared with what the client sent",
    "catalyst/changes.py: _is_invoiced": "it is what the client sent",
    "catalyst/changes.py: _update_order": "the status that was sent is put in by core",
    "komet/orders.py: _list_details": "a client asks for pending or for other orders",
}
"""What is as it should be, and why."""

RECKONING = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> int:
    """Print the rules that are in a dialect's folder; give 1 if there are any, else 0."""
    files = [path for path in sorted(DIALECTS.rglob("*.py")) if "tests" not in path.parts]
    found = [line for path in files for line in rules_in(path, path.read_text("utf-8"))]
    there = {place(line) for line in found}
    refused = [f"{line}; such a rule is for core/" for line in found if place(line) not in ALLOWED]
    refused += [f"{name} is allowed what it does not do" for name in ALLOWED if name not in there]
    for line in refused:
        print(f"rules: {line}.")
    print(f"rules: {len(files)} files read, {len(refused)} rules refused.")
    return 1 if refused else 0


def rules_in(path: Path, text: str) -> Iterator[str]:
    """Describe the rules of the trade in a module: where, in which function, and what is wrong."""
    name = path.relative_to(DIALECTS).as_posix() if path.is_relative_to(DIALECTS) else path.name
    reads = path.stem in WIRE
    for function, node in statements(ast.parse(text, filename=str(path)), ""):
        wire = reads or function.lstrip("_").startswith(READERS)
        for what in faults(node, wire=wire):
            yield f"{name}:{node.lineno} {name}: {function or 'the module'} has {what}"


def place(line: str) -> str:
    """Give in which module and function a rule is that is described."""
    return line.partition(" ")[2].partition(" has ")[0]


def statements(tree: ast.AST, function: str) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Give every expression and statement with the outermost function that it is in."""
    for node in ast.iter_child_nodes(tree):
        inside = function or (node.name if isinstance(node, DEFINITIONS) else "")
        if isinstance(node, ast.expr | ast.stmt):
            yield inside, node
        yield from statements(node, inside)


def faults(node: ast.AST, *, wire: bool) -> Iterator[str]:
    """Give what is wrong with a node; on the wire an order is put together, and nothing reckoned."""
    match node:
        case ast.Call(func=ast.Name(id="sum")):
            yield "a sum"
        case ast.BinOp(op=op) if isinstance(op, RECKONING) and (much := named(node) & MONEY):
            yield f"arithmetic with {', '.join(sorted(much))}"
        case ast.AugAssign(op=op) if isinstance(op, RECKONING) and (much := named(node) & MONEY):
            yield f"arithmetic with {', '.join(sorted(much))}"
        case ast.Call() if not wire and (set_ := settled_by(node)):
            yield f"a change of {', '.join(sorted(set_))}"
        case ast.Compare() if not wire and (state := decided_by(node)):
            yield f"a decision by {', '.join(sorted(state))}"


def named(node: ast.AST) -> set[str]:
    """Name the members and variables in an expression."""
    every = list(ast.walk(node))
    names = {one.id for one in every if isinstance(one, ast.Name)}
    return names | {one.attr for one in every if isinstance(one, ast.Attribute)}


def settled_by(call: ast.Call) -> set[str]:
    """Name what a call of ``replace`` or ``put`` settles of an order that is there."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "put" and len(call.args) > 1 and isinstance(path := call.args[1], ast.Constant):
        return {str(path.value).rpartition(".")[2], str(path.value).partition(".")[0]} & SETTLED
    return {key.arg or "" for key in call.keywords} & SETTLED if name == "replace" else set()


def decided_by(compare: ast.Compare) -> set[str]:
    """Name the states of something that a comparison looks at."""
    sides = (compare.left, *compare.comparators)
    return {one.attr for one in sides if isinstance(one, ast.Attribute)} & STATE


if __name__ == "__main__":
    sys.exit(main())
