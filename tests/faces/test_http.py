"""The line out, against a server on this machine that misbehaves in every way."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace as replace_struct

from orderglot.core.errors import Invalid, Upstream
from orderglot.faces.http import HttpTransport, Redirected, Timeouts, Unreached
from orderglot.faces.pacing import Exhausted, Turn
from orderglot.wire.message import Request, Response

HURRIED = Timeouts(connect=5, read=5, attempts=3, pause=0.001, longest_pause=0.01, largest=1_000)
IMPATIENT = replace(HURRIED, read=0.5)
GET = Request(method="GET", path="/orders", query="limit=1", headers={"accept": "text/plain"})
POST = Request(method="POST", path="/orders", body=b"an order")

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def responding(status: str, *headers: str, body: bytes = b"") -> Behaviour:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head + body)

    return behave


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def stop_halfway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nonly this")


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello? who is there?\r\n\r\n")


OK = responding("200 OK", "X-Colour: red", "x-colour: blue", body=b"fine")


class Rogue:
    """A server that treats its first requests as it is told, and answers all others with 200."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.asked: list[bytes] = []
        self.open = 0
        self.listening: asyncio.Server
        self.idle = asyncio.Event()
        self.idle.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.idle.clear()
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            await (self.behaviours.pop(0) if self.behaviours else OK)(reader, writer)
        self.open -= 1
        if not self.open:
            self.idle.set()


@asynccontextmanager
async def transport_to(rogue: Rogue, timeouts: Timeouts) -> AsyncIterator[HttpTransport]:
    server = rogue.listening = await asyncio.start_server(rogue.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with HttpTransport(f"http://127.0.0.1:{port}/", timeouts) as transport:
            yield transport
    finally:
        server.close()
        await rogue.idle.wait()


def sent(rogue: Rogue, request: Request, timeouts: Timeouts = HURRIED) -> Response:
    async def send() -> Response:
        async with transport_to(rogue, timeouts) as transport:
            return await transport(request)

    return asyncio.run(send())


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the pauses that were asked for; none of them is waited out."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        asked.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return asked


def test_a_request_goes_out_as_it_is_and_the_answer_comes_back() -> None:
    rogue = Rogue()

    response = sent(rogue, GET)

    assert (200, b"fine") == (response.status, response.body)
    assert response.headers["x-colour"] == "red, blue"
    assert rogue.asked[0].startswith(b"GET /orders?limit=1 HTTP/1.1\r\n")
    assert b"accept: text/plain\r\n" in rogue.asked[0].lower()


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("https://elsewhere.example/orders?key=1", "elsewhere.example"),
        ("//elsewhere.example", "elsewhere.example"),
        ("/elsewhere", "another path of the same host"),
        ("http://[", r"\?"),
    ],
)
@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_redirect_is_told_and_never_followed(
    status: str, location: str, where: str, request_: Request
) -> None:
    rogue = Rogue(responding(f"{status} Moved", f"Location: {location}"))

    with pytest.raises(Redirected, match=f"answered {status} and leads to {where}, where nothing"):
        sent(rogue, request_)
    assert 1 == len(rogue.asked)


def test_a_redirect_that_leads_nowhere_is_an_answer() -> None:
    assert 302 == sent(Rogue(responding("302 Found")), GET).status


FAILING = {
    **{status: responding(f"{status} Oops") for status in ("429", "500", "502", "503", "504")},
    **{failing.__name__: failing for failing in (hang, hang_up, stop_halfway, babble)},
}


@pytest.mark.parametrize("behaviour", FAILING.values(), ids=FAILING)
def test_what_is_safe_is_sent_again(behaviour: Behaviour) -> None:
    rogue = Rogue(behaviour, behaviour)

    assert 200 == sent(rogue, GET, IMPATIENT if behaviour is hang else HURRIED).status
    assert 3 == len(rogue.asked)


def test_what_is_said_to_be_repeatable_is_sent_again() -> None:
    rogue = Rogue(hang_up)
    repeatable = Request(method="POST", path="/orders", headers={"x": "key"}, repeatable=True)

    assert 200 == sent(rogue, repeatable).status
    assert 2 == len(rogue.asked)


@pytest.mark.parametrize("behaviour", [hang, hang_up, stop_halfway, babble])
def test_what_may_have_arrived_is_never_sent_twice(behaviour: Behaviour) -> None:
    rogue = Rogue(behaviour)

    with pytest.raises(Upstream, match="broke off"):
        sent(rogue, POST, IMPATIENT if behaviour is hang else HURRIED)
    assert 1 == len(rogue.asked)


