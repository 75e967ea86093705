"""Listening: a port that is nobody else's, and as many open connections as the system allows."""

import errno
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from orderglot.cli.command import Misused
from orderglot.core.errors import Conflict

MOST_FILES = 2**16
"""So many open files are asked for at most, where the system lets us."""

OTHER_FILES = 64
"""So many files a worker may have open beside its connections."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (it is the user's choice)
"""Where this machine finds itself when it listens at all its addresses."""


class Place(NamedTuple):
    """Where a server listens: an address of this machine, and a port."""

    address: str
    port: int


def allow_connections() -> int:
    """Allow as many open files as the system does, which a login does not at first.

    Gives how many connections that leaves room for.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        # Some systems say a number that they do not mean; then it stays as it is.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return max(min(soft, MOST_FILES) - OTHER_FILES, OTHER_FILES)


@contextmanager
def held(host: str, port: int) -> Iterator[Place]:
    """Keep a port for the workers.

    Raises Conflict where somebody listens there, Misused where nobody may.

    The workers share the port among them (``SO_REUSEPORT``), and so could any other program of
    this user without a word. What holds the port is bound as its only one, and shares it with the
    workers only afterwards; it never listens itself but for the moment that finds others out.
    """
    family, address = _resolved(host)
    with socket.socket(family) as holder:
        try:
            # A port that the system chose would be given up below, so its number is asked for.
            holder_port = port or _free_port(family, address)
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind((address, holder_port))
            holder.listen(1)
            _share(holder)
        except OSError as error:
            raise _refusal(error, host, port) from None
        yield Place(address, holder_port)


def _share(holder: socket.socket) -> None:
    """Stop listening and keep the port, for processes that share it."""
    if sys.platform != "linux":
        # Elsewhere the workers are handed one socket, which nobody may hold beside them.
        return holder.close()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return holder.shutdown(socket.SHUT_RD)


def _resolved(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Misused(f"--host: {host!r} is no address of this machine; try 127.0.0.1.") from None
    family, _, _, _, address = found[0]
    return family, str(address[0])


def _free_port(family: socket.AddressFamily, address: str) -> int:
    with socket.socket(family) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _refusal(error: OSError, host: str, port: int) -> Exception:
    if error.errno == errno.EADDRINUSE:
        advice = "stop what listens there or choose another with --port"
        return Conflict(f"port {port} is in use; {advice}.")
    if error.errno == errno.EACCES:
        return Misused(f"port {port} is not for everybody; choose one above 1023 with --port.")
    why = f"cannot listen on {host!r}, port {port}: {error.strerror}"
    return Misused(f"{why}; choose another --host.")
