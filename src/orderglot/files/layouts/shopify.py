"""Shopify's export of orders: an order over several rows, its amounts on the first alone."""

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import Derived, ShopLayout


def _shipped(word: str, ordered: str) -> str:
    """Give how much of a line went out: of one that went out in part, nobody says it."""
    return {"fulfilled": ordered, "pending": "0", "unfulfilled": "0"}.get(word.strip(), "")


LAYOUT = ShopLayout(
    name="shopify",
    known_by="name, financial status, lineitem quantity, lineitem name, lineitem price",
    columns={
        "order": "name",
        "created": "created at",
        "sku": "lineitem sku",
        "title": "lineitem name",
        "quantity": "lineitem quantity",
        "shipped_quantity": "quantity shipped",
        "price": "lineitem price",
        "line_discount": "lineitem discount",
        "status": "fulfillment status",
        "payment_status": "financial status",
        "cancelled": "cancelled at",
        "currency": "currency",
        "discount": "discount amount",
        "discount_code": "discount code",
        "shipping": "shipping",
        "tax": "taxes",
        "total": "total",
        "refunded": "refunded amount",
        "paid_at": "paid at",
        "payment_method": "payment method",
        "payment_id": "payment reference,payment references,payment id",
        "shipped_at": "fulfilled at",
        "shipping_method": "shipping method",
        "notes": "notes",
        "email": "email",
        "phone": "billing phone,phone",
        "state": "billing province,billing province name",
        "ship_to_state": "shipping province,shipping province name",
    },
    as_text="subtotal, lineitem compare at price, lineitem fulfillment status, outstanding balance,"
    " lineitem requires shipping, lineitem taxable, billing street, shipping street,"
    " billing province name, shipping province name, payment references, payment id, vendor, id,"
    " note attributes",
    derived={
        "quantity shipped": Derived(("lineitem fulfillment status", "lineitem quantity"), _shipped)
    },
    scopes=dict.fromkeys(("discount", "shipping", "tax", "total", "refunded"), Scope.ORDER),
)
