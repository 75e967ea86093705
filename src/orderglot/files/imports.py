"""Imports: the orders of a file taken into a book, batch by batch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, Rule, invalid
from orderglot.core.order import Order
from orderglot.core.ports import Book, Kept, Outcome
from orderglot.core.sum_counts import SumCounts, with_orders
from orderglot.files.building import Gathered
from orderglot.files.containers import readable, rejects_of
from orderglot.files.opening import Opened, opened
from orderglot.files.orders import gather
from orderglot.files.plan import ImportOptions
from orderglot.files.progress import Progress, Taken, no_progress
from orderglot.files.rejects import Rejects
from orderglot.files.remarks import Aside
from orderglot.files.rows import Reject
from orderglot.files.sources import OtherOrder, demand_whole
from orderglot.files.target import Ready, Target
from orderglot.files.tracking import is_tracking, take_tracking
from orderglot.files.whole.opening import whole_orders
from orderglot.files.whole.taking import take_whole

BATCH = 2_000
"""So many orders are kept in one transaction, or fewer that have ``BATCH_LINES`` together."""

BATCH_LINES = 40_000
SHOWN = 3
"""So many orders show what a dry run would have taken."""

NO_OPTIONS = ImportOptions()

TAKEN = "it was taken; it stands here so that its order is whole"


async def take(
    book: Book,
    *paths: Path,
    options: ImportOptions = NO_OPTIONS,
    rejects: Path | None = None,
    on_progress: Callable[[Progress], None] = no_progress,
) -> Progress:
    """Take the orders of a file of order lines into a book, as ``take_into`` does."""
    seller = await book.seller()
    target = Ready(book, seller.currency, seller.timezone)
    taken = await take_into(
        target, paths, options=options, rejects=rejects, on_progress=on_progress
    )
    return taken.progress


async def take_into(
    target: Target,
    paths: Sequence[Path],
    *,
    options: ImportOptions = NO_OPTIONS,
    rejects: Path | None = None,
    on_progress: Callable[[Progress], None] = no_progress,
) -> Taken:
    """Take the orders of a file of order lines, or of one of lines and one of headers.

    They go by the file's order numbers. Rejected rows go to ``rejects``, by default
    ``<file>.rejects.csv`` beside the file. Taking a file once more changes nothing, or completes an
    import that was cut short. Gives also the first orders of a dry run, which takes none.

    Raises NotFound or Invalid, with nothing taken, where the file cannot be read, not be understood
    or something must be asked; OtherOrder where an order is likely another shop's; and Invalid,
    with all taken that came before, where the file breaks off or is not sorted by its orders.
    """
    options = replace(options, sellers_timezone=target.timezone)
    with ExitStack() as stack:
        given, paths = paths, stack.enter_context(readable(paths))
        orders = stack.enter_context(whole_orders(paths, options))
        if orders is not None:
            return await take_whole(target, paths[0], orders, options, rejects, on_progress)
        if is_tracking(paths, options):
            place = rejects or rejects_of(paths[0])
            _demand_another(place, paths)
            book = await target.open_known()
            return await take_tracking(book, paths[0], options, place, on_progress)
        file = stack.enter_context(opened(paths, options)).in_currency(target.currency)
        # What was unpacked is gone afterwards; what it came in is there.
        beside = rejects or rejects_of(file.path if len(paths) == len(given) else given[0])
        _demand_another(beside, paths)
        again = file.plan.columns.ours
        with Rejects(beside, file.rows, again=again, dry=options.dry_run) as rejected:
            running = _Import(target, file, rejected, on_progress, dry=options.dry_run)
            try:
                rows = file.sample.all()
                for gathered in gather(rows, file.plan, rejected.add, file.remarks, file.headers):
                    await running.add(gathered)
                done = await running.finish()
            finally:
                await running.settle()
        if file.rows.text.broken:
            raise file.rows.text.broken
        return Taken(done, file.columns, running.first)


def _demand_another(rejects: Path, paths: Sequence[Path]) -> None:
    """Refuse to write the rejects over what they are rejected from."""
    if any(rejects.exists() and path.exists() and rejects.samefile(path) for path in paths):
        reason = f"{rejects} is the file that is imported; name another file for the rejects."
        raise invalid("rejects", Rule.MALFORMED, reason)


class _Import:
    """One import under way: the batch that fills up, and what the batches before it came to."""

    def __init__(
        self,
        target: Target,
        file: Opened,
        rejects: Rejects,
        on_progress: Callable[[Progress], None],
        *,
        dry: bool,
    ) -> None:
        self.first: tuple[Order, ...] = ()
        self._target = target
        self._book: Book | None = None
        self._on_progress = on_progress
        self._file = file
        self._rejects = rejects
        self._dry = dry
        self._batch: list[Gathered] = []
        self._waiting = 0
        self._keeping: asyncio.Task[None] | None = None
        self._lines = 0
        self._orders = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._sums = SumCounts()

    async def add(self, gathered: list[Gathered]) -> None:
        """Keep orders as soon as there are enough of them."""
        for one in gathered:
            self._batch.append(one)
            self._waiting += len(one.order.lines)
            if len(self._batch) >= BATCH or self._waiting >= BATCH_LINES:
                await self._keep_batch()
        self._on_progress(self._progress())

    async def finish(self) -> Progress:
        """Keep the orders that are left, and say what it came to."""
        await self._keep_batch()
        await self.settle()
        remarks, headers = self._file.remarks, self._file.headers
        for number in headers.unmet() if headers else ():
            remarks.note_alone(number)
        done = self._progress(remarks.sentences(), left_out=remarks.left_out)
        self._on_progress(done)
        return done

    async def settle(self) -> None:
        """Wait for the batch that is being kept."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            await keeping
            self._on_progress(self._progress())

    async def _keep_batch(self) -> None:
        """Have the batch kept while the next one is read; never two at once."""
        await self.settle()
        batch, self._batch, self._waiting = self._batch, [], 0
        if self._dry:
            self.first = (*self.first, *(one.order for one in batch))[:SHOWN]
            self._count(batch, ())
        elif batch:
            self._keeping = asyncio.create_task(self._keep(batch))
            await asyncio.sleep(0)  # it gets as far as to the writing, which needs nobody here

    def _progress(self, sentences: tuple[str, ...] = (), *, left_out: bool = False) -> Progress:
        outcomes, rows, remarks = self._outcomes, self._file.rows, self._file.remarks
        return Progress(
            read=rows.text.position,
            size=rows.text.size,
            rows=rows.count,
            lines=self._lines,
            orders=self._orders,
            new=outcomes[Outcome.NEW],
            changed=outcomes[Outcome.CHANGED],
            same=outcomes[Outcome.SAME],
            rejected=self._rejects.count,
            rejects=self._rejects.path if self._rejects.count and not self._dry else None,
            passed=remarks.passed,
            adds_up=self._sums,
            orders_aside=remarks.orders_aside,
            aside=tuple(remarks.aside),
            remarks=sentences,
            left_out=left_out,
        )

    async def _keep(self, batch: list[Gathered]) -> None:
        """Keep a batch; where an order is refused, halve it until that one stands alone."""
        if self._book is None:
            self._book = await self._target.open(self._file.currency)
        try:
            orders = [gathered.order for gathered in batch]
            kept = await self._book.keep(*orders, check=self._check)
        except OtherOrder:
            raise
        except (Conflict, Invalid) as refusal:
            if len(batch) == 1:
                self._refuse(batch[0], refusal.message)
                return
            middle = len(batch) // 2
            await self._keep(batch[:middle])
            await self._keep(batch[middle:])
        else:
            self._count(batch, kept)

    def _check(self, kept: Order, incoming: Order) -> None:
        """Look at what an order would replace; raises where it must not."""
        plan = self._file.plan
        if plan.columns.ours:
            demand_whole(kept, incoming)
        plan.source.check(kept, incoming)

    def _refuse(self, gathered: Gathered, why: str) -> None:
        order, remarks = gathered.order, self._file.remarks
        reason = f"its order {order.number!r} was not kept: {why}"
        for line, text in zip(gathered.numbers, gathered.texts, strict=True):
            self._rejects.add(Reject(line, reason, text))
        for one in gathered.refused:
            self._rejects.add(one)
        remarks.orders_aside += 1
        remarks.note_aside(Aside(order.number, order.po_number, gathered.numbers[0], why))

    def _count(self, batch: list[Gathered], kept: tuple[Kept, ...]) -> None:
        self._lines += sum(len(gathered.order.lines) for gathered in batch)
        self._orders += len(batch)
        self._outcomes.update(one.outcome for one in kept)
        orders = (gathered.order for gathered in batch)
        self._sums = with_orders(self._sums, ((order.number, order) for order in orders))
        for gathered in batch:
            if gathered.refused:
                self._write_whole(gathered)

    def _write_whole(self, gathered: Gathered) -> None:
        """Put all rows of an order to the rejects of which some were taken."""
        rows = zip(gathered.numbers, gathered.texts, strict=True)
        taken = {line: Reject(line, TAKEN, text) for line, text in rows}
        refused = {one.line: one for one in gathered.refused}
        for line, one in sorted({**taken, **refused}.items()):
            (self._rejects.add if line in refused else self._rejects.write)(one)
