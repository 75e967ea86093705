"""The demo's orders as Komet's clients see them: a florist's web orders, two of them pending."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.order import Line, Order, Reference, Totals
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.core.values import Status
from orderglot.demo import Key, Part

ACCOUNT, FLORIST_ID, PENDING, CHECKED_OUT = "7030", "7349", "48", "47"
ASKED_FOR = "24323"
"""The web order that the vendor's sample asks for; the answer under it is another's."""

BEGUN = datetime(2017, 6, 26, 9, 14, 5, tzinfo=UTC)
ZERO = Decimal(0)

IMAGE = (
    "http://test.kometsales.com.s3.amazonaws.com/7030/product/217044_250x250.jpg"
    "?AWSAccessKeyId=EXAMPLE&Expires=1498924690&Signature=EXAMPLE"
)
FLORIST = Customer(
    number="107349",
    references=(Reference("komet", FLORIST_ID),),
    name="Demo Florist",
    first_name="Flora",
    last_name="Demo",
    email="flora@demo.example",
    currency="USD",
)
LILY = Product(
    sku="AGASQ",
    title="Agapanthus Silver Queen",
    image_url=IMAGE,
    tiers=(Tier(price=Decimal(7)),),
    currency="USD",
    extras={
        "komet.boxTypeId": 2520,
        "komet.boxTypeCode": "FB",
        "komet.unitType": "Bunch",
        "komet.stemsBunch": 2,
        "komet.pack": 2,
    },
)
BOX = Line(
    number=1,
    id="8b891222-5ce4-11e7-81aa-2ca9caf6766c",
    item_id="928343",
    type="prebook",
    sku=LILY.sku,
    title=LILY.title,
    image_url=IMAGE,
    quantity=1,
    unit="Bunch",
    unit_price=Decimal(7),
    total=Decimal(14),
    deliver_by=date(2017, 6, 29),
    carrier_id="1661",
    carrier="Armellini Miami",
    ship_name="RSVP2",
    box_id="2520",
    box="FB",
    pieces_per_unit=2,
    units_per_box=2,
)
TABLES = {
    "komet.locations": [
        {"id": "13", "name": "Miami", "code": "MIA"},
        {"id": "14", "name": "Quito", "code": "UIO"},
    ],
    "komet.carriers": {"1661": "Armellini Miami"},
    "komet.ship_tos": {"501": "RSVP2"},
}


def part() -> Part:
    """Give Komet's part of the demo."""
    earlier = replace(
        BOX, id="8b891222-5ce4-11e7-81aa-000000000047", item_id="928301", mark_code="RSVP"
    )
    later = replace(BOX, id="8b891222-5ce4-11e7-81aa-000000024323", item_id="952617")
    return Part(
        seller=Seller(name="demo", title="Demo Wholesale", currency="USD", tables=TABLES),
        customers=(FLORIST,),
        products=(LILY,),
        orders=(
            _order(CHECKED_OUT, "26", Status.RECEIVED, earlier, BEGUN - timedelta(days=3)),
            _order(PENDING, "27", Status.DRAFT, BOX, BEGUN),
            _order(ASKED_FOR, "28", Status.DRAFT, later, BEGUN + timedelta(days=1)),
        ),
        key=Key(id=ACCOUNT, secret="0" * 26),
        examples={"customer_id": FLORIST_ID, "web_order_id": PENDING},
        curl=(
            "curl '{base}/api/web.order.details.list?webOrderId={web_order_id}"
            "&customerId={customer_id}' -H 'X-ACCOUNT: {account}'"
            " -H 'authenticationToken: {authentication_token}'"
        ),
        first=(
            # All that a customer's token reads is an order of his; before the first there is none.
            "curl '{base}/api/web.order.details.list?webOrderId=1"
            "&customerId={customer_id}' -H 'X-ACCOUNT: {account}'"
            " -H 'authenticationToken: {authentication_token}'"
        ),
    )


def _order(id: str, number: str, status: Status, line: Line, begun: datetime) -> Order:
    return Order(
        references=(Reference("komet", id),),
        number=number,
        status=status,
        customer=identity(FLORIST),
        created=begun,
        modified=begun,
        currency="USD",
        entered_by="793",
        location="13",
        lines=(line,),
        totals=Totals(subtotal=line.total, charges=ZERO, total=line.total),
    )