@pytest.mark.parametrize("status", ["500 Oops", "502 Oops", "503 Oops", "504 Oops"])
def test_an_unsafe_request_that_failed_there_is_not_sent_twice(status: str) -> None:
    rogue = Rogue(responding(status))

    assert int(status[:3]) == sent(rogue, POST).status
    assert 1 == len(rogue.asked)


def test_an_unsafe_request_that_was_turned_away_is_sent_again() -> None:
    rogue = Rogue(responding("429 Slow Down"))

    assert 200 == sent(rogue, POST).status
    assert 2 == len(rogue.asked)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


def test_an_answer_that_never_ends_is_given_up() -> None:
    rogue = Rogue(drip)

    with pytest.raises(Upstream, match=r"no whole answer in 0\.2 seconds"):
        sent(rogue, GET, replace(HURRIED, whole=0.2, attempts=1))


async def say_continue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await writer.drain()


NEVER_ENDING = {"drip": drip, "continue": say_continue}


@pytest.mark.parametrize("behaviour", NEVER_ENDING.values(), ids=NEVER_ENDING)
def test_all_attempts_together_take_no_longer_than_the_whole_time(behaviour: Behaviour) -> None:
    rogue = Rogue(*[behaviour] * 9)
    began = time.monotonic()

    with pytest.raises(Upstream, match=r"no whole answer in 0\.5 seconds"):
        sent(rogue, GET, replace(HURRIED, whole=0.5, attempts=9))
    assert time.monotonic() - began < 3
    assert 1 == len(rogue.asked)


def test_patience_ends_with_the_last_answer() -> None:
    rogue = Rogue(*[responding("503 Oops", body=b"sorry")] * 9)

    assert b"sorry" == sent(rogue, GET).body
    assert HURRIED.attempts == len(rogue.asked)


def test_patience_ends_with_an_error_where_there_is_no_answer() -> None:
    rogue = Rogue(*[hang_up] * 9)

    with pytest.raises(Upstream):
        sent(rogue, GET)
    assert HURRIED.attempts == len(rogue.asked)


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_closed_door_is_unreached(request_: Request, pauses: list[float]) -> None:
    async def send() -> None:
        async with transport_to(Rogue(), HURRIED) as transport:
            port = transport.base_url.rpartition(":")[2]
        async with HttpTransport(f"http://127.0.0.1:{port}", HURRIED) as closed:
            await closed(request_)

    with pytest.raises(Unreached, match="cannot be reached"):
        asyncio.run(send())
    assert HURRIED.attempts - 1 == len([pause for pause in pauses if pause])


def gone_after(behaviour: Behaviour) -> Rogue:
    """Make a server that is not there any more after its first request."""
    rogue = Rogue()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rogue.listening.close()
        await behaviour(reader, writer)

    rogue.behaviours = [behave]
    return rogue


@pytest.mark.parametrize("behaviour", [hang_up, stop_halfway, responding("503 Oops")])
def test_what_may_have_arrived_before_is_not_unreached_later(
    behaviour: Behaviour, pauses: list[float]
) -> None:
    rogue = gone_after(behaviour)

    with pytest.raises(Upstream, match="cannot be reached") as raised:
        sent(rogue, replace_struct(POST, repeatable=True))
    assert not isinstance(raised.value, Unreached)
    assert 1 == len(rogue.asked)


@pytest.mark.parametrize(
    ("behaviour", "repeated"),
    [(hang_up, True), (responding("502 Oops"), True), (responding("429 Slow Down"), False)],
)
def test_an_answer_says_whether_the_request_may_have_arrived_before(
    behaviour: Behaviour, pauses: list[float], *, repeated: bool
) -> None:
    request = replace_struct(POST, repeatable=True)

    assert repeated is sent(Rogue(behaviour), request).repeated
    assert repeated is sent(Rogue(responding("429 Slow Down"), behaviour), request).repeated


def test_the_vendor_says_how_long_to_wait(pauses: list[float]) -> None:
    timeouts = Timeouts(attempts=2, pause=0.001, longest_pause=60)

    sent(Rogue(responding("429 Slow Down", "Retry-After: 7")), POST, timeouts)

    assert 7 in pauses


