"""``orderglot product``: what a seller sells, at which price, in which packs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Extras, SellerName, group, with_book
from orderglot.cli.options import argument, value
from orderglot.cli.output import listing, tiers_text, write_json, write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.product import Product
    from orderglot.hub.opening import Hub

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


@app.command("list")
@with_book()
async def list_products(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List the products of a seller.

    $ orderglot product list --seller acme
    """
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller))
    products = [one async for one in lookup.products(book)]
    columns = ("sku", "title", "pack", "price a piece", "pounds", "upc")
    listing(products, columns, _row, as_json=as_json, right=("pack", "pounds"))


def _row(one: "Product") -> tuple[object, ...]:
    return one.sku, one.title, one.pack, tiers_text(one), one.weight, one.upc
