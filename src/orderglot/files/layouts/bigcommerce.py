"""BigCommerce's export of orders: one row an order, its lines packed in one of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from orderglot.files.amounts import Scope
from orderglot.files.layouts.packed_lines import PackedLines
from orderglot.files.layouts.shop_layout import Derived, ShopLayout
from orderglot.files.numbers import COMMA, DOT, EITHER, clue, read_digits, taken_apart

_VALUE = re.compile(r"Coupon Value: ([^|]+?)(?=, Coupon |\||\Z)")
_CODE = re.compile(r"Coupon Code: ([^,|]+)")
_LINE_TOTAL = re.compile(r"Product Total Price: ([^|]+?)(?=\s*(?:\||\Z|, Product ))")


def _amount(text: str) -> Decimal:
    """Read an amount of two decimals or none; raises ValueError where it is none."""
    digits = taken_apart(text.strip()).digits
    mark = clue(digits) or DOT
    return read_digits(digits, (COMMA if DOT in digits else DOT) if mark == EITHER else mark)


def _sum(texts: Iterable[str]) -> Decimal:
    return sum(map(_amount, texts), Decimal())


def _registered(customer: str) -> str:
    """Give the number of a customer; a guest has 0, as all of them have."""
    return "" if customer.strip() == "0" else customer


def _codes(coupons: str) -> str:
    return ",".join(_CODE.findall(coupons))


def _with_tax(details: str, inc: str, ex: str) -> str:
    """Tell whether the prices of lines are those with tax: their sum is the one subtotal or the other."""
    try:
        goods, with_it, without = _sum(_LINE_TOTAL.findall(details)), _amount(inc), _amount(ex)
    except ValueError:
        return ""
    if with_it == without:
        return ""
    return "yes" if goods == with_it else "no" if goods == without else ""


def _as_prices(details: str, inc: str, ex: str, cost_inc: str, cost_ex: str) -> str:
    """Give a cost with tax where the prices of lines are with it, else the one without."""
    return cost_inc if _with_tax(details, inc, ex) == "yes" else cost_ex


def _taken_off(coupons: str, subtotal: str, shipping: str, handling: str, total: str) -> str:
    """Give what coupons take off: their values, or what a share comes to by the order's total."""
    if not coupons.strip():
        return "0"
    try:
        if "percent" not in coupons.casefold():
            return str(_sum(_VALUE.findall(coupons)))
        parts = _sum(one for one in (subtotal, shipping, handling) if one.strip())
        return f"{max(parts - _amount(total), Decimal()):.2f}"
    except ValueError:
        return ""


_SUBTOTALS = ("product details", "subtotal (inc tax)", "subtotal (ex tax)")

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
        "prices_include_tax": "prices with tax",
        "tax": "tax total",
        "shipping": "shipping as prices + handling as prices",
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
    " shipping cost (inc tax), shipping cost (ex tax), handling cost (inc tax),"
    " handling cost (ex tax), order total (ex tax), coupon details, total quantity, total shipped,"
    " exchange rate, product details, product id, product variation details, product weight,"
    " order notes",
    scopes=dict.fromkeys(("tax", "shipping", "discount", "total", "refunded"), Scope.ORDER),
    cleaned={"customer id": _registered},
    derived={
        "prices with tax": Derived(_SUBTOTALS, _with_tax),
        "shipping as prices": Derived(
            (*_SUBTOTALS, "shipping cost (inc tax)", "shipping cost (ex tax)"), _as_prices
        ),
        "handling as prices": Derived(
            (*_SUBTOTALS, "handling cost (inc tax)", "handling cost (ex tax)"), _as_prices
        ),
        "coupon code": Derived(("coupon details",), _codes),
        "coupon value": Derived(
            (
                *("coupon details", "subtotal (inc tax)", "shipping cost (inc tax)"),
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
