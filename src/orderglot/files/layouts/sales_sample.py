"""The well-known sales sample, whose prices are cut off at 100 and whose amounts are true."""

from orderglot.files.layouts.shop_layout import ShopLayout

LAYOUT = ShopLayout(
    name="sales-sample",
    known_by="ordernumber, quantityordered, priceeach, sales",
    columns={
        "order": "ordernumber",
        "line_id": "orderlinenumber",
        "created": "orderdate",
        "sku": "productcode",
        "quantity": "quantityordered",
        "price": "priceeach",
        "amount": "sales",
        "company": "customername",
    },
    as_text="msrp, qtr_id, month_id, year_id, productline, territory, dealsize",
)
