"""``orderglot database migrate``: a book brought to this version, in PostgreSQL while others go on."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, ConfigFile, Database, settings
from orderglot.cli.options import switch
from orderglot.cli.output import table, write_json, write_line, write_notice
from orderglot.cli.progress import OnStep, showing_progress
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.stores.migrations import Planned
    from orderglot.stores.postgres.migrating import Progress

_PART = 1_000
"""A statement counts as so many parts of the whole, for the rows of one that takes long."""


def migrate(
    dry: Annotated[bool, switch("--dry-run", "Print the statements and change nothing.")] = False,
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring a book to this version, in PostgreSQL while programs read and write it.

    Small books, and files, are brought there by whatever opens them to write. It goes to the server
    itself, not to a pooler before it. Stopped or killed, the same command goes on where it was. A
    file must not be open in another program.

    $ orderglot database migrate --database sqlite:///orderglot.db
    $ orderglot database migrate --dry-run --database postgresql://me@db/orders
    $ orderglot database migrate --database postgresql://me@db/orders
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import migrating

    found = settings(config, database=database)
    set_up_logs(found.log_level)
    if dry:
        done = asyncio.run(migrating.plan(found.database))
    else:
        with showing_progress("migrating") as on_step:
            work = migrating.migrate(found.database, lambda at: _show(at, on_step), _Once().write)
            done = asyncio.run(work)
    if as_json:
        return write_json({"done": not dry, "statements": done})
    return _report(done, dry=dry)


class _Once:
    """Writes a sentence unless it was the last one."""

    def __init__(self) -> None:
        self.last = ""

    def write(self, sentence: str) -> None:
        if sentence != self.last:
            write_notice(sentence)
        self.last = sentence


def _show(at: "Progress", on_step: OnStep) -> None:
    part = _PART * min(at.row, at.rows) // at.rows if at.rows else 0
    what = f"{at.step}, {at.statement.kind}: {at.statement.headline()}"
    if at.waiting:
        what = f"{what} waits for {at.waiting}"
    elif at.rows:
        what = f"{what}, {at.row:,} of {at.rows:,}"
    on_step(what, _PART * (at.number - 1) + part, _PART * at.of)


def _report(done: "tuple[Planned, ...]", *, dry: bool) -> None:
    if dry:
        table(
            ("step", "kind", "statement"),
            [(one.step, one.kind, " ".join(one.statement.split())) for one in done],
        )
    if not done:
        write_line("The book is of this version.")
    elif not dry:
        steps = len({one.step for one in done})
        write_line(
            f"The book is of this version now: {counted(steps, 'step')}, {counted(len(done), 'statement')}."
        )
