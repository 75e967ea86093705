"""The demo's web shop as Catalyst's clients see it: one customer with 279 orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.order import (
    Address,
    Discount,
    Invoice,
    Line,
    Order,
    Payment,
    Recurrence,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.seller import Seller
from orderglot.core.values import Cycle, InvoiceStatus, PaymentMethod, Status
from orderglot.demo import Key, Part

SITE = "2455866"
CUSTOMER, ENTITY = "10428439", "17759319"
"""The page asks for one number and is shown another; the customer goes by both."""

ORDERS = 279
LAST = 1_162_847
BEGINNING = datetime(2014, 9, 3, 7, tzinfo=UTC)
STEP = timedelta(hours=66, minutes=7, seconds=41, milliseconds=130)
DELIVERED = 3630945
PRICES = ("12.5", "39.95", "40", "40.05", "119", "7.2", "1899.9", "64")

SHOP = Customer(
    number="WEB-1",
    references=(Reference("catalyst", ENTITY), Reference("catalyst", CUSTOMER)),
    name="Sample Online Shopper",
    first_name="Sam",
    last_name="Sample",
    email="sam@demo.example",
    phone="2065550100",
    currency="USD",
    created=BEGINNING - timedelta(days=3),
    bill_to=Address(company="Sample Online Shopper", country="US"),
)

STATUSES = (
    # the site's own numbers for what an order has come to
    (3630941, "New", "received", True),
    (3630942, "Payment received", "charged", False),
    (3630943, "Packing", "packing", False),
    (3630944, "Shipped", "shipped", False),
    (DELIVERED, "Delivered", "completed", False),
    (3630946, "Cancelled", "cancelled", False),
)
TABLES = {
    "catalyst.statuses": [
        {"id": id, "label": label, "means": means, "default": default, "notifyCustomer": True}
        for id, label, means, default in STATUSES
    ],
    "catalyst.taxCodes": [{"id": 61854, "countryCode": "US", "taxCode": "NONE", "rate": 0}],
    "catalyst.shippingOptions": [
        {"id": 322049, "description": "United States", "price": 200, "taxRate": 0},
        {"id": 322050, "description": "International Shipping", "price": 300, "taxRate": 0},
    ],
    "catalyst.discountCodes": [
        {"id": 73824, "discountCode": "TENTH", "discountPercentage": 10, "enabled": True}
    ],
}


def part() -> Part:
    """Give Catalyst's part of the demo."""
    return Part(
        seller=Seller(
            name="demo",
            title="Demo Wholesale",
            currency="USD",
            references=(Reference("catalyst", SITE),),
            tables=TABLES,
        ),
        customers=(SHOP,),
        orders=(*_older(), _second(), _first()),
        key=Key(id="demo-app", secret="0" * 64, customer=CUSTOMER),
        examples={"site_id": SITE, "customer_id": CUSTOMER},
        curl=(
            "curl -gH 'Authorization: {access_token}' '{base}/webresources/api/v3/sites/{site_id}"
            "/customers/{customer_id}/orders?limit=2'"
        ),
    )


def _first() -> Order:
    """Give the first order of the vendor's page."""
    return _web_order(
        "1162870",
        created=datetime(2016, 10, 10, 16, 56, 4, 500_000, tzinfo=UTC),
        modified=datetime(2016, 10, 10, 20, 12, 7, 770_000, tzinfo=UTC),
        name="Online Shop 10-Oct-2016 04:56 PM",
        category="10044",
        number="92111",
        shipping=Shipping(option="United States", method="United States", tax_rate=Decimal(0)),
        amounts=("12622", "1262.2", "200", "11559.8"),
        tax_code="NONE",
        extras={"catalyst.isIntermediate": False},
    )


def _second() -> Order:
    """Give the second order of the vendor's page."""
    return _web_order(
        "1162847",
        created=datetime(2016, 10, 10, 15, 56, 18, 237_000, tzinfo=UTC),
        modified=datetime(2016, 10, 10, 15, 56, 42, 730_000, tzinfo=UTC),
        name="Check Attributes for this order",
        number="1029",
        shipping=Shipping(
            option="International Shipping", method="International Shipping", tax_rate=Decimal(0)
        ),
        amounts=("13774.2", "1377.42", "300", "12696.78"),
    )


def _older() -> Iterator[Order]:
    """Give the orders before the page's, oldest first; some cost more than 40, some do not."""
    for count in range(ORDERS - 2):
        created = BEGINNING + count * STEP
        price = Decimal(PRICES[count % len(PRICES)])
        status, paid = (Status.COMPLETED, True) if count % 7 else (Status.CANCELLED, False)
        order = _web_order(
            str(LAST - 3 * (ORDERS - count)),
            created=created,
            modified=created + timedelta(hours=count % 48),
            name=f"Online Shop {created:%d-%b-%Y %I:%M %p}",
            number=str(90_000 + count),
            shipping=Shipping(tax_rate=Decimal(0)),
            amounts=(str(price), "0", "0", str(price)),
        )
        bill = order.invoice if paid else None
        yield replace(order, status=status, invoice=bill)


def _web_order(
    id: str,
    *,
    created: datetime,
    modified: datetime,
    name: str,
    number: str,
    shipping: Shipping,
    amounts: tuple[str, str, str, str],
    category: str = "",
    tax_code: str = "",
    extras: dict[str, object] | None = None,
) -> Order:
    subtotal, off, freight, total = map(Decimal, amounts)
    day = created.replace(hour=0, minute=0, second=0, microsecond=0)
    return Order(
        references=(Reference("catalyst", id),),
        customer=identity(SHOP),
        status=Status.COMPLETED,
        name=name,
        category=category,
        tax_code=tax_code,
        currency="USD",
        created=created,
        modified=modified,
        ship_to=Address(country="US"),
        shipping=shipping,
        payment=Payment(method=PaymentMethod.CARD, debit_days=0, debit_processed=False),
        recurrence=Recurrence(recurs=False, cycle=Cycle.ONCE),
        discount=Discount(code="TENTH" if off else "", amount=off),
        lines=(
            Line(
                number=1,
                item_id="951917",
                sku="951917",
                title="Sample product",
                quantity=1,
                unit_price=subtotal,
                total=subtotal,
            ),
        ),
        totals=Totals(subtotal=subtotal, discount=off, shipping=freight, total=total),
        invoice=Invoice(number=number, status=InvoiceStatus.PAID, date=day),
        extras=extras or {},
    )
