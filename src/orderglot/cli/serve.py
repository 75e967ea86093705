"""``orderglot serve``: every dialect's server face, on one port."""

import errno
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import ConfigFile, Database, Misused, ReadDatabase, settings
from orderglot.cli.output import say, table

if TYPE_CHECKING:
    from uvicorn import Config as Line

    from orderglot.config import Config

GRACE = 25
"""So many seconds requests in flight may take once the end was asked for."""

QUEUE = 2048
MOST_FILES = 2**16
"""So many connections are allowed for at most, where the system lets us."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (it is the user's choice)
"""Where this machine finds itself when it listens at all its addresses."""

PublicUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The address that clients know, for the links in answers.",
        show_default="the address asked",
    ),
]


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve the demo book, made where there is none yet.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where to listen.", show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(metavar="N", help="On which port; 0 takes a free one.", show_default="8400"),
    ] = None,
    workers: Annotated[
        str | None,
        typer.Option(metavar="N", help="How many processes answer.", show_default="1"),
    ] = None,
    dialects: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Which, by commas: kole,adobe.", show_default="all"),
    ] = None,
    public_url: PublicUrl = None,
    log_level: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="debug, info, warning or error.", show_default="info"),
    ] = None,
    access_log: Annotated[
        bool | None,
        typer.Option("--access-log/--no-access-log", help="Log every request.", show_default="no"),
    ] = None,
    database: Database = None,
    read_database: ReadDatabase = None,
    config: ConfigFile = None,
) -> None:
    """Answer the vendors' requests out of the order book.

    The demo is a book of its own, with orders and ready-made credentials in it.

    $ orderglot serve --demo
    $ orderglot serve --database sqlite:///book.db --port 8400 --workers 2
    $ orderglot serve --database postgresql://orders@db/orders --workers 4
    $ orderglot serve --dialects kole --public-url https://orders.example
    """
    import asyncio

    from orderglot.cli.demo import place, prepare
    from orderglot.cli.logs import set_up_logs
    from orderglot.hub.dialects import chosen

    found = settings(
        config,
        place() if demo else "",
        host=host,
        port=port,
        workers=workers,
        dialects=dialects,
        public_url=public_url,
        log_level=log_level,
        access_log=access_log,
        database=database,
        read_database=read_database,
    )
    set_up_logs(found.log_level)
    chosen(found.dialects)
    make_room_for_callers()
    with _ending_well(), _listening(found.host, found.port) as line:
        asyncio.run(prepare(found.database) if demo else _prepare(found))
        _announce(found, line, demo)
        _serve(found, line)


def make_room_for_callers() -> None:
    """Allow as many open connections as the system does, which a login does not at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        # Some systems say a number that they do not mean; then it stays as it is.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@contextmanager
def _ending_well() -> Iterator[None]:
    """Take SIGTERM for a good end; uvicorn raises it once more when all is done."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


async def _prepare(config: "Config") -> None:
    """Bring the book up to date before any process serves it, so that a refusal is one sentence."""
    from orderglot.hub.opened import opened

    async with opened(config.database, create=True, replica=config.read_database):
        pass


def _listening(host: str, port: int) -> socket.socket:
    """Listen, before anything is printed: whoever connects from then on is answered."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Misused(f"--host: {host!r} is no address of this machine; try 127.0.0.1.") from None
    family, kind, protocol, _, address = found[0]
    line = socket.socket(family, kind, protocol)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(address)
        line.listen(QUEUE)
    except OSError as error:
        line.close()
        raise Misused(_why_not(error, host, port)) from None
    return line


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; stop what listens there or choose another with --port."
    if error.errno == errno.EACCES:
        return f"port {port} is not for everybody; choose one above 1023 with --port."
    return f"cannot listen on {host!r}, port {port}: {error.strerror}; choose another --host."


def _announce(config: "Config", line: socket.socket, demo: bool) -> None:
    """Print what is served where, and a request to begin with for each dialect."""
    from orderglot.cli.demo import example
    from orderglot.hub.dialects import chosen
    from orderglot.hub.version import version
    from orderglot.stores.address import shown

    spoken = chosen(config.dialects)
    base = config.public_url.rstrip("/") or _address(config.host, line.getsockname()[1])
    say(f"Orderglot {version()} serves {shown(config.database)} at {base}")
    table(
        ("dialect", "vendor's API", "base URL", "operations"),
        [(one.name, one.title, base, len(one.operations)) for one in spoken],
        right=("operations",),
    )
    for one in spoken:
        say(example(one, base, ready=demo))
    if demo:
        say("Ids to try: 'orderglot demo'. Stop with Ctrl-C.")
    else:
        say("Credentials: 'orderglot key add --help'. Stop with Ctrl-C.")


def _address(host: str, port: int) -> str:
    here = EVERYWHERE.get(host, host)
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _serve(config: "Config", line: socket.socket) -> None:
    """Answer until the end is asked for, and let requests in flight finish."""
    from uvicorn import Config as Line

    from orderglot.cli.worker import Application, Process
    from orderglot.faces.connection import Connection

    application = Application(
        config.database,
        config.dialects,
        config.public_url,
        config.log_level,
        config.read_database,
    )
    running = Line(
        application,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=config.access_log,
        proxy_headers=False,
        server_header=False,
        workers=config.workers,
        timeout_graceful_shutdown=GRACE,
    )
    if config.workers > 1:
        _serve_together(running, line)
    else:
        Process(running).run([line])


def _serve_together(running: "Line", line: socket.socket) -> None:
    from orderglot.cli.workers import Workers, beside

    workers = Workers(running, [line, *beside(line, running.workers - 1, QUEUE)])
    workers.run()
    raise typer.Exit(1 if workers.failed else workers.code)
