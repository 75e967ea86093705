"""Amazon's order reports: tabs and no quotes, and a price that is the whole line's."""

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import Derived, ShopLayout

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
        "amount": "item-price",
        "price": "",
        "tax": "item-tax + shipping-tax + gift-wrap-tax",
        "shipping": "shipping-price + gift-wrap-price",
        "discount": "item-promotion-discount + ship-promotion-discount",
        "line_discount": "item promotion",
        "line_discount_code": "item-promotion-id",
        "shipping_method": "ship-service-level",
        "ship_to_full_name": "recipient-name",
        "ship_to_line_1": "ship-address-1",
        "ship_to_line_2": "ship-address-2",
        "not_before": "delivery-start-date",
        "po_number": "purchase-order-number",
    },
    as_text="buyer-email, buyer-phone-number, ship-promotion-id, ship-address-3, delivery-end-date, sales-channel, is-business-order",
    scopes=dict.fromkeys(("tax", "shipping", "discount"), Scope.ROW),
    derived={"item promotion": Derived(("item-promotion-discount",), str)},
    taxed_on_top_in=frozenset(("USD", "CAD")),
    quoted=False,
)