def test_the_vendor_may_name_the_moment(pauses: list[float]) -> None:
    timeouts = Timeouts(attempts=2, pause=0.001, longest_pause=3_600)
    moment = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)

    sent(Rogue(responding("503 Oops", f"Retry-After: {moment}")), GET, timeouts)

    assert 1_700 < max(pauses) <= 1_800


@pytest.mark.parametrize("wish", ["31536000", "999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_for_ever(wish: str, pauses: list[float]) -> None:
    timeouts = Timeouts(attempts=2, pause=0.001, longest_pause=9)

    sent(Rogue(responding("429 Slow Down", f"Retry-After: {wish}")), GET, timeouts)

    assert 9 == max(pauses)


def test_a_long_pause_is_notified_with_its_reason(pauses: list[float]) -> None:
    timeouts = Timeouts(attempts=3, pause=0.001, longest_pause=9)
    rogue = Rogue(responding("503 Oops", "Retry-After: 31536000"), responding("503 Oops"))
    notices = list[str]()

    async def send() -> None:
        async with transport_to(rogue, timeouts) as transport:
            transport.notify = notices.append
            await transport(GET)

    asyncio.run(send())

    assert 1 == len(notices), "a pause of some milliseconds is none to speak of"
    assert notices[0].endswith("answers with status 503. Asking again in 9 s.")
    assert notices[0].startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "-1", "1.5", "\xb2", "9" * 400),
        *("Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 99 Jan 2001"),
        "Mon, 01 Jan 2001 00:00:00 +" + "9" * 30,
    ],
)
def test_a_strange_wish_is_no_reason_to_fail(value: str, pauses: list[float]) -> None:
    rogue = Rogue(responding("429 Slow Down", f"Retry-After: {value}"))

    assert 200 == sent(rogue, GET).status
    assert max(pauses) <= HURRIED.longest_pause


def test_pauses_double_and_are_shortened_by_chance(pauses: list[float]) -> None:
    timeouts = Timeouts(attempts=5, pause=1, longest_pause=4)

    sent(Rogue(*[responding("503 Oops")] * 4), GET, timeouts)

    waited = [pause for pause in pauses if pause]
    assert 4 == len(waited)
    assert all(most / 2 <= pause <= most for pause, most in zip(waited, (1, 2, 4, 4), strict=True))


def test_an_answer_without_end_is_cut_off() -> None:
    rogue = Rogue(*[responding("200 OK", body=b"x" * 1_001)] * 3)

    with pytest.raises(Upstream, match="over 1000 bytes"):
        sent(rogue, GET)


BAD_URLS = (
    *("", "ftp://vendor.example", "vendor.example", "http://", "https:///orders", "//vendor"),
    *("http://127.0.0.1:99999", "http://127.0.0.1:-1", "http://127.0.0.1:0", "http://a:b"),
    *("http://[::1", "http://[gg]", "http://ven dor", "http://vendor\n", "http://vendor\x00"),
    *("http://a..b", f"http://{'a' * 64}.example", f"http://{'a.' * 130}b", "http://."),
    *("http://vendor.example/?a=b", "http://vendor.example#there", "http://vendor.example?"),
    *("http://\u2100.example", "http://xn--\u20ac", "http://a\ud800b", f"http://v/{'a' * 70_000}"),
)


@pytest.mark.parametrize("url", BAD_URLS, ids=range(len(BAD_URLS)))
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match=r"^url: .{1,250}\.$"):
        HttpTransport(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:65535", "https://[::1]:8000/api/", "http://b\u00fccher.example."]
)
def test_what_is_an_address_is_taken(url: str) -> None:
    assert url.rstrip("/") == HttpTransport(url).base_url


PLAIN = b"an answer " * 90


