"""``orderglot demo``: the demo book, where it is and how to get in."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused
from orderglot.cli.output import say, table, write_json

if TYPE_CHECKING:
    from orderglot.wire.dialect import Dialect

BASE = "http://127.0.0.1:8400"


def demo(
    base: Annotated[
        str, typer.Option("--base", metavar="URL", help="Where the demo is being served.")
    ] = BASE,
    as_json: AsJson = False,
) -> None:
    """Show the demo's credentials and ids to try things with.

    They are the same every time and work in a demo book alone; see 'orderglot serve --demo'.

    $ orderglot demo
    $ orderglot demo --json
    """
    from orderglot import demo
    from orderglot.dialects import dialect

    shown = [dialect(name) for name in demo.names()]
    parts = {one.name: _entry(one, base) for one in shown}
    if as_json:
        return write_json(parts)
    table(("dialect", "name", "value"), _rows(parts))
    for one in shown:
        say(example(one, base, ready=True))
    return None


def _entry(dialect: "Dialect", base: str) -> dict[str, str | int]:
    from orderglot import demo

    credential = demo.credential(dialect.name, dialect.auth.fields)
    return {**credential, **demo.examples(dialect.name, base)}


def _rows(parts: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, object]]:
    for dialect, entry in parts.items():
        for name, value in entry.items():
            yield dialect, name, value


def example(dialect: "Dialect", base: str, *, ready: bool) -> str:
    """Write a shell line that reads orders of a dialect; without ``ready``, with placeholders."""
    from orderglot import demo
    from orderglot.core.caller import READ

    if dialect.name in demo.names():
        return demo.curl(dialect.name, base, dialect.auth.fields, ready=ready)
    reads = [
        one
        for one in dialect.operations
        if one.endpoint.right == READ and one.endpoint.method == "GET"
    ]
    first = (*reads, *dialect.operations)[0]
    return f"curl -X {first.endpoint.method} '{base}{first.endpoint.paths[0]}'"


def place() -> str:
    """Give the URL of the demo book of this user, in a folder that can be written to."""
    import tempfile

    folders = (
        os.environ.get("XDG_DATA_HOME"),
        os.environ.get("HOME") and f"{os.environ['HOME']}/.local/share",
        f"{tempfile.gettempdir()}/orderglot-{os.getuid()}",
    )
    for folder in filter(None, folders):
        home = Path(folder).absolute() / "orderglot"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(home, os.W_OK) and home.stat().st_uid == os.getuid():
            return f"sqlite:///{home}/demo.db"
    raise Misused("--demo: there is no folder to keep the demo in; name a file with --database.")


async def prepare(url: str) -> None:
    """Make a demo book, or complete one; raises Conflict where the book is somebody's own."""
    from orderglot import demo
    from orderglot.core.errors import Conflict
    from orderglot.hub.opened import opened
    from orderglot.stores.address import shown

    async with opened(url, create=True) as hub:
        if await hub.store.sellers() and not await demo.is_demo(hub.store):
            reason = "is no demo book; name a new file with --database for the demo"
            raise Conflict(f"{shown(url)} {reason}, or serve this book without --demo.")
        await demo.fill(hub.store)
