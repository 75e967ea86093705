"""Identities, extras, callers and errors: the small rules of the core."""

from __future__ import annotations

import pytest

from orderglot.core.caller import CHANGE, READ, Caller, demand
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import (
    KINDS,
    Forbidden,
    HubError,
    Invalid,
    Problem,
    Rule,
    invalid,
    sentence,
)
from orderglot.core.order import Identity, Order, Reference, extra, native


def test_a_dialects_clients_know_an_order_by_its_reference_there() -> None:
    order = Order(id=1_000_000_001, references=(Reference("vast", "V"), Reference("tiny", "T")))

    assert native(order, "tiny") == "T"


def test_without_a_reference_they_know_it_by_the_hubs_id() -> None:
    assert native(Order(id=1_000_000_001), "tiny") == "1000000001"


def test_one_dialect_never_sees_anothers_extras() -> None:
    order = Order(extras={"tiny.a": 1, "tinier.b": 2, "vast.c": 3, "tiny.d.e": 4})

    assert {"a": 1, "d.e": 4} == extra(order, "tiny")


def test_a_customers_identity_is_what_it_is_known_by() -> None:
    customer = Customer(id=100_001, number="C", references=(Reference("tiny", "T"),), name="Ann")

    assert Identity(id=100_001, number="C", references=(Reference("tiny", "T"),)) == (
        identity(customer)
    )


def test_a_caller_may_do_what_it_has_the_right_to() -> None:
    demand(Caller(seller=1), CHANGE)

    with pytest.raises(Forbidden):
        demand(Caller(seller=1, may=frozenset({READ})), CHANGE)


def test_the_family_of_errors_is_closed() -> None:
    assert set(KINDS) == set(HubError.__subclasses__())


def test_an_invalid_says_every_problem_in_its_message() -> None:
    error = Invalid(Problem("a", Rule.REQUIRED, "It is required."), Problem("", Rule.SIZE, "Less."))

    assert error.message == "a: It is required.; Less."


def test_a_problem_without_a_field_is_its_reason_alone() -> None:
    assert sentence(Problem("", Rule.STATE, "It is closed.")) == "It is closed."


def test_one_bad_field_makes_an_error() -> None:
    (problem,) = invalid("a", Rule.RANGE, "Too much.", code="1114").problems

    assert Problem("a", Rule.RANGE, "Too much.", code="1114") == problem
