"""Corrections: what a vendor sent and nobody can read, put right by a person, and read at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import (
    Conflict,
    HubError,
    Invalid,
    Problem,
    Rule,
    Unsupported,
    invalid,
)
from orderglot.core.order import Order
from orderglot.core.ports import Book, Outcome, UnitOfWork
from orderglot.core.rejects import Correction, Reject, StoredResponse, reject_named
from orderglot.sync.notes import noted
from orderglot.sync.reconciling import Arrived, take
from orderglot.sync.rejects import StillAside, read_anew, source_of
from orderglot.sync.retrying import written
from orderglot.sync.value_mapping import Word, unknown_words
from orderglot.sync.vendor import Source
from orderglot.wire.dialect import Dialect
from orderglot.wire.flow import cause_of

LONGEST = 2**20
"""So many bytes may a corrected answer have."""


class Checked(Struct, frozen=True):
    """What a reject comes to by now: what is still wrong with it, or the order that it would be.

    ``words`` are those of the vendor's that no list knows; they can be mapped.
    """

    reject: Reject
    problems: tuple[Problem, ...] = ()
    order: Order | None = None
    words: tuple[Word, ...] = ()


class _Rehearsed(Exception):
    """Ends a unit in which nothing is to be kept."""


async def check(book: Book, dialects: Callable[[str], Dialect], reject: Reject) -> Checked:
    """Read a reject as it was corrected, and see what would become of it; nothing is kept."""
    dialect = dialects(reject.dialect)
    words = unknown_words(dialect, reject.in_force)
    try:
        source = source_of(await book.seller(), reject, dialect)
        received = await read_anew(book, dialect, reject)
        return Checked(reject, order=await _rehearsed(book, source, received), words=words)
    except (Conflict, Invalid, StillAside) as error:
        return Checked(reject, _problems(error), words=words)


async def _rehearsed(book: Book, source: Source, received: Sequence[Order]) -> Order:
    """Give the order that would be in the book; one that is not there yet has no id."""
    seen = list[Arrived]()
    try:
        async with book.together() as unit:
            seen += await take(unit, source, received)
            raise _Rehearsed
    except _Rehearsed:
        order = seen[0].order
        return replace(order, id=0, version=0) if seen[0].outcome is Outcome.NEW else order


def _problems(error: HubError) -> tuple[Problem, ...]:
    refused = cause_of(error)
    if refused is not None and refused.problems:
        return refused.problems
    return (Problem("", Rule.STATE, error.message),)


async def correct(
    book: Book,
    dialects: Callable[[str], Dialect],
    name: str,
    body: bytes,
    *,
    by: str,
    number: int | None = None,
) -> Checked:
    """Put another body in the place of one that a vendor sent, and read it at once.

    What came stays beside it. ``number`` says which of the answers, from 1; the last one if not said.
    Raises NotFound where nothing of that name is aside, Invalid where it has no such answer.
    """

    async def write(unit: UnitOfWork) -> Reject:
        note, reject = await reject_named(unit, name)
        corrected = _corrected(reject, body, number, by, unit)
        unit.note(noted(note.kind, note.name, corrected, note))
        return corrected

    return await check(book, dialects, await written(book, write))


def _corrected(
    reject: Reject, body: bytes, number: int | None, by: str, unit: UnitOfWork
) -> Reject:
    if not reject.answers:
        raise Unsupported("Nothing of the vendor's answer was kept; pull again.")
    if reject.order:
        raise Conflict(
            f"It is order {reject.order} of the book, as it was corrected; change that order."
        )
    which = answer_number(reject, number) - 1
    if len(body) > LONGEST:
        raise invalid("body", Rule.SIZE, f"This may have {LONGEST:,} bytes, not {len(body):,}.")
    answers = [*reject.in_force]
    answers[which] = StoredResponse(answers[which].status, answers[which].content_type, body)
    correction = Correction(answers=tuple(answers), number=which + 1, by=by, at=unit.now())
    return replace(reject, correction=correction)


def answer_number(reject: Reject, number: int | None) -> int:
    """Give which answer is meant, from 1: the last one if not said; raises Invalid where there is none."""
    many = len(reject.answers)
    if number is not None and not 1 <= number <= many:
        raise invalid("answer", Rule.RANGE, f"There are answers 1 to {many}, not {number}.")
    return number or many


async def withdraw(book: Book, name: str) -> Reject:
    """Take a correction back: what came stays aside; raises Conflict where it is an order by now."""

    async def write(unit: UnitOfWork) -> Reject:
        note, reject = await reject_named(unit, name)
        if reject.order:
            raise Conflict(f"It is order {reject.order} of the book, as it was corrected; drop it.")
        bare = replace(reject, correction=None)
        unit.note(noted(note.kind, note.name, bare, note))
        return bare

    return await written(book, write)
