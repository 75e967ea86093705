"""Routing: which operation a method and path mean."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import NotFound, Unsupported
from orderglot.faces.routes import Routes
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import Endpoint
from tests.faces.tiny import DIALECT, GET_ORDER, HELLO


def dialect(name: str, *routes: tuple[str, str]) -> Dialect:
    operations = tuple(
        replace(GET_ORDER, name=f"{method} {path}", endpoint=Endpoint(method, (path,)))
        for method, path in routes
    )
    return replace(DIALECT, name=name, operations=operations)


ROUTES = Routes(
    (one.name, one)
    for one in (
        dialect("a", ("GET", "/"), ("GET", "/a/{id}"), ("GET", "/a/mine"), ("POST", "/a/{id}/x")),
        dialect("b", ("GET", "/b/c"), ("GET", "/b/c/"), ("PUT", "/a/{id}"), ("GET", "/{all}/z")),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "name", "params"),
    [
        ("GET", "/", "GET /", {}),
        ("GET", "/a/7", "GET /a/{id}", {"id": "7"}),
        ("GET", "/a/mine", "GET /a/mine", {}),
        ("PUT", "/a/7", "PUT /a/{id}", {"id": "7"}),
        ("POST", "/a/mine/x", "POST /a/{id}/x", {"id": "mine"}),
        ("GET", "/b/c/", "GET /b/c/", {}),
        ("GET", "/a/z", "GET /a/{id}", {"id": "z"}),
        ("GET", "/c/z", "GET /{all}/z", {"all": "c"}),
        ("GET", "/a/a%2Fb%20%C3%A4", "GET /a/{id}", {"id": "a/b ä"}),
        ("GET", "/a/%ff%", "GET /a/{id}", {"id": "\ufffd%"}),
    ],
)
def test_a_path_means_an_operation_and_gives_its_values(
    method: str, path: str, name: str, params: dict[str, str]
) -> None:
    route = ROUTES.find(method, path)

    assert (name, params) == (route.operation.name, route.params)


def test_head_means_what_get_means() -> None:
    assert ROUTES.find("HEAD", "/a/7").operation.name == "GET /a/{id}"


@pytest.mark.parametrize("path", ["", "a", "//", "/a", "/a/", "/a/7/", "/a//x", "/A/7", "/b/c//"])
def test_where_nothing_is_nothing_is_found(path: str) -> None:
    with pytest.raises(NotFound):
        ROUTES.find("GET", path)


def test_a_method_that_is_not_offered_is_told_which_are() -> None:
    with pytest.raises(Unsupported) as caught:
        ROUTES.find("DELETE", "/a/7")

    assert ("GET", "PUT") == caught.value.allow


def test_two_operations_cannot_claim_one_path() -> None:
    with pytest.raises(ValueError, match=r"two operations claim GET /a/\{other\}"):
        Routes(
            (one.name, one)
            for one in (dialect("a", ("GET", "/a/{id}")), dialect("b", ("GET", "/a/{other}")))
        )


@pytest.mark.parametrize(
    ("path", "owner"), [("/a/7/lost", "a"), ("/b/lost", "b"), ("/a/7/x/y", "a"), ("/b/c/", "b")]
)
def test_a_path_that_leads_nowhere_belongs_to_whom_it_is_nearest(path: str, owner: str) -> None:
    assert owner == ROUTES.nearest(path)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/lost", "b"),
        ("/api/lost/and/found", "a"),
        ("/api/x/y/z/lost", "a"),
        ("/api", None),
        ("/lost", None),
    ],
)
def test_of_two_who_begin_alike_the_one_with_paths_as_long_is_nearer(
    path: str, owner: str | None
) -> None:
    shared = (dialect("a", ("GET", "/api/x/y/z")), dialect("b", ("GET", "/api/m")))
    routes = Routes((one.name, one) for one in shared)

    assert owner == routes.nearest(path)


def test_of_no_dialects_nothing_is_near() -> None:
    nobody: Routes[str] = Routes([])

    assert nobody.nearest("/a") is None
    with pytest.raises(NotFound):
        nobody.find("GET", "/a")


@given(st.text(max_size=8), st.text(alphabet="/abcxz7%2F{}", max_size=20))
def test_any_method_and_path_is_found_or_refused(method: str, path: str) -> None:
    with suppress(NotFound, Unsupported):
        assert set(ROUTES.find(method, path).params) <= {"id", "all"}


def test_a_path_of_very_many_steps_is_not_found() -> None:
    with pytest.raises(NotFound):
        ROUTES.find("GET", "/a" * 100_000)


def test_every_spelling_of_a_path_means_the_same() -> None:
    routes = Routes([("tiny", DIALECT)])

    found = {
        routes.find("GET", path).operation.name for path in ("/tiny/orders/7", "/tiny/orders/7/")
    }
    assert {"getOrder"} == found
    assert HELLO is routes.find("GET", "/tiny/hello").operation
