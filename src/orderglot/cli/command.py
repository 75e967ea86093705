"""What every command shares: its configuration, its order book, and how it refuses."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer
from typer.core import TyperGroup

from orderglot.cli import completing
from orderglot.cli.encoding import escape_what_cannot_be_encoded
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import write_notice
from orderglot.core.errors import HubError, Invalid

if TYPE_CHECKING:
    from orderglot.config import Config
    from orderglot.core.acts import Person
    from orderglot.hub.opening import Hub

P = ParamSpec("P")

Database = Annotated[
    str | None,
    value(
        "URL",
        "Where the order book is: sqlite:///FILE or postgresql://USER@HOST/DB.",
        "sqlite:///orderglot.db",
        flag="--database",
    ),
]
ReadDatabase = Annotated[
    str | None,
    value(
        "URL",
        "A replica of the PostgreSQL database, which lists may come from.",
        "none",
        flag="--read-database",
    ),
]
ConfigFile = Annotated[
    Path | None,
    value("FILE", "A TOML file of settings.", "orderglot.toml, if there is one", flag="--config"),
]
SellerName = Annotated[
    str | None,
    value(
        "NAME",
        "Whose book; may be left out where there is one seller.",
        flag="--seller",
        completes=completing.sellers,
    ),
]
ORDER_IDS = "kole:ID for a dialect's id, the seller's number, or the hub's id."
WhichOrder = Annotated[str, argument("ORDER", ORDER_IDS)]
WhichCustomer = Annotated[
    str, argument("CUSTOMER", "The seller's number, kole:ID for a dialect's, or the hub's id.")
]
PostalAddress = Annotated[
    str, value("ADDRESS", "Street, perhaps more of it, city, state and code, country.")
]
Why = Annotated[
    str, value("TEXT", "The reason, which stands in the order's history.", flag="--why")
]
AsJson = Annotated[bool, switch("--json", "Print JSON, for scripts.")]
Extras = Annotated[
    list[str] | None,
    value(
        "NAME=JSON",
        "What a dialect's README lists among its settings; may be repeated.",
        flag="--extra",
    ),
]
KnownAs = Annotated[
    list[str] | None,
    value(
        "DIALECT=ID",
        "The id that a dialect's clients, or the vendor of a channel (kole@NAME), know it by; may be repeated.",
        flag="--known-as",
    ),
]


class Misused(typer.TyperException):
    """A flag, a variable or a setting is wrong, and the command was not begun."""

    exit_code = 2


class Group(TyperGroup):
    """A group of commands: alone it shows its help, and every refusal is one sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; none at all ask for help."""
        return super().parse_args(ctx, args if ctx.resilient_parsing else args or ["--help"])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a command, in whose help a terminal of any width decides where lines end."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.help = _joined(command.help or "")
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and leave the program with its exit code."""
        extra["standalone_mode"] = False
        escape_what_cannot_be_encoded()
        try:
            code = super().main(*args, **extra)
            sys.stdout.flush()
        except typer.TyperException as error:
            code = _refuse(_with_hint(error), error.exit_code)
        except typer.Abort:
            code = _refuse("stopped; nothing more was done.")
        except HubError as error:
            code = _refuse(error.message, Misused.exit_code if _is_misused(error) else 1)
        except BrokenPipeError:
            code = _nobody_reads()
        except OSError as error:
            code = _refuse(f"{error.filename or 'the system'}: {error.strerror or error}.")
        sys.exit(code)


class ActingGroup(Group):
    """A group of commands that does something by itself where none of them is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; none at all mean the group itself."""
        return super(Group, self).parse_args(ctx, args)


def group(help: str, *, completes: bool = False) -> typer.Typer:
    """Make a group of commands; the program ``completes`` what is typed in a shell."""
    return typer.Typer(
        cls=Group,
        help=help,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=completes,
    )


def settings(file: Path | None, proposed: str = "", **flags: Any) -> Config:
    """Read the configuration; flags that are None were not given.

    ``proposed`` is where the book is when nothing says so.
    """
    from orderglot import config

    try:
        return config.read(flags, os.environ, file, database=proposed)
    except Invalid as error:
        raise Misused(error.message) from None


