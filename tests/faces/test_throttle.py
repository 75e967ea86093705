"""The throttle: failed logins are let pass for a while, then slowed down, then forgotten."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.errors import TooMany
from orderglot.faces.throttle import FORGOTTEN, FREE, FREE_CREDENTIALS, LONGEST, MOST, Throttle
from tests.clock import Clock


def waits(throttle: Throttle, peer: str = "one", credential: str = "key") -> int:
    try:
        throttle.check(peer, credential)
    except TooMany as error:
        return error.retry_after
    return 0


def test_a_few_failures_cost_nothing_and_each_more_doubles_the_wait() -> None:
    clock = Clock()
    throttle, waited = Throttle(clock), []
    for _ in range(FREE + 4):
        throttle.failed("one", "key")
        waited.append(waits(throttle))
        clock.time += timedelta(seconds=waited[-1])

    assert [0] * FREE + [1, 2, 4, 8] == waited
    assert 0 == waits(throttle)


def test_nobody_waits_longer_because_the_clock_is_put_back() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE + 5):
        throttle.failed("one", "key")
    assert waits(throttle) > 0

    clock.time -= timedelta(days=1)
    assert 0 == waits(throttle)

    throttle.failed("one", "key")
    assert 0 < waits(throttle) <= LONGEST.total_seconds()


def test_others_do_not_wait() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE + 1):
        throttle.failed("one", "key")

    assert (1, 0) == (waits(throttle), waits(throttle, "two"))


def test_no_wait_is_for_ever() -> None:
    throttle = Throttle(Clock())
    for _ in range(200):
        throttle.failed("one", "key")

    assert LONGEST.total_seconds() == waits(throttle)


def test_what_is_long_ago_is_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.failed("one", "key")
    clock.time += FORGOTTEN
    throttle.failed("one", "key")

    assert 0 == waits(throttle)


def test_other_credentials_at_the_same_address_do_not_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(20 * FREE_CREDENTIALS):
        throttle.failed("one", "key")
        clock.time += timedelta(minutes=1)

    assert waits(throttle) > 0
    assert 0 == waits(throttle, credential="another key")


def test_who_errs_now_and_then_for_days_locks_nobody_out() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(5 * FREE_CREDENTIALS):
        throttle.failed("one", "key" if number % 2 else "old key")
        clock.time += FORGOTTEN / 2

    assert 0 == waits(throttle, credential="good key")


def test_an_address_from_which_many_credentials_fail_has_to_wait() -> None:
    throttle, waited = Throttle(Clock()), []
    for number in range(FREE_CREDENTIALS + 3):
        throttle.failed("one", f"guess {number}")
        waited.append(waits(throttle, credential="good key"))

    assert [0] * FREE_CREDENTIALS + [1, 2, 4] == waited
    assert 0 == waits(throttle, "two", "good key")


def test_no_credential_is_kept_as_it_is() -> None:
    throttle = Throttle(Clock())
    throttle.failed("one", "hush-hush")

    assert "hush" not in str([*throttle.credentials.failures, *throttle.addresses.failures])


def test_only_so_many_are_remembered() -> None:
    throttle = Throttle(Clock())
    for number in range(MOST + 5):
        throttle.failed(str(number), "key")

    assert MOST == len(throttle.credentials.failures) == len(throttle.addresses.failures)
    assert "0" not in throttle.addresses.failures
