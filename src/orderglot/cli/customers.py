"""``orderglot customer``: who buys from a seller."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli import customer_items
from orderglot.cli.command import (
    AsJson,
    Extras,
    KnownAs,
    Misused,
    PostalAddress,
    SellerName,
    WhichCustomer,
    group,
    with_book,
)
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import address_text, known_as_text, listing, sheet, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.customer import Customer
    from orderglot.core.order import Reference
    from orderglot.hub.opening import Hub

app = group("Customers: who buys from a seller.")
app.add_typer(customer_items.app, name="items")


@app.command("add")
@with_book()
async def add(
    hub: "Hub",
    number: Annotated[str, argument("NUMBER", "The seller's own number.")],
    name: Annotated[str, typer.Option(help="The company, or the person.")] = "",
    first_name: Annotated[str, typer.Option(help="Whom to write to.")] = "",
    last_name: Annotated[str, typer.Option(help="Whom to write to.")] = "",
    email: Annotated[str, typer.Option(help="Where to write to.")] = "",
    phone: Annotated[str, typer.Option(help="Where to call.")] = "",
    tax_id: Annotated[str, typer.Option(help="Their number with the tax office.")] = "",
    tax_exempt: Annotated[bool, switch("--tax-exempt", "Pays no sales tax.")] = False,
    bill_to: PostalAddress = "",
    payment_method: Annotated[
        list[str] | None,
        value("HOW", "card, check, cash, transfer, debit or account; may be repeated."),
    ] = None,
    shipping_account: Annotated[
        list[str] | None, value("CARRIER=NUMBER", "An account of theirs; may be repeated.")
    ] = None,
    known_as: KnownAs = None,
    extra: Extras = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    r"""Add a customer.

    To place orders, some dialects demand a billing address, a way to pay and a shipping account.

    $ orderglot customer add C1 --name "Corner Shop" \
        --bill-to "24 Main St, Carson, CA 90745, US" \
        --payment-method card --shipping-account UPS=000000
    """
    from orderglot.cli import flags
    from orderglot.core.customer import Customer

    owner = await hub.seller(seller)
    person: dict[str, Any] = {
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "phone": phone,
    }
    customer = Customer(
        **person,
        number=flags.read_name("NUMBER", number),
        references=flags.read_known_as(known_as),
        name=name or f"{first_name} {last_name}".strip(),
        tax_id=tax_id,
        tax_exempt=tax_exempt,
        currency=owner.currency,
        bill_to=flags.read_address(bill_to, company=name, **person),
        payment_methods=flags.read_methods(payment_method),
        shipping_accounts=flags.read_accounts(shipping_account),
        extras=flags.read_extras("customer", extra),
    )
    added = await hub.book(owner).keep_customer(customer)
    if as_json:
        return write_json(added)
    write_line(f"Added the customer {added.number} of {owner.name}; the hub's id is {added.id}.")
    return None


@app.command("change")
@with_book()
async def change(
    hub: "Hub",
    customer: WhichCustomer,
    known_as: KnownAs = None,
    extra: Extras = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Give a customer the id that a vendor, or a dialect's clients, know them by, or a setting.

    An id that clients have seen stays as it is.

    $ orderglot customer change C1 --known-as kodaris@wholesaler=4711
    $ orderglot customer change C1 --extra adobe.minimumCommit=30
    """
    from msgspec.structs import replace

    from orderglot.cli import flags
    from orderglot.hub import lookup

    given, extras = flags.read_known_as(known_as), flags.read_extras("customer", extra)
    if not given and not extras:
        raise Misused(
            "say --known-as which CHANNEL=ID, such as kodaris@wholesaler=4711, "
            "or --extra which SETTING=JSON."
        )
    book = hub.book(await hub.seller(seller), tests=True)
    async with book.together() as unit:
        found = await lookup.find_customer(unit, customer)
        found = replace(found, extras={**found.extras, **extras})
        changed = await unit.keep_customer(_known_as(found, given))
    if as_json:
        return write_json(changed)
    if given:
        write_line(f"Customer {changed.number or changed.id} is known as {known_as_text(changed)}.")
    if extras:
        write_line(f"Customer {changed.number or changed.id} has {', '.join(extras)}.")
    return None


def _known_as(customer: "Customer", given: "tuple[Reference, ...]") -> "Customer":
    """Give a customer ids; raises Conflict where clients of ours know them by another one."""
    from msgspec.structs import replace

    from orderglot.core.customer import identity
    from orderglot.core.errors import Conflict
    from orderglot.core.order import id_at, is_channel

    for one in given:
        seen = id_at(identity(customer), one.dialect)
        if seen not in ("", one.id) and not is_channel(one.dialect):
            raise Conflict(
                f"Clients of {one.dialect} know customer {customer.number or customer.id} as "
                f"{seen} already; what they were told stays."
            )
    named = {one.dialect for one in given}
    left = tuple(one for one in customer.references if one.dialect not in named)
    return replace(customer, references=(*left, *given))


@app.command("list")
@with_book()
async def list_customers(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List the customers of a seller.

    $ orderglot customer list --seller acme
    """
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller))
    customers = [one async for one in lookup.customers(book)]
    columns = ("id", "number", "name", "country", "known as")
    listing(customers, columns, _row, as_json=as_json)


def _row(one: "Customer") -> tuple[object, ...]:
    return one.id, one.number, one.name, one.bill_to and one.bill_to.country, known_as_text(one)


@app.command("show")
@with_book()
async def show(
    hub: "Hub",
    customer: WhichCustomer,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer and how many orders there are of theirs.

    $ orderglot customer show C1 --seller acme
    $ orderglot customer show kole:X12345
    """
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller), tests=True)
    found = await lookup.find_customer(book, customer)
    orders = await lookup.orders_of(book, found)
    if as_json:
        return write_json({"customer": found, "orders": orders})
    sheet((*_lines(found), ("orders", f"{orders:,}")))
    return None


def _lines(customer: "Customer") -> tuple[tuple[str, object], ...]:
    return (
        ("id", customer.id),
        ("number", customer.number),
        ("known as", known_as_text(customer)),
        ("name", customer.name),
        ("contact", f"{customer.first_name} {customer.last_name}".strip()),
        ("email", customer.email),
        ("phone", customer.phone),
        ("billing address", address_text(customer.bill_to)),
        ("pays by", ", ".join(customer.payment_methods)),
        ("own item numbers", "yes" if customer.own_item_numbers else ""),
        ("ships on", ", ".join(f"{a.carrier} {a.number}" for a in customer.shipping_accounts)),
    )
