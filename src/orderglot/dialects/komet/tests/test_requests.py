"""Where a request may say things, who is let in, and how often."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from orderglot.dialects.komet.tests.conftest import DETAILS, Company
from orderglot.wire.message import Request, query_of

WHICH = {"customerId": "7349", "webOrderId": "48"}
OK = ("OK", 1)


def outcome(answer: dict[str, Any]) -> tuple[str, int]:
    return answer["message"], answer["status"]


@pytest.mark.parametrize("place", ["header", "query", "body", "form"])
def test_the_proof_may_stand_in_three_places(company: Company, place: str) -> None:
    proof = {"X-ACCOUNT": "7030", "authenticationToken": company.token()}
    headers: dict[str, str] = {}
    query: dict[str, str] = dict(WHICH)
    body: Any = b""
    match place:
        case "header":
            headers = {name.lower(): value for name, value in proof.items()}
        case "query":
            query = {**WHICH, **proof}
        case "body":
            query, body = {}, {**WHICH, **proof}
        case _:
            headers = {"content-type": "application/x-www-form-urlencoded"}
            body = "&".join(f"{name}={value}" for name, value in proof.items()).encode()

    assert OK == outcome(company.ask(DETAILS, body, headers, query))


@pytest.mark.parametrize("body", [b"", b" ", b"{}"])
def test_a_post_may_have_no_body(company: Company, body: bytes) -> None:
    assert OK == outcome(company.ask(DETAILS, body, query=WHICH))


def test_what_the_body_says_goes_before_the_query(company: Company) -> None:
    answer = company.ask(DETAILS, {"webOrderId": 49, "statusId": 2}, query=WHICH)

    assert 49 == answer["webOrders"][0]["id"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(company: Company, body: bytes) -> None:
    message, status = outcome(company.ask(DETAILS, body, query=WHICH))

    assert (True, 0) == (message.startswith("Invalid parameters: body: "), status)


@pytest.mark.parametrize("account", ["7030.7349", "7030"])
def test_a_token_goes_by_its_company_or_by_its_whole_name(company: Company, account: str) -> None:
    headers = {"x-account": account, "authenticationtoken": company.token(1)}

    answer = company.ask(DETAILS, b"", headers, query=WHICH)

    assert (OK, 7030) == (outcome(answer), answer["webOrders"][0]["companyId"])


def test_another_name_of_the_same_company_is_another_account(company: Company) -> None:
    headers = {"x-account": "7030.7350", "authenticationtoken": company.token(1)}

    assert 0 == company.ask(DETAILS, b"", headers, query=WHICH)["status"]


def test_a_wrong_login_is_told_but_not_which_of_the_two_it_was(company: Company) -> None:
    good = {"username": "7030", "password": company.token()}
    (key,) = [
        one
        for one in company.run(company.store.keyring.credentials(company.caller.seller))
        if one.id == "7030"
    ]
    wrong = [{**good, "password": "wrong"}, {**good, "username": "7031"}, {"username": "7030"}, {}]

    def answer_to(login: dict[str, str]) -> dict[str, Any]:
        return company.ask("login", headers={}, query=login)

    answers = [answer_to(login) for login in wrong]
    assert 1 == answer_to(good)["status"]
    company.run(company.store.keyring.end_key(company.caller.seller, "komet", key.id))
    answers.append(answer_to(good))

    refusal = "Authentication failed: The username or the password is wrong."
    assert [{"message": refusal, "status": 0}] * 5 == answers


def test_a_login_is_good_for_a_day(company: Company) -> None:
    login = company.ask(
        "login", headers={}, query={"username": "7030", "password": company.token()}
    )
    headers = {"x-account": "7030", "authenticationtoken": login["apiKey"]}

    assert OK == outcome(company.ask(DETAILS, b"", headers, query=WHICH))
    company.now += timedelta(days=1)
    assert 0 == company.ask(DETAILS, b"", headers, query=WHICH)["status"]


def test_a_company_with_several_locations_must_be_told_which(company: Company) -> None:
    company.set(multi_location=True)

    assert "companyLocationId" in company.ask(DETAILS, query=WHICH)["message"]
    assert (
        "companyLocationId"
        in company.ask(DETAILS, query={**WHICH, "companyLocationId": "99"})["message"]
    )
    assert (
        "Web Orders not found."
        == company.ask(DETAILS, query={**WHICH, "companyLocationId": "14"})["message"]
    )
    assert OK == outcome(company.ask(DETAILS, query={**WHICH, "companyLocationId": "13"}))


def test_a_company_with_one_location_passes_over_it(company: Company) -> None:
    assert OK == outcome(company.ask(DETAILS, query={**WHICH, "companyLocationId": "99"}))


def test_no_more_requests_are_answered_in_a_day_than_the_seller_allows(company: Company) -> None:
    company.set(daily_requests=2)
    answers = [outcome(company.ask(DETAILS, query=WHICH)) for _ in range(3)]
    other = {"x-account": "7030", "authenticationtoken": company.token(1)}

    assert [1, 1, 0] == [status for _, status in answers]
    assert "Too many requests: A user may make 2 requests a day" in answers[2][0]
    assert OK == outcome(company.ask(DETAILS, b"", other, query=WHICH))
    company.now += timedelta(hours=12)
    assert OK == outcome(company.ask(DETAILS, query=WHICH))


def test_refused_requests_count_as_well(company: Company) -> None:
    company.set(daily_requests=1)
    company.ask(DETAILS, query={"customerId": "1", "webOrderId": "1"})

    assert "Too many requests" in company.ask(DETAILS, query=WHICH)["message"]


@pytest.mark.parametrize(
    ("query", "media", "body"),
    [
        ("statusId=1&statusId=2", "", b""),
        ("", "application/json", b'{"statusId": 1, "statusId": 2}'),
        ("", "application/x-www-form-urlencoded", b"statusId=1&statusId=2"),
    ],
)
def test_an_argument_that_says_two_things_is_refused_by_its_name(
    company: Company, query: str, media: str, body: bytes
) -> None:
    proof = {"x-account": "7030", "authenticationtoken": company.token()}
    request = Request(
        method="POST",
        path=f"/api/{DETAILS}",
        query=f"{query_of(WHICH.items())}&{query}",
        headers={**proof, "content-type": media},
        body=body,
    )

    message, status = outcome(json.loads(company.run(company.server(request)).body))

    assert 0 == status
    assert "statusId: This comes twice, with different values." in message
