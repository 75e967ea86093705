"""``orderglot seller``: whose order books there are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict

from orderglot.cli.command import AsJson, KnownAs, Misused, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import known_as_text, listing, sheet, sums_text, write_json, write_line
from orderglot.cli.sum_report import sum_counts, sum_counts_text
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub

Timezone = Annotated[
    str,
    value(
        "ZONE",
        "What a time without a zone means in files and on wires that name none: Europe/Berlin.",
        "UTC",
        flag="--timezone",
    ),
]

app = group("Sellers: whose order books there are.")


@app.command("add")
@with_book(create=True)
async def add(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "A short name, unique here.")],
    title: Annotated[str, typer.Option(help="The name that people read.")] = "",
    currency: Annotated[str, value("CODE", "The currency of orders that name none.")] = "USD",
    timezone: Timezone = "",
    known_as: KnownAs = None,
    as_json: AsJson = False,
) -> None:
    """Open a book for a new seller.

    $ orderglot seller add acme --title "Acme Wholesale" --currency GBP
    """
    from orderglot.cli import flags
    from orderglot.core.seller import Seller

    seller = await hub.administration.add_seller(
        Seller(
            name=flags.read_name("NAME", name),
            title=title,
            currency=flags.read_currency(currency),
            timezone=flags.read_timezone(timezone),
            references=flags.read_known_as(known_as),
        )
    )
    if as_json:
        write_json(seller)
    else:
        write_line(f"Added the seller {seller.name}, whose currency is {seller.currency}.")


@app.command("change")
@with_book()
async def change(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "Which seller.")],
    title: Annotated[str | None, typer.Option(help="The name that people read.")] = None,
    currency: Annotated[str, value("CODE", "The currency of orders that name none.", "kept")] = "",
    timezone: Timezone = "",
    known_as: KnownAs = None,
    as_json: AsJson = False,
) -> None:
    """Change what a seller is called, its currency, its clock, or its ids at vendors.

    The time zone is that of times which files and partners write without one. Orders that are here
    keep their moments; clients of such dialects see them by the new clock. UTC is what every seller
    begins with. What is not named stays as it is.

    $ orderglot seller change acme --timezone Europe/Berlin
    $ orderglot seller change acme --title "Acme Wholesale" --known-as kole=X12345
    """
    from msgspec.structs import replace

    from orderglot.cli import flags

    settings: dict[str, Any] = {}
    if title is not None:
        settings["title"] = title
    if currency:
        settings["currency"] = flags.read_currency(currency)
    if timezone:
        settings["timezone"] = flags.read_timezone(timezone)
    if known_as:
        settings["references"] = flags.read_known_as(known_as)
    if not settings:
        raise Misused("say what to change, such as --timezone Europe/Berlin.")
    before = await hub.seller(name)
    changed = await hub.administration.change_seller(before, replace(before, **settings))
    if as_json:
        return write_json(changed)
    if settings.keys() == {"timezone"}:
        return write_line(f"The clock of {changed.name} shows the time of {_zone_text(changed)}.")
    return write_line(f"Changed the seller {changed.name}.")


@app.command("remove")
@with_book()
async def remove(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "Which seller.")],
    as_json: AsJson = False,
) -> None:
    """Remove a seller with nothing in its book: no orders, customers, products, keys or rejects.

    Keys that have ended go with it; what people did to it stays written down.

    $ orderglot seller remove acme
    """
    await hub.administration.remove_seller(name)
    if as_json:
        return write_json({"removed": name})
    return write_line(f"Removed the seller {name}.")


@app.command("list")
@with_book()
async def list_sellers(hub: "Hub", as_json: AsJson = False) -> None:
    """List the sellers.

    $ orderglot seller list
    """
    columns = ("name", "title", "currency", "time zone", "known as")
    listing(await hub.store.sellers(), columns, _row, as_json=as_json)


def _row(one: "Seller") -> tuple[object, ...]:
    return one.name, one.title, one.currency, _zone_text(one), known_as_text(one)


def _zone_text(seller: "Seller") -> str:
    return seller.timezone or "UTC"


@app.command("show")
@with_book()
async def show(
    hub: "Hub",
    name: Annotated[str | None, argument("NAME", "May be left out where there is one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a seller and what is in its book.

    $ orderglot seller show acme
    """
    seller = await hub.seller(name)
    counts = await hub.store.counts(seller.id)
    sums = sum_counts(counts.adds_up)
    if as_json:
        return write_json({"seller": seller, "book": {**asdict(counts), "adds_up": sums}})
    sheet(
        (
            ("name", seller.name),
            ("title", seller.title),
            ("currency", seller.currency),
            ("time zone", _zone_text(seller)),
            ("known as", known_as_text(seller)),
            ("orders", f"{counts.orders:,}"),
            ("lines", f"{counts.lines:,}"),
            ("customers", f"{counts.customers:,}"),
            ("products", f"{counts.products:,}"),
            ("sum of orders", sums_text(counts.sums, counts.unpriced)),
            ("sums", sum_counts_text(**sums)),
        )
    )
    return None


