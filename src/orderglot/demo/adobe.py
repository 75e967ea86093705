"""The demo's partner as Adobe's clients see it: one customer with nine orders of every type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.order import Identity, Line, Link, Order, Promotion, Reference
from orderglot.core.pricing import line_pricing, price
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.core.values import Kind, Relation, Status
from orderglot.demo import Key, Part

CLIENT = "demo-adobe-client"
FIRST_REFERENCE = 759
RESELLER = "5556667778"

PRODUCTS = (
    # offer, title, price a piece for so many: from one, from ten
    ("80004567EA01A12", "Demo Suite, all apps, enterprise", "84.99", "79.90"),
    ("80004567CA01A12", "Demo Suite, all apps", "84.99", "79.90"),
    ("80004561CA02A12", "Demo Reader Pro", "22.49", "20.24"),
    ("65304479CA01A12", "Demo Photo, teams", "33.99", "31.50"),
    ("65304479CA02A12", "Demo Photo, teams, level 2", "31.50", "31.50"),
)

TABLES = {"adobe.completes": "at once"}

COMPANY = Customer(
    number="VIP-100",
    references=(Reference("adobe", "9876543210"),),
    name="Demo Design Studio",
    email="studio@demo.example",
    currency="USD",
    created=datetime(2019, 5, 1, 9, tzinfo=UTC),
    term_start=date(2019, 5, 1),
)


_ORDERS = (
    "curl -H 'X-Api-Key: {client_id}' -H 'X-Correlation-Id: demo' -H \"Authorization: "
    "Bearer $(curl -s '{token_url}' -d grant_type=client_credentials "
    "-d 'client_id={client_id}' -d 'client_secret={client_secret}' "
    '| cut -d\\" -f4)" '
    "'{base}/v3/customers/{customer_id}/orders"
)


def part() -> Part:
    """Give Adobe's part of the demo."""
    products = {product.sku: product for product in _products()}
    return Part(
        seller=Seller(name="demo", title="Demo Wholesale", currency="USD", tables=TABLES),
        customers=(COMPANY,),
        products=tuple(products.values()),
        orders=tuple(_numbered(order, count, products) for count, order in enumerate(_orders())),
        key=Key(id=CLIENT, secret="0" * 64),
        examples={
            "token_url": "{base}/ims/token/v3",
            "customer_id": COMPANY.references[0].id,
            "order_id": "0123456789",
        },
        curl=f"{_ORDERS}?offset=3&limit=3'",
        first=f"{_ORDERS}?limit=3'",
    )


def _products() -> Iterator[Product]:
    for sku, title, single, bulk in PRODUCTS:
        yield Product(
            sku=sku,
            title=title,
            tiers=(Tier(price=Decimal(single)), Tier(quantity=10, price=Decimal(bulk))),
            currency="USD",
        )


def _orders() -> Iterator[Order]:
    """Give the orders, oldest first."""
    yield from _pages_own()
    yield from _first_sales()
    yield from _later()


def _pages_own() -> Iterator[Order]:
    yield _of(
        "0123456789",
        datetime(2019, 5, 2, 22, 49, 54, tzinfo=UTC),
        Line(
            number=4, sku="80004567EA01A12", quantity=1, subscription="86756309", deployment="12345"
        ),
    )
    yield _of(
        "5120008001",
        datetime(2019, 5, 2, 22, 49, 54, tzinfo=UTC),
        _promoted(1, "80004567CA01A12", 1, "SUMMER_SALE_123"),
        _promoted(2, "80004561CA02A12", 11, "WINTER_SALE_123"),
    )


