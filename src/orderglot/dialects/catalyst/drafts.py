"""What is sent of an order on Catalyst's wire: all of a new one, or some fields of one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Line, Order
from orderglot.dialects.catalyst import known_members
from orderglot.dialects.catalyst.fields import by_name
from orderglot.dialects.catalyst.items import read_items
from orderglot.dialects.catalyst.orders import NO_SITE
from orderglot.dialects.catalyst.settings import ShippingOption, Site, row_of
from orderglot.dialects.catalyst.values import put
from orderglot.dialects.catalyst.wire import take, write_draft
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request
from orderglot.wire.shape import LONGEST

ITEMS = "items"


class Draft(Struct, frozen=True):
    """What was sent of an order: all of a new one, or some fields of one that is there."""

    members: Mapping[str, Any]
    site: str = ""
    id: str = ""


def draft_of(order: Order) -> Draft:
    """Make what a client sends of a new order."""
    return Draft(write_draft(order, NO_SITE))


def read_draft(request: Request, _caller: Caller) -> Draft:
    """Read what was sent; raises Invalid where it is no JSON object."""
    body = json.read_sent(request.body)
    if not isinstance(body, Mapping):
        raise invalid("body", Rule.MALFORMED, "An order is sent as a JSON object of its fields.")
    return Draft(body, request.params["site"], request.params.get("order", ""))


def taken(order: Order, draft: Draft, site: Site) -> Order:
    """Put what was sent into an order; raises Invalid with all that is wrong with it."""
    form = Form(draft.members, known=known_members.SENT)
    changed = take(order, form, site)
    _refuse_what_is_lost(form, is_new=not draft.id)
    form.check()
    option = changed.shipping.option
    return _shipped(changed, site) if option and option != order.shipping.option else changed


def _refuse_what_is_lost(form: Form, *, is_new: bool) -> None:
    """Refuse each member of a request of which nothing could be kept, and items of no new order."""
    if not is_new and form.has(ITEMS):
        form.refuse(ITEMS, Rule.UNEXPECTED, "Put items in by POST to the order's products.")
    if not is_new and not form.members:
        form.refuse("", Rule.REQUIRED, "Say at least one field of the order.")
    if any(_is_kept(name) for name in form.members):
        return
    for name in map(str, form.members):
        if name.lower() in by_name():
            form.refuse(name, Rule.READ_ONLY, "This is not a client's to say.")
        else:
            form.refuse(name, Rule.UNEXPECTED, "An order has no such field to be set.")


def _is_kept(name: str) -> bool:
    member = by_name().get(str(name).lower())
    return name == ITEMS or (member is not None and not member.own)


def _shipped(order: Order, site: Site) -> Order:
    """Let a shipping option of the site say how an order is shipped and for how much."""
    number = by_name()["shippingoptionid"].show(order, site)
    option = row_of(site.shipping_options, number)
    if not isinstance(option, ShippingOption):
        return order
    order = put(order, "shipping.method", option.description)
    if option.price is not None:
        order = put(order, "totals.shipping", option.price)
    return put(order, "shipping.tax_rate", option.tax_rate)


def items_of(draft: Draft) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Read the items that stand in a new order, which spares the client to add them afterwards."""
    form = Form(draft.members, longest=LONGEST, known=known_members.SENT)
    found = read_items(form.each(ITEMS))
    form.check()
    return found
