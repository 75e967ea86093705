"""An opened book: which seller is meant, and what a command keeps."""

import asyncio

import pytest

from orderglot.core.errors import HubError
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Outcome
from orderglot.core.seller import Seller
from orderglot.hub.opening import Hub
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore


def with_sellers(*names: str) -> MemoryStore:
    async def added() -> MemoryStore:
        store = MemoryStore()
        for name in names:
            await store.add_seller(name)
        return store

    return asyncio.run(added())


def seller(store: BookStore, named: str = "", configured: str = "") -> Seller:
    return asyncio.run(Hub(store, configured).seller(named))


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
        opened = Hub(MemoryStore())
        first = await opened.seller_or_new("acme", "GBP")
        return first, await opened.seller_or_new("acme", "USD")

    first, second = asyncio.run(twice())
    assert first == second
    assert first.currency == "GBP"


def test_what_a_command_keeps_is_no_test_order() -> None:
    async def kept() -> tuple[bool, Outcome]:
        opened = Hub(MemoryStore())
        book = opened.book(await opened.seller_or_new("acme", ""))
        (one,) = await book.keep(Order(references=(Reference("kole", "1"),)))
        return one.order.test, one.outcome

    assert (False, Outcome.NEW) == asyncio.run(kept())
