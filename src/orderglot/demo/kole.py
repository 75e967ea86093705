"""The demo's wholesaler as Kole's clients see it: one shop with sixty orders, one of them rich."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import asdict, replace

from orderglot.core.currencies import rounded
from orderglot.core.customer import Customer, ShippingAccount, identity
from orderglot.core.order import (
    Address,
    Amounts,
    Invoice,
    Line,
    Notification,
    Order,
    Payment,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.pricing import price
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.core.totals import less
from orderglot.core.values import InvoiceStatus, PaymentMethod, Status
from orderglot.demo import Key, Part

ACCOUNT = "X12345"
ORDERS = 60
FIRST = 12345
RICH = FIRST + ORDERS - 1
BEGINNING = datetime(2011, 3, 21, 7, 13, 25, tzinfo=UTC)
FIRST_MODIFIED = datetime(2011, 6, 10, 15, 16, 16, tzinfo=UTC)
"""The one order whose times are on the vendor's page; it was received nine minutes after it came."""

STEP = timedelta(hours=31, minutes=17, seconds=41)
CURRENCY = "USD"
TAX = Decimal("0.0725")
ZERO = Decimal(0)

PRODUCTS = (
    # SKU, title, pack, pounds a piece, price a piece by the pack and by ten packs
    ("AA124", "Glass candle holder, blue", 24, "0.25", "1.20", "1.05"),
    ("AA125", "Tea towel, striped", 48, "0.125", "0.85", "0.72"),
    ("AA126", "Picture frame, 5 x 7 in", 12, "0.5", "2.40", "2.15"),
    ("BB210", "Garden lantern, zinc", 6, "1.5", "6.75", "6.10"),
    ("BB211", "Pencil set, 12 colors", 36, "0.25", "0.99", "0.89"),
    ("CC305", "Folding step stool", 1, "4", "14.95", "13.50"),
    ("CC306", "Greeting card, birthday", 72, "0.125", "0.49", "0.42"),
    ("DD400", "Party balloons & ribbon, assorted", 144, "0.0625", "0.33", "0.29"),
)
STATES = (
    # how far an order has come, and what has become of its invoice
    (Status.SHIPPED, InvoiceStatus.PAID),
    (Status.PROCESSING, InvoiceStatus.UNPAID),
    (Status.CHARGED, InvoiceStatus.PAID),
    (Status.PACKING, InvoiceStatus.PARTIALLY_PAID),
    (Status.ON_HOLD, InvoiceStatus.SCHEDULED),
    (Status.CANCELLED, InvoiceStatus.CANCELLED),
    (Status.SHIPPED, InvoiceStatus.PAID_PARTIALLY_REFUNDED),
    (Status.CANCELLED, InvoiceStatus.REFUNDED),
    (Status.ON_HOLD, InvoiceStatus.PAID_PENDING_REFUND),
)
SHARES = {
    # which share of what is due was paid, and which share of that was refunded
    InvoiceStatus.PAID: ("1", "0"),
    InvoiceStatus.PARTIALLY_PAID: ("0.5", "0"),
    InvoiceStatus.PAID_PENDING_REFUND: ("1", "0"),
    InvoiceStatus.PAID_PARTIALLY_REFUNDED: ("1", "0.25"),
    InvoiceStatus.REFUNDED: ("1", "1"),
}
NOT_BILLED = frozenset({InvoiceStatus.UNPAID, InvoiceStatus.SCHEDULED, InvoiceStatus.CANCELLED})
CARRIERS = (
    ("UPS", "GROUND", "000002"),
    ("FEDEX", "GROUND", "000000001"),
    ("UPS", "PRIORITY", "000002"),
    ("FEDEX", "OVERNIGHT", "000000001"),
)

HOME = Address(
    company="Demo Gift Shop",
    first_name="Dana",
    last_name="Demo",
    line_1="100 Example Street",
    line_2="Suite 3",
    city="Carson",
    state="CA",
    postal_code="90745",
    country="US",
    phone="3105550100",
)
RECIPIENTS = (
    HOME,
    Address(
        first_name="Jean",
        last_name="Sample",
        line_1="24 Specimen Road",
        city="Albany",
        state="NY",
        postal_code="12207",
        country="US",
        phone="5185550123",
    ),
    Address(
        company="Sample & Sons",
        line_1="7 Placeholder Lane",
        line_2="Dock 2",
        city="Burlington",
        state="VT",
        postal_code="05401",
        country="US",
    ),
)
SHOP = Customer(
    number="100200",
    references=(Reference("kole", ACCOUNT),),
    name="Demo Gift Shop",
    first_name="Dana",
    last_name="Demo",
    email="dana@demo.example",
    phone="3105550100",
    tax_id="000000000",
    tax_exempt=False,
    currency=CURRENCY,
    created=BEGINNING - timedelta(days=30),
    bill_to=HOME,
    payment_methods=(PaymentMethod.CARD, PaymentMethod.ACCOUNT),
    shipping_accounts=(
        ShippingAccount(carrier="FEDEX", number="000000001"),
        ShippingAccount(carrier="UPS", number="000002"),
    ),
)


