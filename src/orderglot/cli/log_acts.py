"""``orderglot log acts``: what people did to keys, sellers and settings."""

from typing import TYPE_CHECKING, Annotated, Any

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.options import switch, value
from orderglot.cli.output import listing, write_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderglot.core.acts import Act
    from orderglot.hub.opening import Hub

COLUMNS = ("at", "who", "where", "what", "about", "before", "after")


@with_book(reads=True)
async def acts(
    hub: "Hub",
    since: Annotated[
        str, value("TIME", "Only since then: 2024-05-21, 2024-05-21T19:10Z, or 90m, 12h, 7d ago.")
    ] = "",
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
    $ orderglot log acts --operator
    """
    from orderglot.hub.exchanges import read_since

    owner = None if operator else await hub.seller(seller)
    moment = read_since(since, owner.timezone if owner else "")
    every = await hub.store.acts(owner.id if owner else 0)
    found = [one for one in every if moment is None or one.at >= moment]
    if not found and not as_json:
        return write_line("Nobody did anything yet." if moment is None else "Nobody did anything.")
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
