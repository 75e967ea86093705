"""``orderglot key``: who may come in, and how."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import sheet, table, write_json, write_line, write_notice

if TYPE_CHECKING:
    from datetime import datetime

    from orderglot.core.keyring import KeyRecord, MadeKey
    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub

app = group("Keys: who may come in, and how.")

Expires = Annotated[
    str,
    value("90d|DATE", "Until when it is good: a time from now, or a day.", "for good"),
]
Grace = Annotated[str, value("TIME", "For how long the old secret lets in: 12h, 7d, 0.")]
Operators = Annotated[bool, switch("--operator", "Those that stand above the sellers.")]

Which = Annotated[str, argument("DIALECT:ID", "As 'key list' shows it.")]


@app.command("add")
@with_book(create="operator")
async def add(
    hub: "Hub",
    dialect: Annotated[
        str | None, argument("[DIALECT]", "For which vendor's API; --dialect says the same.")
    ] = None,
    named: Annotated[str | None, value("NAME", "For which vendor's API.", flag="--dialect")] = None,
    customer: Annotated[
        str | None, value("CUSTOMER", "A partner's: it sees this customer's orders alone.")
    ] = None,
    everybody: Annotated[
        bool, switch("--everybody", "Your own: it sees every customer's orders.")
    ] = False,
    operator: Annotated[
        bool, switch("--operator", "Above the sellers: it adds them, and acts for each.")
    ] = False,
    may: Annotated[
        str, value("RIGHTS", "Of read, create, change, admin.", "read,create,change")
    ] = "",
    read_only: Annotated[
        bool, switch("--read-only", "It may not create or change orders.")
    ] = False,
    live: Annotated[bool, switch("--live", "Its orders are real ones from the start.")] = False,
    expires: Expires = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this one time.

    A key for a partner names the customer that the partner is here. A new key is in test mode: its
    orders are answered as usual and kept apart. See 'key live'.

    $ orderglot key add kole --customer C1
    $ orderglot key add kole --everybody --read-only --live --expires 90d --json
    $ orderglot key add orderglot --everybody --may read,admin --live
    $ orderglot key add orderglot --operator
    """
    from orderglot.core.caller import Caller
    from orderglot.hub import lookup
    from orderglot.hub.keys import shown

    name = _dialect(dialect, named, operator=operator)
    if operator:
        _refuse_beside_operator(customer, seller, may, everybody=everybody, read_only=read_only)
        until = _expiry(hub, expires, "")
        made = await hub.administration.make_operator(until)
    else:
        whom = _whose(customer, everybody=everybody)
        rights = _rights(may, read_only=read_only)
        owner = await hub.seller(seller)
        whose = await lookup.find_customer(hub.book(owner), whom) if whom else None
        caller = Caller(
            seller=owner.id, customer=whose.id if whose else None, test=not live, may=rights
        )
        until = _expiry(hub, expires, owner.timezone)
        made = await hub.administration.make_key(name, caller, until)
    _show_secret(made, shown(made), as_json=as_json)
    if not live and not operator and not as_json:
        write_notice(
            f"It is in test mode. Move it to production with: orderglot key live {made.record.name}"
        )


