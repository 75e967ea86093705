"""Ingesting: the pages of a pull kept in the book, each together with the checkpoint behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid
from orderglot.core.order import Order
from orderglot.core.ports import Book, Note, Outcome, UnitOfWork
from orderglot.core.rejects import Reject
from orderglot.core.sum_counts import SumCounts, with_orders
from orderglot.core.unknown_members import MOST_UNKNOWN, counted
from orderglot.sync.criteria import Criteria, native_id, wanted
from orderglot.sync.matching import recognise
from orderglot.sync.notes import PULL, Checkpoint, note_of, noted
from orderglot.sync.pages import Found, Pages, Shown, Unread
from orderglot.sync.reconciling import take
from orderglot.sync.rejects import put_aside, strike_older, take_corrected
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor
from orderglot.wire.salvaging import salvaged

CONFLICTS = "conflicts"
"""What a page's orders that both sides changed are counted under, beside their outcomes."""


Kept = tuple[Counter[str], tuple[str, ...]]
"""What became of orders, and which of those that were put aside are orders by a correction."""


class Busy(Conflict):
    """Another pull of the same orders is under way."""


@dataclass
class Ingesting:
    """A book that orders are taken into, and how far that has come."""

    book: Book
    vendor: Vendor
    pages: Pages
    criteria: Criteria
    checkpoint: Checkpoint
    note: Note | None
    corrected: set[str] = field(default_factory=set)
    """The vendor's ids of what he sent once more as it was before somebody corrected it."""
    aside: set[str] = field(default_factory=set)
    """The vendor's ids of what this pull has put aside."""
    mended: dict[str, Note] = field(default_factory=dict)
    """What is an order by a correction, until the vendor shows it so that it can be read."""

    @property
    def dialect(self) -> str:
        """The name of the vendor's dialect."""
        return self.pages.client.dialect.name

    async def take(self, shown: Shown) -> int:
        """Keep a page; gives how many orders were new or changed.

        What cannot be kept is put aside. Raises Busy where another pull takes the same.
        """
        observed = self.vendor.observed
        if observed is None:
            return await self._take(shown)
        # The next page is asked for meanwhile.
        observed.kept = shown.exchange
        try:
            return await self._take(shown)
        finally:
            observed.kept = ""

    async def _take(self, shown: Shown) -> int:
        mine = [one for one in shown.found if self._is_wanted(one.order)]
        known = [one for one in mine if native_id(one.order, self.dialect)]
        refused = {one.position: "The vendor gives it no id." for one in mine if one not in known}
        sums = self._sums(known)
        outcomes: Counter[str] = Counter()
        try:
            aside = await self._aside(shown.unread, mine, refused)
            await self._keep(known, aside, shown, outcomes, sums)
        except Busy:
            raise
        except (Conflict, Invalid):
            refused |= await self._sift(known, outcomes)
            aside = await self._aside(shown.unread, mine, refused)
            await self._keep((), aside, shown, outcomes, sums)
        return outcomes[Outcome.NEW] + outcomes[Outcome.CHANGED]

    def _sums(self, found: Sequence[Found]) -> SumCounts:
        """Count how many orders add up; a further look shows again what was counted in the first."""
        before = self.checkpoint
        if before.look > 1:
            return before.adds_up
        named = ((native_id(one.order, self.dialect), one.order) for one in found)
        return with_orders(before.adds_up, named)

    def _is_wanted(self, received: Order) -> bool:
        """Tell whether an order is asked for, by its moments as they truly are."""
        true = self.vendor.source.timed(received)
        return wanted(true, self.criteria, self.dialect)

    async def begin_again(self) -> None:
        """Go back to the beginning of the list for another look."""
        there = _at_the_beginning(self.checkpoint, self.checkpoint.look + 1)
        await self._write(replace(there, unknown={}))

    async def begin_walk(self, number: int) -> None:
        """Go on with another walk through the list, from its beginning."""
        await self._write(replace(_at_the_beginning(self.checkpoint, 1), walk=number))

    async def begin_anew(self) -> None:
        """Go back to the beginning of the list for the next pull, which takes its first look."""
        there = replace(_at_the_beginning(self.checkpoint, 1), walk=0)
        await self._write(replace(there, adds_up=SumCounts()))

    async def finish(self, *, walked: bool) -> None:
        """Note that the pull has come to its end; what it did not meet again is no reject.

        Only a pull of everything, or one that goes on from the last, moves the mark of "since last".
        """
        before = replace(_at_the_beginning(self.checkpoint, self.checkpoint.look), done=True)
        if walked or self.criteria.since_last:
            before = replace(before, completed=before.began)
        await self._write(replace(before, walked=before.began if walked else before.walked))

    async def _write(self, checkpoint: Checkpoint) -> None:
        async def write(unit: UnitOfWork) -> Note:
            if checkpoint.done and checkpoint.since is None:
                customer, began = checkpoint.customer, checkpoint.began
                await strike_older(unit, self.vendor.name, customer, began)
            return self._note(unit, checkpoint)

        self.note = await written(self.book, write, self._look_again)
        self.checkpoint = checkpoint

    def _note(self, unit: UnitOfWork, checkpoint: Checkpoint) -> Note:
        """Write the checkpoint, and give the note as it then stands."""
        note = noted(PULL, name_of(checkpoint), checkpoint, self.note)
        unit.note(note)
        return replace(note, version=note.version + 1)

    async def _keep(
        self,
        found: Sequence[Found],
        aside: Sequence[Reject],
        shown: Shown,
        outcomes: Counter[str],
        sums: SumCounts,
    ) -> None:
        """Keep orders, what is put aside, and the checkpoint, all in one transaction.

        ``outcomes`` are those of orders of the page that are kept already; the others' come to it.
        """

        async def write(unit: UnitOfWork) -> tuple[Kept, Checkpoint, Note]:
            these = await self._arrived(unit, found)
            corrected = await put_aside(unit, aside)
            these[Outcome.SAME] += len(corrected)
            left = len(aside) - len(corrected)
            checkpoint = _behind(self.checkpoint, shown, outcomes + these, left)
            checkpoint = replace(checkpoint, adds_up=sums)
            return (these, corrected), checkpoint, self._note(unit, checkpoint)

        kept, self.checkpoint, self.note = await written(self.book, write, self._look_again)
        these, corrected = kept
        self.corrected.update(corrected)
        self.aside.update(reject.id for reject in aside if reject.id)
        outcomes.update(these)

    async def _arrived(self, unit: UnitOfWork, found: Sequence[Found]) -> Counter[str]:
        """Keep orders; what was on its way to the vendor is seen again in them first."""
        orders = [one.order for one in found]
        await self._end_corrections(unit, orders)
        await recognise(unit, self.vendor, orders)
        arrived = await take(unit, self.vendor.source, orders) if orders else ()
        counts = Counter[str](one.outcome for one in arrived)
        counts[CONFLICTS] = sum(bool(one.conflicts) for one in arrived)
        return counts

    async def _end_corrections(self, unit: UnitOfWork, orders: Sequence[Order]) -> None:
        """Let go of corrections of orders that the vendor shows in a way that can be read."""
        if not orders or not self.mended:
            return
        for order in orders:
            note = self.mended.get(native_id(order, self.dialect))
            if note is not None and (there := await note_of(unit, note.kind, note.name)):
                unit.strike(there)
                self.pages.notify(
                    f"{self.vendor.name} has sent order {native_id(order, self.dialect)} anew; what "
                    "was corrected in it here is obsolete."
                )

    async def _look_again(self) -> None:
        """Raise Busy where another pull has moved the checkpoint."""
        there = await note_of(self.book, PULL, name_of(self.checkpoint))
        if (there and there.version) != (self.note and self.note.version):
            raise Busy(f"Another pull from {self.dialect} is under way here; stop one of them.")

    async def _sift(self, found: Sequence[Found], outcomes: Counter[str]) -> dict[int, str]:
        """Keep what can be kept, by halves; gives the places of the rest, each with the reason."""

        async def write(unit: UnitOfWork) -> Counter[str]:
            return await self._arrived(unit, found)

        try:
            outcomes.update(await written(self.book, write))
        except (Conflict, Invalid) as refusal:
            if len(found) == 1:
                return {found[0].position: refusal.message}
            middle = len(found) // 2
            left = await self._sift(found[:middle], outcomes)
            return {**left, **await self._sift(found[middle:], outcomes)}
        return {}

    async def _aside(
        self, unread: Sequence[Unread], found: Sequence[Found], refused: dict[int, str]
    ) -> list[Reject]:
        """Make rejects of what was not read, and of what is refused."""
        blank = self.blank()
        aside = [
            replace(
                blank,
                position=one.position,
                reason=one.reason,
                answers=one.answers,
                **self._salvaged(one),
            )
            for one in unread
        ]
        for one in found:
            if one.position in refused:
                reject = replace(blank, position=one.position, reason=refused[one.position])
                answers = await self.pages.alone(one.position)
                id, po_number = native_id(one.order, self.dialect), one.order.po_number
                aside.append(replace(reject, id=id, po_number=po_number, answers=answers))
        await take_corrected(self.book, self.vendor, aside)
        return aside

    def blank(self) -> Reject:
        """Give a reject of this pull that says nothing yet of an order."""
        now = self.book.now()
        return Reject(
            dialect=self.dialect,
            channel=self.vendor.name,
            customer=self.criteria.customer,
            first=now,
            last=now,
            zone=self.vendor.source.zone,
            master=self.vendor.source.master,
        )

    def _salvaged(self, unread: Unread) -> dict[str, str]:
        """Give what an order that cannot be read says of itself in the list, where one is shown."""
        bodies, shown = self.vendor.dialect.bodies, unread.answers[:1]
        body = shown[0].body if shown else b""
        names = {"id": bodies.id, "po_number": bodies.po_number}
        return {member: salvaged(body, name) for member, name in names.items()}


