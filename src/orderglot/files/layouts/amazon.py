"""Amazon's reports: of orders, and of all orders by day; a price in them is the whole line's."""

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import Derived, ShopLayout

_AMOUNTS = {
    "amount": "item-price",
    "price": "",
    "tax": "item-tax + shipping-tax + gift-wrap-tax",
    "shipping": "shipping-price + gift-wrap-price",
    "discount": "item-promotion-discount + ship-promotion-discount",
    "line_discount": "item promotion",
}
_SCOPES = dict.fromkeys(("tax", "shipping", "discount"), Scope.ROW)
_ITEM_PROMOTION = {"item promotion": Derived(("item-promotion-discount",), str)}
_TAXED_ON_TOP = frozenset(("USD", "CAD"))

LAYOUT = ShopLayout(
    name="amazon",
    known_by="order-id, order-item-id, quantity-purchased, item-price",
    columns={
        "order": "order-id",
        "line_id": "order-item-id",
        "created": "purchase-date",
        "paid_at": "payments-date",
        "full_name": "buyer-name",
        "phone": "",
        "sku": "sku",
        "title": "product-name",
        "quantity": "quantity-purchased",
        "shipped_quantity": "quantity-shipped",
        "currency": "currency",
        **_AMOUNTS,
        "line_discount_code": "item-promotion-id",
        "shipping_method": "ship-service-level",
        "ship_to_full_name": "recipient-name",
        "ship_to_line_1": "ship-address-1",
        "ship_to_line_2": "ship-address-2",
        "not_before": "delivery-start-date",
        "po_number": "purchase-order-number",
    },
    as_text="buyer-email, buyer-phone-number, ship-promotion-id, ship-address-3, delivery-end-date,"
    " sales-channel, is-business-order",
    scopes=_SCOPES,
    derived=_ITEM_PROMOTION,
    taxed_on_top_in=_TAXED_ON_TOP,
    quoted=False,
)

BY_DAY = ShopLayout(
    name="amazon",
    known_by="amazon-order-id, order-status, item-status, quantity, item-price",
    columns={
        "order": "amazon-order-id",
        "created": "purchase-date",
        "status": "order-status",
        "sku": "sku",
        "title": "product-name",
        "quantity": "quantity",
        "currency": "currency",
        **_AMOUNTS,
        "line_discount_code": "promotion-ids",
        "shipping_method": "ship-service-level",
        "po_number": "purchase-order-number",
    },
    as_text="merchant-order-id, last-updated-date, fulfillment-channel, sales-channel, order-channel,"
    " url, asin, item-status, is-business-order, price-designation",
    scopes=_SCOPES,
    derived=_ITEM_PROMOTION,
    taxed_on_top_in=_TAXED_ON_TOP,
    quoted=False,
)
