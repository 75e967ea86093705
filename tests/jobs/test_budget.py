"""The budget of a channel: counted for all programs, with placing first, and what a vendor says of his own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderglot.core.errors import TooMany
from orderglot.faces.pacing import Exhausted
from orderglot.sync.budget import Budget, asked_to_wait
from orderglot.sync.channel import Channel
from orderglot.wire.message import Response
from tests.clock import NOON
from tests.stores.shops import Shop


def channel(second: int = 0, minute: int = 0, day: int = 0) -> Channel:
    return Channel(
        name="there",
        dialect="kole",
        url="https://vendor.example",
        credentials={},
        budget=(second, minute, day),
    )


class Programs:
    """Programs on one book, and how long they waited."""

    def __init__(self, shop: Shop, of: Channel) -> None:
        self.shop = shop
        self.waited = 0.0
        self.rest = Budget(shop.book, of, sleep=self.sleep)
        self.first = Budget(shop.book, of, first=True, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.shop.clock.forward(timedelta(seconds=seconds))

    def ask(self, budget: Budget, times: int = 1) -> float:
        """Ask so often, and give how many seconds that had to wait."""
        before = self.waited
        for _ in range(times):
            self.shop.run(budget.wait())
        return self.waited - before


def test_so_many_requests_go_out_a_second_of_all_programs_together(shop: Shop) -> None:
    programs = Programs(shop, channel(second=3))

    assert 0 == programs.ask(programs.rest, 2)
    assert 0 == programs.ask(programs.first)
    assert 1 == programs.ask(programs.rest)


def test_a_tenth_of_a_minute_is_left_for_placing(shop: Shop) -> None:
    programs = Programs(shop, channel(minute=20))

    assert 0 == programs.ask(programs.rest, 18)
    assert 0 == programs.ask(programs.first, 2)
    assert 60 == programs.ask(programs.first)


def test_who_waits_for_his_part_takes_nothing_of_what_is_left(shop: Shop) -> None:
    programs = Programs(shop, channel(day=10))

    assert 0 == programs.ask(programs.rest, 9)
    for _ in range(3):
        with pytest.raises(TooMany, match="kole@there may be sent 9 requests in 86,400 seconds"):
            programs.ask(programs.rest)
    assert 0 == programs.ask(programs.first)
    with pytest.raises(Exhausted, match="used up until 2024-05-22 00:00:00Z"):
        programs.ask(programs.first)


def test_without_a_budget_nothing_is_counted(shop: Shop) -> None:
    programs = Programs(shop, channel())

    assert 0 == programs.ask(programs.rest, 50)


def test_what_a_vendor_says_of_his_limits_holds_for_every_program(shop: Shop) -> None:
    programs = Programs(shop, channel())
    shop.run(programs.rest.note(Response(status=429, headers={"retry-after": "30"})))
    shop.run(programs.rest.note(Response(status=200, headers={"retry-after": "99"})))

    assert 30 == programs.ask(programs.first)
    assert 0 == programs.ask(programs.rest)
    shop.run(programs.rest.note(Response(status=503, headers={"retry-after": "3600"})))
    with pytest.raises(Exhausted, match="has said when it may be asked again"):
        programs.ask(programs.first)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "7"}, 7),
        (503, {"retry-after": "7"}, 7),
        (500, {"retry-after": "7"}, 0),
        (429, {}, 0),
        (200, {"ratelimit": '"default";r=0;t=12'}, 12),
        (200, {"ratelimit": '"default";r=3;t=12'}, 0),
        (200, {"ratelimit": '"minute";r=3;t=12, "day";r=0;t=900'}, 900),
        (200, {"ratelimit": "limit=10, remaining=0, reset=5"}, 0),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "41"}, 41),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "41"}, 41),
        (200, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "41"}, 0),
        (200, {"x-ratelimit-remaining": "0"}, 0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 0),
        (
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOON.timestamp()) + 90)},
            90,
        ),
        (200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "9" * 40}, 0),
    ],
)
def test_the_headers_of_vendors_are_read(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    assert seconds == asked_to_wait(Response(status=status, headers=headers), NOON)
