"""Etsy's sold items, without SKUs as a rule, and its sold orders, which are their headers."""

import re

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import ShopLayout

_USER = re.compile(r"\s*\([^()]*\)\s*")


def _without_user(buyer: str) -> str:
    """Give the name of a buyer without the user name in brackets behind it."""
    return _USER.sub("", buyer) if buyer.rstrip().endswith(")") else ""


LAYOUT = ShopLayout(
    name="etsy",
    known_by="sale date, item name, listing id, transaction id, order id",
    columns={
        "order": "order id",
        "created": "sale date",
        "sku": "sku",
        "title": "item name",
        "quantity": "quantity",
        "price": "price",
        "amount": "item total",
        "line_id": "transaction id",
        "currency": "currency",
        "full_name": "buyer",
        "discount": "discount amount",
        "discount_code": "coupon code",
        "shipping": "order shipping",
        "tax": "order sales tax",
        "payment_method": "payment type",
        "paid_at": "date paid",
        "shipped_at": "date shipped",
    },
    as_text="listing id, variations, coupon details, order type, listings type",
    scopes=dict.fromkeys(("discount", "shipping", "tax"), Scope.ROW),
    may_repeat=frozenset(("shipping", "tax")),
    taxed_on_top_in=frozenset(("USD", "CAD")),
    cleaned={"buyer": _without_user},
    shipping_tells=True,
)

ORDERS = ShopLayout(
    name="etsy",
    known_by="order id, buyer user id, number of items, order value, order total",
    columns={
        "order": "order id",
        "created": "sale date",
        "status": "status",
        "discount": "discount amount",
        "discount_code": "coupon code",
        "shipping": "shipping",
        "tax": "sales tax",
        "total": "order total",
        "payment_method": "payment type,payment method",
        "shipped_at": "date shipped",
        "ship_to_full_name": "full name",
        "ship_to_line_1": "street 1",
        "ship_to_line_2": "street 2",
        **dict.fromkeys(("full_name", "first_name", "last_name", "line_1", "line_2"), ""),
    },
    as_text="buyer user id, buyer, first name, last name, number of items, order value, coupon details,"
    " card processing fees, order net, order type",
    shipping_tells=True,
)
