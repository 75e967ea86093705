"""eBay's orders report: an order of several items has a row of its sum before those of its items."""

from orderglot.files.amounts import Scope
from orderglot.files.layouts.shop_layout import ShopLayout
from orderglot.files.layouts.summary_rows import SummaryRows

LAYOUT = ShopLayout(
    name="ebay",
    known_by="sales record number, order number, item number, item title, sold for",
    columns={
        "order": "order number",
        "created": "sale date",
        "sku": "custom label,custom label (sku)",
        "title": "item title",
        "quantity": "quantity",
        "price": "sold for",
        "line_id": "transaction id",
        "shipping": "shipping and handling,postage and packaging,postage and handling",
        "tax": "seller collected tax + ebay collected tax",
        "total": "total price",
        "full_name": "buyer name",
        "email": "buyer email",
        "notes": "buyer note",
        "paid_at": "paid on date",
        "payment_method": "payment method",
        "payment_id": "paypal transaction id",
        "shipped_at": "shipped on date,dispatched on date,posted on date",
        "shipping_method": "shipping service,delivery service,postage service",
        "tracking": "tracking number",
        "wanted": "",
        "promised": "",
    },
    as_text="sales record number, buyer username, item number, variation details,"
    " sold via promoted listings, ship by date, minimum estimated delivery date,"
    " maximum estimated delivery date, ebay collected tax included in total",
    scopes=dict.fromkeys(("shipping", "tax", "total"), Scope.ORDER),
    dollar="USD",
    reshape=lambda header: SummaryRows(header, order="order number", item="item number"),
    stand_in="item number",
    no_number="it was bought and not paid",
    shipping_tells=True,
)
