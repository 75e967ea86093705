"""Taking: the orders of an export into a book, batch by batch, each once and as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, Rule, invalid
from orderglot.core.order import HUB, Order, Reference
from orderglot.core.ports import KEPT, Book, Outcome
from orderglot.core.sum_counts import SumCounts, with_orders
from orderglot.files.containers import rejects_of
from orderglot.files.plan import ImportOptions
from orderglot.files.progress import Progress, Taken
from orderglot.files.remarks import Aside
from orderglot.files.sources import FILE, OtherOrder, read_source
from orderglot.files.target import Target
from orderglot.files.whole.found import Found, WholeOrders
from orderglot.files.whole.origin import in_place_of, incoming, is_same
from orderglot.files.whole.rejects import Rejects

BATCH = 500
"""So many orders are kept in one transaction."""

NAMED = 20
"""So many of the orders that were put aside are named."""

SHOWN = 3
"""So many orders show what a dry run would have taken."""


async def take_whole(
    target: Target,
    path: Path,
    orders: WholeOrders,
    options: ImportOptions,
    rejects: Path | None,
    on_progress: Callable[[Progress], None],
) -> Taken:
    """Take the orders of an export into a book; what cannot be taken goes to ``rejects``.

    Orders that the book has already are left as they are unless the file says more of them, and
    says nothing older. Raises as ``take_into`` does.
    """
    beside = rejects or rejects_of(path, orders.ending)
    if beside.exists() and beside.samefile(path):
        reason = f"{beside} is the file that is imported; name another file for the rejects."
        raise invalid("rejects", Rule.MALFORMED, reason)
    with Rejects(beside, orders, dry=options.dry_run) as rejected:
        taking = _Taking(target, orders, rejected, options)
        batch = list[Found]()
        try:
            for found in orders:
                batch.append(found)
                if len(batch) >= BATCH:
                    await taking.take(batch)
                    batch = []
                    on_progress(taking.progress())
        finally:
            await taking.take(batch)
            on_progress(taking.progress())
        return Taken(taking.progress(), {}, tuple(taking.first))


class _Taking:
    """An import of whole orders under way."""

    def __init__(
        self,
        target: Target,
        orders: WholeOrders,
        rejects: Rejects,
        options: ImportOptions,
    ) -> None:
        self.first = list[Order]()
        self._target = target
        self._book: Book | None = None
        self._orders = orders
        self._rejects = rejects
        self._dry = options.dry_run
        self._source = read_source(options.source)
        self._currency = options.currency
        self._outcomes: Counter[Outcome] = Counter()
        self._sums = SumCounts()
        self._rows = self._lines = self._taken = self._aside = 0
        self._named = list[Aside]()

    async def take(self, batch: list[Found]) -> None:
        """Take some orders; those that cannot be are put aside."""
        self._rows += sum(len(found.rows) for found in batch)
        pairs = list[tuple[Found, Order]]()
        for found in batch:
            try:
                pairs.append((found, self._order_of(found)))
            except ValueError as error:
                self._put_aside(found, str(error))
        if not pairs:
            return
        if self._dry:
            self.first = [*self.first, *(order for _, order in pairs)][:SHOWN]
            self._count([order for _, order in pairs], ())
            return
        book = self._book = self._book or await self._open([order for _, order in pairs])
        others = await self._take_same(book, pairs)
        await self._keep(book, others)

    def progress(self) -> Progress:
        """Tell how far it has come."""
        return Progress(
            read=self._orders.position,
            size=self._orders.size,
            rows=self._rows,
            lines=self._lines,
            orders=self._taken,
            new=self._outcomes[Outcome.NEW],
            changed=self._outcomes[Outcome.CHANGED],
            same=self._outcomes[Outcome.SAME],
            rejected=self._rejects.count,
            rejects=self._rejects.path if self._rejects.count and not self._dry else None,
            adds_up=self._sums,
            orders_aside=self._aside,
            aside=tuple(self._named),
        )

    def _order_of(self, found: Found) -> Order:
        if found.order is None:
            raise ValueError(found.reason)
        incoming(found.order, "")  # it has a name
        return replace(found.order, currency=found.order.currency or self._currency)

    async def _open(self, orders: Sequence[Order]) -> Book:
        currencies = Counter(order.currency for order in orders if order.currency)
        most = currencies.most_common(1)
        return await self._target.open(self._currency or (most[0][0] if most else ""), tests=True)

    async def _take_same(
        self, book: Book, pairs: list[tuple[Found, Order]]
    ) -> list[tuple[Found, Order]]:
        """Bring those orders up to date that the book has by their hub ids; give the others."""
        if self._source.given:
            return pairs
        numbered = [order.id for _, order in pairs if order.id]
        async with book.together() as unit:
            names = [Reference(HUB, str(id)) for id in numbered]
            kept = {one.id: one for one in await unit.known(names, by_hub_id=True) if one}
        others = list[tuple[Found, Order]]()
        for found, order in pairs:
            there = kept.get(order.id)
            if there is not None and is_same(there, order):
                await self._bring_up_to_date(book, found, there, order)
            else:
                others.append((found, order))
        return others

    async def _bring_up_to_date(self, book: Book, found: Found, there: Order, order: Order) -> None:
        new = in_place_of(there, order)
        older = order.modified and there.modified and order.modified < there.modified
        if older or replace(new, modified=there.modified) == there:
            self._count([order], (Outcome.SAME,))
            return
        try:
            await book.change(new, KEPT)
        except (Conflict, Invalid) as refusal:
            self._put_aside(found, refusal.message)
        else:
            self._count([order], (Outcome.CHANGED,))

    async def _keep(self, book: Book, pairs: list[tuple[Found, Order]]) -> None:
        """Keep orders; where one is refused, halve them until that one stands alone."""
        if not pairs:
            return
        source = self._source.name if self._source.given and self._source.name != FILE else ""
        try:
            coming = [incoming(order, source) for _, order in pairs]
            kept = await book.keep(*coming, check=self._source.check)
        except OtherOrder:
            raise
        except (Conflict, Invalid) as refusal:
            if len(pairs) == 1:
                self._put_aside(pairs[0][0], refusal.message)
                return
            middle = len(pairs) // 2
            await self._keep(book, pairs[:middle])
            await self._keep(book, pairs[middle:])
        else:
            self._count([order for _, order in pairs], [one.outcome for one in kept])

    def _put_aside(self, found: Found, reason: str) -> None:
        for number, row in zip(found.numbers, found.rows, strict=True):
            self._rejects.add(row, number, reason)
        self._aside += 1
        if len(self._named) < NAMED:
            order = found.order or Order()
            name = order.number or str(order.id or "?")
            self._named.append(Aside(name, order.po_number, found.numbers[0], reason))

    def _count(self, orders: Sequence[Order], outcomes: Sequence[Outcome]) -> None:
        self._taken += len(orders)
        self._lines += sum(len(order.lines) for order in orders)
        self._outcomes.update(outcomes)
        named = ((order.number or str(order.id), order) for order in orders)
        self._sums = with_orders(self._sums, named)
