"""Law 10: each member that a write declares is kept, or refused by name; none is lost in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orderglot import dialects
from orderglot.core.caller import OPEN, READ
from tests.conformance.members import (
    GONE,
    Member,
    Path,
    at,
    body_of,
    is_refused_by_name,
    members_of,
    orders_of,
    trials,
    values_for,
    with_value,
    writes,
    written,
)
from tests.conformance.specimens import Specimen, book_of, on_orders

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


def is_heeded(specimen: Specimen, member: Member, body: Any) -> bool:
    """Tell whether the server heeds what a body says in a member.

    A value of it is kept; or each is refused by its name, but for the one that says what is so; or
    a body without it is refused.
    """
    current, before = at(body, member.path), written(specimen, body)
    passed: set[str] = set()
    refused: set[str] = set()
    for value in values_for(specimen.dialect.name, member, current):
        after = written(specimen, with_value(body, member.path, value))
        if after.refused is None and after[2:] != before[2:]:
            return True
        if value is GONE and after.refused is not None:
            return is_refused_by_name(after, member)
        if value is not None and value is not GONE:
            (refused if is_refused_by_name(after, member) else passed).add(str(value))
    return bool(refused) and len(passed) <= 1


@pytest.mark.parametrize("key", KEPT, ids=id_of)
def test_a_member_that_is_declared_is_kept_or_refused_by_name(key: tuple[str, str, Path]) -> None:
    assert any(
        is_heeded(specimen, member, body)
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
            if on_orders(name, one.name)
        }
        assert declared == {operation for dialect, operation, _ in TRIALS if dialect == name}
        assert book_of(name).orders
