"""The shapes of customers and products, and of what a client may say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from orderglot.core import customer as customers
from orderglot.core import product as products
from orderglot.dialects.orderglot.shapes import Address, Limit, Text, shape_of
from orderglot.dialects.orderglot.tables import LONGEST_Q
from orderglot.wire.shape import Shape, description

SETTLED = ("id", "version", "created", "modified", "own_item_numbers")
"""What the hub says of each, and nobody else."""

if TYPE_CHECKING:
    Customer = dict[str, Any]
    Product = dict[str, Any]
else:
    Customer = shape_of(customers.Customer)
    Product = shape_of(products.Product)


def _writable(name: str, kind: Shape, required: str = "") -> Shape:
    """Make the shape of what a client may say of a kind; ``required`` is the one member it must have."""
    shape = shape_of(kind)
    members: list[tuple[str, Any, Any] | tuple[str, Any]] = []
    for one in msgspec.structs.fields(shape):
        if one.name in SETTLED:
            continue
        if one.name == required:
            members.append((one.name, Annotated[Text, Meta(min_length=1)]))
        elif one.name == "bill_to":
            members.append((one.name, Address | None, msgspec.UNSET))
        else:
            members.append((one.name, one.type | None, msgspec.UNSET))
    return msgspec.defstruct(name, members, kw_only=True, omit_defaults=True)


NewCustomer = _writable("NewCustomer", customers.Customer, "number")
"""A new customer; what is left out is not known."""
NewProduct = _writable("NewProduct", products.Product, "sku")
"""A new product."""
ChangedCustomer = _writable("ChangedCustomer", customers.Customer)
"""What of a customer is to be other than it is (RFC 7396)."""
ChangedProduct = _writable("ChangedProduct", products.Product)
"""What of a product is to be other than it is (RFC 7396)."""


class Listing(TypedDict, total=False):
    """Which page of which."""

    filter: Annotated[str, description('Which, in the language of filters: name = "Corner*".')]
    q: Annotated[
        str,
        Meta(max_length=LONGEST_Q),
        description("What a person types: a number, a name, an id."),
    ]
    sort: Annotated[str, description("By what, such as -modified,name.")]
    fields: Annotated[str, description("The members to show, such as name,email.")]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]
    total: Annotated[bool, description("Whether to say how many there are in all.")]


class Customers(TypedDict):
    """A page of customers, by rising id unless sorted; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Customer]
    next: str | None
    total: NotRequired[int]


class Products(TypedDict):
    """A page of products, by rising SKU unless sorted; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Product]
    next: str | None
    total: NotRequired[int]
