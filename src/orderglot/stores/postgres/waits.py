"""Waits: how long a server may let a connection of ours wait, and what it ends by itself.

What the server ends is told apart from what is lost: a statement that it stopped has changed nothing.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import asyncpg
from msgspec import Struct

from orderglot.stores.migrations import latest

LONGEST = 60.0
"""So many seconds a statement may take until nobody waits for its answer any more."""

IDLE = 30
"""After so many seconds of silence a connection is asked whether it is still there."""

INTERVAL, COUNT = 10, 3
"""It is asked again after so many seconds, and is gone after so many that were not answered."""

PROGRAM = "orderglot"
"""How sessions are named at the server: so, then ``/`` and the number of the last migration known here."""


class Waits(Struct, frozen=True):
    """So many milliseconds at most each: a statement, for a lock, a transaction that does nothing; 0 for no end.

    And so many seconds for an answer, None for no end.
    """

    statement: int
    lock: int
    idle: int
    answer: float | None = LONGEST


SERVING = Waits(statement=55_000, lock=10_000, idle=60_000)
"""What is asked for somebody who waits: the server ends it before nobody waits any more."""

PATIENT = Waits(statement=0, lock=10_000, idle=0)
"""What goes through whole tables."""

MIGRATING = Waits(statement=0, lock=10_000, idle=60_000, answer=None)
"""What sets the limits of each statement by itself."""


def start_up(waits: Waits) -> dict[str, str]:
    """Give the start-up parameters of a connection."""
    return {
        "application_name": f"{PROGRAM}/{latest('postgres')}",
        # Compiling a statement takes longer than any of ours.
        "jit": "off",
        "statement_timeout": str(waits.statement),
        "lock_timeout": str(waits.lock),
        "idle_in_transaction_session_timeout": str(waits.idle),
        "tcp_keepalives_idle": str(IDLE),
        "tcp_keepalives_interval": str(INTERVAL),
        "tcp_keepalives_count": str(COUNT),
    }


class Connection(asyncpg.Connection):
    """A connection that notices when the other end has gone without a word."""

    __slots__ = ()

    def __init__(self, protocol: Any, transport: asyncio.Transport, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        keep_alive(transport.get_extra_info("socket"))


def keep_alive(line: socket.socket | None) -> None:
    """Have the system ask a silent connection whether it is still there."""
    if line is None or line.family not in (socket.AF_INET, socket.AF_INET6):
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Not every system has a say in the times.
    for name, seconds in (("IDLE", IDLE), ("INTVL", INTERVAL), ("CNT", COUNT)):
        if hasattr(socket, f"TCP_KEEP{name}"):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_KEEP{name}"), seconds)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        silent = 1_000 * (IDLE + COUNT * INTERVAL)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silent)