def _first_sales() -> Iterator[Order]:
    """Give a sale that is held, one that failed, and one that was returned whole."""
    yield _of(
        "5120008002",
        datetime(2019, 5, 20, 9, 15, 2, tzinfo=UTC),
        _held(1, "65304479CA01A12", 12),
        _held(2, "80004561CA02A12", 3),
    )
    yield replace(
        _of(
            "5120008003",
            datetime(2019, 6, 3, 14, 1, 40, tzinfo=UTC),
            Line(number=1, sku="80004567CA01A12", quantity=5),
            status=Status.FAILED,
        ),
        extras={"adobe.status": "1026"},
    )
    yield _of(
        "5120008004",
        datetime(2019, 6, 10, 8, 30, 11, tzinfo=UTC),
        replace(_held(1, "80004561CA02A12", 20), remaining=0),
        status=Status.CANCELLED,
    )
    yield replace(
        _of(
            "5120008005",
            datetime(2019, 6, 14, 16, 45, tzinfo=UTC),
            _held(1, "80004561CA02A12", 20),
        ),
        kind=Kind.RETURN,
        links=(_link(Relation.RETURN_OF, "5120008004"),),
    )


def _later() -> Iterator[Order]:
    """Give a switch, a renewal, and a sale that is not complete yet."""
    yield replace(
        _of(
            "5120008006",
            datetime(2019, 7, 1, 11, 20, 33, tzinfo=UTC),
            replace(_held(1, "80004567CA01A12", 3, "6"), replaces=_subscription(2, "2")),
            replace(_held(2, "80004561CA02A12", -3, "2"), number=1),
        ),
        kind=Kind.SWITCH,
        links=(_link(Relation.SWITCH_OF, "5120008002"),),
    )
    yield replace(
        _of(
            "5120008007",
            datetime(2019, 7, 10, 7, 5, 59, tzinfo=UTC),
            Line(number=1, sku="80004567EA01A12", quantity=1, subscription="86756309"),
        ),
        kind=Kind.RENEWAL,
        links=(_link(Relation.RENEWAL_OF, "0123456789"),),
    )
    yield _of(
        "5120008008",
        datetime(2019, 7, 15, 10, 12, 48, tzinfo=UTC),
        Line(number=1, sku="65304479CA01A12", quantity=4, remaining=4),
        Line(number=2, sku="80004561CA02A12", quantity=10, remaining=10),
        status=Status.RECEIVED,
    )


def _of(id: str, created: datetime, *lines: Line, status: Status = Status.COMPLETED) -> Order:
    return Order(
        references=(Reference("adobe", id),),
        customer=identity(COMPANY),
        created=created,
        modified=created,
        currency="USD",
        status=status,
        lines=tuple(replace(line, currency="USD", status=line.status or status) for line in lines),
    )


def _promoted(number: int, sku: str, quantity: int, code: str) -> Line:
    promotions = (Promotion(code=code, result="SUCCESS"),)
    return Line(
        number=number, sku=sku, quantity=quantity, status=Status.RECEIVED, promotions=promotions
    )


def _held(number: int, sku: str, quantity: int, order: str = "2") -> Line:
    return Line(
        number=number, sku=sku, quantity=quantity, subscription=_subscription(number, order)
    )


def _subscription(number: int, order: str) -> str:
    return f"demo{order}{number}".ljust(30, "0") + "NA"


def _link(relation: Relation, id: str) -> Link:
    return Link(relation, Identity(references=(Reference("adobe", id),)))


def _numbered(order: Order, count: int, products: dict[str, Product]) -> Order:
    """Give an order its own reference, prices where it sold something, and a reseller now and then.

    The page's two orders have one reference: it need not be unique.
    """
    order = replace(
        order,
        po_number=str(FIRST_REFERENCE + max(0, count - 1)),
        reseller=RESELLER if count % 3 == 2 else "",
    )
    if order.kind not in (Kind.SALE, Kind.RENEWAL):
        return order
    priced = price(order, products)
    lines = (
        replace(own, unit_price=line.unit_price, total=line.total, pricing=line_pricing(line))
        for own, line in zip(order.lines, priced.lines, strict=True)
    )
    return replace(order, lines=tuple(lines), totals=priced.totals)
