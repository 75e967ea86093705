"""The brake: failed logins are let pass for a while, then slowed down, then forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orderglot.core.errors import TooMany
from orderglot.faces.brake import FORGOTTEN, FREE, LONGEST, MOST, Brake

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


def waits(brake: Brake, peer: str = "one") -> int:
    try:
        brake.check(peer)
    except TooMany as error:
        return error.retry_after
    return 0


def test_a_few_failures_cost_nothing_and_each_more_doubles_the_wait() -> None:
    clock = Clock()
    brake, waited = Brake(clock), []
    for _ in range(FREE + 4):
        brake.failed("one")
        waited.append(waits(brake))
        clock.time += timedelta(seconds=waited[-1])

    assert [0] * FREE + [1, 2, 4, 8] == waited
    assert 0 == waits(brake)


def test_nobody_waits_longer_because_the_clock_is_put_back() -> None:
    clock = Clock()
    brake = Brake(clock)
    for _ in range(FREE + 5):
        brake.failed("one")
    assert waits(brake) > 0

    clock.time -= timedelta(days=1)
    assert 0 == waits(brake)

    brake.failed("one")
    assert 0 < waits(brake) <= LONGEST.total_seconds()


def test_others_do_not_wait() -> None:
    brake = Brake(Clock())
    for _ in range(FREE + 1):
        brake.failed("one")

    assert (1, 0) == (waits(brake), waits(brake, "two"))


def test_no_wait_is_for_ever() -> None:
    brake = Brake(Clock())
    for _ in range(200):
        brake.failed("one")

    assert LONGEST.total_seconds() == waits(brake)


def test_what_is_long_ago_is_forgotten() -> None:
    clock = Clock()
    brake = Brake(clock)
    for _ in range(FREE):
        brake.failed("one")
    clock.time += FORGOTTEN
    brake.failed("one")

    assert 0 == waits(brake)


def test_only_so_many_are_remembered() -> None:
    brake = Brake(Clock())
    for number in range(MOST + 5):
        brake.failed(str(number))

    assert MOST == len(brake.failures)
    assert "0" not in brake.failures
