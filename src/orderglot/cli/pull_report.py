"""The report of a pull: its progress while it runs, and its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from orderglot.cli.output import is_terminal, write_json, write_line, write_notice
from orderglot.cli.sum_report import report_sums
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.sync.certificate import Certificate
    from orderglot.sync.pull import Progress
    from orderglot.wire.dialect import Dialect

FAILED = 1
"""The exit code of a pull that came to nothing."""

PAUSE = 5.0
"""So many seconds lie between two lines on how far it has come."""


@contextmanager
def telling(dialect: Dialect) -> Iterator[Callable[[Progress], None]]:
    """Give what tells the person how far it has come: a bar on a terminal, else a line at times."""
    pace = _Pace()
    if not is_terminal():
        yield lambda done: _line(done, dialect, pace)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"asking {dialect.name}", total=None)
        yield lambda done: bar.update(
            task,
            total=done.total,
            completed=done.checkpoint.position,
            description=_where(done, pace.of(done)),
        )


class _Pace:
    """How many orders a second came since the first page."""

    def __init__(self) -> None:
        self.began = self.reported = time.monotonic()
        self.first: int | None = None

    def of(self, done: Progress) -> float:
        if self.first is None:
            self.first = done.checkpoint.read
        passed = time.monotonic() - self.began
        return (done.checkpoint.read - self.first) / passed if passed else 0.0


def _line(done: Progress, dialect: Dialect, pace: _Pace) -> None:
    rate = pace.of(done)
    if time.monotonic() - pace.reported >= PAUSE:
        pace.reported = time.monotonic()
        write_notice(f"{dialect.name}: {_where(done, rate)}")


def _where(done: Progress, rate: float) -> str:
    there = done.checkpoint
    of = "" if done.total is None else f" of {done.total:,}"
    again = " (second look)" if there.look > 1 else ""
    return f"at {there.position:,}{of}{again}, {rate:,.0f} orders/s"


class End(msgspec.Struct, frozen=True):
    """How the pull of one customer's orders ended, of everybody's for "": what came, or why not."""

    customer: str
    done: Progress | None = None
    error: str = ""

    @property
    def code(self) -> int:
        """The exit code for that."""
        return int(_certificate(self.done).code) if self.done else FAILED


def _certificate(done: Progress) -> Certificate:
    assert done.certificate is not None
    return done.certificate


def show_ends(ends: Sequence[End], dialect: Dialect, channel: str) -> None:
    """Write how pulls ended as one document: the only one's, or each customer's in a list."""
    members = [_members(end, dialect) for end in ends]
    if [""] == [end.customer for end in ends]:
        return write_json(members[0])
    code = max(end.code for end in ends)
    return write_json(
        {"dialect": dialect.name, "channel": channel, "code": code, "customers": members}
    )


def _members(end: End, dialect: Dialect) -> dict[str, Any]:
    if end.done is None:
        return {"customer": end.customer, "error": end.error, "code": end.code}
    certificate = _certificate(end.done)
    return {
        "dialect": dialect.name,
        **msgspec.structs.asdict(certificate),
        "read": certificate.came,
        "rejected": certificate.aside,
        "resumed": end.done.resumed,
        "sentence": certificate.sentence,
        "code": end.code,
    }


def report(done: Progress, dialect: Dialect) -> None:
    """Describe what a pull came to, and what there is to do about it."""
    certificate = _certificate(done)
    whose = f" of customer {certificate.customer}" if certificate.customer else ""
    went_on = "; it went on where it was stopped" if done.resumed else ""
    passed = f", {certificate.passed_over:,} not asked for" if certificate.passed_over else ""
    write_line(
        f"{dialect.title}{whose}: {certificate.new:,} new, {certificate.changed:,} changed, "
        f"{certificate.same:,} the same{passed}{went_on}."
    )
    write_line(certificate.sentence)
    report_sums(certificate.adds_up)
    if certificate.unknown:
        write_line(f"New at {dialect.title}: {_unknown(certificate)}.")
    for count, sentence in _next_steps(certificate, dialect):
        if count:
            write_line(sentence)


def _unknown(certificate: Certificate) -> str:
    """Name the members that the vendor sends beyond his page, each with in how many orders."""
    return ", ".join(
        f"{name} in {counted(many, 'order')}" for name, many in certificate.unknown.items()
    )


def _next_steps(certificate: Certificate, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Give what a person can do about what was put aside, is in conflict or was missed."""
    yield certificate.aside, f"Put aside: see 'orderglot pull {dialect.name} --rejects'."
    yield certificate.conflicts, f"In conflict: see 'orderglot pull {dialect.name} --conflicts'."
    yield certificate.missed, "The list moved while it was read: pull again."
    yield certificate.there, "Ask the vendor why his list lacks orders that he has."
