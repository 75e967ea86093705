"""Imports: the orders of a file taken into a book, batch by batch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from orderglot.core.errors import Conflict, Invalid, Rule, invalid
from orderglot.core.ports import Book, Kept, Outcome
from orderglot.files.columns import read_mapping, recognise
from orderglot.files.lines import read_currency, read_zone
from orderglot.files.orders import Gathered, gather
from orderglot.files.rejects import Rejects
from orderglot.files.rows import Reject, Rows, open_rows

BATCH = 2_000
"""So many orders are kept in one transaction, or fewer that have ``BATCH_LINES`` together."""

BATCH_LINES = 40_000


class Progress(Struct, frozen=True, kw_only=True):
    """How far an import has come, or what it came to.

    ``read`` and ``size`` are bytes of the file as it lies there. ``rows`` were read, ``lines`` of
    them are in the book with their orders, ``rejected`` are in the file ``rejects``; the others
    still wait for their orders to be complete.
    """

    read: int = 0
    size: int = 0
    rows: int = 0
    lines: int = 0
    orders: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    rejects: Path | None = None


def unheard(_progress: Progress) -> None:
    """Tell nobody."""


async def take(
    book: Book,
    path: Path,
    *,
    mapping: str = "",
    timezone: str = "UTC",
    currency: str = "",
    rejects: Path | None = None,
    tell: Callable[[Progress], None] = unheard,
) -> Progress:
    """Take the orders of a file of order lines into a book, under the file's order numbers.

    ``mapping`` says which column is which field where the names do not (``order=Invoice``);
    times without a zone are of ``timezone``; orders without a currency are in ``currency``, or the
    seller's. Rejected rows go to ``rejects``, by default ``<file>.rejects.csv`` beside the file.
    Taking a file once more changes nothing, or completes an import that was cut short.

    Raises NotFound or Invalid, with nothing taken, where the file cannot be read or not be
    understood; and Invalid, with all taken that came before, where it breaks off.
    """
    zone = read_zone(timezone)
    wanted = read_mapping(mapping)
    unsaid = _currency(currency) if currency else (await book.seller()).currency
    beside = rejects or path.with_name(path.name + ".rejects.csv")
    with Rejects(beside) as rejected, open_rows(path, rejected.add) as rows:
        columns = recognise(rows.header, wanted)
        running = _Import(book, rows, rejected, tell)
        try:
            for gathered in gather(rows, columns, zone, unsaid, rejected.add):
                await running.add(gathered)
            done = await running.finish()
        finally:
            await running.settle()
        if rows.text.broken:
            raise rows.text.broken
        return done


class _Import:
    """One import under way: the batch that fills up, and what the batches before it came to."""

    def __init__(
        self, book: Book, rows: Rows, rejects: Rejects, tell: Callable[[Progress], None]
    ) -> None:
        self._book = book
        self._tell = tell
        self._rows = rows
        self._rejects = rejects
        self._batch: list[Gathered] = []
        self._waiting = 0
        self._keeping: asyncio.Task[None] | None = None
        self._lines = 0
        self._outcomes: Counter[Outcome] = Counter()

    async def add(self, gathered: list[Gathered]) -> None:
        """Keep orders as soon as there are enough of them."""
        for one in gathered:
            self._batch.append(one)
            self._waiting += len(one.order.lines)
            if len(self._batch) >= BATCH or self._waiting >= BATCH_LINES:
                await self._keep_batch()
        self._tell(self._progress())

    async def finish(self) -> Progress:
        """Keep the orders that are left, and say what it came to."""
        await self._keep_batch()
        await self.settle()
        return self._progress()

    async def settle(self) -> None:
        """Wait for the batch that is being kept."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            await keeping
            self._tell(self._progress())

    async def _keep_batch(self) -> None:
        """Have the batch kept while the next one is read; never two at once."""
        await self.settle()
        batch, self._batch, self._waiting = self._batch, [], 0
        if batch:
            self._keeping = asyncio.create_task(self._keep(batch))
            await asyncio.sleep(0)  # it gets as far as to the writing, which needs nobody here

    def _progress(self) -> Progress:
        outcomes = self._outcomes
        return Progress(
            read=self._rows.text.position,
            size=self._rows.text.size,
            rows=self._rows.count,
            lines=self._lines,
            orders=outcomes.total(),
            new=outcomes[Outcome.NEW],
            changed=outcomes[Outcome.CHANGED],
            same=outcomes[Outcome.SAME],
            rejected=self._rejects.count,
            rejects=self._rejects.path if self._rejects.count else None,
        )

    async def _keep(self, batch: list[Gathered]) -> None:
        """Keep a batch; where an order is refused, halve it until that one stands alone."""
        try:
            kept = await self._book.keep(*(gathered.order for gathered in batch))
        except (Conflict, Invalid) as refusal:
            if len(batch) == 1:
                self._refuse(batch[0], refusal.message)
                return
            middle = len(batch) // 2
            await self._keep(batch[:middle])
            await self._keep(batch[middle:])
        else:
            self._count(batch, kept)

    def _refuse(self, gathered: Gathered, why: str) -> None:
        for line, text in zip(gathered.numbers, gathered.texts, strict=True):
            reason = f"its order {gathered.order.number!r} was not kept: {why}"
            self._rejects.add(Reject(line, reason, text))

    def _count(self, batch: list[Gathered], kept: tuple[Kept, ...]) -> None:
        self._lines += sum(len(gathered.order.lines) for gathered in batch)
        self._outcomes.update(one.outcome for one in kept)


def _currency(code: str) -> str:
    try:
        return read_currency(code)
    except ValueError as error:
        raise invalid("currency", Rule.CURRENCY, f"{error}.") from None
