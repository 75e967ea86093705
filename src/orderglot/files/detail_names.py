"""Detail names: what few files say of an order or a line, each with the column names that mean it.

Of two columns that mean one detail it is the one whose name comes first; the other stays text.
"""

from __future__ import annotations

from orderglot.files.address_names import SHIP_TO

MOST_TAXES = 5
"""So many taxes of an order have columns of their own, by name, rate and amount."""

TAX_COLUMNS = {
    f"tax_{place}_{member}": f"tax {place} {words[0]}, tax {place} {words[1]}"
    for place in range(1, MOST_TAXES + 1)
    for member, words in {
        "name": ("title", "label"),
        "rate": ("percent", "percentage"),
        "amount": ("value", "total"),
    }.items()
}

DAYS = ("wanted", "promised", "not_before", "cancel_after")
"""What is a day, and no time of it."""

TIMES = ("paid_at", "refunded_at", "shipped_at")
"""What is a moment."""

RATES = tuple(field for field in TAX_COLUMNS if field.endswith("_rate"))
"""What is so many per cent."""

ORDER_AMOUNTS = (
    "second_total",
    *(field for field in TAX_COLUMNS if field.endswith("_amount")),
)
"""Amounts of an order, on one of its rows, on each, or in parts on each."""

AMOUNTS = ("line_discount", "line_refunded", *ORDER_AMOUNTS)

NUMBERS = ("exchange_rate", *RATES, *AMOUNTS)
"""What is written in numbers, whose decimals may be in doubt."""

OF_ORDERS = {
    "cancel_reason": "cancellation reason, cancelled reason, canceled reason,"
    " reason for cancellation, stornogrund",
    "hold_reason": "on hold reason, reason for hold",
    "wanted": "required date, requested date, requested delivery date, need by date, deliver by,"
    " wunschtermin",
    "promised": "promise date, promised date, promised delivery date, expected delivery date,"
    " estimated delivery date, confirmed delivery date",
    "not_before": "not before date, ship not before, deliver not before, earliest delivery date,"
    " delivery start date",
    "cancel_after": "cancel after date, cancel by, cancel by date, do not deliver after",
    "second_currency": "presentment currency, display currency, customer currency",
    "exchange_rate": "currency rate, currency conversion rate, conversion rate, wechselkurs",
    "second_total": "presentment total, total in second currency, total in display currency",
    **TAX_COLUMNS,
    "discount_code": "discount codes, coupon, coupon code, coupon codes, coupons used, voucher code,"
    " promo code, promotion code, gutscheincode",
    "payment_method": "payment method title, payment type, payment gateway, zahlungsart, zahlart",
    "payment_id": "payment reference, payment references, paypal transaction id,"
    " payment transaction id, transaction reference",
    "paid_at": "paid on, paid date, date paid, paid on date, payment date, payments date, bezahlt am,"
    " zahlungsdatum",
    "refund_id": "refund reference, refund number",
    "refund_reason": "reason for refund, erstattungsgrund",
    "refunded_at": "refunded on, refund date, date refunded, erstattet am",
    "shipping_method": "shipping method title, ship method, ship mode, shipping service,"
    " ship service level, delivery method, versandart",
    "carrier": "carrier name, shipping carrier, shipping provider, courier, ship via,"
    " versanddienstleister",
    "tracking": "tracking number, tracking numbers, tracking no, tracking nr, tracking id,"
    " tracking code, sendungsnummer, consignment number",
    "tracking_url": "tracking link, tracking links, tracking urls",
    "shipped_at": "shipped on, shipped date, shipped on date, date shipped, ship date, fulfilled at,"
    " dispatched at, dispatch date, versanddatum, versendet am",
}
"""What stands on one of an order's rows or the same on each; a day may be each line's own."""

OF_LINES = {
    "line_discount": "line discount amount, line item discount, item discount,"
    " item discount amount, order line discount, item promotion discount, positionsrabatt",
    "line_discount_code": "line item discount code, item discount code, line coupon code,"
    " item coupon code, item promotion id",
    "line_refunded": "line refund amount, line item refund, refunded line total,"
    " order line total refunded",
    "gtin": "gtin 13, ean, ean 13, ean code, upc, upc code, upc a, isbn 13",
    "manufacturer_number": "mpn, manufacturer part number, manufacturer part no, manufacturer sku,"
    " manufacturer item number, herstellernummer",
    "buyer_number": "customer item number, customer item no, customer part number, customer sku,"
    " buyer item number, buyer part number, buyer sku, kundenartikelnummer",
}
"""What each line says for itself."""

DETAILS: dict[str, str] = {**OF_ORDERS, **OF_LINES, **SHIP_TO}
