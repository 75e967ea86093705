"""Flame graphs of a worker on each hot path, recorded by py-spy from outside."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.copies import Copies, Databases, Files
from bench.load import endless
from bench.output import log
from bench.postgres import postgres
from bench.realfile import real_file
from bench.request_bytes import CREATE, WIRES, Workload, workloads
from bench.sample_orders import filled
from bench.serving import LOAD_CORE, environment, orderglot, serving
from orderglot.hub.books import open_store

ORDERS = 2_000
CONNECTIONS = 16
RATE = 400
"""So many samples of the worker are taken a second."""

SHOWN = ("kole", "catalyst")
"""Wires whose calls are recorded on SQLite; on PostgreSQL, the first one's."""

_PATH = re.compile(r"(?<![\w.])/[\w./-]*/(?=[\w-]+/[\w.-]+\.py)")


LINES_A_SECOND = 12_000
"""So many lines of the file are imported for each second that is recorded."""

_LOOSE_END = re.compile(r"//[^\n]*\bTO(?:DO)\b[^\n]*")
"""A note to themselves in the script of the picture's authors."""


def recorded(folder: Path, pictures: Path, seconds: int) -> list[str]:
    """Record every hot path, and give the names of the pictures."""
    pictures.mkdir(parents=True, exist_ok=True)
    names = list(_calls(Files(folder), pictures, SHOWN, seconds))
    with postgres() as server:
        names += _calls(Databases(server), pictures, SHOWN[:1], seconds)
    return [*names, _import(folder, pictures, seconds * LINES_A_SECOND)]


def _calls(copies: Copies, pictures: Path, wires: tuple[str, ...], seconds: int) -> Iterator[str]:
    found = asyncio.run(_filled(copies, wires))
    with ExitStack() as stack:
        server = stack.enter_context(serving(orderglot(copies.url)))
        for one in found:
            name = f"flame-{copies.store}-{one.wire.name}-{one.call}"
            spy = _py_spy(pictures / f"{name}.svg", "--pid", str(server.worker()), seconds=seconds)
            connections = 64 if one.call == CREATE else CONNECTIONS
            server.send_load(endless(one.requests), connections=connections, seconds=seconds + 1)
            _done(spy, pictures / f"{name}.svg", name)
            yield name


async def _filled(copies: Copies, wires: tuple[str, ...]) -> list[Workload]:
    store = open_store(copies.url, create=True)
    found: list[Workload] = []
    for wire in WIRES:
        if wire.name in wires:
            found += await workloads(store, wire, await filled(store, wire.dialect, ORDERS))
    await store.close()
    copies.filled()
    return found


def _import(folder: Path, pictures: Path, lines: int) -> str:
    file, _ = real_file(folder, lines)
    words = ("import", str(file), "--seller", "bench", "--currency", "GBP")
    where = ("--rejects", os.devnull, "--database", f"sqlite:///{folder / 'flame.db'}")
    command = (sys.executable, "-m", "orderglot.cli", *words, *where)
    path = pictures / "flame-sqlite-import.svg"
    _done(_py_spy(path, "--", *command), path, path.stem)
    return path.stem


def _py_spy(path: Path, *what: str, seconds: int = 0) -> subprocess.Popen[str]:
    lasting = ("--duration", str(seconds)) if seconds else ()
    words = ("record", "--output", str(path), "--rate", str(RATE), *lasting)
    return subprocess.Popen(
        (str(Path(sys.executable).with_name("py-spy")), *words, *what),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
    )


def _done(spy: subprocess.Popen[str], path: Path, name: str) -> None:
    """Wait for the picture, and remove from it what is specific to this machine."""
    output, _ = spy.communicate()
    if not path.exists():
        raise RuntimeError(f"py-spy drew nothing: {output[-500:]}")
    text = _LOOSE_END.sub("", _PATH.sub("", path.read_text()))
    path.write_text(re.sub(r"[^<>]*py-spy record[^<]*", name.replace("-", " "), text))
    log(f"{name}: {path.stat().st_size / 1024:,.0f} KiB")
