"""The dialects that a person means, and the keys for their clients."""

import asyncio

import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid
from orderglot.faces.routes import Routes
from orderglot.hub.dialects import chosen
from orderglot.hub.keys import new_key
from orderglot.stores.memory import MemoryStore


def test_all_dialects_are_chosen_unless_some_are_named() -> None:
    assert "kole" in {one.name for one in chosen(())}
    assert ["kole"] == [one.name for one in chosen(("kole",))]
    with pytest.raises(Invalid, match=r"There is no dialect 'klingon'; there are .*kole"):
        chosen(("kole", "klingon"))


def test_a_method_that_komet_has_not_is_refused_as_komet_does() -> None:
    routes = Routes((one.name, one) for one in chosen(()))

    assert "komet" == routes.nearest("/api/invoice.list")
    assert "kodaris" == routes.nearest("/api/account/invoice")


def test_a_key_is_given_in_the_vendors_own_words() -> None:
    async def made() -> tuple[str, dict[str, str]]:
        store = MemoryStore()
        owner = await store.add_seller("acme")
        return await new_key(store.keyring, "kole", Caller(seller=owner.id))

    name, shown = asyncio.run(made())
    assert ["id", "api_key"] == list(shown)
    assert f"kole:{shown['id']}" == name
