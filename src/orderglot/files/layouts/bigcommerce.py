"""BigCommerce's export of orders: one row an order, its lines packed in one of its columns."""

import re
from decimal import Decimal, InvalidOperation

from orderglot.files.amounts import Scope
from orderglot.files.layouts.packed_lines import PackedLines
from orderglot.files.layouts.shop_layout import Derived, ShopLayout

_VALUE = re.compile(r"Coupon Value: ([0-9.]+)")
_CODE = re.compile(r"Coupon Code: ([^,|]+)")


def _codes(coupons: str) -> str:
    return ",".join(_CODE.findall(coupons))


def _taken_off(coupons: str, subtotal: str, shipping: str, handling: str, total: str) -> str:
    """Give what coupons take off: their values, or what a share comes to by the order's total."""
    if not coupons.strip():
        return "0"
    try:
        if "percent" not in coupons.casefold():
            return str(sum(map(Decimal, _VALUE.findall(coupons)), Decimal()))
        parts = sum(map(Decimal, (subtotal, shipping, handling)), Decimal())
        return str(max(parts - Decimal(total), Decimal()))
    except InvalidOperation:
        return ""


LAYOUT = ShopLayout(
    name="bigcommerce",
    known_by="order id, order status, order total (inc tax), product details",
    columns={
        "order": "order id",
        "customer": "customer id",
        "created": "order date",
        "status": "order status",
        "sku": "product sku",
        "title": "product name",
        "quantity": "product qty",
        "price": "product unit price",
        "amount": "product total price",
        "currency": "order currency code",
        "tax": "tax total",
        "shipping": "shipping cost (ex tax) + handling cost (ex tax)",
        "discount": "coupon value",
        "discount_code": "coupon code",
        "total": "order total (inc tax)",
        "refunded": "refund amount",
        "payment_method": "payment method",
        "shipping_method": "ship method",
        "shipped_at": "date shipped",
        "notes": "customer message",
        "exchange_rate": "",
        "company": "billing company",
        "full_name": "",
        "email": "billing email,customer email",
        "phone": "billing phone,customer phone",
    },
    as_text="customer name, customer email, customer phone, subtotal (inc tax), subtotal (ex tax),"
    " shipping cost (inc tax), handling cost (inc tax), order total (ex tax), coupon details,"
    " total quantity, total shipped, exchange rate, product details, product id, order notes,"
    " product variation details, product weight",
    scopes=dict.fromkeys(("tax", "shipping", "discount", "total", "refunded"), Scope.ORDER),
    prices_include_tax=False,
    derived={
        "coupon code": Derived(("coupon details",), _codes),
        "coupon value": Derived(
            (
                "coupon details",
                *("subtotal (inc tax)", "shipping cost (inc tax)"),
                *("handling cost (inc tax)", "order total (inc tax)"),
            ),
            _taken_off,
        ),
    },
    reshape=lambda header: PackedLines(
        header,
        column="product details",
        members=(
            *("Product ID", "Product Qty", "Product SKU", "Product Name", "Product Weight"),
            *("Product Variation Details", "Product Unit Price", "Product Total Price"),
        ),
    ),
)
