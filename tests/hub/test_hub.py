"""The hub: which seller is meant, which store is opened, and what is put on one line."""

import asyncio
import json
from pathlib import Path

import pytest

from orderglot import hub
from orderglot.core.caller import Caller
from orderglot.core.errors import HubError, Invalid, NotFound, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Outcome
from orderglot.core.seller import Seller
from orderglot.faces.routes import Routes
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from orderglot.wire.message import Response


def with_sellers(*names: str) -> MemoryStore:
    async def added() -> MemoryStore:
        store = MemoryStore()
        for name in names:
            await store.add_seller(name)
        return store

    return asyncio.run(added())


def seller(store: BookStore, named: str = "", configured: str = "") -> Seller:
    return asyncio.run(hub.Hub(store, configured).seller(named))


def test_a_seller_is_named_or_configured_or_the_only_one() -> None:
    store = with_sellers("acme", "best")
    assert seller(store, "best").name == "best"
    assert seller(store, configured="acme").name == "acme"
    assert seller(store, "best", configured="acme").name == "best"
    assert seller(with_sellers("acme")).name == "acme"


@pytest.mark.parametrize(
    ("names", "named", "sentence"),
    [
        ((), "", "--seller: say whose book is meant; add one with 'orderglot seller add NAME'."),
        (("acme", "best"), "", "--seller: say whose book is meant; the book has acme, best."),
        (("acme",), "best", "There is no seller 'best'; the book has acme."),
    ],
)
def test_who_is_meant_has_to_be_clear(names: tuple[str, ...], named: str, sentence: str) -> None:
    with pytest.raises(HubError) as refused:
        seller(with_sellers(*names), named)
    assert sentence == refused.value.message


def test_a_new_seller_is_added_once() -> None:
    async def twice() -> tuple[Seller, Seller]:
        opened = hub.Hub(MemoryStore())
        first = await opened.seller_or_new("acme", "GBP")
        return first, await opened.seller_or_new("acme", "USD")

    first, second = asyncio.run(twice())
    assert first == second
    assert first.currency == "GBP"


def test_what_a_command_keeps_is_no_test_order() -> None:
    async def kept() -> tuple[bool, Outcome]:
        opened = hub.Hub(MemoryStore())
        book = opened.book(await opened.seller_or_new("acme", ""))
        (one,) = await book.keep(Order(references=(Reference("kole", "1"),)))
        return one.order.test, one.outcome

    assert (False, Outcome.NEW) == asyncio.run(kept())


def test_all_dialects_are_chosen_unless_some_are_named() -> None:
    assert "kole" in {one.name for one in hub.chosen(())}
    assert ["kole"] == [one.name for one in hub.chosen(("kole",))]
    with pytest.raises(Invalid, match=r"There is no dialect 'klingon'; there are .*kole"):
        hub.chosen(("kole", "klingon"))


def test_a_method_that_komet_has_not_is_refused_as_komet_does() -> None:
    routes = Routes((one.name, one) for one in hub.chosen(()))

    assert "komet" == routes.nearest("/api/invoice.list")
    assert "kodaris" == routes.nearest("/api/account/invoice")


def test_a_key_is_given_in_the_vendors_own_words() -> None:
    async def made() -> tuple[str, dict[str, str]]:
        opened = hub.Hub(MemoryStore())
        owner = await opened.seller_or_new("acme", "")
        return await opened.new_key("kole", Caller(seller=owner.id))

    name, shown = asyncio.run(made())
    assert ["id", "api_key"] == list(shown)
    assert f"kole:{shown['id']}" == name


def test_a_book_is_made_only_where_that_is_wanted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.db"
    with pytest.raises(NotFound, match=r"There is no order book .*book.db"):
        hub.open_store(url)
    asyncio.run(hub.open_store(url, create=True).close())
    asyncio.run(hub.open_store(url).close())


@pytest.mark.parametrize("url", ["", "book.db", "sqlite:///", "sqlite:/book.db", "mysql://u:p@h/d"])
def test_what_is_no_place_for_a_book_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="is not where an order book can be; write sqlite:///FILE"):
        hub.open_store(url, create=True)


class Failing(MemoryStore):
    """A store whose disk is gone."""

    async def sellers(self) -> tuple[Seller, ...]:
        raise Upstream("The disk of /secret/place failed; look at the disk and try again.")


def health(store: BookStore, method: str = "GET") -> Response:
    """Ask the health page through the whole ASGI application."""
    said: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": "/healthz",
        "headers": [],
        "query_string": b"",
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def tell(message: object) -> None:
        assert isinstance(message, dict)
        said.append(message)

    asyncio.run(hub.faces(store, ())(scope, receive, tell))
    status, body = said[0]["status"], said[1]["body"]
    assert isinstance(status, int)
    assert isinstance(body, bytes)
    return Response(status=status, body=body)


def test_the_health_page_says_whether_the_store_answers() -> None:
    answer = health(MemoryStore())
    assert (200, {"status": "ok"}) == (answer.status, json.loads(answer.body))
    failing = health(Failing())
    assert failing.status == 503
    assert json.loads(failing.body)["status"] == "failing"
    assert b"/secret/place" not in failing.body


def test_the_health_page_is_only_read() -> None:
    assert health(MemoryStore(), "POST").status == 405
