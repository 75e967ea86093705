"""Random questions: what a list finds, in which order and how many, is what the oracle says.

``make where`` asks ten thousand of each store; `make test` asks some.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.dialects.catalyst import DIALECT
from orderglot.dialects.catalyst.relations import every_asked
from orderglot.dialects.catalyst.tests import where_oracle as oracle
from orderglot.dialects.catalyst.tests.where_book import ORDERS, fill
from orderglot.dialects.catalyst.tests.where_fields import (
    KINDS,
    ORDER,
    Kind,
    Row,
    all_fields,
    shown,
)
from orderglot.faces.server import Server
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.stores.shops import SHELVES

QUESTIONS = int(os.environ.get("ORDERGLOT_QUESTIONS", "120"))
"""So many questions are put to each store."""

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

PATH = "/webresources/api/v3/sites/current/orders"
TOO_MUCH = "that have to be looked up in every order"


class Shop:
    """A seller's list of orders, all that is shown of them, and what the book knows besides."""

    def __init__(self, runner: asyncio.Runner, store: BookStore, clock: Clock, lists: bool) -> None:
        self.runner = runner
        self.server = Server(DIALECT, store)
        seller, self.orders = runner.run(fill(store, clock, own_lists=lists))
        issued = store.keyring.issue_key(
            DIALECT.name, Caller(seller=seller.id), DIALECT.auth.make_secret, str
        )
        self.token = runner.run(issued).secret
        fields = all_fields()
        both = [
            json.read(self.ask(fields=fields, where=where, limit="500", order="id").body)["items"]
            for where in ("{}", "{deleted:true}")
        ]
        self.rows: list[Row] = [row for rows in both for row in rows]
        self.pools = {name: _pool(self.rows, name) for name in KINDS}
        self.values = {name: _values(KINDS[name], pool) for name, pool in self.pools.items()}
        known = (*sorted(ORDER), *(name for name in sorted(KINDS) if self.pools[name]))
        self.names = st.sampled_from((*known, *known, *sorted(KINDS)))
        self.wheres = st.one_of(*[wheres(self)] * 6, st.just({}))

    def ask(self, **arguments: str) -> Response:
        """Ask for the list."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in arguments.items())
        headers = {"authorization": self.token}
        request = Request(method="GET", path=PATH, query=query, headers=headers)
        return self.runner.run(self.server(request))

    def place(self, row: Row, name: str) -> Any:
        """Give what the book alone knows of a row."""
        order: Order = self.orders[str(row["id"])]
        match name:
            case "id":
                return order.id
            case "entityId":
                return order.customer.id if order.customer else None
            case _:
                return order.totals.total


def _pool(rows: list[Row], name: str) -> list[Any]:
    """Give what is shown under a name, each value once."""
    values = (shown(row, name) for row in rows)
    return list(dict.fromkeys(one for one in values if one is not None))


@pytest.fixture(scope="module", params=SHELVES)
def shops(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Shop]]:
    backend = SHELVES[request.param](tmp_path_factory.mktemp("where"))
    with asyncio.Runner() as runner:
        clock = Clock()
        store = BookStore(backend, clock)
        yield [Shop(runner, store, clock, lists) for lists in (True, False)]
        runner.run(store.close())


# Questions


def _values(kind: Kind, pool: list[Any]) -> SearchStrategy[Any]:
    """Draw what a field is compared with: mostly what is shown, or nearly; hardly ever nonsense."""
    any_of: SearchStrategy[Any] = {
        Kind.NUMBER: st.sampled_from([0, 1, -1, 1.5, "2", "1e1", 10**30, "0.1"]).map(_exact),
        Kind.TEXT: st.sampled_from(["", "a", "1", 1, "Shop", "ä", "'", '"', "US"]),
        Kind.FLAG: st.sampled_from([True, False, "true", "FALSE", 1, "0"]),
        Kind.MOMENT: st.sampled_from(
            ["2016-10-10", "2013-06-10", "2016-10-10T04:59:59.999Z", "2016-10-11T02:00:00+02:00"]
        ),
    }[kind]
    near = st.sampled_from(pool).flatmap(_nearly) if pool else any_of
    odd: SearchStrategy[Any] = st.sampled_from([None, None, None, True, "perhaps", "", [], {}, 7])
    return st.one_of(*[near] * 30, *[any_of] * 9, odd)


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


def _nearly(value: Any) -> SearchStrategy[Any]:
    match value:
        case bool():
            return st.booleans()
        case int() | Decimal():
            near = (value, value, value + 1, value - 1, -value, value + Decimal("0.5"))
            return st.sampled_from((*near, str(value)))
        case str():
            near_text = (value, value, value[1:], value[:3], value.upper(), value.lower())
            return st.sampled_from(near_text)
        case _:
            spelled = value.isoformat().removesuffix("+00:00")
            return st.sampled_from((spelled, spelled, spelled[:10], spelled[:19], f"{spelled}Z"))


def _few(signs: list[str]) -> SearchStrategy[list[str]]:
    one = st.sampled_from(signs)
    return st.one_of(*[one.map(lambda sign: [sign])] * 4, st.lists(one, min_size=2, max_size=2))


OF_TEXT = ("$contains", "$beginsWith")
SIGNS = {
    textual: _few([sign for sign in oracle.SIGNS if textual or sign not in OF_TEXT])
    for textual in (True, False)
}


@st.composite
def leaves(draw: st.DrawFn, shop: Shop) -> dict[str, Any]:
    """Draw conditions on one field, its name spelled somehow."""
    name = draw(shop.names)
    values = shop.values[name]
    said: dict[str, Any] = {}
    for sign in draw(SIGNS[KINDS[name] is Kind.TEXT]):
        lists = sign in ("$in", "$nin")
        value = draw(st.lists(values, max_size=4) if lists else values)
        if sign == "":
            return {_spelled(draw, name): value}
        said[_spelled(draw, sign)] = value
    return {_spelled(draw, name): said}


def _spelled(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from((name, name, name.lower(), name.upper())))


def wheres(shop: Shop) -> SearchStrategy[dict[str, Any]]:
    """Draw a ``where``."""
    one = leaves(shop)
    two = st.lists(one, min_size=2, max_size=2).map(_together)
    several = st.one_of(*[one] * 3, two)

    def combined(part: SearchStrategy[Any]) -> SearchStrategy[Any]:
        parts = st.lists(part, max_size=3)
        both = st.builds(
            lambda sign, each: {sign: each}, st.sampled_from(("$and", "$or", "$or")), parts
        )
        return st.builds(lambda one, other: _together([one, other]), both, several) | both

    return st.recursive(several, combined, max_leaves=5)


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: said for part in parts for name, said in part.items()}


@st.composite
def texts_of(draw: st.DrawFn, value: Any) -> str:
    """Spell a ``where`` as clients do: in either quotes, names bare, a comma too many."""
    match value:
        case dict():
            pairs = [
                f"{draw(_names(name))}{draw(st.sampled_from((':', ' : ')))}{draw(texts_of(one))}"
                for name, one in value.items()
            ]
            return f"{{{draw(_commas(pairs))}}}"
        case list():
            return f"[{draw(_commas([draw(texts_of(one)) for one in value]))}]"
        case str():
            return draw(_quoted(value))
        case None | bool():
            return json.write(value).decode()
        case _:
            return str(value)


def _commas(parts: list[str]) -> SearchStrategy[str]:
    joined = ",".join(parts)
    return st.sampled_from((joined, joined, f"{joined}, " if parts else ""))


def _names(name: str) -> SearchStrategy[str]:
    return st.sampled_from((f"'{name}'", f'"{name}"', name))


def _quoted(text: str) -> SearchStrategy[str]:
    escaped = text.replace("\\", "\\\\")
    single, double = escaped.replace("'", "\\'"), escaped.replace('"', '\\"')
    return st.sampled_from((f"'{single}'", f'"{double}"'))


KEYS = st.lists(st.tuples(st.sampled_from(oracle.SORTABLE), st.booleans()), min_size=1, max_size=3)


@settings(max_examples=QUESTIONS, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_list_is_what_the_pages_say(shops: list[Shop], data: st.DataObject) -> None:
    shop = data.draw(st.sampled_from(shops))
    where = data.draw(shop.wheres)
    keys = data.draw(KEYS)
    skip, limit = (
        data.draw(st.sampled_from((0, 0, 0, 0, 3))),
        data.draw(st.sampled_from((500, 500, 500, 7, 0))),
    )
    answer = shop.ask(
        where=data.draw(texts_of(where)),
        order=",".join(f"{'-' if down else ''}{name}" for name, down in keys),
        skip=str(skip),
        limit=str(limit),
        fields="id",
    )
    body = json.read(answer.body)

    if answer.status == 400 and TOO_MUCH in body["extraInfo"]:
        return
    try:
        oracle.check(where)
    except oracle.Refused:
        assert 400 == answer.status, body
        return

    assert 200 == answer.status, body
    gone = oracle.asks(where, "deleted")
    found = [row for row in shop.rows if gone or not row["deleted"]]
    found = [row for row in found if oracle.finds(where, row)]
    expected = oracle.in_order(found, keys, shop.place)[skip : skip + limit]
    assert [row["id"] for row in expected] == [row["id"] for row in body["items"]]
    assert len(found) == body["totalItemsCount"]


def test_the_book_differs_in_whatever_is_known_of_an_order(shops: list[Shop]) -> None:
    (shop, _) = shops
    of_none = [name for name in KINDS if not shop.pools[name]]

    assert ORDERS == len(shop.rows)
    assert all("." in name for name in of_none)
    assert len(KINDS) - len(of_none) > 80
    assert all(len(shop.pools[name]) > 1 for name in set(ORDER) - {"siteId"})


def test_all_that_may_be_asked_is_on_the_pages() -> None:
    assert {name.lower() for name in KINDS} == set(every_asked())
