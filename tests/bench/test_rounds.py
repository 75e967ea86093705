"""The frame of the bench: turns are fair, nothing is hidden, and what differs is not measured."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from pathlib import Path

import pytest

from bench.bars import BARS, Bar, Reading, readings
from bench.equivalence import demand_same
from bench.figures import Found, read
from bench.load import MARK, Sample, Wrong, endless, send_load
from bench.output import Output
from bench.report import write_page
from bench.request_bytes import CREATE, GET, Wire, Workload
from bench.rounds import Spread, figures, in_turns, ratio
from bench.searchers import searching
from bench.searches import NOBODY, Beside, Searched

YES = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
NO = b"HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n"


def workload(call: str, *, xml: bool = False) -> Workload:
    return Workload(Wire("kole", "kole", xml), call, ())


def json(body: bytes, status: int = 200) -> tuple[int, bytes, bytes]:
    return status, b"", body


def answering(answer: bytes) -> int:
    """Answer every request on a port of this machine, in a thread, until nobody is left to ask."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        caller, _ = listener.accept()
        with listener, caller:
            while caller.recv(1024):
                # In two pieces, as a network may deliver it.
                caller.sendall(answer[:20])
                caller.sendall(answer[20:])

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_every_side_has_its_turn_in_every_round_and_another_one_is_first() -> None:
    turns: list[str] = []
    sides = {name: lambda name=name: turns.append(name) for name in "abc"}
    in_turns(sides, 3)
    assert "abcbcacab" == "".join(turns)


def test_a_ratio_is_taken_round_by_round() -> None:
    assert Spread(2, 1, 4) == ratio([10, 20, 40], [10, 10, 10])


def test_a_load_counts_what_came_back() -> None:
    sample = send_load(
        answering(YES), endless([b"GET / HTTP/1.1\r\n\r\n"]), connections=1, seconds=0.05
    )
    assert (0, True) == (sample.refused, sample.answers > 0)


def test_a_refusal_is_counted_as_one() -> None:
    sample = send_load(
        answering(NO), endless([b"GET / HTTP/1.1\r\n\r\n"]), connections=1, seconds=0.05
    )
    assert sample.answers == sample.refused


@pytest.mark.parametrize(("answer", "status"), [(YES, "200"), (NO, "503")])
def test_answers_of_who_searches_are_counted_by_their_status(answer: bytes, status: str) -> None:
    answers = Counter[str]()
    with searching(answering(answer), 1, "token", "/orders?where=@", answers):
        pass
    assert [status] == list(answers)


def test_a_search_without_an_answer_counts_under_the_name_of_its_error() -> None:
    answers = Counter[str]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with searching(port, 1, "token", "/", answers):
        pass
    assert ["ConnectionRefusedError"] == list(answers)


def test_a_request_with_a_place_for_a_number_is_never_the_same_twice() -> None:
    requests = endless([b"GET / " + MARK])
    assert next(requests) != next(requests)


def test_answers_that_differ_in_a_member_are_not_measured() -> None:
    with pytest.raises(Wrong, match="total"):
        demand_same(workload(GET), json(b'{"total": 1}'), json(b'{"total": 2}'))


def test_what_is_created_is_compared_by_its_shape() -> None:
    demand_same(workload(CREATE), json(b'{"id": 1}', 201), json(b'{"id": 2}', 201))
    with pytest.raises(Wrong, match="members"):
        demand_same(workload(CREATE), json(b'{"id": 1}', 201), json(b"{}", 201))


def test_a_refusal_is_not_measured_beside_an_answer() -> None:
    with pytest.raises(Wrong, match="status"):
        demand_same(workload(GET), json(b"{}"), json(b"{}", 404))


def test_an_element_may_be_empty_in_either_spelling_of_xml() -> None:
    demand_same(workload(GET, xml=True), json(b"<a><b></b></a>"), json(b"<a><b/></a>"))


@pytest.mark.parametrize(
    ("bar", "figure", "verdict"),
    [
        (Bar("share", 0.8, lambda _: iter(())), 0.8, "met"),
        (Bar("share", 0.8, lambda _: iter(())), 0.79, "NOT MET"),
        (Bar("wait", 60, lambda _: iter(()), at_most=True), 61, "NOT MET"),
    ],
)
def test_a_bar_is_met_or_not(bar: Bar, figure: float, verdict: str) -> None:
    assert verdict == Reading(bar, "", figure).verdict


def test_every_bar_is_read_also_where_nothing_was_found() -> None:
    found = list(readings(Found()))
    assert [bar.name for bar in BARS] == [one.bar.name for one in found]
    assert all(one.verdict.startswith("not run: ") for one in found)


def searched(p99: float) -> Found:
    gets = figures([Sample(rate=1, p50=1, p99=p99, answers=1)])
    beside = {name: Beside(gets, {"200": 7}) for name in (NOBODY, "1 search")}
    return Found(searches=[Searched("sqlite", 1_000, beside)])


@pytest.mark.parametrize(("p99", "verdict"), [(10, "met"), (10.1, "NOT MET")])
def test_gets_beside_searches_have_a_bar_and_those_beside_nobody_have_none(
    p99: float, verdict: str
) -> None:
    found = [one for one in readings(searched(p99)) if one.what.startswith("sqlite")]
    assert [("sqlite, 1 search", p99, verdict)] == [
        (one.what, one.figure, one.verdict) for one in found
    ]


def test_the_page_shows_how_searches_were_answered(tmp_path: Path) -> None:
    output = Output(tmp_path / "results", tmp_path / "performance.md")
    write_page(searched(2.5), output, [])
    assert (
        "| sqlite | 1,000 | 1 search | 1 | 1.00 | 2.50 | 7 times 200 |" in output.page.read_text()
    )


def test_the_page_of_nothing_shows_every_bar(tmp_path: Path) -> None:
    output = Output(tmp_path / "results", tmp_path / "performance.md")
    write_page(read(output), output, [])
    page = output.page.read_text()
    assert all(bar.name in page for bar in BARS)


def test_what_was_kept_is_read_again_and_dropped(tmp_path: Path) -> None:
    output = Output(tmp_path / "results", tmp_path / "performance.md")
    output.keep("reasons", {"oscar": "there was no room"})
    assert {"oscar": "there was no room"} == read(output).reasons
    output.drop("reasons")
    assert {} == read(output).reasons
