"""Merging: what an order or customer in the book becomes when its vendor sends it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Overtaken
from orderglot.core.order import Identity, Order, Reference
from orderglot.core.order_details import OrderDetails
from orderglot.core.product import Product
from orderglot.stores.identities import goes_by, has_id_of


def outdated(kept: Order, incoming: Order) -> bool:
    """Tell whether what comes in is older than what is there."""
    return (
        incoming.modified is not None
        and kept.modified is not None
        and incoming.modified < kept.modified
    )


def names_of(order: Order) -> tuple[object, ...]:
    """Give what an order is known by, and whom and what it names."""
    return order.number, order.references, order.customer, order.links


def merged(kept: Order, incoming: Order) -> Order:
    """Put what comes in on top of what is there, which keeps what the sender cannot know.

    That is the hub's id, whether it is a test and was deleted here, the seller's number, the
    customer, the links and the requests to cancel where none come, and the references and extras of
    other dialects.
    """
    return replace(
        incoming,
        id=kept.id,
        version=kept.version,
        test=kept.test,
        number=incoming.number or kept.number,
        references=with_references(kept.references, incoming.references),
        customer=incoming.customer or kept.customer,
        links=incoming.links or kept.links,
        created=incoming.created or kept.created,
        modified=incoming.modified or kept.modified,
        deleted=incoming.deleted or kept.deleted,
        details=_with_cancellations(kept.details, incoming.details),
        extras=_with_extras(kept, incoming),
        unknown=incoming.unknown or kept.unknown,
    )


def _with_cancellations(
    kept: OrderDetails | None, incoming: OrderDetails | None
) -> OrderDetails | None:
    if kept is None or not kept.cancellations or (incoming and incoming.cancellations):
        return incoming
    return replace(incoming or OrderDetails(), cancellations=kept.cancellations)


def with_references(
    kept: tuple[Reference, ...], incoming: tuple[Reference, ...]
) -> tuple[Reference, ...]:
    """Replace the references of the dialects that come in, keeping the others and the order."""
    dialects = {ref.dialect for ref in incoming}
    staying = tuple(ref for ref in kept if ref.dialect not in dialects or ref in incoming)
    return staying + tuple(ref for ref in incoming if ref not in staying)


def _with_extras(kept: Order, incoming: Order) -> dict[str, Any]:
    dialects = {ref.dialect for ref in incoming.references}
    staying = {k: v for k, v in kept.extras.items() if k.partition(".")[0] not in dialects}
    return {**staying, **incoming.extras}


def introduced(customer: Customer, named: Identity) -> Customer:
    """Give a customer the references that an order brings, in dialects where there was none."""
    if named.references == customer.references:
        return customer
    new = tuple(
        ref
        for ref in named.references
        if not has_id_of(customer, ref.dialect) and not goes_by(customer, ref)
    )
    return replace(customer, references=customer.references + new) if new else customer


def new_customer(named: Identity, order: Order, id: int, now: datetime) -> Customer:
    """Make a customer out of what an order says of them."""
    bill_to = order.bill_to
    customer = Customer(
        id=id,
        version=1,
        number=named.number,
        references=named.references,
        currency=order.currency,
        created=now,
        modified=now,
    )
    if bill_to is None:
        return customer
    return replace(
        customer,
        name=bill_to.company or f"{bill_to.first_name} {bill_to.last_name}".strip(),
        first_name=bill_to.first_name,
        last_name=bill_to.last_name,
        email=bill_to.email,
        phone=bill_to.phone,
        bill_to=bill_to,
    )


def nameless(named: Identity) -> bool:
    """Tell whether an identity names nobody."""
    return not (named.id or named.number or named.references)


def demand_version(new: Customer | Product, kept: Customer | Product) -> None:
    """Raise Overtaken unless a change was made from the version that is there."""
    if new.version not in (0, kept.version):
        raise Overtaken(
            f"Version {kept.version} is here by now, not {new.version}; "
            "read it again and repeat the change."
        )
