"""The demo's orders as Kodaris's clients see them: one that was split, and its two halves."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.order import (
    Address,
    Identity,
    Line,
    Link,
    Order,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.core.values import Relation, Status
from orderglot.demo import Key, Part

COMPANY = "473"
WHOLE, ANA_S, ANALIA_S = "3022", "3025", "3026"
ZERO = Decimal(0)
PRICE = Decimal("0.92")
POSTAGE = Decimal(5)

ANA = Address(
    company="Big Company",
    first_name="Ana",
    last_name="Serra",
    line_1="Atlanta, GA, USA",
    city="Atlanta",
    state="GA",
    postal_code="12345",
    country="US",
    country_name="US",
    phone="12345678",
    email="ana@kodaris.com",
)
ANALIA = replace(
    ANA,
    first_name="Analia",
    line_1="Austin, TX, USA",
    city="Austin",
    state="TX",
    email="analia@kodaris.com",
)
BIG_COMPANY = Customer(
    number="100473",
    references=(Reference("kodaris", COMPANY),),
    name="Big Company",
    first_name="Ana",
    last_name="Serra",
    email="ana@kodaris.com",
    phone="12345678",
    currency="USD",
    bill_to=ANA,
)
SPLIT = Link(Relation.SPLIT_OF, Identity(references=(Reference("kodaris", WHOLE),)))


def part() -> Part:
    """Give Kodaris's part of the demo."""
    return Part(
        seller=Seller(name="demo", title="Demo Wholesale", currency="USD"),
        customers=(BIG_COMPANY,),
        products=(
            Product(
                sku="KD100",
                title="Context lamp bulb, clear",
                tiers=(Tier(price=PRICE),),
                currency="USD",
            ),
        ),
        orders=(
            _order(WHOLE, "2315", "2315-01", ANA, _at(18, 42, 7, 310), pieces=4),
            _half(_order(ANA_S, "2318", "2315-02", ANA, _at(19, 10, 13, 52), pieces=2)),
            _half(_order(ANALIA_S, "2319", "2315-03", ANALIA, _at(19, 10, 13, 96), pieces=2)),
        ),
        key=Key(id="api-demo", secret="0" * 64),
        examples={"order_id": WHOLE},
        curl=CURL,
        first=FIRST,
    )


_LOGIN = (
    "curl -s '{base}/api/user/customer/apiKeyLogin' -H 'Content-Type: application/json'"
    """ -d '{{"apiKey":"{api_key}"}}' | grep -o 'KSS[0-9A-F]*' | (read K;"""
    " T=$(curl -s '{base}/api/user/customer/authToken' -H \"userSessionApiKey: $K\""
    " | grep -o '[0-9A-F]\\{{32\\}}');"
)
_SESSION = ' -H "userSessionApiKey: $K" -H "X-CSRF-TOKEN: $T"'

CURL = f"{_LOGIN} curl -s '{{base}}/api/account/order/{{order_id}}/linkedOrders'{_SESSION})"

FIRST = (
    f"{_LOGIN} curl -s '{{base}}/api/account/order/list'{_SESSION}"
    """ -H 'Content-Type: application/json' -d '{{"size":1}}')"""
)
"""Log in, fetch a token, and list linked orders: each step needs what the one before gave."""


def _at(hour: int, minute: int, second: int, millisecond: int) -> datetime:
    return datetime(2024, 5, 21, hour, minute, second, millisecond * 1000, tzinfo=UTC)


def _order(
    id: str, number: str, extra5: str, who: Address, placed: datetime, *, pieces: int
) -> Order:
    subtotal = PRICE * pieces
    return Order(
        references=(Reference("kodaris", id),),
        number=number,
        status=Status.RECEIVED,
        customer=identity(BIG_COMPANY),
        po_number="12345",
        notes=f"{who.first_name} {who.last_name} - {who.phone}",
        created=placed,
        modified=placed,
        received=placed,
        currency="USD",
        bill_to=who,
        ship_to=who,
        shipping=Shipping(method="CPU"),
        lines=(
            Line(
                number=1,
                sku="KD100",
                title="Context lamp bulb, clear",
                quantity=pieces,
                unit_price=PRICE,
                total=subtotal,
                status=Status.RECEIVED,
            ),
        ),
        totals=Totals(
            subtotal=subtotal,
            shipping=POSTAGE,
            taxable_charges=ZERO,
            charges=ZERO,
            tax=ZERO,
            total=subtotal + POSTAGE,
        ),
        extras={"kodaris.extra5": extra5},
    )


def _half(order: Order) -> Order:
    return replace(order, links=(SPLIT,))
