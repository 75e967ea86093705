"""What HTTP has for a refusal: statuses, headers, and the error that they write."""

from __future__ import annotations

import pytest

from orderglot.core import errors
from orderglot.core.errors import KINDS, HubError, Invalid, Problem, Rule, TooMany, Unsupported
from orderglot.wire import faults
from orderglot.wire.message import Response


class Narrower(errors.NotFound):
    """An error that descends from one of the family."""


def test_each_kind_has_a_status_of_its_own_which_means_it() -> None:
    assert set(KINDS) == set(faults.STATUSES)
    assert list(faults.STATUSES) == [
        faults.kind_of_status(status) for status in faults.STATUSES.values()
    ]


@pytest.mark.parametrize(("status", "kind"), [(418, Invalid), (302, errors.Upstream)])
def test_a_status_that_nobody_lists_goes_by_its_first_digit(
    status: int, kind: type[HubError]
) -> None:
    assert kind is faults.kind_of_status(status)


def test_an_error_is_of_the_kind_that_it_descends_from() -> None:
    assert errors.NotFound is faults.kind_of(Narrower("There is none."))


def test_what_a_kind_has_besides_its_message_goes_in_headers_and_back() -> None:
    for error in (
        TooMany("Wait.", retry_after=17),
        errors.Upstream("It is away.", retry_after=23),
        Unsupported("No.", allow=("GET", "POST")),
    ):
        response = Response(
            status=faults.STATUSES[type(error)], headers=faults.error_headers(error)
        )
        found = faults.read_error(type(error), error.message, response, code="7")

        assert {**vars(error), "code": "7"} == vars(found)


@pytest.mark.parametrize("text", ["", "soon", "-1", "٣", "9" * 5_000])
def test_a_time_that_is_no_number_of_seconds_is_one_second(text: str) -> None:
    response = Response(status=429, headers={"retry-after": text})
    found = faults.read_error(TooMany, "Wait.", response)

    assert isinstance(found, TooMany)
    assert 1 == found.retry_after


def test_problems_are_those_of_an_invalid_request_alone() -> None:
    problems = (Problem("sku", Rule.UNKNOWN, "There is none."),)
    found = faults.read_error(Invalid, "", Response(status=400), problems=problems)

    assert isinstance(found, Invalid)
    assert problems == found.problems
    assert "sku: There is none." == found.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"7"])
def test_a_body_that_is_no_object_has_no_members(body: bytes) -> None:
    assert {} == faults.read_members(Response(status=502, body=body))
