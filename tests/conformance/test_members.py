"""Law 10: each member that a write declares is kept, or refused by name; none is lost in silence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import OPEN, READ
from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import Order
from tests.conformance.callers import site
from tests.conformance.members import GONE, Member, Path, at, members_of, values_for, with_value
from tests.conformance.specimens import Specimen, book_of, welcome


class Outcome(NamedTuple):
    """What came of a write: how it was refused, what was said, and the orders of the book then."""

    refused: HubError | None
    text: str
    orders: tuple[Order, ...]


def written(specimen: Specimen, body: Any) -> Outcome:
    """Write to the book of a dialect's specimens, begun anew."""
    return _written(specimen.dialect.name, specimen.name, json.dumps(body))


@cache
def _written(name: str, specimen: str, body: str) -> Outcome:
    request = next(one for one in welcome(name) if one.name == specimen).request

    async def write() -> Outcome:
        opened = await site(dialects.dialect(name))
        response = await opened.server(replace(request, body=body.encode()))
        text = f"{dict(response.headers)} {response.body.decode()}"
        refused = opened.dialect.faults.read(response)
        return Outcome(refused, text, await opened.orders())

    return asyncio.run(write())


def writes(name: str) -> list[Specimen]:
    """Give the specimens that write something into the book, by a body in JSON."""
    found = [
        one
        for one in welcome(name)
        if one.operation is not None
        and one.operation.endpoint.right not in (READ, OPEN)
        and one.request.body.startswith(b"{")
    ]
    untouched = asyncio.run(orders_of(name))
    return [one for one in found if untouched != written(one, body_of(one)).orders]


async def orders_of(name: str) -> tuple[Order, ...]:
    return await (await site(dialects.dialect(name))).orders()


def body_of(specimen: Specimen) -> Any:
    return json.loads(specimen.request.body)


def trials() -> Mapping[tuple[str, str, Path], list[tuple[Specimen, Member]]]:
    """Give, by dialect, operation and place, the specimens in which a member can be tried."""
    found: dict[tuple[str, str, Path], list[tuple[Specimen, Member]]] = {}
    for name in dialects.names():
        for specimen in writes(name):
            assert specimen.operation is not None
            for member in members_of(specimen, body_of(specimen)):
                key = name, specimen.operation.name, member.path
                found.setdefault(key, []).append((specimen, member))
    return found


TRIALS = trials()
KEPT = [key for key, tried in TRIALS.items() if not tried[0][1].passed_over]
PASSED_OVER = [key for key, tried in TRIALS.items() if tried[0][1].passed_over]


def id_of(key: tuple[str, str, Path]) -> str:
    name, operation, path = key
    return f"{name}-{operation}-{'.'.join(map(str, path))}"


def bases(specimen: Specimen) -> list[Any]:
    """Give the bodies beside which a member is tried: a change may also be of that member alone."""
    assert specimen.operation is not None
    alone = specimen.operation.endpoint.method != "POST"
    return [body_of(specimen), *([{}] if alone else [])]


def is_heard(specimen: Specimen, member: Member, body: Any) -> bool:
    """Tell whether the server heeds what a body says in a member.

    A value of it is kept; or each is refused by its name, but for the one that says what is so; or
    a body without it is refused.
    """
    current, before = at(body, member.path), written(specimen, body)
    passed: set[str] = set()
    refused: set[str] = set()
    for value in values_for(specimen.dialect.name, member, current):
        after = written(specimen, with_value(body, member.path, value))
        if after.refused is None and after.orders != before.orders:
            return True
        if value is GONE and after.refused is not None:
            return is_refused_by_name(after, member)
        if value is not None and value is not GONE:
            (refused if is_refused_by_name(after, member) else passed).add(str(value))
    return bool(refused) and len(passed) <= 1


def is_refused_by_name(after: Outcome, member: Member) -> bool:
    """Tell whether a refusal names a member, or says that what it names is not there."""
    if after.refused is None:
        return False
    return member.name in after.text or isinstance(after.refused, NotFound)


@pytest.mark.parametrize("key", KEPT, ids=id_of)
def test_a_member_that_is_declared_is_kept_or_refused_by_name(key: tuple[str, str, Path]) -> None:
    assert any(
        is_heard(specimen, member, body)
        for specimen, member in TRIALS[key]
        for body in bases(specimen)
        if at(body, member.path[:-1]) is not GONE
    )


@pytest.mark.parametrize("key", PASSED_OVER, ids=id_of)
def test_a_member_that_is_declared_as_the_vendors_changes_nothing(
    key: tuple[str, str, Path],
) -> None:
    for specimen, member in TRIALS[key]:
        body = body_of(specimen)
        for value in [one for one in values_for(key[0], member, GONE) if one is not GONE][:3]:
            after = written(specimen, with_value(body, member.path, value))

            assert after.refused is None or member.name in after.text
            assert after.refused or written(specimen, body).orders == after.orders


CHANGES = [
    one
    for name in dialects.names()
    for one in writes(name)
    if one.operation is not None and one.operation.endpoint.method != "POST"
]
LOST = [
    pytest.param(specimen, name, id=f"{specimen.dialect.name}-{name}")
    for specimen in CHANGES
    for name in (
        *("trackingNumber", "strange", "items"),
        *(one.name for one in members_of(specimen, body_of(specimen)) if one.passed_over),
    )
]


@pytest.mark.parametrize(("specimen", "name"), LOST)
def test_a_change_of_nothing_that_can_be_kept_is_refused(specimen: Specimen, name: str) -> None:
    after = written(specimen, {name: ["Probe"]})

    assert after.refused is not None
    assert name in after.text or "required" in after.text
    assert asyncio.run(orders_of(specimen.dialect.name)) == after.orders


def test_each_write_of_each_dialect_is_tried() -> None:
    for name in dialects.names():
        declared = {
            one.name
            for one in dialects.dialect(name).operations
            if one.endpoint.right not in (READ, OPEN) and one.request.body
        }
        assert declared == {operation for dialect, operation, _ in TRIALS if dialect == name}
        assert book_of(name).orders
