"""Tracking: a file of tracking numbers, whose parcels go to orders that are in the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, NotFound, Rule, invalid
from orderglot.core.order import Order
from orderglot.core.ports import Book, Outcome, UnitOfWork
from orderglot.core.query import Compare, Operator, Window
from orderglot.core.tracking import track
from orderglot.files.columns import found_in, read_mapping, recognise
from orderglot.files.detection import plan_of
from orderglot.files.header_row import MOST_BEFORE
from orderglot.files.layouts.known import TRACKING, layout_of, read_shape
from orderglot.files.layouts.shop_layout import NO_SHOP
from orderglot.files.parcels import OrderParcels, Parcel, parcels
from orderglot.files.plan import ImportOptions, Plan
from orderglot.files.progress import Progress, Taken
from orderglot.files.rejects import Rejects
from orderglot.files.remarks import Aside, Remarks
from orderglot.files.rows import Reject, Rows, open_rows
from orderglot.files.sample import Sample

REQUIRED = ("order", "tracking")
MONEY = ("price", "amount", "total")
GOODS = ("sku", "quantity")
OF_ORDERS = ("created", "customer", "status", "title")
"""What a file has that tells of the orders themselves: with money it has orders, else perhaps."""

SHOWN = 3
MOST = 2
EVENT = "shipped"


def is_tracking(paths: Sequence[Path], options: ImportOptions) -> bool:
    """Tell whether a file has tracking numbers of orders, and nothing else of them.

    Raises Invalid where it may as well have orders without prices.
    """
    shape = read_shape(options.shape)
    if shape or len(paths) > 1:
        if shape == TRACKING and len(paths) > 1:
            raise invalid("files", Rule.MALFORMED, "tracking numbers come in one file; give that.")
        return shape == TRACKING
    mapping = read_mapping(options.columns)
    try:
        with _opened(paths[0], options, mapping, MOST_BEFORE) as rows:
            names = rows.header
    except Invalid:
        return False  # what is wrong with it is said when it is read as a file of orders
    if found_in(names, mapping, REQUIRED) < len(REQUIRED) or layout_of(names) is not NO_SHOP:
        return False
    of_orders = found_in(names, mapping, OF_ORDERS) > 0
    if of_orders and found_in(names, mapping, GOODS) == len(GOODS):
        _ask_unless(found_in(names, mapping, MONEY) > 0)
    return not of_orders and not found_in(names, mapping, MONEY)


def _ask_unless(has_money: bool) -> None:
    if not has_money:
        reason = (
            "the file may have tracking numbers of orders that are there, or orders without prices; "
            "say --from tracking or --from plain."
        )
        raise invalid("from", Rule.REQUIRED, reason)


def _opened(
    path: Path, options: ImportOptions, mapping: Mapping[str, str], most: int | None = None
) -> AbstractContextManager[Rows]:
    return open_rows(
        path,
        encoding=options.encoding,
        sheet=options.sheet,
        worth=lambda names: found_in(names, mapping, REQUIRED),
        enough=len(REQUIRED),
        most=most,
    )


async def take_tracking(
    book: Book,
    path: Path,
    options: ImportOptions,
    rejects: Path,
    on_progress: Callable[[Progress], None],
) -> Taken:
    """Add the parcels of a file to the orders that are there, each order's in one unit.

    The same file once more changes nothing. Rows of orders that are not there, or that cannot be
    shipped, go to ``rejects``. Raises NotFound or Invalid, with nothing changed, where the file
    cannot be read or something must be asked.
    """
    mapping, remarks = read_mapping(options.columns), Remarks()
    with _opened(path, options, mapping) as rows:
        sample = Sample(rows, recognise(rows.header, mapping, REQUIRED))
        plan = plan_of(sample, options, remarks)
        columns = {field: plan.columns.name(field) for field in plan.columns.at}
        with Rejects(rejects, rows, again=plan.columns.ours, dry=options.dry_run) as rejected:
            run = _Tracking(book, plan, rows, rejected, remarks, dry=options.dry_run)
            for one in parcels(sample.all(), plan):
                if isinstance(one, Reject):
                    run.refuse("", one)
                else:
                    await run.take(one)
                on_progress(run.progress())
            done = replace(run.progress(), remarks=remarks.sentences())
        if rows.text.broken:
            raise rows.text.broken
        on_progress(done)
        return Taken(done, columns, tuple(run.first))


class _Tracking:
    """One file of tracking numbers under way."""

    def __init__(
        self, book: Book, plan: Plan, rows: Rows, rejects: Rejects, remarks: Remarks, *, dry: bool
    ) -> None:
        self.first = list[Order]()
        self._book = book
        self._plan = plan
        self._rows = rows
        self._rejects = rejects
        self._remarks = remarks
        self._dry = dry
        self._lines = 0
        self._outcomes = Counter[Outcome]()

    async def take(self, found: OrderParcels) -> None:
        """Add an order's parcels to it, or put all its rows aside."""
        try:
            old, new = await self._tracked(found)
        except (ValueError, NotFound, Conflict, Invalid) as refusal:
            why = getattr(refusal, "message", str(refusal))
            self._put_aside(found, why)
            return
        self._lines += len(new.lines)
        self._outcomes[Outcome.SAME if new == old else Outcome.CHANGED] += 1
        if self._dry and len(self.first) < SHOWN:
            self.first.append(new)

    async def _tracked(self, found: OrderParcels) -> tuple[Order, Order]:
        if self._dry:
            order = await self._order(self._book, found.number)
            return order, _with(order, found.parcels, self._book)

        async def work(unit: UnitOfWork) -> tuple[Order, Order]:
            order = await self._order(unit, found.number)
            new = _with(order, found.parcels, unit)
            return order, new if new == order else await unit.change(new, EVENT)

        return await self._book.transact(work)

    async def _order(self, book: Book, number: str) -> Order:
        """Find an order by its number in files, else in the book, else by its purchase order number.

        Raises NotFound where there is none, Conflict where several are called so.
        """
        try:
            return await book.get(self._plan.source.reference(number))
        except NotFound:
            for field in ("number", "po_number"):
                where = Compare(field, Operator.EQ, number)
                orders = (await book.page(Window(where=where, limit=MOST))).orders
                if len(orders) > 1:
                    raise Conflict(f"several orders have the {field} {number!r}") from None
                if orders:
                    return orders[0]
        raise NotFound(f"there is no order {number!r}; import the orders first")

    def _put_aside(self, found: OrderParcels, why: str) -> None:
        rows = dict(sorted({row for parcel in found.parcels for row in parcel.rows}))
        for line, text in rows.items():
            self._rejects.add(Reject(line, f"its order {found.number!r} is as it was: {why}", text))
        self._remarks.orders_aside += 1
        self._remarks.note_aside(Aside(found.number, "", next(iter(rows)), why))

    def refuse(self, number: str, reject: Reject) -> None:
        """Put a row aside that cannot be read."""
        self._rejects.add(reject)
        self._remarks.note_aside(Aside(number, "", reject.line, reject.reason))

    def progress(self) -> Progress:
        """Tell how far it has come."""
        changed, same = self._outcomes[Outcome.CHANGED], self._outcomes[Outcome.SAME]
        return Progress(
            read=self._rows.text.position,
            size=self._rows.text.size,
            rows=self._rows.count,
            lines=self._lines,
            orders=changed + same,
            changed=changed,
            same=same,
            rejected=self._rejects.count,
            rejects=self._rejects.path if self._rejects.count and not self._dry else None,
            orders_aside=self._remarks.orders_aside,
            aside=tuple(self._remarks.aside),
        )


def _with(order: Order, found: Sequence[Parcel], book: Book) -> Order:
    for parcel in found:
        order = track(order, parcel.shipment(order), book.now())
    return order
