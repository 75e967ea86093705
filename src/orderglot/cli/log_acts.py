"""``orderglot log acts``: what people did to keys, sellers and settings."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.options import switch, value
from orderglot.cli.output import listing, write_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderglot.core.acts import Act
    from orderglot.hub.opening import Hub

MOST = 10_000
"""So many acts are listed at once."""

COLUMNS = ("at", "who", "where", "what", "about", "before", "after")


@with_book(reads=True)
async def acts(
    hub: "Hub",
    since: Annotated[
        str, value("TIME", "Only since then: 2024-05-21, 2024-05-21T19:10Z, or 90m, 12h, 7d ago.")
    ] = "",
    filter: Annotated[
        str, value("FILTER", "Only those that match: 'who = ann', 'what = \"key.made\"'.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 1_000,
    operator: Annotated[
        bool, switch("--operator", "Those above the sellers, and of sellers who were removed.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what people did, the newest first.

    Keys that were made and ended, sellers and settings that were changed, rejects that were
    settled, exchanges that were sent again: who did it, from where, and what was before and after.
    None of them can be changed or struck out.

    $ orderglot log acts
    $ orderglot log acts --since 7d --json
    $ orderglot log acts --filter 'who = ann AND about = "kole:X00001"'
    $ orderglot log acts --operator
    """
    from orderglot.core.query import And, Compare, Operator
    from orderglot.core.time_zones import zone_of
    from orderglot.hub.exchanges import read_since
    from orderglot.wire.aip160 import ACT, read_filter

    owner = None if operator else await hub.seller(seller)
    zone = owner.timezone if owner else ""
    moment = read_since(since, zone)
    newer = () if moment is None else (Compare("at", Operator.GTE, moment),)
    wanted = (read_filter(filter, zone_of(zone), ACT),) if filter else ()
    where = And((*newer, *wanted))
    found = await hub.administration.acts(owner.id if owner else 0, where, limit=limit)
    if not found and not as_json:
        return write_line("Nobody did anything." if where.parts else "Nobody did anything yet.")
    return listing(found, COLUMNS, _row, as_json=as_json)


def _row(act: "Act") -> tuple[object, ...]:
    return (
        f"{act.at:%Y-%m-%d %H:%M:%S}",
        act.who,
        act.where,
        act.what,
        act.about,
        _text(act.before),
        _text(act.after),
    )


def _text(members: "Mapping[str, Any]") -> str:
    from orderglot.wire.json import write

    return ", ".join(f"{name}={write(value).decode()}" for name, value in members.items())
