"""The superstore sample: the amount of a line, from which its discount is taken off already."""

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import ShopLayout

LAYOUT = ShopLayout(
    name="superstore",
    known_by="order id, product id, sales, quantity, discount, profit",
    columns={
        "order": "order id",
        "line_id": "row id",
        "created": "order date",
        "shipped_at": "ship date",
        "shipping_method": "ship mode",
        "customer": "customer id",
        "full_name": "customer name",
        "company": "",
        "sku": "product id",
        "title": "product name",
        "quantity": "quantity",
        "amount": "sales",
        "discount": "",
        "discount_rate": "",
        "shipping": "shipping cost",
        "country": "country,country/region",
        "state": "state,state/province",
    },
    as_text="discount, profit, region, market, segment, category, sub-category, order priority",
    scopes={"shipping": Scope.ROW},
    shipping_tells=True,
)
