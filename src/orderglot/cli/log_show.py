"""``orderglot log show`` and ``diff``: one exchange as it was, and beside another one."""

from typing import TYPE_CHECKING, Annotated, Literal

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import sheet, write_bytes, write_document, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.caller import Caller
    from orderglot.core.journal import Kept
    from orderglot.hub.opening import Hub

WhichExchange = Annotated[str, argument("ID", "As 'orderglot log' shows it.")]


async def callers(hub: "Hub", seller: str | None) -> "tuple[Caller, ...]":
    """Give in whose sight an exchange is looked for: a seller's, and nobody's."""
    from orderglot.core.caller import Caller
    from orderglot.hub.exchanges import NOBODY

    if seller or hub.named:
        return Caller(seller=(await hub.seller(seller)).id), NOBODY
    return *[Caller(seller=one.id) for one in await hub.store.sellers()], NOBODY


@with_book(reads=True)
async def show(
    hub: "Hub",
    id: WhichExchange,
    curl: Annotated[
        bool, switch("--curl", "Print a line for a shell that sends it again.")
    ] = False,
    url: Annotated[str, value("URL", "Where to, with --curl.", "where it went", flag="--url")] = "",
    body: Annotated[
        Literal["", "request", "answer"],
        value("request|answer", "Print the bytes of this body and nothing else.", flag="--body"),
    ] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Print an exchange as it was, to the byte; where a secret stood there are three stars.

    $ orderglot log show 66182bcade19b096d6f7804e
    $ orderglot log show 66182bcade19b096d6f7804e --curl
    $ orderglot log show 66182bcade19b096d6f7804e --body request
    """
    from orderglot.core.journal import written
    from orderglot.hub.exchanges import one_of
    from orderglot.wire import exchange_text as text

    _, kept = await one_of(hub.journal, await callers(hub, seller), id)
    if body:
        return write_bytes(kept.bytes.body if body == "request" else kept.bytes.answer)
    if as_json:
        return write_json(written(kept))
    if curl:
        return write_document(text.curl(kept, url.rstrip("/")))
    _print_facts(kept)
    write_document(f"\n{text.request_text(kept)}")
    if answer := text.answer_text(kept):
        write_document(f"\n{answer}")
    return None


def _print_facts(kept: "Kept") -> None:
    row = kept.row
    sheet(
        (
            ("id", row.id),
            ("at", f"{row.at:%Y-%m-%d %H:%M:%S.%f} UTC"),
            ("from" if row.direction == "in" else "to", row.peer),
            ("key" if row.direction == "in" else "channel", row.key),
            ("operation", f"{row.dialect} {row.operation}".strip()),
            ("took", f"{row.ms:.1f} ms"),
            ("orders", " ".join(map(str, row.orders))),
            ("refused", row.reason),
        )
    )


@with_book(reads=True)
async def diff(
    hub: "Hub",
    id: WhichExchange,
    other: Annotated[
        str, argument("ID", "The one before it; else that caller's last like it that went well.")
    ] = "",
    seller: SellerName = None,
) -> None:
    """Show how an exchange differs from another one, line by line.

    Members of JSON and XML stand on lines of their own. Without a second ID it is shown beside the
    last one of the same caller and operation that went well.

    $ orderglot log diff 66182bcade19b096d6f7804e
    $ orderglot log diff 66182bcade19b096d6f7804e 66182ae708df3d249868504e
    """
    from orderglot.core.journal import last_good
    from orderglot.hub.exchanges import one_of
    from orderglot.wire.exchange_text import difference

    whose = await callers(hub, seller)
    caller, after = await one_of(hub.journal, whose, id)
    if not other:
        other = (await last_good(hub.journal, caller, after.row)).id
    _, before = await one_of(hub.journal, whose, other)
    lines = difference(before, after)
    if not lines:
        return write_line("They say the same.")
    return write_document("\n".join(lines))
