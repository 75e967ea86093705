"""The writes of the state machine: what each of them is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.life.book_model import GOODS, OFFER, OTHER_OFFER
from tests.life.doors import CUSTOMER, JSON, XML
from tests.life.ways import WAYS
from tests.life.writes.adobe import (
    AdobeBuys,
    AdobeNames,
    AdobeRenews,
    AdobeReturns,
    AdobeReverts,
    AdobeSwitches,
)
from tests.life.writes.cancelling import ANSWERS, Answers, Asks
from tests.life.writes.catalyst import (
    STATUSES,
    CatalystAdds,
    CatalystDeletes,
    CatalystOrders,
    CatalystPuts,
    CatalystSendsBack,
)
from tests.life.writes.changes import Corrects, Moves, Reprices
from tests.life.writes.goods import Divides, Exchanges
from tests.life.writes.kodaris import KodarisOrders
from tests.life.writes.kole import KoleOrders
from tests.life.writes.komet import KometAdds, KometBegins, KometChecksOut, KometDeletes
from tests.life.writes.orderglot import OwnChanges, OwnOrders
from tests.life.writes.previews import AdobePreviews, AdobePreviewsFirst
from tests.life.writes.seller import Steps
from tests.life.writes.write import Write

OTHER_CUSTOMER = 1005000002

few = st.integers(1, 12)
many = st.sampled_from((1, 4, 24, 200, 299, 300))
skus = st.sampled_from((GOODS, GOODS, GOODS, "NOBODY-HAS-THIS"))
offers = st.sampled_from((OFFER, OFFER, OTHER_OFFER))
places = st.integers(0, 99)
STEPS = ("confirm", "hold", "release", "ship", "deliver", "cancel", "complete", "note", "delete")
customers = st.sampled_from((int(CUSTOMER), OTHER_CUSTOMER))
media = st.sampled_from((JSON, XML))
changes = st.sampled_from(("quantity", "quantity", "remove", "add", "po_number"))
prices = st.sampled_from((None, Decimal("0.95"), Decimal(80)))
parts = st.sampled_from((0, 0, 2))
ways = st.sampled_from((*WAYS,))
own_ways = st.sampled_from(("http", "python"))
patches = st.sampled_from(("quantity", "quantity", "further", "new", "po_number"))

Make = Callable[[int, int], Write]
"""Makes a write out of the key that what it makes has, and that of the order it is about."""


def new(kind: type[Write], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Make]:
    return st.fixed_dictionaries(drawn).map(lambda more: lambda key, _: kind(key, **more))


def about(kind: type[Write], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Make]:
    return st.fixed_dictionaries(drawn).map(
        lambda more: lambda key, target: kind(key, target, **more)
    )


statuses = st.sampled_from(sorted(STATUSES))
flags = st.booleans()
puts = st.one_of(
    st.tuples(st.just("statusTypeId"), statuses),
    st.tuples(st.just("statusTypeId"), st.sampled_from(("completed", "cancelled", "received"))),
    st.tuples(st.just("name"), st.sampled_from(("One", "Other"))),
    st.tuples(st.sampled_from(("quote", "invoiced")), flags),
    st.tuples(st.just("shippingPrice"), st.sampled_from((0, 5, 18.3))),
    st.tuples(st.just("shippingTaxRate"), st.sampled_from((0, 0.2))),
    st.tuples(st.just("discountRate"), st.sampled_from((0, 3, 1000))),
    st.tuples(st.just("giftVoucherAmount"), st.sampled_from((0, 2))),
    st.tuples(st.just("entityId"), customers),
).map(lambda put: lambda key, target: CatalystPuts(key, target, member=put[0], value=put[1]))

WRITES: dict[str, st.SearchStrategy[Make]] = {
    "kole orders": new(KoleOrders, quantity=many, sku=skus, media=media),
    "kodaris orders": new(KodarisOrders, quantity=many, sku=skus, completes=flags),
    "komet begins": new(KometBegins),
    "komet adds": new(KometAdds, quantity=few, sku=skus, target=st.just(-2)),
    "komet adds to": about(KometAdds, quantity=few, sku=skus),
    "komet checks out": about(KometChecksOut),
    "komet deletes": about(KometDeletes),
    "catalyst orders": new(CatalystOrders, quantity=few, sku=skus, status=statuses, quote=flags),
    "catalyst puts": puts,
    "catalyst sends back": about(CatalystSendsBack, name=st.sampled_from(("", "Another"))),
    "catalyst adds": about(CatalystAdds, quantity=many, sku=skus),
    "catalyst deletes": about(CatalystDeletes),
    "adobe buys": new(AdobeBuys, quantity=few, sku=offers),
    "adobe returns": about(AdobeReturns, quantity=few, sku=offers),
    "adobe switches": about(AdobeSwitches, quantity=few),
    "adobe renews": about(AdobeRenews, quantity=few),
    "adobe reverts": about(AdobeReverts),
    "adobe names": about(AdobeNames),
    "own orders": new(OwnOrders, quantity=many, sku=skus, customer=customers, way=own_ways),
    "own changes": about(OwnChanges, what=patches, quantity=many, way=own_ways),
    "the seller divides": about(
        Divides,
        name=st.sampled_from(("split", "return")),
        quantity=st.sampled_from((1, 2, 4)),
        way=ways,
    ),
    "the seller exchanges": about(
        Exchanges, quantity=st.sampled_from((1, 2)), more=many, sku=skus, way=ways
    ),
    "the seller": about(Steps, name=st.sampled_from(STEPS), quantity=parts, way=ways),
    "the seller corrects": about(Corrects, what=changes, quantity=many, way=ways),
    "the seller reprices": about(Reprices, price=prices, way=ways),
    "the seller moves": about(Moves, customer=customers, way=ways),
    "the seller is asked": about(Asks, quantity=parts, way=ways),
    "the seller answers": about(Answers, answer=st.sampled_from((*ANSWERS,)), way=ways),
}


def previewed(kind: type[AdobePreviews]) -> st.SearchStrategy[Make]:
    """Preview an order of any type that has a preview."""
    real = st.one_of(
        *(WRITES[f"adobe {what}"] for what in ("buys", "switches", "renews", "reverts"))
    )
    return real.map(lambda make: lambda key, target: kind(key, target, real=make(key, target)))


WRITES["adobe previews"] = previewed(AdobePreviews)
WRITES["adobe previews first"] = previewed(AdobePreviewsFirst)

steps_of_sellers = [one for name, one in WRITES.items() if name.startswith("the seller")]
writes = st.one_of(*WRITES.values(), *steps_of_sellers)
goods = st.one_of(WRITES["the seller divides"], WRITES["the seller exchanges"])
carts = st.one_of(WRITES["komet begins"], WRITES["komet adds"], WRITES["komet adds to"])
ends = st.sampled_from(("completed", "cancelled", "received"))
ending = ends.map(
    lambda status: lambda key, target: CatalystPuts(key, target, "statusTypeId", status)
)
seats = st.one_of(
    *(WRITES[f"adobe {what}"] for what in ("buys", "renews", "returns", "switches", "reverts")),
    *(WRITES["adobe switches"], ending, ending),
)
"""Writes that move seats from order to order, and those that end orders or take them up again."""