def name_of(checkpoint: Checkpoint) -> str:
    """Give the name of the note that a checkpoint is kept in."""
    return f"{checkpoint.channel or checkpoint.dialect}/{checkpoint.customer}"


def _behind(old: Checkpoint, shown: Shown, outcomes: Counter[str], aside: int) -> Checkpoint:
    """Give the checkpoint behind a page."""
    following, position = shown.next, old.position + shown.places
    return replace(
        old,
        after=following.after if following else "",
        offset=following.offset if following else position,
        position=position,
        read=old.read + shown.length,
        new=old.new + outcomes[Outcome.NEW],
        changed=old.changed + outcomes[Outcome.CHANGED],
        same=old.same + outcomes[Outcome.SAME],
        conflicts=old.conflicts + outcomes[CONFLICTS],
        rejected=old.rejected + aside,
        passed_over=old.passed_over + shown.length - _orders(outcomes) - aside,
        unknown=_added(old.unknown, shown),
    )


def _added(unknown: dict[str, int], shown: Shown) -> dict[str, int]:
    """Count the unknown members of a page with those of the pages before."""
    found = counted((one.order for one in shown.found), shown.unknown)
    if not found:
        return unknown
    names = list(dict.fromkeys((*unknown, *found)))[:MOST_UNKNOWN]
    return {name: unknown.get(name, 0) + found[name] for name in names}


def _orders(outcomes: Counter[str]) -> int:
    return sum(outcomes[one] for one in Outcome)


def _at_the_beginning(before: Checkpoint, look: int) -> Checkpoint:
    return replace(before, look=look, after="", offset=0, position=0)
