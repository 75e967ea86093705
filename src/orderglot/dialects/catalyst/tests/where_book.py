"""A book of orders that differ in whatever a ``where`` can ask, on a site with lists of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import (
    Address,
    Discount,
    Identity,
    Invoice,
    Link,
    Order,
    Payment,
    Recurrence,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.seller import Seller
from orderglot.core.values import Cycle, InvoiceStatus, Kind, PaymentMethod, Relation, Status
from orderglot.dialects.catalyst.tables import NAME
from orderglot.stores.store import BookStore
from tests.clock import Clock

ORDERS = 120
SITE = "2455866"
START = datetime(2016, 10, 8, 22, 59, 59, 999_999, tzinfo=UTC)

BEFORE: dict[str, Any] = {
    "taxCodes": [
        {"id": 7, "countryCode": "AU", "taxCode": "VAT", "rate": 20},
        {"id": 9, "countryCode": "", "taxCode": "GONE", "rate": 5},
    ],
    "discountCodes": [{"id": 31, "discountCode": "SPRING", "discountPercentage": 4}],
}
"""Lists that the site once had."""

LISTS: dict[str, Any] = {
    "statuses": [
        {"id": 21, "label": "New", "means": "received", "default": True},
        {"id": 22, "label": "Asked again", "means": "received", "notifyCustomer": True},
        {"id": 23, "label": "Sent", "means": "shipped", "siteNotificationId": 91},
        {"id": 24, "label": "Sent in part", "means": "shipped", "siteNotificationId": 92},
        {"id": 25, "label": "Gone", "means": "cancelled"},
        {"id": 26, "label": "Not sent yet", "means": "draft"},
        {"id": 100, "label": "new", "means": "processing"},
    ],
    "taxCodes": [
        {"id": 7, "countryCode": "AU", "taxCode": "GST", "rate": 10},
        {"id": 8, "countryCode": "US", "taxCode": "0", "rate": "0.5"},
        {"id": 80, "countryCode": "", "taxCode": "Zero", "rate": 0},
        {"id": 81, "countryCode": "US", "taxCode": "GST", "rate": "8.875"},
    ],
    "shippingOptions": [
        {"id": 322049, "description": "United States", "price": 200},
        {"id": 12, "description": "7"},
    ],
    "discountCodes": [
        {
            "id": 31,
            "discountCode": "TENTH",
            "description": "A tenth",
            "discountPercentage": "10",
            "discountCodeTypeId": 1,
            "discountThreshold": "99.5",
            "expireAfterXUses": -1,
            "releaseDate": "2016-01-02T00:00:00",
            "expiryDate": "9999-01-01T00:00:00",
            "recurrenceAvailability": 2,
        },
        {
            "id": 32,
            "discountCode": "half",
            "discountPercentage": 50,
            "releaseDate": "2016-01-02T03:04:05.5",
            "enabled": False,
            "hidden": True,
        },
    ],
}

NAMES = (
    *("", "Online Shop 1", "online shop 1", "Online Shop 10", "Äpfel & Birnen", "ÄPFEL"),
    *("O'Neil", 'say "hi"', "back\\slash", "100% _x_", "1", "10", "ß", "İ", "emoji 😀", " a "),
    *("null", "true", "2016-10-10", "{}", "tab\there"),
)
DIGITS = ("", "0", "5", "12", "12", "10044", "007", "abc", "-1", "9" * 18)
AMOUNTS = (
    None,
    *map(Decimal, ("0", "40", "40.5", "40.500001", "-40.5", "0.000001", "99999999999.99", "12")),
)
RATES = (None, *map(Decimal, ("0", "10", "8.875", "0.5", "100", "0.000001")))


def set_lists(seller: Seller, **lists: Any) -> Seller:
    """Give a seller with lists of a site."""
    return replace(seller, tables={f"{NAME}.{name}": rows for name, rows in lists.items()})


async def fill(
    store: BookStore, clock: Clock, *, own_lists: bool
) -> tuple[Seller, dict[str, Order]]:
    """Fill a new seller's book; gives the orders by the id that is shown of them."""
    seller = await store.add_seller(f"seller {len(await store.sellers())}")
    if own_lists:
        seller = replace(seller, references=(Reference(NAME, SITE),))
        for lists in (BEFORE, LISTS):
            seller = await store.change_seller(set_lists(seller, **lists))
    random = Random(22)
    book = store.of(Caller(seller=seller.id, deleted=True))
    customers = [await book.keep_customer(one) for one in _customers()]
    owners = [*map(identity, customers), None]
    kept: list[Order] = []
    for number in range(ORDERS):
        clock.forward(timedelta(seconds=random.choice((0, 0, 1, 3_600, 40_000))))
        order = _order(random, number, random.choice(owners), kept)
        kept += [one.order for one in await book.keep(order)]
    return seller, {shown_id(order): order for order in kept}