@app.command("continue")
@with_book()
async def continue_channel(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "Whose clients it is about.")],
    channel: Annotated[str, argument("CHANNEL", "Such as kole@wholesaler, as a pull prints it.")],
) -> None:
    """Let our clients of a dialect know orders by the ids of one vendor from now on.

    That is for a hub that takes a vendor's place: the ids that our clients have seen stay.

    $ orderglot seller continue acme kole@wholesaler
    """
    from orderglot.cli.flags import read_channel
    from orderglot.sync.continuation import continuing

    seller = await hub.seller(name)
    dialect = read_channel(channel)
    await hub.store.change_seller(continuing(seller, dialect, channel))
    return write_line(
        f"Clients of {dialect} know the orders of {seller.name} by the ids of {channel}."
    )


@app.command("table")
@with_book()
async def set_table(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "Whose table it is.")],
    table_name: Annotated[str, argument("TABLE", "Such as catalyst.statuses.")],
    file: Annotated[
        Path | None, argument("[FILE]", "The JSON to set it to; without one it is shown.")
    ] = None,
    value: Annotated[str | None, value("JSON", "Set it to this, instead of a file's.")] = None,
    remove: Annotated[bool, switch("--remove", "Have it as if never set.")] = False,
) -> None:
    """Show or set one of a seller's own tables and settings, which the vendors' READMEs list.

    $ orderglot seller table acme catalyst.statuses statuses.json
    $ orderglot seller table acme adobe.currencies --value '["USD", "EUR"]'
    $ orderglot seller table acme adobe.currencies
    """
    from msgspec.structs import replace

    from orderglot.hub.settings import demand_setting, read_setting

    if (file is not None) + (value is not None) + remove > 1:
        raise Misused("a file, --value and --remove: give one of them alone.")
    demand_setting("seller", table_name)
    seller = await hub.seller(name)
    if file is None and value is None and not remove:
        return write_json(seller.tables.get(table_name))
    tables = {one: kept for one, kept in seller.tables.items() if one != table_name}
    if remove:
        await hub.store.change_seller(replace(seller, tables=tables))
        return write_line(f"Removed {table_name} of {seller.name}.")
    words = (value or "").encode(errors="surrogateescape")
    given = read_setting("seller", table_name, words if file is None else file.read_bytes())
    await hub.store.change_seller(replace(seller, tables={**tables, table_name: given}))
    return write_line(f"Set {table_name} of {seller.name} to {_value_text(given)}.")


def _value_text(value: Any) -> str:
    """Say a table's rows by how many there are, a setting as it is."""
    from orderglot.wire import json

    if isinstance(value, list | dict):
        return counted(len(value), "row")
    return json.write(value).decode()
