"""``orderglot database``: where a book is kept, and moving it from there."""

import time
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.backups import backup, restore, verify
from orderglot.cli.command import AsJson, ConfigFile, Database, group, settings
from orderglot.cli.migrate import migrate
from orderglot.cli.options import argument, switch
from orderglot.cli.output import table, write_document, write_json, write_line, write_notice
from orderglot.cli.progress import showing_progress
from orderglot.cli.thin import thin
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.stores.copying import Copied, Progress

app = group("The database: where a book is kept, and moving it from there.")

app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("verify")(verify)
app.command("thin")(thin)


@app.command("copy")
def copy(
    source: Annotated[
        str, argument("FROM", "Where the book is: sqlite:///FILE or postgresql://….")
    ],
    target: Annotated[str, argument("TO", "An empty database, or a copy that was cut off.")],
    move: Annotated[
        bool, switch("--move", "Mark the source as moved: nothing is written to it any more.")
    ] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy a whole book into an empty database, and compare the two in the end.

    The copy is the book as it is when the command begins; nobody opens it until it is whole.
    Stopped or killed, the same command goes on where it was. The source is only read, and may be
    read-only; with --move it says from then on where its book has gone, and refuses servers.

    $ orderglot database copy --move sqlite:///book.db postgresql://me@db/book
    $ orderglot database copy postgresql://me@db/orders sqlite:///today.db
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import copying
    from orderglot.stores.database_url import shown

    set_up_logs(settings(config).log_level, quiet=True)
    rate = _Rate()
    with showing_progress("copying") as on_step:
        work = copying.copy(
            source,
            target,
            lambda at: on_step(_where(at, rate.of(at)), at.done, at.total),
            move=move,
        )
        done = asyncio.run(work)
    if as_json:
        return write_json({"from": shown(source), "to": shown(target), "tables": done})
    _report(done)
    return None


@app.command("distribute")
def distribute(
    dry: Annotated[bool, switch("--dry-run", "Print the statements and change nothing.")] = False,
    undo: Annotated[
        bool, switch("--undo", "Print the statements that undo it, and change nothing.")
    ] = False,
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Spread a book in PostgreSQL over the machines of its Citus cluster, seller by seller.

    What is spread already stays as it is; cut off, the same command goes on. Do it while nothing has the
    book open; it is done at once where the book is still empty. --dry-run also says what would make it fail.

    $ orderglot database distribute --dry-run --database postgresql://me@db/orders
    $ orderglot database distribute --database postgresql://me@db/orders
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import distributing

    found = settings(config, database=database)
    set_up_logs(found.log_level, quiet=True)
    problems: tuple[str, ...] = ()
    if undo:
        statements = asyncio.run(distributing.undoing(found.database))
    elif dry:
        statements, problems = asyncio.run(distributing.foreseen(found.database))
    else:
        with showing_progress("distributing") as on_step:
            statements = asyncio.run(distributing.distribute(found.database, on_step))
    if as_json:
        done = not (dry or undo)
        return write_json({"done": done, "statements": statements, "problems": problems})
    for statement in statements:
        write_document(f"{statement};")
    for problem in problems:
        write_notice(f"This would fail: {problem}")
    if not statements:
        write_line(
            "No table is spread." if undo else "Every table is spread over the cluster already."
        )
    return None


def _report(done: "tuple[Copied, ...]") -> None:
    table(
        ("table", "rows", "written", "checksum"),
        [
            (one.name, f"{one.rows:,}", f"{one.written:,}", one.checksum[:16])
            for one in done
            if one.rows or one.written
        ],
        right=("rows", "written"),
    )
    rows = sum(one.rows for one in done)
    if any(one.written for one in done):
        write_line(
            f"The copy is whole: {counted(rows, 'row')}, count and checksum of every table are the same."
        )
    else:
        write_line(f"The copy was whole already: {counted(rows, 'row')}, nothing was written.")


class _Rate:
    """How many rows a second were read since the beginning."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def of(self, done: "Progress") -> float:
        return done.done / max(time.monotonic() - self.began, 0.001)


def _where(done: "Progress", rate: float) -> str:
    doing = "comparing" if done.checking else "copying"
    return f"{doing} {done.table}, {done.row:,} of {done.of:,}, {rate:,.0f} rows/s"
