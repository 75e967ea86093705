"""Channels of the configuration: what runs by itself of each, and what is wrong with one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.hub.opening import Hub
from orderglot.jobs.channels import Scheduled, scheduled, works_of
from orderglot.stores.memory import MemoryStore
from tests.clock import Clock

KOLE: dict[str, Any] = {
    "dialect": "kole",
    "url": "https://vendor.example",
    "id": "X1",
    "seller": "acme",
    "pull": "5m",
}
SECRETS = {"ORDERGLOT_THERE_API_KEY": "s3cret"}


def read(
    table: Mapping[str, Any], environment: Mapping[str, str] = SECRETS, name: str = "there"
) -> tuple[Scheduled, ...]:
    async def reading() -> tuple[Scheduled, ...]:
        store = MemoryStore(Clock())
        await store.add_seller("acme", timezone="America/New_York")
        return await scheduled(Hub(store, channels={name: table}), environment)

    return asyncio.run(reading())


def test_a_channel_says_what_runs_of_it_and_how_often() -> None:
    (one,) = read(
        {
            **KOLE,
            "pull": "90s",
            "place": "status = received",
            "requests_per_second": 2,
            "requests_per_day": 500,
        }
    )

    assert (90.0, "kole@there", (2, 0, 500)) == (
        one.pull,
        one.channel.reference,
        one.channel.budget,
    )
    assert {"id": "X1", "api_key": "s3cret"} == one.channel.credentials
    works = works_of(Hub(MemoryStore(Clock())), one)
    assert [("there.pull", 90.0), ("there.place", 30.0)] == [(w.name, w.every) for w in works]


def test_a_channel_of_which_nothing_runs_is_let_be() -> None:
    table = {name: value for name, value in KOLE.items() if name != "pull"}

    assert () == read(table, {})
    assert () == read({"url": "whatever"}, {})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "dialect": ({"dialect": "klingon"}, "'klingon' is no dialect; there are "),
    "dialect ": ({"dialect": ""}, "'' is no dialect; there are "),
    "pull": ({"pull": "5"}, "'5' is no span from 10s to 7d, such as 30s, 5m, 2h or 1d."),
    "pull ": ({"pull": "5s"}, "'5s' is no span from 10s to 7d, such as 30s, 5m, 2h or 1d."),
    "pull  ": ({"pull": "8d"}, "'8d' is no span from 10s to 7d, such as 30s, 5m, 2h or 1d."),
    "pull   ": ({"pull": True}, "'True' is no span from 10s to 7d, such as 30s, 5m, 2h or 1d."),
    "seller": ({"seller": "nobody"}, "There is no seller 'nobody'; the book has acme."),
    "url": ({"url": "ftp://vendor.example"}, "'ftp://vendor.example' is not an http(s) URL."),
    "timezone": ({"timezone": "Mars"}, "There is no time zone 'Mars'; "),
    "place": ({"place": "status ="}, ""),
    "place ": ({"place": "colour = red"}, ""),
    "write_back": ({"write_back": "maybe"}, "'maybe' is not true or false."),
    "requests_per_minute": (
        {"requests_per_minute": -1},
        "'-1' is not a whole number from 0 on.",
    ),
    "requests_per_second": (
        {"requests_per_second": 0.5},
        "'0.5' is not a whole number from 0 on.",
    ),
    "pul": ({"pul": "5m"}, "there is no such setting; did you mean pull?"),
    "master": ({"master": "mine"}, "'mine' is not one of ours, theirs."),
    "test": ({"test": "perhaps"}, "'perhaps' is not true or false."),
    "currency": ({"currency": "dollars"}, "'dollars' is not a code of three letters, such as USD."),
    "timeout": ({"timeout": 0}, "'0' is not a number above nought."),
}


@pytest.mark.parametrize("member", WRONG)
def test_what_is_wrong_is_one_sentence_that_names_channel_and_member(member: str) -> None:
    change, sentence = WRONG[member]

    with pytest.raises(Invalid) as refusal:
        read({**KOLE, **change})

    message = refusal.value.message
    assert message.startswith(f"channels.there.{member.strip()}: {sentence}")
    assert "s3cret" not in message
    assert "\n" not in message


def test_a_secret_that_is_missing_is_named_by_its_variable() -> None:
    with pytest.raises(
        Invalid, match=r"^channels.there.api_key: .*ORDERGLOT_THERE_API_KEY, .*\[channels.there\]"
    ):
        read(KOLE, {})


def test_a_name_that_no_job_can_have_is_refused() -> None:
    with pytest.raises(Invalid, match=r"^channels\.a b\.name: "):
        read(KOLE, {"ORDERGLOT_A_B_API_KEY": "s"}, "a b")


def test_what_can_be_told_is_written_back_where_that_is_wanted() -> None:
    table = {
        "dialect": "catalyst",
        "url": "https://site.example",
        "seller": "acme",
        "write_back": True,
    }

    (one,) = read(table, {"ORDERGLOT_THERE_ACCESS_TOKEN": "s3cret"})

    assert (True, 0.0, None) == (one.write_back, one.pull, one.place)
