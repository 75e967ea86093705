"""``orderglot pull``: a vendor's orders, into a seller's book; and what was put aside on the way."""

import os
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from orderglot.cli.command import AsJson, Misused, with_book
from orderglot.cli.output import tell
from orderglot.cli.pull_report import report, telling

if TYPE_CHECKING:
    from datetime import datetime

    from orderglot.core.ports import Book
    from orderglot.hub.opened import Hub
    from orderglot.sync.channel import Channel
    from orderglot.sync.criteria import Criteria
    from orderglot.sync.pages import RetryPolicy
    from orderglot.wire.dialect import Dialect

LAST = "last"

VendorUrl = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Where the vendor is: https://api.vendor.example."),
]
TimeOut = Annotated[
    str | None,
    typer.Option(
        "--timeout", metavar="SECONDS", help="How long the vendor may be silent.", show_default="30"
    ),
]

Since = Annotated[
    str,
    typer.Option(
        metavar="TIME",
        help="Only what changed since, such as 2024-05-21 or 2024-05-21T19:10Z; 'last' is since the "
        "last whole pull. Where the vendor cannot be asked for it, it is sifted here.",
    ),
]
Customers = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Only this customer's, by the vendor's id; may be repeated."),
]
Persist = Annotated[
    str, typer.Option(metavar="SECONDS", help="How long a vendor that fails is asked again.")
]
Rate = Annotated[
    str | None,
    typer.Option(metavar="N", help="So many requests a second at most.", show_default="any"),
]


@with_book(create=True)
async def pull(
    hub: "Hub",
    dialect: Annotated[
        str | None, typer.Argument(metavar="DIALECT", help="In which dialect the vendor speaks.")
    ] = None,
    url: VendorUrl = None,
    since: Since = "",
    customer: Customers = None,
    rejects: Annotated[
        bool, typer.Option("--rejects", help="List what was put aside instead.")
    ] = False,
    raw: Annotated[
        str, typer.Option(metavar="NAME", help="Print the bytes of one that was put aside.")
    ] = "",
    retry: Annotated[
        bool, typer.Option("--retry", help="Read what was put aside once more instead.")
    ] = False,
    persist: Persist = "600",
    silent: TimeOut = None,
    per_second: Rate = None,
    seller: Annotated[
        str | None,
        typer.Option("--seller", metavar="NAME", help="Whose book; one who is new is added."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pull a vendor's orders into a seller's book.

    Once more changes nothing but what the vendor has changed; stopped or cut off, it goes on where
    it was. Credentials come from the environment, such as ORDERGLOT_KOLE_ID and
    ORDERGLOT_KOLE_API_KEY, or from the table vendors.kole of the configuration file.

    $ orderglot pull kole --url https://orders.example --seller acme
    $ orderglot pull kole --since last --seller acme
    $ orderglot pull --rejects
    """
    from orderglot.cli.rejects import show
    from orderglot.hub.dialects import chosen_one
    from orderglot.sync.criteria import Criteria
    from orderglot.sync.pages import RetryPolicy

    if rejects or raw or retry:
        book = hub.book(await hub.seller(seller))
        named = chosen_one(dialect).name if dialect else ""
        return await show(book, named, raw=raw, retry=retry, as_json=as_json)
    if not dialect:
        raise Misused(f"say in which dialect the vendor speaks: {', '.join(_listing())}.")
    spoken = chosen_one(dialect)
    if spoken.flows.page is None:
        raise Misused(f"{spoken.title} cannot list orders; these can: {', '.join(_listing())}.")
    moment = _read_since(since)
    retry_policy = RetryPolicy(longest=_read_seconds(persist))
    channel = channel_of(hub, spoken, {"url": url, "timeout": silent, "per_second": per_second})
    owner = await hub.seller_or_new(seller, "")
    pulling = Pulling(hub.book(owner), spoken, channel, retry_policy)
    for one in customer or await _customers(pulling):
        question = Criteria(url=channel.url, customer=one, since=moment, since_last=since == LAST)
        await pulling.pull(question, as_json=as_json)
    return None


def channel_of(hub: "Hub", dialect: "Dialect", flags: dict[str, object]) -> "Channel":
    """Put the channel with a vendor together, or say which flag or variable is missing."""
    from orderglot.core.errors import Invalid
    from orderglot.sync.channel import read_channel

    try:
        return read_channel(dialect, hub.vendors.get(dialect.name, {}), os.environ, flags)
    except Invalid as error:
        raise Misused(error.message) from None


def _listing() -> list[str]:
    """Name the dialects whose vendors can list orders."""
    from orderglot.hub.dialects import chosen

    return [one.name for one in chosen(()) if one.flows.page is not None]


def _read_since(text: str) -> "datetime | None":
    from orderglot.wire.values import read_instant

    if text in ("", LAST):
        return None
    try:
        return read_instant(text)
    except ValueError:
        reason = f"--since: {text[:40]!r} is neither a time like 2024-05-21T19:10Z nor 'last'."
        raise Misused(reason) from None


def _read_seconds(text: str) -> float:
    if not text.isdecimal() or len(text) > 7:
        raise Misused(f"--persist: {text[:40]!r} is not a number of seconds.")
    return float(text)


async def _customers(pulling: "Pulling") -> list[str]:
    """Give whose orders to ask for where nobody says: "" for everybody's.

    Where the vendor lists a customer's orders alone, that is every customer whom it knows.
    """
    from orderglot.hub import lookup

    dialect = pulling.dialect
    if not dialect.customer:
        return [""]
    if own := pulling.channel.credentials.get(dialect.customer):
        return [own]
    known = [
        reference.id
        async for customer in lookup.customers(pulling.book)
        for reference in customer.references
        if reference.dialect == dialect.name
    ]
    if not known:
        raise Misused(
            f"{dialect.title} lists the orders of one customer at a time; name some with --customer."
        )
    return known


class Pulling:
    """A vendor's channel, the book that its orders go to, and the person who is told about it."""

    def __init__(
        self, book: "Book", dialect: "Dialect", channel: "Channel", retry_policy: "RetryPolicy"
    ) -> None:
        self.book = book
        self.dialect = dialect
        self.channel = channel
        self.retry_policy = retry_policy

    async def pull(self, question: "Criteria", *, as_json: bool) -> None:
        """Pull what is asked for, and say what came of it."""
        from orderglot.sync.channel import connected
        from orderglot.sync.pull import pull

        channel = self.channel
        if self.dialect.customer and question.customer:
            named = {**channel.credentials, self.dialect.customer: question.customer}
            channel = replace(channel, credentials=named)
        with telling(self.dialect) as told:
            async with connected(self.dialect, channel) as client:
                done = await pull(
                    self.book,
                    client,
                    question,
                    retry_policy=self.retry_policy,
                    tell=told,
                    warn=tell,
                )
        report(done, self.dialect, as_json=as_json)
