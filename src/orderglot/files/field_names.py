"""Field names: the fields of an order line, each with the column names that mean it by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orderglot.files.address_names import BILL_TO
from orderglot.files.detail_names import DETAILS

REQUIRED = ("order", "sku", "quantity")
QUANTITIES = ("cancelled_quantity", "shipped_quantity", "returned_quantity")
"""What has become of how much of a line."""

TAXES = ("tax_rate", "line_tax")
"""The tax on a line: its rate, and what it comes to."""

OF_LINES = (
    *("order", "sku", "title", "quantity", "unit", "created", "price", "amount", "line_id"),
    *QUANTITIES,
    *TAXES,
)
"""What each line says for itself."""

MONEY = ("discount", "discount_rate", "shipping", "tax", "total", "refunded", "amount_paid")
"""What an order comes to beside its goods, on one of its rows, on each, or in parts on each."""

MOST_PARTS = 5
"""An amount of an order is the sum of so many columns at most."""

MONEY_PARTS = tuple(
    part for field in MONEY for part in (field, *(f"{field}+{n}" for n in range(2, MOST_PARTS + 1)))
)
"""The columns of money: each field's first one, and those that are added to it."""

FIELDS: dict[str, str] = {
    "order": "order, order no, order nr, order number, order id, invoice, invoice no, invoice nr,"
    " invoice number, invoice id",
    "sku": "sku, stock code, item, item no, item number, item code, product code, product no,"
    " product number, product sku, item sku, variant sku, seller sku, merchant sku, part no, part number, article, article no, article number, custom label",
    "title": "title, description, item description, product description, item name, product name,"
    " product title, item title",
    "quantity": "quantity, qty, order quantity, order qty, quantity ordered, qty ordered",
    "unit": "unit, uom, unit of measure, sales unit, einheit",
    "cancelled_quantity": "quantity cancelled, quantity canceled, qty cancelled, qty canceled,"
    " cancelled qty, canceled quantity, canceled qty",
    "shipped_quantity": "quantity shipped, qty shipped, shipped qty, quantity fulfilled,"
    " fulfilled quantity",
    "returned_quantity": "quantity returned, qty returned, returned qty, quantity refunded,"
    " refunded quantity, qty refunded",
    "created": "created, created at, date, datetime, order date, order datetime, invoice date,"
    " purchase date, sale date",
    "price": "price, unit price, item price, price each, sold for, einzelpreis",
    "amount": "amount, sales, revenue, line total, line amount, line item total, item total, extended price,"
    " extended amount, row total",
    "line_id": "line id, line item id, order line id, order item id, line number,"
    " line no, line nr, order line number",
    "status": "status, order status",
    "cancelled": "cancelled, canceled, cancelled at, canceled at, cancelled on, canceled on,"
    " cancellation date",
    "payment_status": "payment status, financial status",
    "discount": "discount, discounts, discount amount, order discount, discount total",
    "discount_rate": "discount rate, discount percent, discount percentage, discount pct",
    "shipping": "shipping, shipping cost, shipping costs, shipping price, shipping amount,"
    " shipping total, shipping charge, shipping charges, order shipping, freight, postage,"
    " shipping and handling",
    "tax": "tax, taxes, tax amount, tax total, total tax, sales tax, order tax, order sales tax,"
    " vat amount",
    "total": "total, order total, grand total, total amount, order amount, total price",
    "refunded": "refunded, refund, refunds, refund amount, refunded amount, amount refunded,"
    " refund total, total refunded",
    "amount_paid": "paid amount, total paid, paid total",
    "prices_include_tax": "price includes tax, taxes included, tax included, prices incl tax",
    "tax_rate": "tax percent, tax percentage, vat rate, vat percent, gst rate, mwst satz",
    "line_tax": "line tax amount, line item tax, item tax, order line tax, line vat",
    "customer": "customer, customer id, customer no, customer nr, customer number, customer code,"
    " account, account no, account number",
    "currency": "currency, currency code",
    "po_number": "po, po no, po number, purchase order, purchase order no, purchase order number,"
    " customer po",
    "notes": "notes, note, comment, comments",
    "country": "country, country name, country code, billing country",
    "company": "company, company name, customer name",
    "full_name": "full name",
    "first_name": "first name, given name",
    "last_name": "last name, family name, surname",
    "email": "email, e-mail address, customer email",
    "phone": "phone, phone number, telephone",
    "line_1": "line 1, address, address 1, address line 1, street",
    "line_2": "line 2, address 2, address line 2",
    "city": "city, town",
    "state": "state, province",
    "postal_code": "postal code, post code, zip, zip code",
}
"""The fields of an order line, each with the column names that mean it by themselves."""

SECOND_NAMES: dict[str, str] = {
    "order": "bestellnummer, bestellnr, auftragsnummer, auftragsnr",
    "sku": "lineitem sku, artikelnummer, artikelnr",
    "title": "lineitem name, artikelbezeichnung, artikelname, bezeichnung, produktname",
    "quantity": "lineitem quantity, menge, anzahl, stückzahl",
    "created": "bestelldatum, auftragsdatum",
    "price": "lineitem price",
    "amount": "positionssumme, zeilensumme",
    "line_id": "positionsnummer, positionsnr",
    "status": "bestellstatus, auftragsstatus",
    "payment_status": "zahlungsstatus",
    "discount": "rabatt, cart discount amount",
    "shipping": "versandkosten, order shipping amount",
    "tax": "mwst betrag, order tax amount",
    "total": "gesamtbetrag, order total amount",
    "refunded": "order refund amount, rückerstattung",
    "customer": "kundennummer, kundennr",
    "currency": "währung, order currency code",
    "notes": "customer note, order notes, anmerkung, bemerkung",
    "country": "land",
    "company": "firma",
    "first_name": "vorname",
    "last_name": "nachname",
    "phone": "telefon",
    "line_1": "straße",
    "line_2": "adresszusatz",
    "city": "ort, stadt",
    "state": "bundesland",
    "postal_code": "plz, postleitzahl",
}
"""What shops call a field where no column of its own name stands beside."""


def plain(name: str) -> str:
    """Give a name without its case, blanks, underscores and other signs."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _named() -> Iterator[tuple[str, str, int]]:
    """Give each name that a column can have, with its field and its rank among that field's names."""
    for rank, listed in enumerate((FIELDS, SECOND_NAMES)):
        for field, names in listed.items():
            yield from ((plain(name), field, rank) for name in names.split(","))
    yield from ((plain(field), field, 0) for field in (*FIELDS, *DETAILS))
    for listed, first in ((DETAILS, 1), (BILL_TO, 2)):
        for field, names in listed.items():
            ranks = enumerate(names.split(","), first)
            yield from ((plain(name), field, rank) for rank, name in ranks)


MEANINGS = {name: field for name, field, _ in _named()}
"""The field that each name means, as ``plain`` gives it."""

BARE_AMOUNTS = ("amount", "sales", "revenue")
"""Names of amounts that do not say of what: of a line, a piece or an order."""

BARE = ("item", "article")
"""Names of goods that are SKUs where no column of another name is, and titles beside one."""

RANKS = {name: rank for name, _, rank in _named()} | dict.fromkeys((*BARE, *BARE_AMOUNTS[1:]), 1)
"""Of several columns that mean one field it is the one of the lowest rank; of two alike, neither."""
