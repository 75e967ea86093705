"""Law: no write takes a member that says two things, a number with blanks, or a text without end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from tests.conformance.callers import site
from tests.conformance.members import Path, at, with_value
from tests.conformance.specimens import Specimen
from tests.conformance.test_members import body_of, orders_of, writes

ANY = re.compile("")
MARK = "\ue000"
"""Stands in for a member's value until the body is spelled."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give each plain value of a body and where it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value


def cases(fits: Callable[[Any], bool], named: re.Pattern[str] = ANY) -> list[Any]:
    """Give the members of all writes whose values and names fit, each of an operation once."""
    found: dict[str, tuple[Specimen, Path]] = {}
    for name in dialects.names():
        for specimen in writes(name):
            for path, value in leaves(body_of(specimen)):
                if fits(value) and isinstance(path[-1], str) and named.search(path[-1]):
                    assert specimen.operation is not None
                    key = f"{name}-{specimen.operation.name}-{'.'.join(map(str, path))}"
                    found.setdefault(key, (specimen, path))
    return [pytest.param(*case, id=key) for key, case in found.items()]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def refused(specimen: Specimen, body: str) -> tuple[Any, str, tuple[Order, ...]]:
    """Write a body into a book begun anew; gives the refusal, its text, and the orders then."""

    async def write() -> tuple[Any, str, tuple[Order, ...]]:
        opened = await site(dialects.dialect(specimen.dialect.name))
        response = await opened.server(replace(specimen.request, body=body.encode()))
        return (
            opened.dialect.faults.read(response),
            f"{dict(response.headers)} {response.body.decode()}",
            await opened.orders(),
        )

    return asyncio.run(write())


def demand_refusal(specimen: Specimen, path: Path, spelled: str) -> None:
    """Demand that a body is refused by the member's name, and nothing changed."""
    marked = json.dumps(with_value(body_of(specimen), path, MARK))
    error, said, orders = refused(specimen, marked.replace(json.dumps(MARK), spelled))

    assert isinstance(error, Invalid), said
    assert str(path[-1]) in said
    assert asyncio.run(orders_of(specimen.dialect.name)) == orders


@pytest.mark.parametrize(("specimen", "path"), cases(is_number))
def test_a_number_that_is_said_twice_is_refused_by_name(specimen: Specimen, path: Path) -> None:
    value = at(body_of(specimen), path)
    demand_refusal(specimen, path, f"{value}, {json.dumps(path[-1])}: {value + 1}")


@pytest.mark.parametrize(
    ("specimen", "path"),
    cases(is_number, re.compile("quantity|units|price|amount|rate$", re.IGNORECASE)),
)
def test_a_quantity_or_money_with_a_blank_before_it_is_none(specimen: Specimen, path: Path) -> None:
    demand_refusal(specimen, path, json.dumps(f" {at(body_of(specimen), path)}"))


@pytest.mark.parametrize(("specimen", "path"), cases(lambda one: isinstance(one, str)))
def test_a_text_without_end_is_refused_by_name(specimen: Specimen, path: Path) -> None:
    demand_refusal(specimen, path, json.dumps("x" * 900_000))
