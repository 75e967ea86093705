"""Replaying: a request out of the journal, made ready to be sent again, and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.core.errors import Rule, invalid
from orderglot.core.journal import Kept, Row
from orderglot.hub.dialects import chosen_one
from orderglot.wire.exchange_text import BY_THE_WAY
from orderglot.wire.message import Request, Response
from orderglot.wire.striking import STRUCK

if TYPE_CHECKING:
    from orderglot.core.caller import Caller
    from orderglot.hub.opening import Hub
    from orderglot.sync.channel import Channel
    from orderglot.wire.dialect import Dialect


def again(kept: Kept) -> tuple[Dialect, Request]:
    """Give a request as it may be sent again, without proofs, and what it speaks.

    Raises Invalid where nobody knows that, or where a secret was a part of what it asked.
    """
    row, sent = kept.row, kept.bytes
    if not row.dialect or not row.operation:
        reason = f"{row.method} {row.path} is no operation of any dialect; send it with --curl."
        raise invalid("ID", Rule.UNEXPECTED, reason)
    dialect = chosen_one(row.dialect)
    if STRUCK.encode() in sent.body or row.operation in dialect.auth.proofs.logins:
        reason = (
            "a secret that is not kept was in what it asked: it is a login, or shows a proof there."
        )
        raise invalid("ID", Rule.UNEXPECTED, reason)
    query = "&".join(part for part in sent.query.split("&") if not part.endswith(f"={STRUCK}"))
    headers = {
        name: value
        for name, value in sent.headers.items()
        if name not in BY_THE_WAY and STRUCK not in value
    }
    request = Request(
        method=row.method, path=row.path, query=query, headers=headers, body=sent.body
    )
    return dialect, request


async def resent(
    hub: Hub, caller: Caller, dialect: Dialect, channel: Channel, request: Request, row: Row
) -> Response:
    """Send a request to a channel with its credential; it is recorded in the same one's sight."""
    from orderglot.sync.channel import connected

    observed = hub.observed(dialect, channel.reference, caller.seller)
    if observed is not None:
        observed.orders = row.orders
    async with connected(dialect, channel, lambda _text: None, observed) as client:
        return await client.ask(request)
