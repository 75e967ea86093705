"""The dialects that a person means, and the keys for their clients."""

import asyncio

import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid
from orderglot.core.keyring import MadeKey
from orderglot.faces.dispatcher import Dispatcher
from orderglot.faces.routes import Routes
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen
from orderglot.hub.keys import shown
from orderglot.hub.opening import Hub
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request, Response


def test_all_dialects_are_chosen_unless_some_are_named() -> None:
    assert "kole" in {one.name for one in chosen(())}
    assert ["kole"] == [one.name for one in chosen(("kole",))]
    with pytest.raises(Invalid, match=r"There is no dialect 'klingon'; there are .*kole"):
        chosen(("kole", "klingon"))


@pytest.mark.parametrize(
    ("path", "vendor"),
    [
        ("/api/invoice.list", "komet"),
        ("/api/customer.list/7", "komet"),
        ("/api/account/invoice", "kodaris"),
        ("/api/user/customer/loginV2", "kodaris"),
        ("/v3/flex-discounts", "adobe"),
        ("/v3/customers/1/subscriptions", "adobe"),
        ("/partnerservice/health", "adobe"),
        ("/ims/token/v1", "adobe"),
        ("/webresources/api/v3/sites/current/users/me", "catalyst"),
        ("/api/oauth/revoke", "catalyst"),
        ("/orders/7/items", "kole"),
        ("/orders/7/items/8", "kole"),
        ("/api/v2/admin/tokens", None),
        ("/api/ecommerce/inventory.list", None),
        ("/api", None),
        ("/api/", None),
        ("/webresources", "catalyst"),
        ("/products", None),
        ("/favicon.ico", None),
        ("/wp-login.php", None),
    ],
)
def test_a_path_that_nobody_has_is_whose_words_it_shares_where_one_is_nearest(
    path: str, vendor: str | None
) -> None:
    routes = Routes((one.name, one) for one in chosen(()))

    assert vendor == routes.nearest(path)


def test_what_nobody_is_near_to_is_refused_in_no_vendors_words() -> None:
    async def asked(path: str) -> Response:
        dispatcher = Dispatcher(Server(one, MemoryStore()) for one in chosen(()))
        request = Request(method="GET", path=path)
        return await dispatcher.answer(request)

    for path in ("/api/v2/admin/tokens", "/api/ecommerce/inventory.list", "/lost"):
        answer = asyncio.run(asked(path))
        assert (404, b"There is nothing here.\n") == (answer.status, answer.body)
        assert "text/plain; charset=utf-8" == answer.headers["content-type"]


def test_a_key_is_given_in_the_vendors_own_words() -> None:
    async def made() -> MadeKey:
        hub = Hub(MemoryStore())
        owner = await hub.store.add_seller("acme")
        return await hub.administration.make_key("kole", Caller(seller=owner.id))

    key = asyncio.run(made())
    parts = shown(key)
    assert ["id", "api_key"] == list(parts)
    assert (f"kole:{parts['id']}", parts["api_key"]) == (key.record.name, key.secret)
