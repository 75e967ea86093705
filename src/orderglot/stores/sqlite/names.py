"""Names: a file gets one without ever taking it from another, and is made under it by one program alone.

Where a file system has no hard links, a file without a byte holds a name until the right one is there: so
that a name is never taken from a file that somebody has just made, and no file is ever half there.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderglot.core.errors import Conflict, Upstream
from orderglot.stores.sqlite.connection import WORDS

_NO_LINKS = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
)
"""What systems say that give no file a second name."""

_LOCKED = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


def name_too(path: Path, other: Path) -> bool:
    """Give a file a second name; gives False where the file system does not.

    Raises FileExistsError where something has that name.
    """
    try:
        os.link(path, other)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def rename(path: Path, other: Path) -> None:
    """Give a file another name; raises FileExistsError where something has that."""
    if name_too(path, other):
        path.unlink()
        return
    held = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        path.replace(other)
    except BaseException:
        # Where the file has come to its place all the same, that is the only one there is.
        if _is(other, held):
            other.unlink()
        raise
    finally:
        os.close(held)


@contextmanager
def being_made(part: Path) -> Iterator[None]:
    """Let nobody else make a file of this name meanwhile; raises Conflict where somebody does.

    A program that was killed holds nothing.
    """
    lock = part.with_name(f"{part.name}.lock")
    held = _locked(lock, part)
    while held is None:
        held = _locked(lock, part)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(held)


def _locked(lock: Path, part: Path) -> int | None:
    """Lock a file and give it open; gives None where whoever had it has taken it away meanwhile."""
    try:
        opened = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Upstream(WORDS["SQLITE_CANTOPEN"].format(path=part)) from error
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Where the file system knows no locks nobody can tell, and nobody is kept out.
        if error.errno in _LOCKED:
            os.close(opened)
            raise Conflict(
                f"{part} is being made by another program; wait for that, or name a new file."
            ) from None
    if _is(lock, opened):
        return opened
    os.close(opened)
    return None


def _is(path: Path, opened: int) -> bool:
    """Tell whether a file that is open still has its name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(opened))
    except FileNotFoundError:
        return False
