"""``orderglot database thin``: old events out of the feed, while their orders keep them."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, ConfigFile, Database, SellerName, person, settings
from orderglot.cli.options import value
from orderglot.cli.output import table, write_json, write_line
from orderglot.cli.progress import OnStep, showing_progress

if TYPE_CHECKING:
    from datetime import datetime

    from orderglot.stores.backend import Thinned


def thin(
    older_than: Annotated[
        str, value("AGE", "What is older goes: 400d, 12h. Else it is feed_days that says so.")
    ] = "",
    seller: SellerName = None,
    database: Database = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Thin old events out of the feed; what happened to an order stays with the order.

    Whoever goes on behind an event that is gone is refused (410) and told where the feed begins by now.
    It is done a part at a time beside programs that serve; stopped or killed, the same command goes on.

    $ orderglot database thin --older-than 400d
    $ orderglot database thin --seller demo --json
    """
    import asyncio

    from orderglot.cli.logs import set_up_logs

    found = settings(config, database=database)
    set_up_logs(found.log_level, quiet=True)
    before = _before(older_than, found.feed_days)
    with showing_progress("thinning") as on_step:
        done = asyncio.run(_thin(found.database, seller or found.seller, before, on_step))
    if as_json:
        return write_json([{"seller": name, "events": events} for name, events in done])
    if not any(events for _, events in done):
        return write_line("No event in a feed is that old.")
    rows = [(name, f"{events:,}") for name, events in done if events]
    return table(("seller", "events"), rows, right=("events",))


async def _thin(
    database: str, name: str, before: "datetime", on_step: OnStep
) -> list[tuple[str, int]]:
    from orderglot.hub.opening import opened

    done = []
    async with opened(database) as hub:
        hub.store.by(person())
        sellers = [await hub.store.seller(name)] if name else await hub.store.sellers()
        for one in sellers:
            events = await hub.store.thin(one.id, before, partial(_show, on_step, one.name))
            done.append((one.name, events))
    return done


def _show(on_step: OnStep, name: str, at: "Thinned") -> None:
    on_step(f"the feed of {name}", at.floor, at.last)


def _before(text: str, days: int) -> "datetime":
    """Read how old what goes has to be, and give when that was."""
    from datetime import UTC, datetime, timedelta

    from orderglot.core.errors import Rule, invalid
    from orderglot.hub.exchanges import UNITS

    if not text and not days:
        reason = "Say how old, such as 400d, or set feed_days in the configuration."
        raise invalid("--older-than", Rule.REQUIRED, reason)
    number, unit = (text[:-1], text[-1]) if text else (str(days), "d")
    try:
        if number.isdecimal() and unit in UNITS:
            return datetime.now(UTC) - timedelta(**{UNITS[unit]: int(number)})
    except (OverflowError, ValueError):
        pass
    raise invalid("--older-than", Rule.MALFORMED, f"{text[:40]!r} is no age such as 400d or 12h.")