Body = Callable[Concatenate["Hub", P], Coroutine[Any, Any, None]]
Unopened = Callable[Concatenate["Config", P], Coroutine[Any, Any, None]]


def with_book(
    *, create: bool | str = False, reads: bool = False
) -> Callable[[Body[P]], Callable[..., None]]:
    """Make a command of a function of the opened hub; it takes --database and --config as well.

    With ``create`` a book is made where there is none; a name is that of the flag that says so. One
    that only ``reads`` also answers where nothing may be written.
    """

    def make(body: Body[P]) -> Callable[..., None]:
        async def run(config: Config, *args: P.args, **flags: P.kwargs) -> None:
            makes = bool(flags[create]) if isinstance(create, str) else create
            async with open_hub(config, create=makes, reads=reads) as hub:
                report_new(hub, config)
                hub.store.by(person())
                await body(hub, *args, **flags)

        return _command(body, run)

    return make


def with_config(body: Unopened[P]) -> Callable[..., None]:
    """Make a command of a function of the configuration, which opens the book by itself."""
    return _command(body, body)


def person() -> Person:
    """Give who runs this program, and where: the acts of people name them."""
    import getpass
    import socket

    from orderglot.core.acts import Person

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # In a container nobody may have a name.
        user = str(os.getuid())
    return Person(user, socket.gethostname())


def open_hub(
    config: Config, *, create: bool, reads: bool = False
) -> AbstractAsyncContextManager[Hub]:
    """Open the order book of a configuration."""
    from orderglot.hub.journals import recorder_of
    from orderglot.hub.opening import opened

    return opened(
        config.database,
        create=create,
        reads=reads,
        replica=config.read_database,
        seller=config.seller,
        vendors=config.vendors,
        channels=config.channels,
        recording=functools.partial(recorder_of, config),
        webhook_networks=config.webhook_networks,
        feed_days=config.feed_days,
    )


def report_new(hub: Hub, config: Config) -> None:
    """Say that there was no order book where there is one now."""
    from orderglot.stores.database_url import shown

    if hub.store.made:
        write_notice(f"{shown(config.database)} is a new order book.")


def _command(
    body: Callable[..., Any], run: Callable[..., Coroutine[Any, Any, None]]
) -> Callable[..., None]:
    """Make a command with the flags of a function, behind its first argument, and the book's."""

    @functools.wraps(body)
    def command(*, database: str | None, config: Path | None, **flags: Any) -> None:
        import asyncio

        from orderglot.cli.logs import set_up_logs

        found = settings(config, database=database)
        set_up_logs(found.log_level, quiet=True)
        asyncio.run(run(found, **flags))

    _, *own = inspect.signature(body).parameters.values()
    named = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in own]
    places = [
        Parameter("database", Parameter.KEYWORD_ONLY, default=None, annotation=Database),
        Parameter("config", Parameter.KEYWORD_ONLY, default=None, annotation=ConfigFile),
    ]
    command.__signature__ = inspect.Signature([*named, *places])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in (*named, *places)}
    return command


def _joined(help: str) -> str:
    """Give a help with each paragraph on a line; examples keep theirs."""
    paragraphs = inspect.cleandoc(help).split("\n\n")
    return "\n\n".join(
        one if one.startswith("$ ") else one.replace("\n", " ") for one in paragraphs
    )


def _is_misused(error: HubError) -> bool:
    """Tell whether all that a refusal names are flags, of which a value makes no sense."""
    if not isinstance(error, Invalid) or not error.problems:
        return False
    return all(one.field.startswith("--") or one.field in _ASKING for one in error.problems)


_ASKING = ("filter", "sort", "q")
"""The flags that our own API takes as parameters of these names, and refuses by them."""


def _refuse(sentence: str, code: int = 1) -> int:
    write_notice(f"orderglot: {' '.join(sentence.split())}")
    return code


def _with_hint(error: typer.TyperException) -> str:
    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return error.format_message()
    message = error.format_message().rstrip(".")
    stop = "" if message.endswith("?") else "."
    return f"{message}{stop} Try '{ctx.command_path} --help'."


def _nobody_reads() -> int:
    """Discard the rest of the output: the reader has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
