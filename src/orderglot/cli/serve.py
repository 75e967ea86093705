"""``orderglot serve``: every dialect's server face, on one port."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from orderglot.cli.command import ConfigFile, Database, ReadDatabase, settings
from orderglot.cli.listening import EVERYWHERE, Place, allow_connections, held
from orderglot.cli.output import is_terminal, table, write_line, write_link
from orderglot.cli.serve_flags import (
    AccessLog,
    Demo,
    Dialects,
    Host,
    Hosts,
    Http,
    Journal,
    LogLevel,
    NoJobs,
    Port,
    PublicUrl,
    TlsCertificate,
    TlsKey,
    TrustedProxies,
    Workers,
)

if TYPE_CHECKING:
    from orderglot.cli.jobs_keeper import JobsKeeper
    from orderglot.config import Config

log = logging.getLogger("orderglot.serve")


def serve(
    demo: Demo = False,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    dialects: Dialects = None,
    public_url: PublicUrl = None,
    hosts: Hosts = None,
    trusted_proxies: TrustedProxies = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    http: Http = None,
    log_level: LogLevel = None,
    access_log: AccessLog = None,
    journal: Journal = None,
    no_jobs: NoJobs = False,
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
    $ orderglot serve --host 0.0.0.0 --tls-certificate a.pem --tls-key a.key
    """
    import asyncio

    from orderglot.cli import demo as demo_book
    from orderglot.cli.demo_address import left
    from orderglot.cli.http_server import serve as run
    from orderglot.cli.jobs_keeper import JobsKeeper
    from orderglot.cli.worker import load

    found = settings(
        config,
        demo_book.place() if demo else "",
        host=host,
        port=port,
        workers=workers,
        dialects=dialects,
        public_url=public_url,
        hosts=hosts,
        trusted_proxies=trusted_proxies,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        http=http,
        log_level=log_level,
        access_log=access_log,
        journal=journal,
        database=database,
        read_database=read_database,
    )
    _check(found)
    connections = allow_connections()
    with ending_well(), held(found.host, found.port) as place, ExitStack() as until_the_end:
        until_the_end.enter_context(counting_together())
        asyncio.run(
            demo_book.prepare(found.database) if demo else bring_up(found, jobs=not no_jobs)
        )
        _warn_of_lax_files(found.database)
        address = found.public_url.rstrip("/") or address_of(found, place)
        if demo:
            until_the_end.enter_context(left(demo_book.folder(), address))
        keeper = None if no_jobs else until_the_end.enter_context(JobsKeeper(found, demo=demo))
        link = asyncio.run(_link(found, address)) if is_terminal() else ""
        ready = partial(_begin, found, address, demo, link, keeper)
        run(found, partial(load, found), place, connections, ready)


def _check(config: "Config") -> None:
    """Set the logs up; raises Invalid where a dialect or what TLS takes is not there."""
    from orderglot.cli.logs import set_up_logs
    from orderglot.cli.tls import check_tls
    from orderglot.hub.dialects import chosen

    set_up_logs(config.log_level)
    chosen(config.dialects)
    check_tls(config.tls_certificate, config.tls_key)


@contextmanager
def ending_well() -> Iterator[None]:
    """Take SIGTERM and Ctrl-C for a good end, also before anybody is served."""
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(one, lambda *_: sys.exit(0)) for one in signals]
    try:
        yield
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


@contextmanager
def counting_together() -> Iterator[None]:
    """Give the workers a folder in which each leaves what it counts, for whichever is asked for metrics."""
    import os
    from tempfile import TemporaryDirectory

    from orderglot.hub.shared_counts import COUNTS_FOLDER

    with TemporaryDirectory(prefix="orderglot-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[COUNTS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[COUNTS_FOLDER]


async def bring_up(config: "Config", *, jobs: bool = False) -> None:
    """Bring the book up to date before any process serves it, so that a refusal is one sentence.

    So it is with what is wrong of a channel of which something is to run by itself.
    """
    import os

    from orderglot.cli.command import Misused, open_hub
    from orderglot.core.errors import Invalid

    async with open_hub(config, create=False) as hub:
        if jobs and hub.channels:
            from orderglot.jobs.channels import scheduled

            try:
                await scheduled(hub, os.environ)
            except Invalid as error:
                raise Misused(error.message) from None


def _warn_of_lax_files(database: str) -> None:
    """Describe which files of the book others may read; an operator may have a reason for it."""
    from orderglot.hub.books import lax_files

    for file, mode in lax_files(database).items():
        mended = {"file": str(file), "mode": f"{mode:04o}", "mend": f"chmod 600 {file}"}
        log.warning("others than its owner may use a file of the order book", extra=mended)


def _begin(
    config: "Config", address: str, demo: bool, link: str, keeper: "JobsKeeper | None"
) -> None:
    """Announce what is served, and begin what runs beside it."""
    _announce(config, address, demo, link)
    if keeper is not None:
        keeper.begin()


async def _link(config: "Config", address: str) -> str:
    """Make a link that signs in to the console, for the person at the terminal."""
    from orderglot.cli.command import open_hub
    from orderglot.cli.console import link_to

    async with open_hub(config, create=False) as hub:
        return await link_to(hub, address)


def _announce(config: "Config", address: str, demo: bool, link: str) -> None:
    """Print what is served, a ``link`` to the console if there is one, and at the end where."""
    from orderglot.hub.dialects import chosen
    from orderglot.hub.version import version
    from orderglot.stores.database_url import shown

    write_line(f"Orderglot {version()} serves {shown(config.database)}")
    table(
        ("dialect", "vendor's API", "operations"),
        [(one.name, one.title, len(one.operations)) for one in chosen(config.dialects)],
        right=("operations",),
    )
    ask = "'orderglot demo'" if demo else "'orderglot key add --help'"
    write_line(
        f"Credentials{', ids and requests to try' if demo else ''}: {ask}. Stop with Ctrl-C."
    )
    if link:
        write_line("The console, by a link that is good once, for 15 minutes:")
        write_link(link)
    write_line(address)


def address_of(config: "Config", place: Place) -> str:
    """Give the address at which a browser of this machine finds what is served."""
    here = EVERYWHERE.get(config.host, config.host)
    scheme = "https" if config.tls_certificate else "http"
    name = f"[{here}]" if ":" in here else here
    return f"{scheme}://{name}:{place.port}"
