"""The throttle: failed logins are let pass for a while, then slowed down, then forgotten."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.errors import TooMany
from orderglot.faces.throttle import FORGOTTEN, FREE, LONGEST, MOST, Throttle
from tests.clock import Clock


def waits(throttle: Throttle, peer: str = "one") -> int:
    try:
        throttle.check(peer)
    except TooMany as error:
        return error.retry_after
    return 0


def test_a_few_failures_cost_nothing_and_each_more_doubles_the_wait() -> None:
    clock = Clock()
    throttle, waited = Throttle(clock), []
    for _ in range(FREE + 4):
        throttle.failed("one")
        waited.append(waits(throttle))
        clock.time += timedelta(seconds=waited[-1])

    assert [0] * FREE + [1, 2, 4, 8] == waited
    assert 0 == waits(throttle)


def test_nobody_waits_longer_because_the_clock_is_put_back() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE + 5):
        throttle.failed("one")
    assert waits(throttle) > 0

    clock.time -= timedelta(days=1)
    assert 0 == waits(throttle)

    throttle.failed("one")
    assert 0 < waits(throttle) <= LONGEST.total_seconds()


def test_others_do_not_wait() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE + 1):
        throttle.failed("one")

    assert (1, 0) == (waits(throttle), waits(throttle, "two"))


def test_no_wait_is_for_ever() -> None:
    throttle = Throttle(Clock())
    for _ in range(200):
        throttle.failed("one")

    assert LONGEST.total_seconds() == waits(throttle)


def test_what_is_long_ago_is_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.failed("one")
    clock.time += FORGOTTEN
    throttle.failed("one")

    assert 0 == waits(throttle)


def test_only_so_many_are_remembered() -> None:
    throttle = Throttle(Clock())
    for number in range(MOST + 5):
        throttle.failed(str(number))

    assert MOST == len(throttle.failures)
    assert "0" not in throttle.failures
