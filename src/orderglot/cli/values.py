"""``orderglot values``: what vendors' own words stand for, as the seller has said."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, group, with_book
from orderglot.cli.options import argument
from orderglot.cli.output import table, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.value_mappings import ValueMapping
    from orderglot.hub.opening import Hub

app = group(
    """Value mappings: what a word stands for that a vendor sends and no list knows.

    It holds for what is pulled from that vendor, and what he answers to an order that is placed with
    him. What a client sends to this server is never taken for anything but what it says.
    """
)

COLUMNS = ("name", "channel", "member", "value", "stands for", "by", "at")


@app.command("list")
@with_book(reads=True)
async def list_values(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List what is mapped.

    $ orderglot values list
    """
    from orderglot.core.value_mappings import described, value_mappings

    found = await value_mappings(hub.book(await hub.seller(seller)))
    if as_json:
        return write_json(list(map(described, found)))
    return table(COLUMNS, map(_row, found)) if found else write_line("No value is mapped.")


def _row(one: "ValueMapping") -> tuple[object, ...]:
    return one.name, one.whose, one.field, one.value, one.to, one.by, f"{one.at:%Y-%m-%d %H:%M}"


@app.command("map")
@with_book()
async def map_value(
    hub: "Hub",
    channel: Annotated[
        str, argument("CHANNEL", "A channel such as kole@wholesaler, or a dialect.")
    ],
    member: Annotated[str, argument("MEMBER", "In which member: status, lines.status.")],
    word: Annotated[str, argument("VALUE", "What the vendor sends.")],
    to: Annotated[str, argument("TO", "What it stands for: a word of ours, or of the vendor's.")],
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Say what a value stands for, from now on; said again, it is changed.

    Orders that are here stay as they are until the vendor says them again.

    $ orderglot values map kole@wholesaler status TELEPORTED shipped
    $ orderglot values map adobe currencyCode US$ USD
    """
    from orderglot.core.value_mappings import described

    caller = hub.book(await hub.seller(seller)).caller
    one = await hub.retries.map_value(caller, channel, member, word, to)
    if as_json:
        return write_json(described(one))
    write_line(f"{one.field} {one.value} of {one.whose} stands for {one.to} from now on.")
    return write_line("What was put aside for it can be read by 'orderglot rejects retry'.")


@app.command("remove")
@with_book()
async def remove(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "As 'orderglot values list' has it.")],
    seller: SellerName = None,
) -> None:
    """Let a value stand for nothing any more; orders that came by it stay as they are.

    $ orderglot values remove kole@wholesaler/0123456789ab
    """
    one = await hub.retries.unmap(hub.book(await hub.seller(seller)).caller, name)
    write_line(f"{one.field} {one.value} of {one.whose} stands for nothing any more.")
