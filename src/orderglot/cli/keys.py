"""``orderglot key``: who may come in, and how."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import sheet, table, write_json, write_line, write_notice

if TYPE_CHECKING:
    from orderglot.core.keyring import Credential
    from orderglot.core.ports import Book
    from orderglot.hub.opening import Hub

app = group("Keys: who may come in, and how.")

Which = Annotated[str, argument("DIALECT:ID", "As 'key list' shows it.")]


@app.command("add")
@with_book()
async def add(
    hub: "Hub",
    dialect: Annotated[str, value("NAME", "For which vendor's API.")],
    customer: Annotated[
        str | None, value("CUSTOMER", "A partner's: it sees this customer's orders alone.")
    ] = None,
    everybody: Annotated[
        bool, switch("--everybody", "Your own: it sees every customer's orders.")
    ] = False,
    read_only: Annotated[
        bool, switch("--read-only", "It may not create or change orders.")
    ] = False,
    live: Annotated[bool, switch("--live", "Its orders are real ones from the start.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this one time.

    A key for a partner names the customer that the partner is here. A new key is in test mode: its
    orders are answered as usual and kept apart. See 'key live'.

    $ orderglot key add --dialect kole --customer C1
    $ orderglot key add --dialect kole --everybody --read-only --live --json
    """
    from orderglot.core.caller import READ, RIGHTS, Caller
    from orderglot.hub import lookup
    from orderglot.hub.keys import new_key

    named = _whose(customer, everybody=everybody)
    owner = await hub.seller(seller)
    whose = await lookup.find_customer(hub.book(owner), named) if named else None
    caller = Caller(
        seller=owner.id,
        customer=whose.id if whose else None,
        test=not live,
        may=frozenset({READ}) if read_only else RIGHTS,
    )
    name, shown = await new_key(hub.store.keyring, dialect, caller)
    if as_json:
        return write_json(shown)
    sheet(shown.items())
    write_notice(f"This is the only time that it is shown. End it with: orderglot key end {name}")
    if not live:
        write_notice(f"It is in test mode. Move it to production with: orderglot key live {name}")
    return None


EVERYBODY = "everybody"


def _whose(customer: str | None, *, everybody: bool) -> str:
    """Give the customer whose orders a key is to see, "" for everybody's; raises Misused."""
    from orderglot.cli.command import Misused
    from orderglot.cli.prompts import prompt

    if everybody and customer is not None:
        raise Misused("--customer and --everybody: a key sees one customer's orders or all.")
    if everybody:
        return ""
    if customer is None:
        question = f"Whose orders may it see? A customer's number, or {EVERYBODY!r}"
        otherwise = (
            "say whose orders the key sees: --customer CUSTOMER for a partner, or --everybody."
        )
        answer = prompt(question, otherwise)
        return "" if answer == EVERYBODY else answer
    if not customer.strip():
        raise Misused("--customer: name the customer, or say --everybody.")
    return customer


@app.command("list")
@with_book()
async def list_keys(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List the keys of a seller, without their secrets.

    $ orderglot key list --seller acme
    """
    owner = await hub.seller(seller)
    book = hub.book(owner)
    keys = [key for key in await hub.store.keyring.credentials(owner.id) if key.kind == "key"]
    rows = [await _row(book, key) for key in keys]
    if as_json:
        return write_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    table(COLUMNS, rows)
    return None


COLUMNS = ("key", "customer", "may", "mode", "since", "ended")


async def _row(book: "Book", key: "Credential") -> tuple[object, ...]:
    from orderglot.core.order import by_hub_id

    caller, whose = key.caller, EVERYBODY
    if caller.customer is not None:
        customer = await book.customer(by_hub_id(caller.customer))
        whose = customer.number or str(customer.id)
    return (
        f"{key.dialect}:{key.id}",
        whose,
        ", ".join(sorted(caller.may)),
        "test" if caller.test else "live",
        key.created.date(),
        key.ended and key.ended.date(),
    )


@app.command("end")
@with_book()
async def end(hub: "Hub", key: Which, seller: SellerName = None) -> None:
    """End a key: nobody comes in with it any more.

    $ orderglot key end kole:X12345
    """
    await hub.store.keyring.end_key(*await _whose_key(hub, key, seller))
    write_line(f"Ended the key {key}.")


@app.command("live")
@with_book()
async def live(hub: "Hub", key: Which, seller: SellerName = None) -> None:
    """Move a key from test mode to production: its orders are real ones from now on.

    $ orderglot key live kole:X12345
    """
    await hub.store.keyring.set_live(*await _whose_key(hub, key, seller))
    write_line(f"The key {key} is live.")


async def _whose_key(hub: "Hub", key: str, seller: str | None) -> tuple[int, str, str]:
    """Give the id of the seller whose key it is, the key's dialect and its id."""
    from orderglot.cli.command import Misused

    owner = await hub.seller(seller)
    dialect, colon, id = key.partition(":")
    if not colon or not dialect or not id:
        raise Misused(f"{key!r} is not a key like kole:X12345; see 'orderglot key list'.")
    return owner.id, dialect, id