def _show_secret(made: "MadeKey", parts: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        return write_json(parts)
    sheet(parts.items())
    name = made.record.name
    write_notice(f"This is the only time that it is shown. End it with: orderglot key end {name}")
    return None


def _dialect(dialect: str | None, named: str | None, *, operator: bool) -> str:
    """Give the dialect that a key is for; raises Misused where it is said twice or not at all."""
    from orderglot.cli.command import Misused
    from orderglot.core.order import HUB

    name = dialect or named or (HUB if operator else "")
    if not name:
        raise Misused("say for which vendor's API the key is: orderglot key add kole.")
    if dialect and named and dialect != named:
        raise Misused(f"{dialect} and --dialect {named}: a key is for one vendor's API.")
    if operator and name != HUB:
        raise Misused(f"--operator: no vendor's API takes an operator's key; leave {name} out.")
    return name


def _refuse_beside_operator(
    customer: str | None, seller: str | None, may: str, *, everybody: bool, read_only: bool
) -> None:
    from orderglot.cli.command import Misused

    if customer is not None or seller or may or everybody or read_only:
        raise Misused("--operator: such a key may everything for every seller; say nothing else.")


def _rights(may: str, *, read_only: bool) -> frozenset[str]:
    """Give the rights that a key is to have; raises Misused where they are said in two ways."""
    from orderglot.cli.command import Misused
    from orderglot.core.caller import EVERY_RIGHT, READ, RIGHTS

    if may and read_only:
        raise Misused("--may and --read-only: give one of them alone.")
    if not may:
        return frozenset({READ}) if read_only else RIGHTS
    rights = frozenset(word.strip().lower() for word in may.split(","))
    if unknown := sorted(rights - EVERY_RIGHT):
        known = ", ".join(sorted(EVERY_RIGHT))
        raise Misused(f"--may: {unknown[0]!r} is no right; there are {known}.")
    return rights


def _expiry(hub: "Hub", text: str, timezone: str) -> "datetime | None":
    from orderglot.core.expiry import read_expiry
    from orderglot.core.time_zones import zone_of

    if not text:
        return None
    return read_expiry("--expires", text, hub.store.now(), zone_of(timezone))


EVERYBODY, OPERATOR = "everybody", "operator"


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
async def list_keys(
    hub: "Hub", operator: Operators = False, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """List the keys of a seller, without their secrets.

    $ orderglot key list --seller acme
    $ orderglot key list --operator
    """
    owner = None if operator else await hub.seller(seller)
    records = await hub.administration.keys(owner.id if owner else 0)
    rows = [await _row(hub, owner, record) for record in records]
    if as_json:
        return write_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    table(COLUMNS, rows)
    return None


COLUMNS = ("key", "customer", "may", "mode", "since", "ended", "expires", "used", "old_until")


async def _row(hub: "Hub", owner: "Seller | None", record: "KeyRecord") -> tuple[object, ...]:
    from orderglot.core.errors import NotFound
    from orderglot.core.order import by_hub_id

    key, caller = record.key, record.key.caller
    whose = EVERYBODY if owner else OPERATOR
    if owner and caller.customer is not None:
        whose = str(caller.customer)
        # A key that has ended is still listed when its customer is removed.
        with suppress(NotFound):
            customer = await hub.book(owner).customer(by_hub_id(caller.customer))
            whose = customer.number or whose
    return (
        record.name,
        whose,
        ", ".join(sorted(caller.may)),
        "test" if caller.test else "live",
        key.created.date(),
        key.ended and key.ended.date(),
        key.expires and key.expires.date(),
        record.used and record.used.replace(microsecond=0),
        record.former_until and record.former_until.date(),
    )


@app.command("show")
@with_book()
async def show(hub: "Hub", key: Which, seller: SellerName = None, as_json: AsJson = False) -> None:
    """Show a key, without its secret: what it may do, until when, and when it was used last.

    $ orderglot key show kole:X12345
    """
    owner = await _owner(hub, key, seller)
    record = await hub.administration.key(owner.id if owner else 0, key)
    row = await _row(hub, owner, record)
    if as_json:
        return write_json(dict(zip(COLUMNS, row, strict=True)))
    return sheet(zip(COLUMNS, row, strict=True))


@app.command("end")
@with_book()
async def end(hub: "Hub", key: Which, seller: SellerName = None, as_json: AsJson = False) -> None:
    """End a key: nobody comes in with it any more.

    $ orderglot key end kole:X12345
    """
    owner = await _owner(hub, key, seller)
    record = await hub.administration.end_key(owner.id if owner else 0, key)
    if as_json:
        return write_json({"key": record.name, "ended": record.key.ended})
    return write_line(f"Ended the key {key}.")


@app.command("live")
@with_book()
async def live(hub: "Hub", key: Which, seller: SellerName = None, as_json: AsJson = False) -> None:
    """Move a key from test mode to production: its orders are real ones from now on.

    $ orderglot key live kole:X12345
    """
    owner = await _owner(hub, key, seller)
    record = await hub.administration.set_live(owner.id if owner else 0, key)
    if as_json:
        return write_json({"key": record.name, "mode": "live"})
    return write_line(f"The key {key} is live.")


@app.command("roll")
@with_book()
async def roll(
    hub: "Hub",
    key: Which,
    grace: Grace = "7d",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret and show it, this one time; the old one lets in for a while.

    With --grace 0 the old one is over at once, and so is what its holder got by logging in.

    $ orderglot key roll kole:X12345
    $ orderglot key roll kole:X12345 --grace 0 --json
    """
    from orderglot.core.administration import LONGEST_GRACE
    from orderglot.core.expiry import read_span
    from orderglot.hub.keys import shown

    span = read_span("--grace", grace, LONGEST_GRACE)
    owner = await _owner(hub, key, seller)
    made = await hub.administration.roll_key(owner.id if owner else 0, key, span)
    _show_secret(made, shown(made), as_json=as_json)
    if not as_json and span:
        write_notice(
            f"The secret from before lets in until {made.record.former_until:%Y-%m-%d %H:%M} UTC."
        )


async def _owner(hub: "Hub", key: str, seller: str | None) -> "Seller | None":
    """Give the seller whose key it is, None of an operator's; raises Misused where it is no name of a key."""
    from orderglot.cli.command import Misused
    from orderglot.stores.operators import is_operators

    dialect, colon, id = key.partition(":")
    if not colon or not dialect or not id:
        raise Misused(f"{key!r} is not a key like kole:X12345; see 'orderglot key list'.")
    return None if is_operators(dialect, id) else await hub.seller(seller)
