"""``orderglot log``: what came and what left, exchange by exchange."""

import inspect
from collections.abc import AsyncIterator
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import ActingGroup, AsJson, SellerName, group, with_book
from orderglot.cli.log_acts import acts
from orderglot.cli.log_replay import replay
from orderglot.cli.log_show import diff, show
from orderglot.cli.options import switch, value
from orderglot.cli.output import listing, write_json_line, write_line, write_notice
from orderglot.cli.selecting import demand_text

if TYPE_CHECKING:
    from orderglot.core.caller import Caller
    from orderglot.core.journal import Criteria, Journal, Row
    from orderglot.hub.opening import Hub

MOST = 10_000
"""So many exchanges are listed at once."""

LOOKS = 0.5
"""After so many seconds it is looked for new ones."""

LATE = 60
"""An exchange is kept when it has ended: so many seconds ago it may have begun that is new."""

COLUMNS = (
    *("id", "at", "way", "dialect", "operation", "key", "path", "status", "ms", "orders"),
    "reason",
)


app = group("")
app.info.cls = ActingGroup


Unidentified = Annotated[
    bool,
    switch("--unidentified", "Those of which nobody knows whose they are, and of no seller."),
]


@with_book(reads=True)
async def list_exchanges(
    hub: "Hub",
    follow: Annotated[bool, switch("--follow", "Go on with each one that comes.")] = False,
    dialect: Annotated[str, value("NAME", "Only of this dialect.")] = "",
    operation: Annotated[str, value("NAME", "Only of this operation, by the vendor's name.")] = "",
    status: Annotated[
        str, value("STATUS", "Only answered so: 404, 4xx, 400-499; 'refused' is any refusal.")
    ] = "",
    order: Annotated[str, value("ORDER", "Only those that touched or changed this order.")] = "",
    key: Annotated[str, value("KEY", "Only of this key, as 'key list' shows it, or channel.")] = "",
    way: Annotated[str, value("in|out", "Only what came in, or what we asked of vendors.")] = "",
    since: Annotated[
        str, value("TIME", "Only since then: 2024-05-21, 2024-05-21T19:10Z, or 90m, 12h, 7d ago.")
    ] = "",
    filter: Annotated[
        str, value("FILTER", "Only those that meet this: ms > 500 AND path = '/v3/*'.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 25,
    unidentified: Unidentified = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what came and what left, the newest first; with --follow the newest last.

    Secrets are struck out before anything is kept. 'log show' prints one of them to the byte.

    $ orderglot log
    $ orderglot log --follow --status refused
    $ orderglot log --order 489434 --since 7d
    $ orderglot log --filter 'status >= 400 AND ms > 500'
    $ orderglot log --dialect kole --key kole:X00001 --status 4xx --json
    """
    caller, criteria = await _asked(
        hub, dialect, operation, status, order, key, way, since, filter, unidentified, seller
    )
    journal = hub.journal
    if follow:
        async for row in _following(journal, caller, criteria, limit):
            _print_row(row, as_json=as_json)
        return
    found = await journal.page(caller, criteria, limit)
    if not found and not as_json:
        write_line("No exchange is like that.")
    else:
        listing(found, COLUMNS, _row, as_json=as_json, right=("ms",))
    await _tell_gaps(journal, caller, criteria)


async def _asked(
    hub: "Hub",
    dialect: str,
    operation: str,
    status: str,
    order: str,
    key: str,
    way: str,
    since: str,
    filter: str,
    unidentified: bool,
    seller: str | None,
) -> "tuple[Caller, Criteria]":
    """Read whose exchanges are asked for, and which."""
    from msgspec.structs import replace

    from orderglot.core.caller import Caller
    from orderglot.core.errors import Rule, invalid
    from orderglot.core.journal import Criteria
    from orderglot.core.time_zones import zone_of
    from orderglot.hub.dialects import chosen_one
    from orderglot.hub.exchanges import NOBODY, of_order, read_since, read_statuses
    from orderglot.wire.aip160 import EXCHANGE, read_filter

    if way not in ("", "in", "out"):
        raise invalid("--way", Rule.CHOICE, f"{way[:40]!r} is neither in nor out.")
    demand_text("--order", order)
    statuses = read_statuses(status)
    criteria = Criteria()
    caller, timezone = NOBODY, ""
    if not unidentified:
        owner = await hub.seller(seller)
        caller, timezone = Caller(seller=owner.id), owner.timezone
        if order:
            criteria = await of_order(hub.book(owner, tests=True, deleted=True), order)
    elif order:
        raise invalid("--order", Rule.UNEXPECTED, "what nobody is known to have sent has no order.")
    return caller, replace(
        criteria,
        dialect=chosen_one(dialect).name if dialect else "",
        operation=operation,
        key=key,
        direction=way,
        statuses=statuses.statuses,
        refused=statuses.refused,
        since=read_since(since, timezone),
        where=read_filter(filter, zone_of(timezone), EXCHANGE),
    )


async def _following(
    journal: "Journal", caller: "Caller", criteria: "Criteria", limit: int
) -> "AsyncIterator[Row]":
    """Give the last ones, the oldest first, and from then on each one that is new."""
    import asyncio
    from datetime import UTC, datetime, timedelta

    from msgspec.structs import replace

    seen: dict[str, datetime] = {}
    for row in reversed(await journal.page(caller, criteria, limit)):
        seen[row.id] = row.at
        yield row
    begun = max(seen.values(), default=datetime.now(UTC))
    while True:
        await asyncio.sleep(LOOKS)
        late = max(begun, datetime.now(UTC) - timedelta(seconds=LATE))
        since = max(filter(None, (criteria.since, late)))
        for row in reversed(await journal.page(caller, replace(criteria, since=since), MOST)):
            if row.id not in seen:
                seen[row.id] = row.at
                yield row
        seen = {id: at for id, at in seen.items() if at >= since}


def _print_row(row: "Row", *, as_json: bool) -> None:
    if as_json:
        return write_json_line(row)
    shown = f"{row.at:%H:%M:%S} {row.id} {_way(row)} {row.method} {row.path} {row.status or '-'}"
    return write_line(" ".join(filter(None, (shown, row.key, f"{row.ms:.1f} ms", row.reason))))


def _row(row: "Row") -> tuple[object, ...]:
    return (
        row.id,
        f"{row.at:%Y-%m-%d %H:%M:%S}",
        _way(row),
        row.dialect,
        row.operation,
        row.key,
        f"{row.method} {row.path}",
        row.status or "-",
        f"{row.ms:.1f}",
        " ".join(map(str, row.orders)),
        row.reason,
    )


def _way(row: "Row") -> str:
    return f"from {row.peer}" if row.direction == "in" else f"to {row.peer}"


async def _tell_gaps(journal: "Journal", caller: "Caller", criteria: "Criteria") -> None:
    """Say what is missing: what came faster than it could be written."""
    from orderglot.core.counting import counted

    gaps = await journal.gaps(caller, criteria.since)
    if gaps:
        dropped = counted(sum(one.dropped for one in gaps), "exchange is", "exchanges are")
        write_notice(
            f"{dropped} missing: more came than could be written, last at {gaps[0].at:%Y-%m-%d %H:%M:%S}."
        )


def _list_unless_named(ctx: typer.Context, **flags: Any) -> None:
    if ctx.invoked_subcommand is None:
        list_exchanges(**flags)


_flags = inspect.signature(list_exchanges).parameters.values()
_context = Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=typer.Context)
_list_unless_named.__signature__ = inspect.Signature([_context, *_flags])  # type: ignore[attr-defined]
_list_unless_named.__annotations__ = {one.name: one.annotation for one in (_context, *_flags)}
app.info.help = inspect.getdoc(list_exchanges)
app.callback(invoke_without_command=True)(_list_unless_named)
app.command("show")(show)
app.command("diff")(diff)
app.command("replay")(replay)
app.command("acts")(acts)