def shown_id(order: Order) -> str:
    """Give the id that Catalyst's clients see."""
    return next((ref.id for ref in order.references if ref.dialect == NAME), str(order.id))


def _customers() -> Iterator[Customer]:
    for number in range(6):
        company = ("", "Example Gifts", "EXAMPLE gifts")[number % 3]
        yield Customer(
            references=(Reference(NAME, str(10_428_439 + number)),) if number % 2 else (),
            number=f"C{number}" if number % 4 else "",
            first_name=("Ada", "", "ada")[number % 3],
            last_name=("Doe", "Nobody", "", "O'Neil")[number % 4],
            email=f"{number}@example.test" if number % 3 else "",
            phone="+1 0" if number % 2 else "",
            bill_to=Address(company=company) if number < 4 else None,
        )


def _order(random: Random, number: int, owner: Identity | None, before: list[Order]) -> Order:
    pick = random.choice
    extras: dict[str, Any] = {}
    if random.random() < 0.5:
        extras[f"{NAME}.isIntermediate"] = pick((True, False))
    if random.random() < 0.6:
        extras[f"{NAME}.statusTypeId"] = pick((1, 6, 20, 21, 22, 23, 24, 25, 77, 100, 3_630_944))
    created = START + timedelta(hours=pick(range(60)), microseconds=pick((0, 1, 500_000, 230_000)))
    return Order(
        references=_references(random, number),
        name=pick(NAMES),
        status=pick(tuple(Status)),
        kind=pick(tuple(Kind)),
        created=created,
        deleted=created if number % 15 == 14 else None,
        customer=owner,
        assigned_user=pick(DIGITS),
        category=pick(DIGITS),
        integration=pick(DIGITS),
        tax_code=pick((*DIGITS, "GST", "VAT", "GONE", "gst", "Zero", "7", "8", "9", "81")),
        ship_to=_address(random),
        invoice=_invoice(random, created),
        payment=Payment(
            method=pick((None, *PaymentMethod)),
            debit_method=pick((None, *PaymentMethod)),
            debit_days=pick((0, 0, 1, 14)),
            debit_processed=pick((None, True, False)),
        ),
        recurrence=Recurrence(
            recurs=pick((None, True, False)),
            cycle=pick((None, *Cycle)),
            ends=pick((None, created, datetime(9999, 1, 1, tzinfo=UTC))),
        ),
        discount=Discount(
            code=pick((*DIGITS, "TENTH", "SPRING", "half", "31", "32")),
            amount=pick(AMOUNTS),
            voucher=pick(DIGITS),
            voucher_amount=pick(AMOUNTS),
        ),
        shipping=Shipping(
            attention=pick(NAMES),
            method=pick(NAMES),
            instructions=pick(NAMES),
            option=pick((*DIGITS, "United States", "7", "322049")),
            rate_key=pick(NAMES),
            tax_rate=pick(RATES),
        ),
        totals=Totals(total=pick(AMOUNTS), shipping=pick(AMOUNTS)),
        links=_links(random, before),
        extras=extras,
    )


def _references(random: Random, number: int) -> tuple[Reference, ...]:
    kole = Reference("kole", f"K{number}")
    # The ids of another shop, which are in no order here.
    return (
        (kole, Reference(NAME, str(1_162_870 - 7 * number))) if random.random() < 0.4 else (kole,)
    )


def _address(random: Random) -> Address | None:
    country, residential = random.choice(("", "US", "us", "DE")), random.choice((None, True, False))
    return None if random.random() < 0.2 else Address(country=country, residential=residential)


def _invoice(random: Random, created: datetime) -> Invoice | None:
    pick = random.choice
    if random.random() < 0.3:
        return None
    return Invoice(
        number=pick(("", "92111", "1029", "00A", "a", "A")),
        status=pick((None, *InvoiceStatus)),
        date=pick((None, created, created.replace(hour=0, minute=0, second=0, microsecond=0))),
        next_date=pick((None, created + timedelta(days=30))),
    )


def _links(random: Random, before: list[Order]) -> tuple[Link, ...]:
    if not before or random.random() < 0.5:
        return ()
    relations = random.choices((Relation.RENEWAL_OF, Relation.RETURN_OF), (3, 1), k=2)
    return tuple(
        Link(relation, Identity(references=random.choice(before).references[:1]))
        for relation in relations[: random.choice((1, 1, 2))]
    )