def packed(body: bytes) -> bytes:
    """Code a body so that it is the same whenever it is made: it names its test."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", packed(PLAIN)),
        ("x-gzip", packed(PLAIN)),
        ("deflate", zlib.compress(PLAIN)),
        ("identity", PLAIN),
    ],
)
def test_a_coded_answer_is_decoded(coding: str, body: bytes) -> None:
    rogue = Rogue(responding("200 OK", f"Content-Encoding: {coding}", body=body))

    assert PLAIN == sent(rogue, GET).body
    assert b"accept-encoding: gzip, deflate\r\n" in rogue.asked[0].lower()


@pytest.mark.parametrize(
    ("coding", "body", "words"),
    [
        ("br", PLAIN, "coded as 'br', which was not asked for"),
        ("gzip, gzip", packed(packed(PLAIN)), "coded as 'gzip, gzip'"),
        ("gzip", PLAIN, "not coded as gzip"),
        ("gzip", packed(PLAIN)[:-4], "not coded as gzip to its end"),
        ("gzip", packed(b"x" * 1_001), "over 1000 bytes"),
    ],
)
def test_what_is_not_coded_as_it_says_is_refused(coding: str, body: bytes, words: str) -> None:
    rogue = Rogue(*[responding("200 OK", f"Content-Encoding: {coding}", body=body)] * 3)

    with pytest.raises(Upstream, match=words):
        sent(rogue, GET)


def in_pieces(piece: bytes, count: int) -> Behaviour:
    """Answer with so many times the same, of which no more than two are in memory at a time."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(piece) * count}\r\n\r\n".encode())
        for _ in range(count):
            writer.write(piece)
            await writer.drain()

    return behave


def _taken(behaviour: Behaviour, largest: int) -> int:
    """Give the most memory that it took to be sent an answer, or to refuse it."""
    timeouts = replace(HURRIED, largest=largest, attempts=1, whole=60, read=60)

    async def most() -> int:
        async with transport_to(Rogue(behaviour), timeouts) as transport:
            tracemalloc.start()
            with suppress(Upstream):
                await transport(GET)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return peak

    return asyncio.run(most())


def test_a_bomb_takes_little_more_memory_than_an_answer_may_have() -> None:
    largest = 4 * 2**20
    bomb = gzip.compress(bytes(50 * largest))

    assert 3 * largest > _taken(responding("200 OK", "Content-Encoding: gzip", body=bomb), largest)


def test_a_large_answer_takes_no_more_than_three_times_its_size() -> None:
    count, piece = 128, bytes(2**16)
    size = count * len(piece)

    assert 3 * size > _taken(in_pieces(piece, count), size)


def test_a_path_of_70_000_characters_is_not_sent() -> None:
    rogue = Rogue()

    with pytest.raises(Upstream, match=r"has 70,000 characters"):
        sent(rogue, replace_struct(GET, path="/" + "a" * 69_999, query=""))
    assert [] == rogue.asked


def test_a_path_that_is_none_is_told() -> None:
    with pytest.raises(Upstream, match="no path"):
        sent(Rogue(), replace_struct(GET, path="/a\x00b"))


def test_a_vendors_rate_is_kept(pauses: list[float]) -> None:
    async def three() -> None:
        turn = Turn(per_second=2)
        for _ in range(3):
            await turn.wait()

    asyncio.run(three())

    assert [0, 0.5, 1.0] == [round(pause, 2) for pause in pauses]


def test_without_a_rate_nobody_waits(pauses: list[float]) -> None:
    asyncio.run(Turn(None).wait())

    assert [] == pauses


class Paced:
    """Says when requests may go out: so many of them at once, and then none any more."""

    def __init__(self, turns: int) -> None:
        self.turns = turns
        self.noted: list[int] = []

    async def wait(self) -> None:
        if not self.turns:
            raise Exhausted("There is no turn until midnight.", retry_after=600)
        self.turns -= 1

    async def note(self, response: Response) -> None:
        self.noted.append(response.status)


def paced(rogue: Rogue, pace: Paced, request: Request) -> Response:
    async def send() -> Response:
        async with transport_to(rogue, HURRIED) as transport:
            transport.pace = pace
            return await transport(request)

    return asyncio.run(send())


@pytest.mark.usefixtures("pauses")
def test_each_attempt_takes_a_turn_and_what_it_was_answered_is_noted() -> None:
    rogue, pace = Rogue(responding("429 Too Many Requests"), responding("503 Away")), Paced(3)

    assert 200 == paced(rogue, pace, GET).status
    assert (0, [429, 503, 200]) == (pace.turns, pace.noted)


@pytest.mark.usefixtures("pauses")
def test_without_a_turn_nothing_is_sent() -> None:
    rogue = Rogue()

    with pytest.raises(Exhausted, match="no turn until midnight"):
        paced(rogue, Paced(0), POST)
    assert [] == rogue.asked


@pytest.mark.usefixtures("pauses")
def test_without_a_turn_for_another_attempt_it_is_not_told_that_none_was_made() -> None:
    rogue = Rogue(responding("503 Away"))

    with pytest.raises(Upstream) as failure:
        paced(rogue, Paced(1), GET)
    assert not isinstance(failure.value, Unreached)
