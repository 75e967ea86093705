"""``orderglot listen``: events as they come, forwarded to a program that is being built."""

import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, open_hub, with_config
from orderglot.cli.options import value
from orderglot.cli.output import write_json_line, write_line, write_notice
from orderglot.cli.pull import ChannelName

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from orderglot.config import Config
    from orderglot.webhooks.listening import Forwarding, Item


@with_config
async def listen(
    config: "Config",
    forward_to: Annotated[
        str, value("URL", "Where your program listens: http://127.0.0.1:3000.", "nowhere")
    ] = "",
    url: Annotated[
        str | None, value("URL", "An Orderglot elsewhere: https://orders.example.", "the book here")
    ] = None,
    at: ChannelName = "",
    types: Annotated[str, value("TYPES", "Only these: order.created,order.shipped.", "all")] = "",
    after: Annotated[
        int | None, typer.Option(min=0, help="Begin behind the event of this number: 0 for all.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
    secret: Annotated[
        str, value("WHSEC", "What signs; your program verifies by it.", "a new one")
    ] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Show events as they come, and forward each to a program on this machine, signed as webhooks are.

    For who builds a receiver: nothing is tried again, and nothing is kept. The events are those of the
    book here, or of the Orderglot at --url, whose key is in ORDERGLOT_ORDERGLOT_API_KEY or the
    configuration's table vendors.orderglot.

    $ orderglot listen
    $ orderglot listen --forward-to http://127.0.0.1:3000 --types order.created
    $ orderglot listen --url https://orders.example --after 0 --json
    """
    from orderglot.webhooks.listening import Forwarding, read_secret

    wanted = _types(types)
    signs = read_secret(secret)
    async with AsyncExitStack() as ending:
        forwarding = Forwarding(forward_to, signs) if forward_to else None
        if forwarding is not None:
            ending.push_async_callback(forwarding.close)
        events = await _events(config, ending, url, at, seller, after, wanted)
        if forwarding is not None and not secret:
            write_notice(f"Signed with {signs}, a secret of this run alone.")
        write_notice("Waiting for events; stop with Ctrl-C.")
        count = 0
        async for item in events:
            outcome = await _forwarded(forwarding, item)
            if as_json:
                write_json_line(item)
            else:
                write_line(
                    f"{item['time']}  {item['type']}  {item.get('subject', '')}  {outcome}".rstrip()
                )
            count += 1
            if count == limit:
                return


def _types(text: str) -> frozenset[str]:
    """Read types of events; raises Misused where there is no such type."""
    from orderglot.core.event_types import TYPES

    named = frozenset(filter(None, (one.strip() for one in text.split(","))))
    for one in sorted(named.difference(TYPES)):
        raise Misused(f"--types: {one!r} is no type of event; there are {', '.join(TYPES)}.")
    return named


async def _events(
    config: "Config",
    ending: AsyncExitStack,
    url: str | None,
    at: str,
    seller: str | None,
    after: int | None,
    types: frozenset[str],
) -> "AsyncIterator[Item]":
    """Give the events, from an Orderglot elsewhere or from the book here."""
    from orderglot.webhooks import listening

    if url is None and not at:
        hub = await ending.enter_async_context(open_hub(config, create=False, reads=True))
        owner = await hub.seller(seller)
        last = await hub.store.webhooks.newest(owner.id) if after is None else after
        return listening.of_book(hub.book(owner), last, types)
    from orderglot.core.errors import Invalid
    from orderglot.core.order import HUB
    from orderglot.hub.dialects import chosen_one
    from orderglot.sync.channel import connected, read_channel

    dialect = chosen_one(HUB)
    table = config.channels.get(at, {}) if at else config.vendors.get(HUB, {})
    try:
        channel = read_channel(dialect, table, os.environ, {"url": url}, at)
    except Invalid as error:
        raise Misused(error.message) from None
    client = await ending.enter_async_context(connected(dialect, channel, write_notice))
    last = await listening.newest_of_api(client) if after is None else after
    return listening.of_api(client, last, types)


async def _forwarded(forwarding: "Forwarding | None", item: "Item") -> str:
    """Forward an event, if it is, and say what was answered."""
    from orderglot.webhooks.sending import Failed

    if forwarding is None:
        return ""
    try:
        answer = await forwarding.forward(item)
    except Failed as error:
        return f"-> {error}"
    return f"-> {answer.status} {answer.body}".rstrip()
