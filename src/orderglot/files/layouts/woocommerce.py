"""WooCommerce's orders as an export with one row an item has them, an order's amounts on each row."""

from html import unescape

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import Derived, ShopLayout


def _difference(ordered: str, left: str) -> str:
    """Give how much less is left of what was ordered, nothing where that is not known."""
    whole = ordered.strip().isdecimal() and left.strip().isdecimal()
    return str(int(ordered) - int(left)) if whole else ""


LAYOUT = ShopLayout(
    name="woocommerce",
    known_by="order number, order status, item cost, order total amount",
    columns={
        "order": "order number",
        "created": "order date",
        "status": "order status",
        "notes": "customer note",
        "sku": "sku",
        "title": "name,item name",
        "quantity": "quantity,quantity (- refund)",
        "returned_quantity": "quantity refunded",
        "price": "item cost",
        "amount": "",
        "line_tax": "order line tax",
        "line_discount": "discount amount",
        "line_discount_code": "coupon code",
        "line_refunded": "order line total refunded",
        "discount": "cart discount amount",
        "discount_code": "coupons used",
        "shipping": "order shipping amount",
        "tax": "order total tax amount,order tax amount",
        "total": "order total amount",
        "refunded": "order refund amount",
        "currency": "order currency,currency",
        "payment_method": "payment method title",
    },
    as_text="item #, quantity (- refund), order line (w/o tax), order line total,"
    " order line total (- refund), discount amount tax, order subtotal amount, order tax amount,"
    " total items, total products, image url, product variation",
    scopes=dict.fromkeys(("discount", "shipping", "tax", "total", "refunded"), Scope.ORDER),
    prices_include_tax=False,
    cleaned={"name": unescape, "item name": unescape, "product variation": unescape},
    derived={"quantity refunded": Derived(("quantity", "quantity (- refund)"), _difference)},
)
