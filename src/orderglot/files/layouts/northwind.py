"""Northwind, the sample of databases: a table of orders, and one of their lines."""

from orderglot.files.layouts.shop_layout import ShopLayout

LINES = ShopLayout(
    name="northwind",
    known_by="order_id, product_id, unit_price, quantity, discount",
    columns={
        "order": "order_id",
        "sku": "product_id",
        "quantity": "quantity",
        "price": "unit_price",
        "discount_rate": "discount",
    },
)

ORDERS = ShopLayout(
    name="northwind",
    known_by="order_id, customer_id, employee_id, freight, ship_name",
    columns={
        "order": "order_id",
        "customer": "customer_id",
        "created": "order_date",
        "wanted": "required_date",
        "shipped_at": "shipped_date",
        "shipping": "freight",
        "carrier": "",
        "ship_to_company": "ship_name",
        "ship_to_full_name": "",
        "ship_to_line_1": "ship_address",
        "ship_to_state": "ship_region",
    },
    as_text="employee_id, ship_via",
    shipping_tells=True,
)
