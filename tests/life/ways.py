"""Three ways in: what the seller does by the command line, by Python, and over our own API.

A write is what it tells its order, in the members of our own API; the other two are told the same, each
in its own words.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from io import StringIO
from typing import Any, TextIO
from unittest.mock import patch

from typer.testing import CliRunner

from orderglot.cli.app import app
from orderglot.core.errors import HubError
from orderglot.hub.library import OpenBook, book_of
from orderglot.hub.opening import Hub
from orderglot.wire.message import Response
from tests.life.doors import Doors

ORDERS = "/orderglot/v1/orders"

Members = Mapping[str, Any]
Sent = tuple[bool, int | tuple[int, int] | None]
"""Whether a write was taken, and the id of the order that it made or went into, where it says so.

One that made two orders says both: the second one is called by its key below zero.
"""


def made_by(content: Any) -> Sent:
    """Read which orders a step made, where it made some."""
    ids = [one["id"] for one in content.get("made", ())] if isinstance(content, dict) else []
    return True, tuple(ids) if len(ids) > 1 else ids[0] if ids else None


# Over our own API


async def over_http(doors: Doors, id: int, step: str, members: Members) -> Sent:
    """Take a step as ``POST /orders/{id}/ship`` does."""
    return answered(await doors.ask("orderglot", "POST", f"{ORDERS}/{id}/{step}", sent(members)))


def sent(members: Members) -> bytes | None:
    """Write members as JSON, amounts as numbers."""
    return json.dumps(members, default=float).encode() if members else None


def answered(response: Response) -> Sent:
    if response.status >= 300:
        return False, None
    return made_by(json.loads(response.body) if response.body else {})


# By the command line

POSITIONAL = ("answer", "text")
FLAGS = {"line": "number", "add": "sku", "for": "sku"}
"""What the lists of our own API are keyed by on the command line."""


def words_of(step: str, id: int, members: Members) -> tuple[str, ...]:
    """Write a step as the words of its command."""
    return ("orders", step, str(id), *(word for one in members.items() for word in _words(*one)))


def _words(name: str, value: Any) -> Iterator[str]:
    flag = f"--{name.replace('_', '-')}"
    if name in POSITIONAL:
        yield value
    elif name == "customer":
        yield f"{value['dialect']}:{value['id']}"
    elif name in FLAGS:
        for one in value:
            much = one.get("quantity", one.get("price"))
            yield from (flag, f"{one[FLAGS[name]]}={much}")
    elif name == "remove":
        for number in value:
            yield from (flag, str(number))
    else:
        yield from (flag,) if value is True else (flag, value)


_DOORS: ContextVar[Doors] = ContextVar("doors")
_PRINTED: ContextVar[StringIO | None] = ContextVar("printed", default=None)


class _Output:
    """What is printed, apart for each of the commands that run at once."""

    def __init__(self, real: TextIO) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(_PRINTED.get() or self.real, name)


@asynccontextmanager
async def _open_hub(*_: object, **__: object) -> AsyncIterator[Hub]:
    yield hub_of(_DOORS.get())


@contextmanager
def commands_here() -> Iterator[None]:
    """Have commands work on the store of the doors that they are given at, several of them at once."""
    with (
        patch("orderglot.cli.command.open_hub", _open_hub),
        patch("orderglot.cli.command.report_new", lambda *_: None),
        patch("orderglot.cli.logs.set_up_logs", lambda *_, **__: None),
        patch("sys.stdout", _Output(sys.stdout)),
    ):
        yield


async def by_command(doors: Doors, id: int, step: str, members: Members) -> Sent:
    """Take a step as ``orderglot orders ship`` does, over the store of these doors.

    The command ends in a coroutine of its own, for which a process begins a loop; here it joins the
    one that runs, and so two commands can run at once.
    """
    words = (*words_of(step, id, members), "--json", "--database", "sqlite:///nowhere.db")
    work = list[Coroutine[Any, Any, None]]()
    with patch("asyncio.run", work.append):
        result = CliRunner().invoke(app, words, prog_name="orderglot", catch_exceptions=False)
    assert 0 == result.exit_code, (words, result.output)
    return await asyncio.create_task(_ended(doors, work[0]))


async def _ended(doors: Doors, work: Coroutine[Any, Any, None]) -> Sent:
    printed = StringIO()
    _DOORS.set(doors)
    _PRINTED.set(printed)
    try:
        await work
    except HubError:
        return False, None
    return made_by(json.loads(printed.getvalue()))


# By Python

PYTHON = {
    "answer-cancellation": "answer_cancellation",
    "return": "take_back",
}
"""Steps that have another name in Python."""


async def in_python(doors: Doors, id: int, step: str, members: Members) -> Sent:
    """Take a step as ``book.orders.ship`` does."""
    orders = (await open_at(doors)).orders
    method = getattr(orders, PYTHON.get(step, step))
    try:
        done = await method(id, **arguments_of(step, members))
    except HubError:
        return False, None
    made = getattr(done, "made", ())
    return made_by({"made": [{"id": one.id} for one in made]})


def arguments_of(step: str, members: Members) -> dict[str, Any]:
    """Write what a step is told as the arguments of its method."""
    return dict(_argument(step, name, value) for name, value in members.items())


def _argument(step: str, name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "line" if step == "reprice":
            return "prices", {one["number"]: one.get("price") for one in value}
        case "line":
            return "lines", {one["number"]: one["quantity"] for one in value}
        case "add" | "for":
            return "goods" if name == "for" else name, {
                one["sku"]: one["quantity"] for one in value
            }
        case "customer":
            return name, f"{value['dialect']}:{value['id']}"
        case _:
            return name, value


async def open_at(doors: Doors) -> OpenBook:
    """Open the book of these doors as a Python program has it."""
    hub = hub_of(doors)
    return book_of(hub, hub.book(await hub.seller()))


def hub_of(doors: Doors) -> Hub:
    return Hub(doors.store, "wholesaler")


WAYS: dict[str, Callable[[Doors, int, str, Members], Coroutine[Any, Any, Sent]]] = {
    "http": over_http,
    "command": by_command,
    "python": in_python,
}
"""The ways in which a step may be taken."""
