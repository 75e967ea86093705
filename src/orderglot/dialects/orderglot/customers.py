"""Our own operations on customers: a list, and one of them read, added, changed and removed."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity, renamed
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.order import HUB, Reference, is_channel, native
from orderglot.core.ports import Book, UnitOfWork
from orderglot.dialects.orderglot import known_members, record_shapes
from orderglot.dialects.orderglot.record_kinds import Records
from orderglot.dialects.orderglot.records import operations
from orderglot.dialects.orderglot.tables import CUSTOMERS, NAME
from orderglot.wire import json
from orderglot.wire.aip160 import asked_of
from orderglot.wire.form import Form
from orderglot.wire.values import write_number

_NAMED = re.compile(r"[a-z][a-z0-9_]*(@\S+)?")
_WIDEST = 10
"""So many digits has a hub's id at most."""


def _shown(customer: Customer, caller: Caller) -> Customer:
    """Give a customer as a caller may see it: without ids of channels and extras, where it is his own."""
    if caller.customer is None:
        return customer
    own = tuple(one for one in customer.references if not is_channel(one.dialect))
    return replace(customer, references=own, extras={})


def _document(customer: Customer) -> dict[str, Any]:
    """Write a customer by the id that our own clients know."""
    others = tuple(one for one in customer.references if one.dialect != NAME)
    document: dict[str, Any] = json.read(json.write(replace(customer, references=others)))
    return {**document, "id": write_number(native(identity(customer), NAME))}


def _with_reference(form: Form) -> Form:
    """Put the id in another book among the references, where it may be any text."""
    if not form.has("id"):
        return form
    own = {"dialect": NAME, "id": form.text("id", exact=True)}
    members = {**form.members, "id": None, "references": [own]}
    return Form(members, form.path, form.problems, known=form.known)


async def _behind(book: Book, after: str, limit: int) -> tuple[Customer, ...]:
    if after and not (after.isascii() and after.isdecimal() and len(after) <= _WIDEST):
        raise invalid("after", Rule.MALFORMED, "This is not the `next` of an earlier page.")
    return await book.customers(int(after or 0), limit)


async def _called(book: Book, names: tuple[str, ...]) -> tuple[Customer, ...]:
    found = {one.id: one for one in await book.customers_called(*names)}
    for name in names:
        try:
            one = await book.customer(Reference(NAME, name))
        except NotFound:
            continue
        found[one.id] = one
    if book.caller.customer is None:
        return tuple(found.values())
    # Nobody finds himself by what only the seller knows of him.
    return tuple(one for one in found.values() if not {*names}.isdisjoint(_own_names(one)))


def _own_names(one: Customer) -> set[str]:
    company = one.bill_to.company if one.bill_to else ""
    ids = {ref.id for ref in one.references if not is_channel(ref.dialect)}
    return {one.number, one.name, one.last_name, one.email, company, str(one.id), *ids}


async def _get(book: Book, id: str) -> Customer:
    return await book.customer(Reference(NAME, id))


async def _add(unit: UnitOfWork, new: Customer) -> Customer:
    named = new.name or f"{new.first_name} {new.last_name}".strip()
    currency = new.currency or (await unit.seller()).currency
    return await unit.keep_customer(replace(new, name=named, currency=currency))


async def _keep(unit: UnitOfWork, found: Customer, new: Customer) -> Customer:
    own = tuple(one for one in found.references if one.dialect == NAME)
    changed = replace(new, id=found.id, version=found.version, created=found.created)
    return await unit.keep_customer(renamed(found, changed, (*own, *new.references)))


async def _drop(unit: UnitOfWork, found: Customer) -> None:
    await unit.drop_customer(found)


def _check(form: Form, one: Customer) -> None:
    if not one.number:
        form.refuse("number", Rule.REQUIRED, "Say your own number of the customer.")
    for at, ref in enumerate(one.references, 1):
        if not _NAMED.fullmatch(ref.dialect) or ref.dialect == HUB or not ref.id:
            reason = "Name a dialect or channel, such as kole or kole@wholesaler, and the id there."
            form.refuse(f"references[{at}]", Rule.MALFORMED, reason)


FIELDS = asked_of("A customer", Customer, {"company": "bill_to.company"})

OF_CUSTOMERS = Records(
    name="customers",
    one="customer",
    path=CUSTOMERS,
    key="id",
    kind=Customer,
    shape=record_shapes.Customer,
    page=record_shapes.Customers,
    new=record_shapes.NewCustomer,
    change=record_shapes.ChangedCustomer,
    shown=_shown,
    document=_document,
    key_of=lambda one: f"{one.id:0{_WIDEST}}",
    behind=_behind,
    fields=FIELDS,
    called=_called,
    get=_get,
    add=_add,
    keep=_keep,
    drop=_drop,
    check=_check,
    known=known_members.CUSTOMER,
    writable=known_members.CHANGED_CUSTOMER,
    wire=_with_reference,
)

CUSTOMER_OPERATIONS = operations(OF_CUSTOMERS)
