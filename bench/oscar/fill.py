"""Fill the shop: the tables, the same orders, baskets that are ready to be checked out, and a session.

Django has to be set up before this is read: ``python -m bench.oscar`` does both.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sites.models import Site
from django.core.management import call_command
from oscar.core.loading import get_model

CSRF = "bench" + "0" * 27
BATCH = 1_000
PLENTY = 10**9

Basket = get_model("basket", "Basket")
BasketLine = get_model("basket", "Line")
Country = get_model("address", "Country")
Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")
Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
ShippingAddress = get_model("order", "ShippingAddress")
StockRecord = get_model("partner", "StockRecord")


def fill(file: str, baskets: str) -> None:
    """Fill it, and print the session, the ids of the orders and those of the baskets."""
    call_command("migrate", verbosity=0, interactive=False)
    user = User.objects.create_user("bench", "bench@demo.example", "not-asked-for")
    Country.objects.create(
        iso_3166_1_a2="US",
        iso_3166_1_a3="USA",
        printable_name="United States",
        name="United States",
        is_shipping_country=True,
    )
    documents = json.loads(Path(file).read_text(), parse_float=Decimal)
    stock = _stock(documents["products"])
    orders = _orders(documents["orders"], user, stock)
    found = {
        "session": _session(user),
        "csrf": CSRF,
        "orders": orders,
        "baskets": _baskets(int(baskets), user, stock, documents["basket"]),
    }
    print(json.dumps(found))


def _stock(products: list[dict[str, Any]]) -> dict[str, Any]:
    partner = Partner.objects.create(name="Bench", code="bench")
    sort = ProductClass.objects.create(name="Wares", requires_shipping=True, track_stock=True)
    stock = {}
    for one in products:
        product = Product.objects.create(
            product_class=sort, title=one["title"], upc=one["upc"], structure="standalone"
        )
        stock[one["sku"]] = StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=one["sku"],
            price_currency="USD",
            price=Decimal(one["tiers"][0]["price"]),
            num_in_stock=PLENTY,
        )
    return stock


def _orders(documents: list[dict[str, Any]], user: User, stock: dict[str, Any]) -> list[int]:
    site = Site.objects.get_current()
    addresses = ShippingAddress.objects.bulk_create(
        [_address(one.get("ship_to", {})) for one in documents], BATCH
    )
    orders = Order.objects.bulk_create(
        [
            _order(one, user, site, address)
            for one, address in zip(documents, addresses, strict=True)
        ],
        BATCH,
    )
    lines = [
        _line(line, order, stock)
        for one, order in zip(documents, orders, strict=True)
        for line in one["lines"]
    ]
    OrderLine.objects.bulk_create(lines, BATCH)
    return [order.pk for order in orders]


def _address(party: dict[str, str]) -> Any:
    return ShippingAddress(
        first_name=party.get("first_name", ""),
        last_name=party.get("last_name", "") or party.get("company", ""),
        line1=party.get("line_1", ""),
        line2=party.get("line_2", ""),
        line4=party.get("city", ""),
        state=party.get("state", ""),
        postcode=party.get("postal_code", ""),
        country_id="US",
    )


def _order(one: dict[str, Any], user: User, site: Site, address: Any) -> Any:
    totals = one["totals"]
    return Order(
        number=one["references"][0]["id"],
        site=site,
        user=user,
        shipping_address=address,
        currency="USD",
        total_incl_tax=totals["total"],
        total_excl_tax=totals["total"] - totals.get("tax", 0),
        shipping_incl_tax=totals.get("shipping", 0),
        shipping_excl_tax=totals.get("shipping", 0),
        shipping_method=one["shipping"].get("service", ""),
        shipping_code=one["shipping"].get("carrier", ""),
        status=one["status"],
        date_placed=datetime.fromisoformat(one["created"]),
    )


def _line(line: dict[str, Any], order: Any, stock: dict[str, Any]) -> Any:
    record = stock[line["sku"]]
    return OrderLine(
        order=order,
        partner=record.partner,
        partner_name=record.partner.name,
        partner_sku=line["sku"],
        stockrecord=record,
        product=record.product,
        title=line["title"],
        upc=line["upc"],
        quantity=line["quantity"],
        line_price_incl_tax=line["total"],
        line_price_excl_tax=line["total"],
        line_price_before_discounts_incl_tax=line["total"],
        line_price_before_discounts_excl_tax=line["total"],
        unit_price_incl_tax=line["unit_price"],
        unit_price_excl_tax=line["unit_price"],
        num_allocated=line["quantity"],
        status="new",
    )


def _baskets(
    count: int, user: User, stock: dict[str, Any], wanted: list[dict[str, Any]]
) -> list[int]:
    # Saved rather than open: a customer has one open basket, and more are merged into it.
    baskets = Basket.objects.bulk_create(
        [Basket(owner=user, status=Basket.SAVED) for _ in range(count)], BATCH
    )
    lines = []
    for basket in baskets:
        for one in wanted:
            record = stock[one["sku"]]
            lines.append(
                BasketLine(
                    basket=basket,
                    line_reference=f"{record.product_id}_{record.pk}",
                    product=record.product,
                    stockrecord=record,
                    quantity=one["quantity"],
                    price_currency="USD",
                    price_excl_tax=record.price,
                    price_incl_tax=record.price,
                )
            )
    BasketLine.objects.bulk_create(lines, BATCH)
    return [basket.pk for basket in baskets]


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
