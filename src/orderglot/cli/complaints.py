"""Complaints: why an order was not placed, one a line, each with the command that mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderglot.cli.output import write_item, write_notice
from orderglot.files.sources import FILE

if TYPE_CHECKING:
    from orderglot.core.errors import HubError, Problem
    from orderglot.core.order import Order
    from orderglot.sync.vendor import Vendor

STEPS = ("orderglot ", "--", "[channels.", "same command")
"""What stands in a reason that says already what to type or to set."""

PREFIX = re.compile(r"(?:^|(?<=[.;] ))([A-Za-z_][\w.\[\]]{0,79}): ")
"""Where a vendor whose refusals are one text names a field before what is wrong with it."""

DELIVERED_TO = re.compile(r"ship_?to|delivery", re.IGNORECASE)
"""What stands in the names of a delivery address's members, whoever the vendor is."""

PERSON = ("firstname", "lastname")
PLACE = (
    *("city", "state", "zip", "zipcode", "postalcode", "postcode", "country", "countrycode"),
    *("countryname", "address", "address1", "address2", "line1", "line2", "shipto"),
)
CARRIED = {"carrier": "--carrier CARRIER", "service": "--service SERVICE"}

CUSTOMERS = ("customer", "customerid", "companyid", "entityid")
"""What vendors call the customer of a new order."""


def list_complaints(refusal: HubError, order: Order, vendor: Vendor, seller: str) -> None:
    """Print what speaks against an order, as a list where it is more than one thing."""
    reasons = list(dict.fromkeys(_reason(one, order, vendor, seller) for one in _problems(refusal)))
    if len(reasons) == 1:
        return write_notice(f"orderglot: {reasons[0]}")
    name = order.number or order.id
    title = f"order {name} was not placed with {vendor.dialect.name}"
    write_notice(f"orderglot: {title}, for {len(reasons)} reasons:")
    for one in reasons:
        write_item(one)
    return None


def _problems(refusal: HubError) -> tuple[Problem, ...]:
    """Give the problems of a refusal, out of its text where that is all there is."""
    from orderglot.core.errors import Invalid, Problem, Rule

    if isinstance(refusal, Invalid) and refusal.problems:
        return refusal.problems
    before, *found = PREFIX.split(refusal.message)
    pairs = [("", before)] if before else []
    pairs += zip(found[::2], found[1::2], strict=True)
    return tuple(Problem(field, Rule.MALFORMED, text.strip(" ;")) for field, text in pairs)


def _reason(problem: Problem, order: Order, vendor: Vendor, seller: str) -> str:
    from orderglot.core.errors import sentence

    reasons = sentence(problem).rstrip(".")
    if any(step in problem.reason for step in STEPS):
        return f"{reasons}."
    return f"{reasons}. {_step(problem, order, vendor, seller)}"


def _step(problem: Problem, order: Order, vendor: Vendor, seller: str) -> str:
    """Name the command that mends a problem."""
    name = order.number or order.id
    if flag := _flag(problem.field):
        return f"Say 'orderglot change {name} {flag}'."
    if _plain(problem.field) in CUSTOMERS:
        return _give_id(order, vendor)
    sources = [one.dialect for one in order.references]
    if any(one.partition("@")[0] == FILE for one in sources):
        return f"Mend its row, then say 'orderglot import FILE --seller {seller}'."
    if pulled := [one for one in sources if "@" in one]:
        dialect, _, at = pulled[0].partition("@")
        return f"Mend it there, then say 'orderglot pull {dialect} --at {at}'."
    return f"See 'orderglot show {order.id} --as {vendor.dialect.name}'."


def _give_id(order: Order, vendor: Vendor) -> str:
    """Name what tells a vendor whose order it is."""
    if order.customer is not None:
        name = order.customer.number or order.customer.id
        return f"Say 'orderglot customer change {name} --known-as {vendor.name}=ID'."
    if vendor.dialect.customer:
        return (
            f"Set {vendor.dialect.customer} of [channels.{vendor.channel.name}] in orderglot.toml."
        )
    return f"See 'orderglot show {order.id}'."


def _flag(field: str) -> str:
    """Give the flag of ``orderglot change`` that sets a field, "" where none does."""
    member = _plain(field)
    if member in CARRIED:
        return CARRIED[member]
    if not DELIVERED_TO.search(field):
        return ""
    inside = DELIVERED_TO.sub("", member) if member.startswith("delivery") else member
    if inside in PERSON:
        return "--recipient NAME"
    return "--ship-to ADDRESS" if inside in PLACE else ""


def _plain(field: str) -> str:
    """Give the last part of a field's name, as all vendors would write it."""
    return field.rpartition(".")[2].replace("_", "").lower()
