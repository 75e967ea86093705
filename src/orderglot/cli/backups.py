"""``orderglot database backup``, ``restore`` and ``verify``: a copy to go back to, and whether a book is whole."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, ConfigFile, Database, settings
from orderglot.cli.options import argument
from orderglot.cli.output import table, write_json, write_line
from orderglot.cli.progress import showing_progress
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.stores.verifying import Verified

BackupFile = Annotated[str, argument("FILE", "The file of the backup.")]


def backup(
    file: BackupFile,
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy the book into a new file, as it is at this moment, while others go on writing.

    The file is a book of its own, whatever the book is kept in: 'orderglot database restore' puts it
    back, and every command can read it. It is read to its end and what cannot be read is listed;
    then the exit code is 1.

    $ orderglot database backup backup/today.db
    $ orderglot database backup today.db --database postgresql://me@db/orders
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import backups

    found = settings(config, database=database)
    set_up_logs(found.log_level, quiet=True)
    with showing_progress("copying") as on_step:
        done = asyncio.run(backups.back_up(found.database, file, on_step))
    if as_json:
        write_json(done)
    else:
        _report(done.verified, f"The backup {done.file}")
    _end(done.verified)


def restore(
    file: BackupFile,
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup into the place of the book, which nothing may have open.

    The backup is read to its end first. What was there is kept beside it, under another name. No id is
    handed out again that may have been handed out since; in PostgreSQL that goes for the sellers who are
    in the backup. A PostgreSQL database has to be empty.

    By hand: stop every program; take FILE-wal and FILE-shm of the book away, which belong to what was
    there; copy the backup into the place of FILE.

    $ orderglot database restore backup/today.db
    $ orderglot database restore today.db --database postgresql://me@db/empty
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import backups

    found = settings(config, database=database)
    set_up_logs(found.log_level, quiet=True)
    with showing_progress("copying") as on_step:
        done = asyncio.run(backups.restore(file, found.database, on_step))
    if as_json:
        return write_json(done)
    _report(done.verified, f"{done.place}, restored from {file},")
    if done.kept:
        write_line(
            f"What was there is kept in {done.kept}; delete it when it is of no use any more."
        )
    return None


def verify(
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Read everything in the book, and list what is damaged.

    Nothing is written, and others may go on meanwhile. With something amiss the exit code is 1.

    $ orderglot database verify
    $ orderglot database verify --database sqlite:///backup/today.db --json
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs
    from orderglot.hub import backups

    found = settings(config, database=database)
    set_up_logs(found.log_level, quiet=True)
    with showing_progress("reading") as on_step:
        verified = asyncio.run(backups.verify(found.database, on_step))
    if as_json:
        write_json(verified)
    else:
        _report(verified, "The book")
    _end(verified)


def _report(verified: "Verified", what: str) -> None:
    if verified.findings:
        table(
            ("table", "seller", "id", "what is amiss"),
            [(one.table, one.seller, one.key, one.reason) for one in verified.findings],
        )
        write_line(f"{what} is not whole: {counted(len(verified.findings), 'thing')} amiss.")
        return
    read = f"{counted(verified.rows, 'row')} of {counted(verified.tables, 'table')}"
    write_line(f"{what} is whole: {read} can be read.")


def _end(verified: "Verified") -> None:
    if verified.findings:
        import typer

        raise typer.Exit(1)
