"""Several processes that serve one book, on either store: they answer as one would."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, repeat
from math import log2
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from orderglot import demo
from orderglot.cli.http_server import GRACE
from orderglot.faces.throttle import FREE
from tests.cli.program import PROGRAM, Serving, clean_environment, done_json, serving
from tests.cli.test_serve import HEADERS, KOLE, ORDER
from tests.postgres import new_database

pytestmark = pytest.mark.long

PLACES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: "sqlite:///book.db",
    "postgres": new_database,
}
ENDED_AT_STARTUP = Path(__file__).with_name("ended_at_startup.py")
WORKERS = 3
AT_ONCE = 24
ADOBE = demo.part("adobe")
LINE = {"extLineItemNumber": 1, "offerId": ADOBE.products[0].sku, "quantity": 1}
SEATS, OTHER = "80004561CA02A12", "65304479CA01A12"
ROUNDS, RIVALS = 5, 8

Answer = tuple[int, bytes]


@pytest.fixture(params=PLACES)
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a book that is not there yet."""
    return PLACES[request.param]()


@contextmanager
def working(folder: Path, url: str, workers: int = WORKERS) -> Iterator[Team]:
    """Serve the demo from several processes, all of which have begun."""
    words = ("--demo", "--database", url, "--workers", str(workers))
    with serving(folder, *words) as server:
        team = Team(server)
        for _ in range(workers):
            team.begun()
        yield team


