"""The client face, talking to scripted vendors: walking, logging in, and being told no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orderglot.core.errors import HubError, Invalid, NotFound, Rule, Unsupported, Upstream, invalid
from orderglot.core.order import Order, Reference
from orderglot.core.query import Compare, Operator, Window
from orderglot.faces.client import MOST_REFUSALS, Client, Transcript
from orderglot.wire import json
from orderglot.wire.dialect import Flows, Session
from orderglot.wire.flow import Flow
from orderglot.wire.message import Request, Response, argument
from tests.faces.tiny import DIALECT, GET_ORDER, NAME, TinyAuth, answer

KEY = {"id": "demo-id", "key": "demo-key"}
NO = Response(status=401, body=b'{"error": "Unauthenticated", "message": "Log in."}')


class Vendor:
    """A vendor that answers by a script and remembers what it was asked."""

    def __init__(self, script: Callable[[Request], Response]) -> None:
        self.script = script
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        return self.script(request)


def pages(**answers: tuple[list[str], int | None]) -> Vendor:
    """Give a vendor whose list at ``at_2`` holds these ids and goes on at that offset."""

    def script(request: Request) -> Response:
        ids, next_offset = answers[f"at_{argument(request, 'offset')}"]
        return answer({"orders": [{"id": id, "notes": id} for id in ids], "next": next_offset})

    return Vendor(script)


async def everything(orders: AsyncIterator[Order]) -> list[str]:
    return [order.references[0].id async for order in orders]


def walked(vendor: Vendor, *where: Any) -> list[str]:
    return asyncio.run(everything(Client(DIALECT, vendor, KEY).walk(*where)))


def test_every_page_is_walked() -> None:
    vendor = pages(at_0=(["A", "B"], 2), at_2=(["C"], 3), at_3=([], None))

    assert ["A", "B", "C"] == walked(vendor)
    assert ["3", "3", "3"] == [argument(request, "limit") for request in vendor.asked]


def test_an_order_that_comes_twice_is_given_once() -> None:
    assert ["A", "B", "C"] == walked(pages(at_0=(["A", "B"], 2), at_2=(["B", "C"], None)))


def test_what_does_not_match_is_left_out() -> None:
    where = Compare("notes", Operator.GT, "A")

    assert ["B", "C"] == walked(pages(at_0=(["A", "B"], 2), at_2=(["C"], None)), where)


def test_a_list_that_leads_back_ends_with_an_error() -> None:
    vendor = pages(at_0=(["A"], 1), at_1=(["B"], 0))

    with pytest.raises(Upstream, match="already read"):
        walked(vendor)
    assert [2] == [len(vendor.asked)]


def test_a_page_is_never_asked_for_longer_than_the_vendor_allows() -> None:
    vendor = pages(at_0=(["A"], None))

    asyncio.run(Client(DIALECT, vendor, KEY).page(Window(limit=1_000)))

    assert ["3"] == [argument(request, "limit") for request in vendor.asked]


@pytest.mark.parametrize("need", ["place", "get", "page", "linked"])
def test_what_the_vendor_cannot_is_unsupported(need: str) -> None:
    vendor = Vendor(lambda request: answer({}))
    asks: dict[str, Any] = {"place": Order(), "page": Window()}
    nothing: dict[str, Any] = {need: None}
    client = Client(replace(DIALECT, flows=replace(DIALECT.flows, **nothing)), vendor, KEY)

    with pytest.raises(Unsupported, match="Tiny cannot"):
        asyncio.run(getattr(client, need)(asks.get(need, Reference(NAME, "A"))))
    assert [] == vendor.asked


def test_a_refusal_is_raised_as_what_it_says() -> None:
    fault = DIALECT.faults.write(
        NotFound("There is no such order."), GET_ORDER.request.write(Reference(NAME, "A"))
    )

    with pytest.raises(NotFound, match="There is no such order"):
        asyncio.run(Client(DIALECT, Vendor(lambda request: fault), KEY).get(Reference(NAME, "A")))


def test_an_answer_that_cannot_be_read_is_the_vendors_fault() -> None:
    vendor = Vendor(lambda request: answer({"id": ["not", "an", "id"]}))

    with pytest.raises(Upstream, match="getOrder cannot be read"):
        asyncio.run(Client(DIALECT, vendor, KEY).get(Reference(NAME, "A")))


def test_a_conversation_may_listen_to_a_refusal_and_go_on() -> None:
    def get(ref: Reference) -> Flow[Order]:
        try:
            yield Request(method="GET", path="/first")
        except NotFound:
            response = yield Request(method="GET", path="/second")
            return Order(notes=json.read(response.body))
        raise AssertionError

    def script(request: Request) -> Response:
        if request.path == "/second":
            return answer("found")
        return DIALECT.faults.write(NotFound("Not here."), request)

    client = Client(replace(DIALECT, flows=Flows(get=get)), Vendor(script), KEY)

    assert asyncio.run(client.get(Reference(NAME, "A"))).notes == "found"


def test_a_conversation_may_end_at_a_refusal() -> None:
    def get(ref: Reference) -> Flow[Order]:
        try:
            yield Request(method="GET", path="/first")
        except HubError:
            return Order(notes="made up")
        raise AssertionError

    client = Client(replace(DIALECT, flows=Flows(get=get)), Vendor(lambda request: NO), KEY)

    assert asyncio.run(client.get(Reference(NAME, "A"))).notes == "made up"


class TokenAuth(TinyAuth):
    """A login that gives a token, which may be over at any time; it is tried twice more."""

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        if refusals > 2 or (session.kept and not refusals):
            return None
        return self._talk(session)

    def _talk(self, session: Session) -> Flow[None]:
        response = yield Request(method="POST", path="/login")
        session.kept["token"] = json.read(response.body)["token"]

    def authenticate(self, request: Request, session: Session) -> Request:
        return Request(method="GET", path=f"{request.path}?{session.kept['token']}")


class TokenVendor(Vendor):
    """Gives tokens 1, 2, 3 … and takes only those in ``good``."""

    def __init__(self, *good: int) -> None:
        super().__init__(self._script)
        self.good = good
        self.given = 0

    def _script(self, request: Request) -> Response:
        if request.path == "/login":
            self.given += 1
            return answer({"token": self.given})
        token = int(request.path.partition("?")[2])
        return answer({"id": "A"}) if token in self.good else NO


def logged_in(vendor: Vendor) -> Client:
    return Client(replace(DIALECT, auth=TokenAuth()), vendor, KEY, lambda: datetime.now(UTC))


def test_a_login_comes_first_and_lasts() -> None:
    vendor = TokenVendor(1)
    client = logged_in(vendor)

    async def twice() -> None:
        await client.get(Reference(NAME, "A"))
        await client.get(Reference(NAME, "A"))

    asyncio.run(twice())
    paths = ["/login", "/tiny/orders/A?1", "/tiny/orders/A?1"]
    assert paths == [request.path for request in vendor.asked]


def test_a_token_that_is_over_is_renewed() -> None:
    vendor = TokenVendor(2)

    assert asyncio.run(logged_in(vendor).get(Reference(NAME, "A"))).references
    assert 2 == vendor.given


def test_a_refusal_stands_when_there_is_nothing_more_to_try() -> None:
    vendor = TokenVendor()

    with pytest.raises(HubError, match="Log in"):
        asyncio.run(logged_in(vendor).get(Reference(NAME, "A")))
    assert vendor.given <= MOST_REFUSALS


def test_many_at_once_log_in_together() -> None:
    vendor = TokenVendor(1)
    client = logged_in(vendor)

    async def many() -> None:
        await asyncio.gather(*(client.get(Reference(NAME, "A")) for _ in range(10)))

    asyncio.run(many())
    assert 1 == vendor.given


def test_many_at_once_renew_a_token_together() -> None:
    vendor = TokenVendor(1)
    client = logged_in(vendor)

    async def many() -> None:
        await client.get(Reference(NAME, "A"))
        vendor.good = (2,)
        await asyncio.gather(*(client.get(Reference(NAME, "A")) for _ in range(10)))

    asyncio.run(many())
    assert 2 == vendor.given


def test_a_login_that_is_refused_is_told() -> None:
    with pytest.raises(HubError, match="Log in"):
        asyncio.run(logged_in(Vendor(lambda request: NO)).get(Reference(NAME, "A")))


@pytest.mark.parametrize(
    "answers", [lambda request: NO, lambda request: answer({"token": 1})], ids=["login", "proof"]
)
def test_what_a_login_or_a_proof_was_in_the_way_of_was_not_sent(
    answers: Callable[[Request], Response],
) -> None:
    class Nobody(TokenAuth):
        def authenticate(self, request: Request, session: Session) -> Request:
            raise invalid("customer", Rule.REQUIRED, "Say whose orders are meant.")

    transcript = Transcript()
    client = Client(replace(DIALECT, auth=Nobody()), Vendor(answers), KEY)

    with pytest.raises(HubError):
        asyncio.run(client.place(Order(po_number="PO-7"), "demo", transcript))
    assert ([], 0) == (transcript.responses, transcript.sent)


def test_what_is_wrong_with_a_new_order_comes_back_field_by_field() -> None:
    def script(request: Request) -> Response:
        problems = [["notes", "length", "Too long."]]
        body = {"error": "Invalid", "message": "", "problems": problems}
        return answer(body, 400)

    with pytest.raises(Invalid) as caught:
        asyncio.run(Client(DIALECT, Vendor(script), KEY).place(Order(notes="long")))

    assert [("notes", Rule.LENGTH)] == [(one.field, one.rule) for one in caught.value.problems]


def test_a_key_goes_into_what_must_not_be_performed_twice_and_nothing_else() -> None:
    vendor = Vendor(lambda request: answer({"id": "A", "po": "PO-7"}, 201))
    client = Client(DIALECT, vendor, KEY)

    async def flow() -> Transcript:
        transcript = Transcript()
        await client.place(Order(po_number="PO-7"), "demo", transcript)
        await client.place(Order(po_number="PO-7"))
        await client.get(Reference(NAME, "A"))
        return transcript

    transcript = asyncio.run(flow())
    keys = [request.headers.get("idempotency-key") for request in vendor.asked]
    assert ["demo-createOrder-1", None, None] == keys
    assert ([201], False) == ([one.status for one in transcript.responses], transcript.waiting)
    assert 1 == transcript.sent


def test_what_a_vendor_answered_can_be_heard_even_where_it_cannot_be_read() -> None:
    vendor = Vendor(lambda request: Response(status=200, body=b"[]"))
    transcript = Transcript()

    with pytest.raises(Upstream):
        asyncio.run(Client(DIALECT, vendor, KEY).page(Window(), transcript))
    assert [b"[]"] == [one.body for one in transcript.responses]