def part() -> Part:
    """Give Kole's part of the demo."""
    products = {product.sku: product for product in _products()}
    return Part(
        seller=Seller(name="demo", title="Demo Wholesale", currency=CURRENCY),
        customers=(SHOP,),
        products=tuple(products.values()),
        orders=tuple(_order(count, products) for count in range(ORDERS)),
        key=Key(id=ACCOUNT, secret="0" * 40, customer=ACCOUNT),
        examples={"order_id": str(RICH), "sku": "AA124", "pack": 24},
        curl="curl -u '{id}:{api_key}' '{base}/orders?limit=1'",
    )


def _products() -> Iterator[Product]:
    for sku, title, pack, weight, single, bulk in PRODUCTS:
        yield Product(
            sku=sku,
            upc=f"000000{sku[2:]}000",
            title=title,
            image_url=f"https://images.example/{sku}.jpg",
            pack=pack,
            tiers=(
                Tier(quantity=pack, price=Decimal(single)),
                Tier(quantity=10 * pack, price=Decimal(bulk)),
            ),
            currency=CURRENCY,
            weight=Decimal(weight),
        )


def _order(count: int, products: dict[str, Product]) -> Order:
    status, paid = STATES[count % len(STATES)] if FIRST + count != RICH else STATES[6]
    created = BEGINNING + count * STEP
    carrier, service, account = CARRIERS[count % len(CARRIERS)]
    draft = Order(
        references=(Reference("kole", str(FIRST + count)),),
        status=status,
        customer=identity(SHOP),
        po_number=f"PO-{2000 + count}",
        created=created,
        modified=created + timedelta(days=2, hours=count % 5) if count else FIRST_MODIFIED,
        received=created + timedelta(minutes=9),
        currency=CURRENCY,
        tax_exempt=False,
        bill_to=HOME,
        ship_to=RECIPIENTS[count % len(RECIPIENTS)],
        shipping=Shipping(
            carrier=carrier,
            service=service,
            account=account,
            signature=False,
            notifications=(Notification(type="TRACKING", email="dana@demo.example"),),
        ),
        payment=Payment(method=PaymentMethod.CARD),
        lines=tuple(_lines(count, products)),
    )
    order = _billed(price(draft, products), paid, f"{700000 + count}")
    return _rich(order) if FIRST + count == RICH else order


def _lines(count: int, products: dict[str, Product]) -> Iterator[Line]:
    """Choose one to three products, the first of them in twelve packs now and then."""
    skus = list(products)
    for number in range(count % 3 + 1):
        product = products[skus[(count + 3 * number) % len(skus)]]
        packs = 12 if count % 10 == 9 and not number else count % 4 + number + 1
        yield Line(type="PRODUCT", sku=product.sku, quantity=product.pack * packs)


def _billed(order: Order, status: InvoiceStatus, number: str) -> Order:
    """Charge shipping and tax, and keep the ledger that the status of the invoice speaks of."""
    subtotal = order.totals.subtotal or ZERO
    due = _sum(subtotal, rounded(subtotal * TAX, CURRENCY), Decimal("12.50"))
    paid_share, refunded_share = map(Decimal, SHARES.get(status, ("0", "0")))
    paid = _share(due, paid_share)
    nothing = _share(due, ZERO)
    owed = nothing if status is InvoiceStatus.CANCELLED else less(due, paid)
    invoice = Invoice(
        number="" if status in NOT_BILLED else number,
        status=status,
        due=due,
        owed=owed,
        paid=paid,
        refunded=_share(paid, refunded_share),
    )
    return replace(order, totals=Totals(**asdict(due)), invoice=invoice)


def _sum(subtotal: Decimal, tax: Decimal, shipping: Decimal) -> Amounts:
    total = subtotal + tax + shipping
    return Amounts(subtotal=subtotal, tax=tax, duty=ZERO, shipping=shipping, total=total)


def _share(whole: Amounts, share: Decimal) -> Amounts:
    def of(amount: Decimal | None) -> Decimal:
        return rounded((amount or ZERO) * share, CURRENCY)

    return _sum(of(whole.subtotal), of(whole.tax), of(whole.shipping))


def _rich(order: Order) -> Order:
    """Fill every field that Kole's wire has."""
    return replace(
        order,
        notes="Please hold for a week.",
        ship_to=HOME,
        shipping=replace(
            order.shipping,
            signature=True,
            instructions="Please ring the bell at dock 2.",
            notifications=(
                *order.shipping.notifications,
                Notification(type="TRACKING", email="dock@demo.example"),
            ),
        ),
    )
