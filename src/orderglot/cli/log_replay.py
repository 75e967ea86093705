"""``orderglot log replay``: a request that came, sent again to an address that somebody names."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, with_book
from orderglot.cli.log_show import WhichExchange, callers
from orderglot.cli.options import switch
from orderglot.cli.output import write_bytes, write_json, write_line, write_notice
from orderglot.cli.pull import ChannelName, TimeOut, VendorUrl, channel_of

if TYPE_CHECKING:
    from orderglot.core.journal import Kept
    from orderglot.hub.opening import Hub
    from orderglot.sync.channel import Channel
    from orderglot.wire.message import Response

READS = frozenset({"GET", "HEAD"})


@with_book()
async def replay(
    hub: "Hub",
    id: WhichExchange,
    url: VendorUrl = None,
    at: ChannelName = "",
    live: Annotated[
        bool, switch("--live", "Send it even where that account may be one for real orders.")
    ] = False,
    silent: TimeOut = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Send a request again, as it was, to an address and with a credential that you name.

    The credential comes from where 'pull' takes it: the environment, such as ORDERGLOT_KOLE_ID and
    ORDERGLOT_KOLE_API_KEY, or the configuration's table vendors.kole, or the channel of --at. What
    may change something is sent to an account for test orders alone (test = true, or
    ORDERGLOT_KOLE_TEST=true), unless --live says otherwise.

    Exit code 0: it was answered as before; 4: by another status.

    $ orderglot log replay 66182bcade19b096d6f7804e --url http://127.0.0.1:8400
    $ orderglot log replay 66182bcade19b096d6f7804e --at sandbox --json
    """
    from orderglot.hub.exchanges import one_of
    from orderglot.hub.replaying import again, resent

    caller, kept = await one_of(hub.journal, await callers(hub, seller), id)
    dialect, request = again(kept)
    channel = channel_of(hub, dialect, {"url": url, "timeout": silent}, at)
    if kept.row.method not in READS and channel.test is not True and not live:
        raise Misused(
            f"{kept.row.method} {kept.row.path} may change something, and nothing says that the "
            f"account at {channel.url} is one for test orders; set test = true for it, or say --live."
        )
    what = {"method": kept.row.method, "path": kept.row.path, "url": channel.url}
    if caller.seller:
        await hub.store.act(caller.seller, "exchange.replayed", id, what)
    response = await resent(hub, caller, dialect, channel, request, kept.row)
    _report(kept, response, channel, as_json=as_json)
    if response.status != kept.row.status:
        raise typer.Exit(4)


def _report(kept: "Kept", response: "Response", channel: "Channel", *, as_json: bool) -> None:
    before = kept.row.status or None
    if as_json:
        body = response.body.decode(errors="backslashreplace")
        answer = {"status": response.status, "headers": response.headers, "body": body}
        return write_json({"id": response.exchange, "before": before, "answer": answer})
    then = f"then it was {before}" if before else "then no answer came"
    write_notice(f"{channel.url} answers {response.status}; {then}.")
    if response.exchange:
        write_notice(f"See 'orderglot log diff {response.exchange} {kept.row.id}'.")
    if not response.body:
        return write_line("The answer has no body.")
    return write_bytes(response.body)
