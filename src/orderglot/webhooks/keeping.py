"""Keeping: what came of deliveries is written into the book, all of a turn at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.event_types import WEBHOOK_DISABLED, WEBHOOK_FAILING
from orderglot.core.ports import Note, UnitOfWork
from orderglot.core.webhooks import (
    ENDPOINT,
    PROGRESS,
    Delivery,
    Progress,
    over_of,
    read_delivery,
    waiting_of,
    write_delivery,
)
from orderglot.stores.webhook_notes import read_endpoint, read_progress
from orderglot.webhooks.attempting import Outcome

KEPT = 10_000
"""So many deliveries that are over are kept of an endpoint, the newest ones."""

KEPT_FOR = timedelta(days=30)
"""A delivery that is over is kept for no longer than that."""

STRIDE = 500
"""So many are taken out at a time."""

GONE = "the receiver answered 410 Gone"
"""Why an endpoint is disabled whose receiver wants nothing any more."""


class Done(Struct, frozen=True):
    """What a turn has done: what was tried, what was taken from the feed, and up to where that was."""

    outcomes: tuple[Outcome, ...]
    fresh: tuple[Delivery, ...]
    after: int


async def keep(unit: UnitOfWork, id: str, done: Done) -> bool:
    """Write what a turn has done for an endpoint; False where that is gone, and nothing is written.

    Another one may have delivered at the same time: what is written down by now is not written again.
    """
    found = await unit.notes(PROGRESS, id)
    if not found:
        return False
    before = read_progress(found[0])
    tried = {one.delivery.id: one.delivery for one in done.outcomes}
    untried = {one.id: one for one in done.fresh if one.id not in tried}
    names = (*tried, *untried)
    waiting = await _named(unit, waiting_of(id), names)
    over = await _named(unit, over_of(id), names)
    added = 0
    for name, delivery in {**untried, **tried}.items():
        there = waiting.get(name)
        if name in over:
            continue
        if delivery.state == "waiting":
            if name in tried or there is None:
                _put(unit, waiting_of(id), delivery, there)
            continue
        _put(unit, over_of(id), delivery, None)
        added += 1
        if there is not None:
            unit.strike(there)
    after = _after(before, done, unit.now())
    if after.kept + added > KEPT + STRIDE or _rounds(before, added):
        after = replace(after, kept=after.kept - await _prune(unit, id, after.kept + added))
    progress = replace(after, kept=after.kept + added)
    unit.note(replace(found[0], document=msgspec.json.encode(progress)))
    if after.marked and not before.marked:
        await _tell(unit, WEBHOOK_FAILING, id, _last_reason(done))
    if any(one.gone for one in done.outcomes):
        await _disable(unit, id, GONE)
    return True


async def _disable(unit: UnitOfWork, id: str, why: str) -> None:
    """Send nothing to an endpoint any more, unless somebody has said so already."""
    for note in await unit.notes(ENDPOINT, id):
        endpoint = read_endpoint(note)
        if not endpoint.disabled:
            endpoint = replace(endpoint, disabled=why, version=note.version + 1)
            unit.note(replace(note, document=msgspec.json.encode(endpoint)))
            await _tell(unit, WEBHOOK_DISABLED, id, why)


async def _tell(unit: UnitOfWork, what: str, id: str, reason: str) -> None:
    """Have the feed say what became of an endpoint."""
    for note in await unit.notes(ENDPOINT, id):
        url = read_endpoint(note).url
        unit.happened(what, {"webhook": id, "url": url, "reason": reason})


def _last_reason(done: Done) -> str:
    """Say why what was put aside was no success."""
    reasons = [
        one.delivery.attempts[-1].reason
        for one in done.outcomes
        if one.delivery.state == "aside" and one.delivery.attempts
    ]
    return reasons[-1] if reasons else ""


def _after(before: Progress, done: Done, now: datetime) -> Progress:
    """Say how an endpoint fares behind what was done."""
    paused = before.paused if before.paused is not None and before.paused > now else None
    after = replace(before, after=max(before.after, done.after), paused=paused)
    for one in done.outcomes:
        if one.well:
            after = replace(after, failing=None, marked=False)
            continue
        aside = one.delivery.state == "aside" and not one.gone
        after = replace(after, failing=after.failing or now, marked=after.marked or aside)
        if one.paused is not None:
            after = replace(after, paused=max(one.paused, after.paused or one.paused))
    return after


def _rounds(before: Progress, added: int) -> bool:
    """Tell whether what is over is to be looked through for what is old: after each so many more."""
    return before.kept // STRIDE != (before.kept + added) // STRIDE


async def _prune(unit: UnitOfWork, id: str, kept: int) -> int:
    """Take out the oldest deliveries that are too many or too old; tells how many."""
    oldest = await unit.notes_behind(over_of(id), "", STRIDE)
    too_many = max(kept - KEPT, 0)
    since = unit.now() - KEPT_FOR
    gone = [
        note
        for place, note in enumerate(oldest)
        if place < too_many or read_delivery(note.document).created < since
    ]
    for note in gone:
        unit.strike(note)
    return len(gone)


async def _named(unit: UnitOfWork, kind: str, names: tuple[str, ...]) -> dict[str, Note]:
    return {note.name: note for note in await unit.notes(kind, *names)} if names else {}


def _put(unit: UnitOfWork, kind: str, delivery: Delivery, there: Note | None) -> None:
    note = there or Note(kind=kind, name=delivery.id)
    unit.note(replace(note, document=write_delivery(delivery)))
