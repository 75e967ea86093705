"""``orderglot demo``: the demo book, where it is and how to get in."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, Misused
from orderglot.cli.demo_address import BASE, served
from orderglot.cli.options import value
from orderglot.cli.output import sheet, write_document, write_json, write_line

if TYPE_CHECKING:
    from orderglot.wire.dialect import Dialect


def demo(
    base: Annotated[
        str,
        value("URL", "Where the demo is being served.", f"where it is, else {BASE}", flag="--base"),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show the demo's credentials and ids to try things with, and a shell line for each dialect.

    They are the same every time and work in a demo book alone; see 'orderglot serve --demo'.

    $ orderglot demo
    $ orderglot demo --json
    """
    from orderglot import demo
    from orderglot.dialects import dialect

    base = base or served(folder()) or BASE
    shown = [dialect(name) for name in demo.names()]
    parts = {one.name: _entry(one, base) for one in shown}
    if as_json:
        return write_json(parts)
    write_line(
        f"Credentials and ids that work in the demo, and a line that asks {base} for orders."
    )
    for one in shown:
        write_document(f"\n{one.title} ({one.name})")
        sheet(parts[one.name].items())
        write_document(demo.curl(one.name, base, one.auth.fields))
    return None


def _entry(dialect: "Dialect", base: str) -> dict[str, str | int]:
    from orderglot import demo

    credential = demo.credential(dialect.name, dialect.auth.fields)
    return {**credential, **demo.examples(dialect.name, base)}


def place() -> str:
    """Give the URL of the demo book of this user."""
    return f"sqlite:///{folder()}/demo.db"


def folder() -> Path:
    """Give the folder of this user's demo, which can be written to; it is made."""
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
            return home
    raise Misused("--demo: there is no folder to keep the demo in; name a file with --database.")


async def prepare(url: str) -> None:
    """Make a demo book, or complete one; raises Conflict where the book is somebody's own."""
    from orderglot import demo
    from orderglot.core.errors import Conflict
    from orderglot.hub.opening import opened
    from orderglot.stores.database_url import shown

    async with opened(url, create=True) as hub:
        if await hub.store.sellers() and not await demo.is_demo(hub.store):
            reason = "is no demo book; name a new file with --database for the demo"
            raise Conflict(f"{shown(url)} {reason}, or serve this book without --demo.")
        await demo.fill(hub.store)
