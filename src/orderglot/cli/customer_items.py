"""``orderglot customer items``: what a customer calls the seller's items."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, WhichCustomer, group, with_book
from orderglot.cli.options import argument
from orderglot.cli.output import listing, write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderglot.core.customer import Customer
    from orderglot.hub.opening import Hub

app = group(
    """Item numbers: what a customer calls the seller's items.

    An order of that customer that is imported, pulled, or placed by Kodaris's API, gets the seller's SKUs
    for them, and keeps the customer's number beside. A number that is an SKU stays one.
    """
)


@app.command("list")
@with_book(reads=True)
async def list_items(
    hub: "Hub", customer: WhichCustomer, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """List a customer's own item numbers, each with the seller's SKU.

    $ orderglot customer items list C1
    """
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller))
    found = await lookup.find_customer(book, customer)
    numbers = await book.item_numbers(found.id)
    rows = [{"theirs": theirs, "ours": ours} for theirs, ours in sorted(numbers.items())]
    listing(rows, ("theirs", "ours"), lambda one: tuple(one.values()), as_json=as_json)


@app.command("set")
@with_book()
async def set_item(
    hub: "Hub",
    customer: WhichCustomer,
    theirs: Annotated[str, argument("THEIRS", "The customer's number.")],
    ours: Annotated[str, argument("OURS", "The SKU of a product of the seller's.")],
    seller: SellerName = None,
) -> None:
    """Say which SKU a customer's number stands for, from now on.

    Orders that are here already stay as they are.

    $ orderglot customer items set C1 4711-B AA124
    """
    found, _ = await _set(hub, seller, customer, {theirs: ours})
    write_line(f"Customer {_name(found)} calls {ours} {theirs}.")


@app.command("import")
@with_book()
async def take(
    hub: "Hub",
    customer: WhichCustomer,
    file: Annotated[Path, argument("FILE", "A CSV with a header line: theirs, ours.")],
    seller: SellerName = None,
) -> None:
    """Say it of all numbers in a CSV file, or of none; those that are not in it stay.

    $ orderglot customer items import C1 numbers.csv
    """
    from orderglot.cli.item_number_csv import read_item_numbers

    numbers = read_item_numbers(file)
    found, changed = await _set(hub, seller, customer, numbers)
    shown = counted(len(numbers), "item number")
    write_line(f"Read {shown} of customer {_name(found)}: {changed:,} new or changed.")


@app.command("remove")
@with_book()
async def remove(
    hub: "Hub",
    customer: WhichCustomer,
    theirs: Annotated[str, argument("THEIRS", "The customer's number.")],
    seller: SellerName = None,
) -> None:
    """Take a number out of a customer's table; orders that came by it stay as they are.

    $ orderglot customer items remove C1 4711-B
    """
    from orderglot.core.customer_items import remove_item_number
    from orderglot.hub import lookup

    async with hub.book(await hub.seller(seller)).together() as unit:
        found = await lookup.find_customer(unit, customer)
        await remove_item_number(unit, found, theirs)
    write_line(f"Removed {theirs} of customer {_name(found)}.")


async def _set(
    hub: "Hub", seller: str | None, customer: str, numbers: "Mapping[str, str]"
) -> "tuple[Customer, int]":
    """Put numbers into a customer's table; gives whose it is and how many were new or changed."""
    from orderglot.core.customer_items import set_item_numbers
    from orderglot.hub import lookup

    async with hub.book(await hub.seller(seller)).together() as unit:
        found = await lookup.find_customer(unit, customer)
        return found, await set_item_numbers(unit, found, numbers)


def _name(customer: "Customer") -> str:
    return customer.number or str(customer.id)
