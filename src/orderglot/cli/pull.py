"""``orderglot pull``: a vendor's orders, into a seller's book; and what was put aside on the way."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli import completing
from orderglot.cli.command import AsJson, Misused, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import write_notice
from orderglot.cli.pull_report import show_ends
from orderglot.cli.pulling import Pulling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub
    from orderglot.sync.channel import Channel
    from orderglot.wire.dialect import Dialect

LAST = "last"

VendorUrl = Annotated[
    str | None, value("URL", "Where the vendor is: https://api.vendor.example.", flag="--url")
]
TimeOut = Annotated[
    str | None, value("SECONDS", "How long the vendor may be silent.", "30", flag="--timeout")
]

ChannelName = Annotated[
    str,
    value(
        "NAME",
        "Which account with a vendor, by its name in the configuration (channels.NAME).",
        "made of the URL and the account",
        flag="--at",
    ),
]
NewSeller = Annotated[
    bool,
    switch(
        "--new",
        "Make the seller where there is none of that name; with --settle: it is a new order.",
    ),
]
ShowRejects = Annotated[bool, switch("--rejects", "List what was put aside instead.")]
Raw = Annotated[str, value("NAME", "Print the bytes of one that was put aside.")]
ShowConflicts = Annotated[bool, switch("--conflicts", "List what both sides changed instead.")]
Again = Annotated[bool, switch("--retry", "Read what was put aside once more instead.")]
SettledAside = Annotated[
    str,
    value(
        "NAME", "Take one that was put aside, with --is ORDER or --new, instead.", flag="--settle"
    ),
]
IsOrder = Annotated[str | None, value("ORDER", "The order of the book that it is.", flag="--is")]
Since = Annotated[
    str,
    value(
        "TIME",
        "Only what changed since, such as 2024-05-21, by the seller's clock, or "
        "2024-05-21T19:10Z; 'last' is since the "
        "last whole pull. Where the vendor cannot be asked for it, it is sifted here.",
    ),
]
Customers = Annotated[
    list[str] | None, value("ID", "Only this customer's, by the vendor's id; may be repeated.")
]
Zone = Annotated[
    str | None,
    value(
        "ZONE",
        "What the vendor's clock shows where his times name no zone: America/New_York.",
        "UTC, with a day's overlap",
        flag="--timezone",
    ),
]
Persist = Annotated[str, value("SECONDS", "How long a vendor that fails is asked again.")]
Rate = Annotated[str | None, value("N", "So many requests a second at most.", "any")]


@with_book(create="new")
async def pull(
    hub: "Hub",
    dialect: Annotated[
        str | None,
        argument("DIALECT", "In which dialect the vendor speaks.", completes=completing.dialects),
    ] = None,
    url: VendorUrl = None,
    at: ChannelName = "",
    since: Since = "",
    customer: Customers = None,
    rejects: ShowRejects = False,
    raw: Raw = "",
    conflicts: ShowConflicts = False,
    retry: Again = False,
    settle: SettledAside = "",
    is_order: IsOrder = None,
    timezone: Zone = None,
    persist: Persist = "600",
    silent: TimeOut = None,
    per_second: Rate = None,
    seller: Annotated[str | None, value("NAME", "Whose book.", flag="--seller")] = None,
    new: NewSeller = False,
    as_json: AsJson = False,
) -> None:
    """Pull a vendor's orders into a seller's book.

    Once more changes nothing but what the vendor has changed; stopped or cut off, it goes on where
    it was. Exit code 0: whole; 4: whole but for what was put aside or changed on both sides; 5: the
    vendor has orders that he did not show. Credentials come from the environment, such as
    ORDERGLOT_KOLE_ID and ORDERGLOT_KOLE_API_KEY, or from the table vendors.kole of the
    configuration file.

    $ orderglot pull kole --url https://orders.example --seller acme
    $ orderglot pull kole --since last --seller acme
    $ orderglot pull --rejects
    $ orderglot pull --settle kole@there/1f2e3d4c5b6a --is 489434
    """
    from orderglot.cli.conflicts import show_conflicts
    from orderglot.hub.dialects import chosen_one
    from orderglot.sync.continuation import begun, is_continued
    from orderglot.sync.pages import RetryPolicy

    chosen = chosen_one(dialect) if dialect else None
    if conflicts:
        return await show_conflicts(hub.book(await hub.seller(seller)), at, as_json=as_json)
    if settle or is_order:
        return await _settle(hub, seller, settle, is_order, new=new)
    if rejects or raw or retry:
        return await _rejects(hub, seller, chosen, raw=raw, retry=retry, as_json=as_json)
    if chosen is None:
        raise Misused(f"say in which dialect the vendor speaks: {', '.join(_listing())}.")
    _read_since(since, "")  # what is no time makes no seller, and is told before all else
    retry_policy = RetryPolicy(longest=_read_seconds(persist))
    flags = {"url": url, "timeout": silent, "per_second": per_second, "timezone": timezone}
    channel = channel_of(hub, chosen, flags, at)
    owner = await (hub.seller_or_new(seller, "") if new else hub.seller(seller))
    moment = _read_since(since, owner.timezone)
    # What was deleted here has to be known when the vendor says it again.
    observed = hub.observed(chosen, channel.reference, owner.id)
    book = hub.book(owner, deleted=True, observed=observed)
    pulling = Pulling(book, chosen, channel, retry_policy, quiet=as_json, observed=observed)
    async with begun(hub.store, owner, channel) as (owner, begins):
        pulling.continued = is_continued(owner, channel)
        ends = await pulling.pull_each(customer, moment, last=since == LAST)
    if begins:
        _tell_that_it_continues(owner, channel)
    if as_json:
        show_ends(ends, chosen, channel.reference)
    if code := max(one.code for one in ends):
        raise typer.Exit(code)
    return None


async def _settle(
    hub: "Hub", seller: str | None, name: str, order: str | None, *, new: bool
) -> None:
    """Settle one that was put aside."""
    from orderglot.cli.rejects import settle

    await settle(hub, await hub.seller(seller), name, order, new=new)


async def _rejects(
    hub: "Hub",
    seller: str | None,
    dialect: "Dialect | None",
    *,
    raw: str,
    retry: bool,
    as_json: bool,
) -> None:
    """Show what was put aside, or try it again."""
    from orderglot.cli.rejects import show

    owner, named = await hub.seller(seller), dialect.name if dialect else ""
    await show(hub, owner, named, raw=raw, retry=retry, as_json=as_json)


def _tell_that_it_continues(owner: "Seller", channel: "Channel") -> None:
    write_notice(
        f"The book of {owner.name} continues {channel.reference}: clients of {channel.dialect} "
        "will know its orders by the vendor's ids."
    )


def channel_of(
    hub: "Hub", dialect: "Dialect", flags: "Mapping[str, object]", name: str = ""
) -> "Channel":
    """Put the channel with a vendor together, or say which flag or variable is missing."""
    from orderglot.core.errors import Invalid
    from orderglot.sync.channel import read_channel

    try:
        return read_channel(dialect, _table(hub, dialect.name, name), os.environ, flags, name)
    except Invalid as error:
        raise Misused(error.message) from None


def _table(hub: "Hub", dialect: str, name: str) -> "Mapping[str, object]":
    """Give what the configuration says of a channel; raises Misused for one of another dialect."""
    if not name:
        return hub.vendors.get(dialect, {})
    found = hub.channels.get(name, {})
    if found.get("dialect", dialect) != dialect:
        raise Misused(f"--at: the channel {name!r} speaks {found['dialect']}, not {dialect}.")
    return found


def _listing() -> list[str]:
    """Name the dialects whose vendors can list orders."""
    from orderglot.hub.dialects import chosen

    return [one.name for one in chosen(()) if one.flows.page is not None]


def _read_since(text: str, timezone: str) -> "datetime | None":
    """Read since when is asked for, by the seller's clock."""
    from orderglot.core.time_zones import zone_of
    from orderglot.wire.values import read_instant

    if text in ("", LAST):
        return None
    try:
        return read_instant(text, zone_of(timezone))
    except ValueError:
        reason = f"--since: {text[:40]!r} is neither a time like 2024-05-21T19:10Z nor 'last'."
        raise Misused(reason) from None


def _read_seconds(text: str) -> float:
    if not text.isdecimal() or len(text) > 7:
        raise Misused(f"--persist: {text[:40]!r} is not a number of seconds.")
    return float(text)
