"""Work: what a job is for the process that runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from orderglot.core.jobs import How

if TYPE_CHECKING:
    from orderglot.jobs.leases import Lease

HUB = 0
"""Whose job it is that is no seller's."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run came to; ``code`` is the exit code that a command would have ended with."""

    code: int = 0
    counts: dict[str, int] = {}
    sentence: str = ""

    @property
    def how(self) -> How:
        """How a run ended that came to this."""
        return How.ASIDE if self.code else How.DONE


@dataclass(frozen=True, kw_only=True)
class Work:
    """A job: whose it is, what is to be done, and every how many seconds.

    Where work knows by itself when there is something to do, ``due`` gives in how many seconds that is, None
    for not now; such work is quiet, and no run of it is recorded unless it fails. What ``run`` writes, it
    writes to the book of the lease, and so no more once that is lost.
    """

    name: str
    what: str
    run: Callable[[Lease], Coroutine[Any, Any, Outcome]]
    seller: int = HUB
    channel: str = ""
    every: float = 0.0
    due: Callable[[], Awaitable[float | None]] | None = None
