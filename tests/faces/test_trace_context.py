"""Trace context: what a request says of its trace is read, logged and handed on, and never answered."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from orderglot.cli.logs import set_up_logs
from orderglot.faces.trace_context import (
    LONGEST_STATE,
    current,
    entered,
    left,
    read_context,
    traced,
)
from orderglot.wire.message import Request
from tests.faces.test_asgi import HOST, echoing, messages_of, scope
from tests.faces.test_http import GET, HURRIED, Rogue, transport_to

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TRACE,
        f"00-{TRACE}-00f067aa0ba902b7",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"{PARENT}-more",
        f"{PARENT}, {PARENT}",
    ],
)
def test_what_is_no_trace_is_passed_over(text: str) -> None:
    assert read_context({"traceparent": text}) is None


def test_a_later_version_may_say_more() -> None:
    context = read_context({"traceparent": f"01-{TRACE}-00f067aa0ba902b7-03-more"})

    assert context is not None
    assert (TRACE, True) == (context.trace, context.sampled)


@pytest.mark.parametrize("flags", ["00", "01", "02", "03"])
def test_what_is_handed_on_has_the_trace_and_a_part_of_our_own(flags: str) -> None:
    context = read_context({"traceparent": f"{PARENT[:-2]}{flags}", "tracestate": STATE})

    assert context is not None
    headers = context.headers()
    version, trace, span, handed = headers["traceparent"].split("-")
    assert ("00", TRACE, context.span, STATE) == (version, trace, span, headers["tracestate"])
    assert int(handed, 16) == int(flags, 16) & 1
    assert span not in PARENT
    assert read_context(headers) is not None


@pytest.mark.parametrize("state", ["", "a=" + "x" * LONGEST_STATE, "a=\x01"])
def test_a_state_that_cannot_be_handed_on_is_left_out(state: str) -> None:
    context = read_context({"traceparent": PARENT, "tracestate": state})

    assert context is not None
    assert ["traceparent"] == list(context.headers())


def test_what_is_sent_because_of_a_request_says_of_which_trace_it_is() -> None:
    async def send() -> bytes:
        rogue = Rogue()
        async with transport_to(rogue, HURRIED) as line:
            before = entered({"traceparent": PARENT, "tracestate": STATE})
            await line(GET)
            left(before)
            await line(GET)
            assert b"trace" not in rogue.asked[1]
            return rogue.asked[0]

    asked = asyncio.run(send())
    assert f"traceparent: 00-{TRACE}-".encode() in asked
    assert f"tracestate: {STATE}".encode() in asked


def test_a_request_is_answered_within_its_trace_and_the_answer_says_nothing_of_it() -> None:
    def seen(_request: Request) -> str:
        return json.dumps(traced())

    headers = [HOST, (b"traceparent", PARENT.encode()), (b"tracestate", STATE.encode())]
    start, body = messages_of(echoing(seen), scope(headers=headers))

    assert TRACE in body["body"].decode()
    assert not [name for name, _ in start["headers"] if name.startswith(b"trace")]
    assert current() is None
    _, plain = messages_of(echoing(seen), scope())
    assert TRACE not in plain["body"].decode()


def test_every_line_of_a_log_says_of_which_trace_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    before = entered({"traceparent": PARENT})
    logging.getLogger("orderglot.http").warning("one")
    span = traced()["traceparent"].split("-")[2]
    left(before)
    logging.getLogger("orderglot.http").warning("two")

    one, two = map(json.loads, capsys.readouterr().err.splitlines())
    assert (TRACE, span) == (one["trace"], one["span"])
    assert "trace" not in two
