"""``orderglot product``: what a seller sells, at which price, in which packs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import AsJson, Extras, Misused, SellerName, group, with_book
from orderglot.cli.options import argument, value
from orderglot.cli.output import listing, sheet, tiers_text, write_json, write_line
from orderglot.cli.selecting import demand_text
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.product import Product
    from orderglot.hub.opening import Hub

Sku = Annotated[str, argument("SKU", "The seller's own code.")]

app = group("Products: what a seller sells, at which price, in which packs.")


@app.command("add")
@with_book()
async def add(
    hub: "Hub",
    sku: Annotated[str, argument("SKU", "The seller's own code.")],
    title: Annotated[str, typer.Option(help="What it is.")] = "",
    pack: Annotated[
        int, typer.Option(metavar="N", min=1, help="It is sold in packs of so many pieces.")
    ] = 1,
    price: Annotated[str, value("AMOUNT", "What a piece costs.")] = "",
    tier: Annotated[
        list[str] | None, value("N=AMOUNT", "What a piece costs from N pieces on; may be repeated.")
    ] = None,
    weight: Annotated[str, value("POUNDS", "What a piece weighs.")] = "",
    upc: Annotated[str, typer.Option(help="Its universal product code.")] = "",
    extra: Extras = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Add a product, or put another in the place of the one with the same SKU.

    $ orderglot product add AA124 --title Mug --pack 24 --price 1.20
    $ orderglot product add AA125 --pack 48 --tier 48=0.85 --tier 480=0.72
    """
    from orderglot.cli import flags
    from orderglot.core.product import Product

    owner = await hub.seller(seller)
    product = Product(
        sku=flags.read_name("SKU", sku),
        upc=upc,
        title=title,
        pack=pack,
        tiers=flags.read_tiers(price, tier, pack),
        currency=owner.currency,
        weight=flags.read_money("--weight", weight) if weight else None,
        extras=flags.read_extras("product", extra),
    )
    kept = await hub.book(owner).keep_product(product)
    if as_json:
        return write_json(kept)
    verb = "Added" if kept.version == 1 else "Changed"
    write_line(f"{verb} the product {kept.sku} of {owner.name}, {tiers_text(kept)}.")
    return None


@app.command("import")
@with_book()
async def take(
    hub: "Hub",
    file: Annotated[Path, argument("FILE", "A CSV with a header line.")],
    seller: SellerName = None,
) -> None:
    """Add the products of a CSV file, all of them or none.

    Its columns are sku, title, pack, price, weight and upc; only sku must be there.

    $ orderglot product import products.csv --seller acme
    """
    from orderglot.cli.product_csv import read_products

    owner = await hub.seller(seller)
    products = read_products(file, owner.currency)
    async with hub.book(owner).together() as unit:
        for product in products:
            await unit.keep_product(product)
    write_line(
        f"{counted(len(products), 'product of', 'products of')} {owner.name} in the book now."
    )


@app.command("show")
@with_book()
async def show(hub: "Hub", sku: Sku, seller: SellerName = None, as_json: AsJson = False) -> None:
    """Show a product.

    $ orderglot product show AA124
    """
    from orderglot.dialects.orderglot.products import OF_PRODUCTS

    found = await OF_PRODUCTS.get(hub.book(await hub.seller(seller)), sku)
    if as_json:
        return write_json(found)
    names = ("sku", "title", "pack", "upc", "currency")
    lines = [(name, getattr(found, name)) for name in names]
    sheet((*lines, ("price a piece", tiers_text(found)), ("pounds", found.weight)))
    return None


@app.command("change")
@with_book()
async def change(
    hub: "Hub",
    sku: Sku,
    title: Annotated[str | None, typer.Option(help="What it is.")] = None,
    pack: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="It is sold in packs of so many pieces.")
    ] = None,
    price: Annotated[str, value("AMOUNT", "What a piece costs, in the place of all tiers.")] = "",
    tier: Annotated[
        list[str] | None, value("N=AMOUNT", "In the place of those there are; may be repeated.")
    ] = None,
    weight: Annotated[str, value("POUNDS", "What a piece weighs.")] = "",
    upc: Annotated[str | None, typer.Option(help="Its universal product code.")] = None,
    extra: Extras = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Change what is on record of a product; what is not named stays.

    Orders keep the prices that they were agreed at.

    $ orderglot product change AA124 --price 1.25 --title "Mug, blue"
    """
    from msgspec.structs import replace

    from orderglot.cli import flags
    from orderglot.dialects.orderglot.products import OF_PRODUCTS

    values = {"title": title, "pack": pack, "upc": upc}
    given: dict[str, Any] = {name: one for name, one in values.items() if one is not None}
    if weight:
        given["weight"] = flags.read_money("--weight", weight)
    extras = flags.read_extras("product", extra)
    if not (given or price or tier or extras):
        raise Misused("say what is to be changed, such as --price 1.25.")
    async with hub.book(await hub.seller(seller)).together() as unit:
        found = await OF_PRODUCTS.get(unit, sku)
        if price or tier:
            given["tiers"] = flags.read_tiers(price, tier, given.get("pack", found.pack))
        new = replace(found, **given, extras={**found.extras, **extras})
        changed = await unit.keep_product(new)
    if as_json:
        return write_json(changed)
    write_line(f"Changed the product {changed.sku}, {tiers_text(changed)}.")
    return None


@app.command("remove")
@with_book()
async def remove(hub: "Hub", sku: Sku, seller: SellerName = None) -> None:
    """Remove a product of which no order has a line.

    $ orderglot product remove AA124
    """
    from orderglot.dialects.orderglot.products import OF_PRODUCTS

    async with hub.book(await hub.seller(seller), tests=True).together() as unit:
        found = await OF_PRODUCTS.get(unit, sku)
        await unit.drop_product(found)
    write_line(f"The product {found.sku} is removed.")


@app.command("list")
@with_book()
async def list_products(
    hub: "Hub",
    q: Annotated[str, value("TEXT", "A SKU, a product code or a title.", flag="--q")] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List the products of a seller, all or those that are called so.

    $ orderglot product list --seller acme
    $ orderglot product list --q aa124
    """
    from orderglot.dialects.orderglot.search import spellings
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller))
    if q:
        demand_text("--q", q)
        products = [*await book.products_called(*spellings(q))]
    else:
        products = [one async for one in lookup.products(book)]
    columns = ("sku", "title", "pack", "price a piece", "pounds", "upc")
    listing(products, columns, _row, as_json=as_json, right=("pack", "pounds"))


def _row(one: "Product") -> tuple[object, ...]:
    return one.sku, one.title, one.pack, tiers_text(one), one.weight, one.upc
