"""``orderglot import``: the orders of a file of order lines, into a seller's book."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orderglot.cli.command import AsJson, with_config
from orderglot.cli.garbage import seldom_collected
from orderglot.cli.import_report import exit_code, report, report_dry, report_kept, showing_progress
from orderglot.cli.options import argument, switch, value

if TYPE_CHECKING:
    from orderglot.config import Config
    from orderglot.core.ports import Book
    from orderglot.core.seller import Seller
    from orderglot.files.plan import ImportOptions
    from orderglot.hub.opening import Hub
    from orderglot.stores.backend import Counts

Mapping = Annotated[
    str,
    value(
        "FIELD=COLUMN,…",
        "Which column is what, where its name does not tell; nothing behind = leaves it out.",
    ),
]
Currency = Annotated[
    str, value("CODE", "Of orders that name none.", "the file's, else the seller's")
]
Decimals = Annotated[
    Literal[".", ","] | None, typer.Option("--decimal", help="What parts decimals, in doubt.")
]
Dates = Annotated[
    Literal["dmy", "mdy", "ymd"] | None,
    typer.Option(help="In which order dates have day, month and year, in doubt."),
]
Timezone = Annotated[
    str,
    value(
        "ZONE", "Of times without one, such as Europe/London.", "the seller's, else UTC; it is said"
    ),
]
Encoding = Annotated[
    str, value("NAME", "What the file is written in, such as cp1252.", "its own word, else UTF-8")
]
Sku = Annotated[
    str, value("title|COLUMN", "What stands in for a SKU.", "the title, where some have none")
]
SourceName = Annotated[
    str,
    value(
        "NAME",
        "Whose order numbers these are, where several shops' files go to one seller.",
        "file",
    ),
]
Shape = Annotated[
    str,
    value(
        "NAME",
        "Whose layout a file has: shopify, woocommerce, amazon, ebay, etsy, bigcommerce, northwind, "
        "superstore, sales-sample; tracking for one of tracking numbers, plain for none.",
        "found by the columns",
        flag="--from",
    ),
]
Sheet = Annotated[
    str, value("NAME", "Which sheet of a spreadsheet.", "the only one that has orders")
]
RejectsFile = Annotated[
    Path | None, value("FILE", "Where rows go that cannot be taken.", "FILE.rejects.csv")
]


@with_config
async def load(
    config: "Config",
    file: Annotated[
        Path,
        argument(
            "FILE",
            "A CSV, TSV, XLSX, XLS or ODS of order lines, in a gzip or zip or not; - is standard input.",
        ),
    ],
    other: Annotated[
        Path | None, argument("[FILE]", "The headers of the orders, where they are another file.")
    ] = None,
    seller: Annotated[
        str | None, value("NAME", "Whose orders; one who is new is added.", flag="--seller")
    ] = None,
    shape: Shape = "",
    columns: Mapping = "",
    currency: Currency = "",
    decimal: Decimals = None,
    dates: Dates = None,
    timezone: Timezone = "",
    encoding: Encoding = "",
    sheet: Sheet = "",
    sku: Sku = "",
    source: SourceName = "",
    fill_down: Annotated[
        bool, switch("--fill-down", "A row without an order number is of the order above.")
    ] = False,
    partial: Annotated[
        bool, switch("--partial", "Take orders without those rows that cannot be.")
    ] = False,
    dry_run: Annotated[
        bool, switch("--dry-run", "Show what would be taken, and take nothing.")
    ] = False,
    rejects: RejectsFile = None,
    as_json: AsJson = False,
) -> None:
    """Take the orders of a file of order lines into a seller's book.

    The same file once more changes nothing, or completes an import that was cut short. An order
    with a row that cannot be taken is put aside with all its rows, in a file that is imported as it
    is once it is mended. Ends with 4 where something was put aside or left out, 1 where all was.

    Files of the shops that --from names are known by their columns, too. A file of tracking numbers
    adds shipments to orders that are there.

    Fields beside goods, sums, states and who pays: cancel_reason, hold_reason, wanted,
    promised, not_before, cancel_after; second_currency, exchange_rate, second_total; tax_1_name,
    tax_1_rate, tax_1_amount (to tax_5); discount_code, line_discount, line_discount_code;
    payment_method, payment_id, paid_at; refund_id, refund_reason, refunded_at, line_refunded;
    shipping_method, carrier, tracking, tracking_url, shipped_at; gtin, manufacturer_number,
    buyer_number; ship_to_full_name, _company, _first_name, _last_name, _line_1, _line_2, _city,
    _state, _postal_code, _country, _phone, _email.

    $ orderglot import lines.csv.gz --currency GBP --timezone Europe/London
    $ orderglot import lines.csv --seller acme --columns order=Invoice,sku=Code
    $ orderglot import lines.csv --columns tracking=Parcel,paid_at=Paid
    $ orderglot import orders.csv details.csv --seller acme --dry-run
    $ orderglot import orders_export.csv --seller acme --from shopify
    $ orderglot import - --seller acme --sku title
    """
    from orderglot.cli import flags
    from orderglot.files.plan import ImportOptions

    options = ImportOptions(
        shape=shape,
        sheet=sheet,
        columns=columns,
        currency=flags.read_currency(currency) if currency else "",
        decimal=decimal or "",
        dates=dates or "",
        timezone=timezone,
        encoding=encoding,
        sku=sku,
        source=source,
        fill_down=fill_down,
        partial=partial,
        dry_run=dry_run,
    )
    name = flags.read_name("--seller", seller) if seller else None
    async with AsyncExitStack() as stack:
        into = Into(config, name, stack)
        await into.look()
        paths = [file] if other is None else [file, other]
        await _take(into, paths, options, rejects, as_json=as_json)


async def _take(
    into: "Into",
    paths: list[Path],
    options: "ImportOptions",
    rejects: Path | None,
    *,
    as_json: bool,
) -> None:
    from orderglot.core.errors import HubError, Invalid
    from orderglot.files.imports import take_into
    from orderglot.files.progress import Progress

    last = Progress()
    with showing_progress() as show_progress, seldom_collected():

        def show(progress: Progress) -> None:
            nonlocal last
            last = progress
            show_progress(progress)

        try:
            taken = await take_into(into, paths, options=options, rejects=rejects, on_progress=show)
        except HubError:
            report_kept(last)
            raise
    if not taken.progress.rows:
        raise Invalid(message=f"{paths[0]} has no row but its header; there is nothing to take.")
    if options.dry_run:
        report_dry(taken, as_json=as_json)
    else:
        report(taken, into.seller, await into.counts(), as_json=as_json)
    raise typer.Exit(exit_code(taken.progress))


class Into:
    """The book that orders go into: it and its seller are made when the first orders come."""

    def __init__(self, config: "Config", name: str | None, stack: AsyncExitStack) -> None:
        self.seller: Seller | None = None
        self._config = config
        self._name = name
        self._stack = stack
        self._hub: Hub | None = None

    async def look(self) -> None:
        """Find the book and the seller; raises where it is not known whose orders they are."""
        from orderglot.cli.command import open_hub
        from orderglot.core.errors import NotFound

        try:
            self._hub = await self._stack.enter_async_context(open_hub(self._config, create=False))
        except NotFound:
            if self._name is None:
                raise
            return
        there = {seller.name for seller in await self._hub.store.sellers()}
        if self._name is None or self._name in there:
            self.seller = await self._hub.seller(self._name)

    @property
    def currency(self) -> str:
        """The seller's currency; "" as long as there is no seller."""
        return self.seller.currency if self.seller else ""

    @property
    def timezone(self) -> str:
        """The seller's time zone; "" is UTC."""
        return self.seller.timezone if self.seller else ""

    async def open(self, currency: str, *, tests: bool = False) -> "Book":
        """Open the book; a seller who is made for it has that currency."""
        from orderglot.cli.command import open_hub, report_new

        if self._hub is None:
            self._hub = await self._stack.enter_async_context(open_hub(self._config, create=True))
            report_new(self._hub, self._config)
        self.seller = self.seller or await self._hub.seller_or_new(self._name, currency)
        return self._hub.book(self.seller, tests=tests)

    async def open_known(self) -> "Book":
        """Open the book; raises NotFound where there is none, or no such seller."""
        from orderglot.core.errors import NotFound

        if self._hub is None or self.seller is None:
            reason = (
                "There are no orders of this seller that these could belong to; import them first."
            )
            raise NotFound(reason)
        return self._hub.book(self.seller)

    async def counts(self) -> "Counts | None":
        """Count what is in the book, None where there is none."""
        if self._hub is None or self.seller is None:
            return None
        return await self._hub.store.counts(self.seller.id)
