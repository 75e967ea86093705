"""Attempting: one try to deliver, and what is to be done after it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.webhooks import RETRIES, Attempt, Delivery, Signing
from orderglot.webhooks.sending import SIGNATURE, Answer, Failed, Line, signed

log = logging.getLogger("orderglot.webhooks")

GONE = 410
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OVERLOADED = frozenset({429, 503})
"""Who answers so with Retry-After asks to be let alone until then."""

LONGEST_PAUSE = timedelta(hours=24)
"""Nobody is let alone for longer at once, whatever he says in Retry-After."""

MOST_ATTEMPTS = 10
"""So many tries of a delivery are kept, the last ones."""


SHORT = 200
"""So many characters of the answer to an earlier try are kept."""


class Outcome(Struct, frozen=True):
    """A delivery after a try, whether it went well, and what the receiver wants beyond that."""

    delivery: Delivery
    well: bool
    gone: bool = False
    paused: datetime | None = None


async def attempt(line: Line, delivery: Delivery, signing: Signing, now: datetime) -> Outcome:
    """Try to deliver, at a time by the book's clock."""
    headers = signed(delivery.message, now, delivery.body, signing.secrets(now))
    began = perf_counter()
    answer, reason = None, ""
    try:
        answer = await line.post(headers, delivery.body.encode())
        reason = _refused(answer)
    except Failed as error:
        reason = str(error)
    except Exception as error:
        # The delivery is tried again like any other; the others' go on.
        log.exception(
            "a webhook failed by a fault of its own", extra={"delivery": delivery.message}
        )
        reason = f"a fault of Orderglot's own: {type(error).__name__}; see the log"
    tried = Attempt(
        at=now,
        ms=round((perf_counter() - began) * 1000),
        status=answer.status if answer else None,
        reason=reason,
        headers={**headers, SIGNATURE: "***"},
        answer_headers=answer.headers if answer else {},
        answer=answer.body if answer else "",
    )
    earlier = map(_shortened, delivery.attempts[1 - MOST_ATTEMPTS :])
    delivery = replace(delivery, attempts=(*earlier, tried))
    if not reason:
        return Outcome(replace(delivery, state="delivered", due=None, failed=0), well=True)
    return _after(delivery, answer, now)


def _shortened(attempt: Attempt) -> Attempt:
    """Give an earlier try as it is kept: what waits for long is read again and again."""
    answer = attempt.answer[:SHORT]
    return replace(attempt, headers={}, answer_headers={}, answer=answer)


def _after(delivery: Delivery, answer: Answer | None, now: datetime) -> Outcome:
    """Say what is done about a delivery that failed."""
    if answer is not None and answer.status == GONE:
        return Outcome(replace(delivery, state="aside", due=None), well=False, gone=True)
    pause = timedelta() if answer is None else retry_after(answer.headers, now)
    until = now + pause if answer and pause and answer.status in OVERLOADED else None
    failed = delivery.failed + 1
    if failed > len(RETRIES):
        aside = replace(delivery, state="aside", due=None, failed=failed)
        return Outcome(aside, well=False, paused=until)
    due = now + max(RETRIES[failed - 1], pause)
    return Outcome(replace(delivery, due=due, failed=failed), well=False, paused=until)


def retry_after(headers: dict[str, str], now: datetime) -> timedelta:
    """Read for how long a receiver wants to be let alone: seconds or a time of HTTP, else nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        seconds = int(text) if len(text) < 10 else 10**9
        return min(timedelta(seconds=seconds), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return timedelta()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), LONGEST_PAUSE)


def _refused(answer: Answer) -> str:
    """Say why an answer is no success, "" where it is one."""
    if 200 <= answer.status < 300:
        return ""
    if answer.status in REDIRECTS:
        return f"answered {answer.status}; redirects are not followed, so give the address itself"
    return f"answered {answer.status}"
