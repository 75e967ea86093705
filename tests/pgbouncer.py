"""PgBouncer in transaction mode before the tests' PostgreSQL, where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")

CONNECTIONS = 3
"""So many connections to the server all clients share."""

SETTINGS = """
[databases]
* = host={folder} port={port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
ignore_startup_parameters = {ignored}
logfile = {log}
"""


@contextmanager
def pooled(url: str, folder: Path, user: str | None, ignored: str) -> Iterator[str]:
    """Start a pooler, perhaps as another user, and give the URL of a database by way of it."""
    assert PROGRAM
    listens = _free_port()
    place = urlsplit(url)
    settings = folder / "pgbouncer.ini"
    host = parse_qs(place.query)["host"][0]
    text = SETTINGS.format(
        folder=host,
        port=5432,
        listens=listens,
        connections=CONNECTIONS,
        ignored=ignored,
        log=folder / "pgbouncer.log",
    )
    settings.write_text(text)
    if user is not None:
        shutil.chown(folder, user)
        _let_through(folder)
    with subprocess.Popen((PROGRAM, "-q", str(settings)), user=user) as pooler:
        try:
            _wait_for(listens)
            yield f"postgresql://postgres@127.0.0.1:{listens}{place.path}"
        finally:
            pooler.terminate()


def _let_through(folder: Path) -> None:
    """Let another user reach a folder."""
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.getuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(6_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError
