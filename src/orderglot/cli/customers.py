"""``orderglot customer``: who buys from a seller."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli import customer_erase, customer_items
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
from orderglot.cli.selecting import demand_text

if TYPE_CHECKING:
    from orderglot.core.customer import Customer
    from orderglot.core.order import Reference
    from orderglot.hub.opening import Hub

app = group("Customers: who buys from a seller.")
app.add_typer(customer_items.app, name="items")
app.command("erase")(customer_erase.erase)


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
    number: Annotated[str | None, value("NUMBER", "The seller's own number.")] = None,
    name: Annotated[str | None, typer.Option(help="The company, or the person.")] = None,
    first_name: Annotated[str | None, typer.Option(help="Whom to write to.")] = None,
    last_name: Annotated[str | None, typer.Option(help="Whom to write to.")] = None,
    email: Annotated[str | None, typer.Option(help="Where to write to.")] = None,
    phone: Annotated[str | None, typer.Option(help="Where to call.")] = None,
    tax_id: Annotated[str | None, typer.Option(help="Their number with the tax office.")] = None,
    tax_exempt: Annotated[
        bool | None, typer.Option("--tax-exempt/--taxed", help="Whether they pay sales tax.")
    ] = None,
    bill_to: PostalAddress = "",
    payment_method: Annotated[
        list[str] | None, value("HOW", "As with add; in the place of those there are.")
    ] = None,
    shipping_account: Annotated[
        list[str] | None, value("CARRIER=NUMBER", "In the place of those there are.")
    ] = None,
    known_as: KnownAs = None,
    extra: Extras = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Change what is on record of a customer; what is not named stays, and "" takes it out.

    Orders know a customer by the new number at once; their addresses stay. An id that clients
    have seen stays as it is.

    $ orderglot customer change C1 --email orders@shop.example --phone ""
    $ orderglot customer change C1 --known-as kodaris@wholesaler=4711
    $ orderglot customer change C1 --extra adobe.minimumCommit=30
    """
    from msgspec.structs import replace

    from orderglot.cli import flags
    from orderglot.hub import lookup

    texts = {"name": name, "first_name": first_name, "last_name": last_name, "email": email}
    texts |= {"number": number, "phone": phone, "tax_id": tax_id}
    given = _given(texts, tax_exempt, payment_method, shipping_account)
    ids, extras = flags.read_known_as(known_as), flags.read_extras("customer", extra)
    if not (given or bill_to or ids or extras):
        raise Misused(
            "say what is to be changed, such as --email orders@shop.example or --known-as kole=X00001."
        )
    book = hub.book(await hub.seller(seller), tests=True)
    async with book.together() as unit:
        found = await lookup.find_customer(unit, customer)
        new = replace(found, **given, extras={**found.extras, **extras})
        if bill_to:
            named = {
                one: getattr(new, one) for one in ("first_name", "last_name", "email", "phone")
            }
            new = replace(new, bill_to=flags.read_address(bill_to, company=new.name, **named))
        changed = await unit.keep_customer(_known_as(found, new, ids))
    if as_json:
        return write_json(changed)
    fields = (*given, *(("bill_to",) if bill_to else ()))
    return _tell(changed, ids, extras, fields)


def _given(
    texts: dict[str, str | None],
    tax_exempt: bool | None,
    methods: list[str] | None,
    accounts: list[str] | None,
) -> dict[str, Any]:
    """Give what flags say of a customer, by the names that the record has for it."""
    from orderglot.cli import flags

    given: dict[str, Any] = {field: text for field, text in texts.items() if text is not None}
    if "number" in given:
        flags.read_name("--number", given["number"])
    if tax_exempt is not None:
        given["tax_exempt"] = tax_exempt
    if methods is not None:
        given["payment_methods"] = flags.read_methods(methods)
    if accounts is not None:
        given["shipping_accounts"] = flags.read_accounts(accounts)
    return given


def _tell(
    changed: "Customer",
    ids: "tuple[Reference, ...]",
    extras: dict[str, Any],
    fields: tuple[str, ...],
) -> None:
    if ids:
        write_line(f"Customer {changed.number or changed.id} is known as {known_as_text(changed)}.")
    if extras:
        write_line(f"Customer {changed.number or changed.id} has {', '.join(extras)}.")
    if fields:
        words = ", ".join(field.replace("_", " ") for field in fields)
        write_line(f"Changed of customer {changed.number or changed.id}: {words}.")


def _known_as(
    found: "Customer", customer: "Customer", given: "tuple[Reference, ...]"
) -> "Customer":
    """Give a customer ids beside those they have; raises Conflict where clients know another one."""
    from orderglot.core.customer import renamed

    named = {one.dialect for one in given}
    left = tuple(one for one in found.references if one.dialect not in named)
    return renamed(found, customer, (*left, *given))


@app.command("remove")
@with_book()
async def remove(hub: "Hub", customer: WhichCustomer, seller: SellerName = None) -> None:
    """Remove a customer of whom there is nothing in the book: no order, key or item number.

    $ orderglot customer remove C1
    """
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller), tests=True)
    async with book.together() as unit:
        found = await lookup.find_customer(unit, customer)
        await unit.drop_customer(found)
    write_line(f"Customer {found.number or found.id} is removed.")


@app.command("list")
@with_book()
async def list_customers(
    hub: "Hub",
    q: Annotated[str, value("TEXT", "A number, a name, a mail address or an id.", flag="--q")] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List the customers of a seller, all or those that are called so.

    $ orderglot customer list --seller acme
    $ orderglot customer list --q "Corner Shop"
    """
    from orderglot.dialects.orderglot.customers import OF_CUSTOMERS
    from orderglot.dialects.orderglot.search import spellings
    from orderglot.hub import lookup

    book = hub.book(await hub.seller(seller))
    if q:
        demand_text("--q", q)
        customers = [*await OF_CUSTOMERS.called(book, spellings(q))]
    else:
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