class Team:
    """Processes that serve together, whose logs are read as they come."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self.processes: list[int] = []

    def begun(self) -> int:
        """Wait until one more process has begun, and give its number."""
        assert self.server.process.stderr is not None
        for line in self.server.process.stderr:
            if "pid" in (logged := json.loads(line)):
                self.processes.append(logged["pid"])
                return self.processes[-1]
        raise AssertionError("it ended")

    def place(self, **headers: str) -> Answer:
        """Place an order over a connection of its own."""
        return self.ask("POST", "/orders", {**HEADERS, **headers}, ORDER)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send a request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def together(self, ask: Callable[[int], Answer], count: int = AT_ONCE) -> list[Answer]:
        """Ask many times at once."""
        ready = threading.Barrier(count)

        def asked(number: int) -> Answer:
            ready.wait()
            return ask(number)

        with ThreadPoolExecutor(count) as pool:
            return [*pool.map(asked, range(count))]


def orders_in(url: str) -> int:
    books = done_json("book", "--database", url)
    return sum(one["orders"] + one["test_orders"] for one in books)


def test_many_who_send_one_key_to_many_processes_make_one_order(folder: Path, url: str) -> None:
    with working(folder, url) as team:
        before = orders_in(url)
        answers = team.together(lambda _number: team.place(**{"Idempotency-Key": "one"}))

        assert {201} == {status for status, _ in answers}
        assert 1 == len({body for _, body in answers})
        assert before + 1 == orders_in(url)


def test_many_who_send_one_correlation_id_make_one_order(folder: Path, url: str) -> None:
    with working(folder, url) as team:
        before = orders_in(url)
        headers, path = _proof(team), f"/v3/customers/{ADOBE.examples['customer_id']}/orders"
        body = {"orderType": "NEW", "currencyCode": "USD", "lineItems": [LINE]}
        text = json.dumps(body).encode()
        answers = team.together(lambda _number: team.ask("POST", path, headers, text))

        assert {201} == {status for status, _ in answers}
        assert 1 == len({body for _, body in answers})
        assert before + 1 == orders_in(url)


def _proof(team: Team) -> dict[str, str]:
    """Log in, and give the headers of a request."""
    form = {
        "grant_type": "client_credentials",
        "client_id": ADOBE.key.id,
        "client_secret": ADOBE.key.secret,
    }
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    _, body = team.ask("POST", "/ims/token/v3", media, urlencode(form).encode())
    return {
        "X-Api-Key": ADOBE.key.id,
        "Authorization": f"Bearer {json.loads(body)['access_token']}",
        "X-Correlation-Id": "one",
        "Content-Type": "application/json",
    }


def test_many_who_switch_all_seats_at_once_over_many_processes_switch_them_once(
    folder: Path, url: str
) -> None:
    with working(folder, url) as team:
        headers, path = _proof(team), f"/v3/customers/{ADOBE.examples['customer_id']}/orders"
        sent = count()

        def ask(method: str, path: str, body: Any = None) -> Any:
            intent = {**headers, "X-Correlation-Id": f"intent {next(sent)}"}
            status, text = team.ask(
                method, path, intent, json.dumps(body).encode() if body else b""
            )
            return json.loads(text), status

        for _ in range(ROUNDS):
            bought = [{**LINE, "offerId": SEATS, "quantity": 10}]
            new = {"orderType": "NEW", "currencyCode": "USD", "lineItems": bought}
            order, _ = ask("GET", f"{path}/{ask('POST', path, new)[0]['orderId']}")
            subscription = order["lineItems"][0]["subscriptionId"]
            all_of_them = _held(ask, path, subscription)
            there = {**LINE, "offerId": OTHER, "quantity": all_of_them}
            gone = {"extLineItemNumber": 1, "referenceLineItemNumber": 1, "quantity": all_of_them}
            switch = {
                **new,
                "orderType": "SWITCH",
                "lineItems": [there],
                "cancellingItems": [{**gone, "subscriptionId": subscription}],
            }
            before = _held(ask, path)
            with ThreadPoolExecutor(RIVALS) as pool:
                asked = repeat("POST", RIVALS), repeat(path), repeat(switch)
                answers = [*pool.map(ask, *asked)]

            assert [201] == [status for _, status in answers if status == 201]
            assert before == _held(ask, path)


def _held(ask: Callable[..., Any], path: str, subscription: str = "") -> int:
    """Count the seats that the customer holds, of one subscription or in all."""
    lines = ask("POST", path, {"orderType": "PREVIEW_RENEWAL"})[0]["lineItems"]
    return sum(one["quantity"] for one in lines if subscription in ("", one["subscriptionId"]))


def test_many_different_orders_each_get_an_id_of_their_own(folder: Path, url: str) -> None:
    with working(folder, url) as team:
        before = orders_in(url)
        answers = team.together(lambda number: team.place(**{"Idempotency-Key": f"{number}"}))

        assert Counter({201: AT_ONCE}) == Counter(status for status, _ in answers)
        assert AT_ONCE == len({body for _, body in answers})
        assert before + AT_ONCE == orders_in(url)


def test_an_answer_is_remembered_by_whichever_process_is_asked(folder: Path, url: str) -> None:
    with working(folder, url) as team:
        first = team.place(**{"Idempotency-Key": "one"})

        assert {first} == {team.place(**{"Idempotency-Key": "one"}) for _ in range(AT_ONCE)}


def test_who_guesses_keys_is_slowed_down_by_every_process(folder: Path) -> None:
    media, guess = {"Content-Type": "application/json"}, b'{"apiKey":"guessed"}'
    with working(folder, PLACES["sqlite"]()) as team:
        began = time.monotonic()
        guesses = [
            team.ask("POST", "/api/user/customer/apiKeyLogin", media, guess)[0]
            for _ in range(WORKERS * (FREE + 5) + AT_ONCE)
        ]

        took = time.monotonic() - began

    assert {401, 429} == {*guesses}
    # Each process lets one more pass after 1 second, after 2 more, after 4 more …
    assert guesses.count(401) <= WORKERS * (FREE + 1 + int(log2(took + 1)))


def test_a_process_that_is_killed_is_begun_again(folder: Path, url: str) -> None:
    with working(folder, url) as team:
        killed = team.processes[0]
        os.kill(killed, signal.SIGKILL)
        begun = team.begun()
        answers = team.together(lambda number: team.place(**{"Idempotency-Key": f"{number}"}))
        code, _ = team.server.end()

    assert begun not in (killed, team.server.process.pid)
    assert {201} == {status for status, _ in answers}
    assert 0 == code
    for process in team.processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_workers_are_replaced_on_request_and_nobody_waits(folder: Path) -> None:
    with working(folder, PLACES["sqlite"](), 1) as team:
        (before,) = team.processes
        team.server.process.send_signal(signal.SIGHUP)
        after = team.begun()
        answers = [team.place(**{"Idempotency-Key": f"{number}"}) for number in range(20)]
        while _runs(before):
            answers.append(team.place())
            time.sleep(0.05)
        code, logged = team.server.end()

    assert after not in (before, team.server.process.pid)
    assert {201} == {status for status, _ in answers}
    assert (0, False) == (code, "error" in logged.lower())


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_is_asked_to_end_before_it_serves_ends(folder: Path) -> None:
    done = subprocess.run(
        (sys.executable, ENDED_AT_STARTUP, "serve", "--demo", "--port", "0"),
        cwd=folder,
        env=clean_environment(folder),
        timeout=GRACE - 5,
        check=False,
        capture_output=True,
    )

    assert 0 == done.returncode


def test_what_was_acknowledged_when_the_end_was_asked_for_is_there(folder: Path, url: str) -> None:
    acknowledged = list[bytes]()
    with working(folder, url) as team:
        before = orders_in(url)
        begun = threading.Event()

        def place(worker: int) -> None:
            try:
                for number in range(1_000):
                    status, body = team.place(**{"Idempotency-Key": f"{worker}-{number}"})
                    assert 201 == status
                    acknowledged.append(body)
                    begun.set()
            except (ConnectionError, http.client.HTTPException):
                return

        with ThreadPoolExecutor(RIVALS) as pool:
            placing = [pool.submit(place, worker) for worker in range(8)]
            assert begun.wait(30)
            code, logged = team.server.end()
            for one in placing:
                one.result()
    made = orders_in(url) - before

    assert 0 == code
    assert "error" not in logged.lower()
    assert 0 < len(acknowledged) == len({*acknowledged})
    # Who was cut off before the answer may have an order, too: one each.
    assert len(acknowledged) <= made <= len(acknowledged) + 8


def test_a_book_is_served_and_pulled_into_by_different_processes(folder: Path, url: str) -> None:
    there = "sqlite:///there.db"
    environment = {
        **clean_environment(folder),
        "ORDERGLOT_KOLE_ID": KOLE.key.id,
        "ORDERGLOT_KOLE_API_KEY": KOLE.key.secret,
    }
    with serving(folder, "--demo", "--database", there) as vendor, working(folder, url, 2) as team:
        before = orders_in(url)
        words = (
            "pull",
            "kole",
            "--database",
            url,
            "--seller",
            "pulled",
            "--new",
            "--url",
            vendor.base,
        )
        with subprocess.Popen((*PROGRAM, *words), cwd=folder, env=environment) as pulling:
            placed = list[Answer]()
            while pulling.poll() is None:
                # Each is an order of its own, though all say the same.
                placed.append(team.place(**{"Idempotency-Key": f"own-{len(placed)}"}))
        assert 0 == pulling.returncode

    books = {one["seller"]: one for one in done_json("book", "--database", url)}
    assert {201} == {status for status, _ in placed}
    assert len(KOLE.orders) == books["pulled"]["orders"]
    assert before + len(placed) + len(KOLE.orders) == orders_in(url)


def test_metrics_are_those_of_all_workers_together(tmp_path: Path) -> None:
    with working(tmp_path, "sqlite:///book.db") as team:
        port = team.server.port
        assert {200} == {_fresh(port, "/orders/12345", HEADERS)[0] for _ in range(AT_ONCE)}
        os.kill(team.processes[0], signal.SIGKILL)
        team.begun()
        counted = {_requests(_fresh(port, "/orderglot/metrics", {})[1]) for _ in range(9)}
    assert {AT_ONCE} == counted


def _fresh(port: int, path: str, headers: dict[str, str]) -> Answer:
    """Ask over a connection of its own, which any worker may take."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def _requests(metrics: bytes) -> float:
    name = "orderglot_requests_total"
    lines = [line for line in metrics.decode().splitlines() if line.startswith(name)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
