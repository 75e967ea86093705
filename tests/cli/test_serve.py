"""``orderglot serve`` as a real process: what it prints works, and it ends without losing anything."""

import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.error import URLError

import pytest

from orderglot import demo
from orderglot.cli import listening
from orderglot.cli.demo_address import BASE
from orderglot.wire.auth import write_basic
from tests.cli.program import (
    PROGRAM,
    Serving,
    clean_environment,
    done,
    done_json,
    refused,
    run,
    serving,
    started,
)
from tests.postgres import new_database

pytestmark = pytest.mark.long

KOLE = demo.part("kole")
HEADERS = {
    "Authorization": write_basic(KOLE.key.id, KOLE.key.secret),
    "Accept": "application/vnd.koleimports.ds.order+xml",
    "Content-Type": "application/vnd.koleimports.ds.order+xml",
}
ORDER = b"""<order><po_number>IN-FLIGHT</po_number>
<ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
<ship_to_address><company>Sample</company><address_1>1 Example Street</address_1><city>Carson</city>
<state>CA</state><zipcode>90745</zipcode><country>US</country></ship_to_address>
<items><item><sku>AA124</sku><quantity>24</quantity></item></items></order>"""


SILENT = 1_100

PRINTED = {
    "adobe": '"totalCount":9,"count":3,"offset":3,"limit":3',
    "catalyst": '"id":1162870',
    "kodaris": '"orderID":3026',
    "kole": "<order_id>12345</order_id>",
    "komet": '"webOrders":[{"id":48',
    "orderglot": '{"id":1000000001,',
}
"""What stands in the answer to each dialect's shell line."""


def test_every_curl_line_of_the_demo_works_as_pasted(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        assert list(PRINTED) == list(demo.names())
        for curl, expected in zip(server.curls, PRINTED.values(), strict=True):
            answer = subprocess.run(curl, shell=True, check=True, capture_output=True, text=True)
            assert expected in answer.stdout


def test_the_health_page_says_that_the_store_answers(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        status, body, _ = server.get("/healthz")
        assert (200, {"status": "ok"}) == (status, json.loads(body))


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_request_in_flight_is_finished_when_the_end_is_asked_for(
    folder: Path, workers: str, database: str
) -> None:
    place = "sqlite:///demo.db" if database == "sqlite" else new_database()
    with serving(folder, "--demo", "--database", place, "--workers", workers) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.putrequest("POST", "/orders")
        for name, value in HEADERS.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(ORDER)))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.sock.recv(1024)
        server.process.send_signal(signal.SIGTERM)
        _until_nobody_listens(server)
        connection.sock.sendall(ORDER)
        answer = http.client.HTTPResponse(connection.sock, method="POST")
        answer.begin()
        assert answer.status == 201
        order = (answer.headers["Location"] or "").rpartition("/")[2]
        answer.close()
        connection.close()
        assert server.process.wait(timeout=30) == 0
    found = done_json("show", order, "--database", place)
    assert found["po_number"] == "IN-FLIGHT"


def _until_nobody_listens(server: Serving) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            server.get("/healthz")
        except URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                return
        except (ConnectionError, http.client.HTTPException):
            continue
    pytest.fail("somebody still listens")


def test_several_processes_share_one_book_and_end_together(folder: Path) -> None:
    with serving(folder, "--demo", "--workers", "2") as server:
        for _ in range(10):
            assert server.get("/healthz")[0] == 200
        # Both have begun when both have said so; the second one may still be on its way.
        assert server.process.stderr is not None
        begun = {json.loads(server.process.stderr.readline())["pid"] for _ in range(2)}
        assert len(begun) == 2
        assert server.process.pid not in begun
        code, _ = server.end()
        assert code == 0
    for process in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_no_process_outlives_the_one_that_began_it(folder: Path) -> None:
    with serving(folder, "--demo", "--workers", "2") as server:
        assert server.get("/healthz")[0] == 200
        server.process.kill()
        _until_nobody_listens(server)


def test_a_book_that_others_may_read_is_told_of_when_it_is_served(folder: Path) -> None:
    with serving(folder, "--demo", "--database", "sqlite:///lax.db") as server:
        _, logged = server.end()
    assert "others" not in logged
    (folder / "lax.db").chmod(0o644)
    with serving(folder, "--demo", "--database", "sqlite:///lax.db") as server:
        _, logged = server.end()
    entries = [json.loads(one) for one in logged.splitlines() if "others" in one]
    assert ("warning", "0644", "chmod 600 lax.db") == tuple(
        entries[0][name] for name in ("level", "mode", "mend")
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_is_quiet(folder: Path, workers: str) -> None:
    with serving(folder, "--demo", "--workers", workers) as server:
        assert server.get("/healthz")[0] == 200
        code, logged = server.end(signal.SIGINT)
    assert code == 0
    # A worker that is still starting when it is told to end is ended by force, which is logged.
    expected = ("serving", "Killing worker")
    assert [] == [one for one in logged.splitlines() if not any(map(one.__contains__, expected))]


def test_the_demo_is_kept_in_the_users_own_folder(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        place = folder / ".local/share/orderglot/demo.db"
        assert f"sqlite:///{place}" in server.printed[0]
        assert place.exists()


def test_the_demo_works_without_a_home(folder: Path) -> None:
    environment = {**clean_environment(folder), "HOME": "", "TMPDIR": str(folder)}
    program = (*PROGRAM, "serve", "--demo", "--port", "0")
    with subprocess.Popen(
        program, env=environment, text=True, stdout=subprocess.PIPE, cwd="/"
    ) as process:
        assert process.stdout is not None
        assert f"sqlite:///{folder}/orderglot-" in process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_somebodys_own_book_is_not_taken_for_a_demo() -> None:
    done("seller", "add", "acme")
    sentence = refused("serve", "--demo", "--port", "0", "--database", "sqlite:///orderglot.db")
    assert sentence.startswith("sqlite:///orderglot.db is no demo book; name a new file")
    assert "demo" not in done("seller", "list")


@pytest.mark.parametrize("words", [(), ("--demo",)])
def test_the_address_stands_last_and_alone_and_no_line_is_wider_than_a_terminal(
    folder: Path, words: tuple[str, ...]
) -> None:
    if not words:
        done("seller", "add", "acme", "--database", "sqlite:///book.db")
    with serving(folder, *words, "--database", "sqlite:///book.db") as server:
        assert f"http://127.0.0.1:{server.port}" == server.printed[-1]
        assert [] == [one for one in server.printed if "curl" in one or len(one) > 80]


def test_the_demo_knows_the_address_of_the_server_that_began_last(folder: Path) -> None:
    with serving(folder, "--demo") as one:
        with serving(folder, "--demo", "--database", "sqlite:///other.db") as other:
            assert other.base in done("demo")
            other.end()
        assert one.base in done("demo")
        one.end()
    assert BASE in done("demo")


def test_a_server_that_was_killed_leaves_no_address_behind(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        server.process.kill()
        server.process.wait()
        assert [] != [*folder.rglob("demo-*.url")]
        assert BASE in done("demo")
    assert [] == [*folder.rglob("demo-*.url")]


QUIET_DEMO = ("serve", "--demo", "--port", "0", "--log-level", "warning")


def test_ctrl_c_before_anybody_is_served_is_quiet(folder: Path) -> None:
    with started(folder, *QUIET_DEMO) as process:
        # From then on the book is being made, which takes far longer than to see that it is.
        while not [*folder.rglob("demo.db")]:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, logged = process.communicate(timeout=30)
    assert (0, "") == (process.returncode, logged)


@pytest.mark.parametrize("after", [0.0, 0.05, 0.1])
def test_ctrl_c_while_the_workers_are_started_is_quiet(folder: Path, after: float) -> None:
    with started(folder, *QUIET_DEMO, new_session=True) as process:
        while not _has_python_workers(process.pid):
            time.sleep(0.001)
        # From here on Python imports what a worker needs.
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        _, logged = process.communicate(timeout=30)
    assert (0, "") == (process.returncode, logged)


def _has_python_workers(process: int) -> bool:
    """Tell whether a server has a worker that is so far that it would take Ctrl-C itself."""
    # The first child is a helper of Python's.
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()[1:]
    return any(_catches(Path("/proc") / child / "status", signal.SIGINT) for child in children)


def _catches(status: Path, one: signal.Signals) -> bool:
    caught = re.search(r"^SigCgt:\s*(\w+)$", status.read_text(), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) & 1 << one - 1)


def test_the_public_address_is_what_is_shown(folder: Path) -> None:
    words = ("serve", "--port", "0", "--demo", "--public-url", "https://orders.example/")
    with subprocess.Popen(
        (*PROGRAM, *words), env=clean_environment(folder), text=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert "https://orders.example\n" in process.stdout
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = refused("serve", "--port", port)
    assert sentence == (
        f"port {port} is in use; stop what listens there or choose another with --port."
    )


def test_a_port_where_another_orderglot_listens_is_in_use(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        assert f"port {server.port} is in use" in refused("serve", "--port", str(server.port))
        assert server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--port", "http"), 2, "--port: 'http' is not a whole number from 0 to 65535."),
        (("--workers", "0"), 2, "--workers: '0' is not a whole number from 1 to 64."),
        (("--host", "192.0.2.1"), 2, "cannot listen on '192.0.2.1'"),
        (("--host", "a" * 300), 2, "--host: 'aaaa"),
        (("--dialects", "kole,klingon"), 1, "There is no dialect 'klingon'; there are "),
        (("--public-url", "orders.example"), 2, "--public-url: 'orders.example' is not an address"),
        (("--log-level", "loud"), 2, "--log-level: 'loud' is not one of"),
        (("--database", "book.db"), 1, "'book.db' is not where an order book can be; write sqlite"),
        (("--database", "sqlite:////"), 1, "/ is a folder; name a file in it."),
        (("--database", "sqlite:///no/such/book.db"), 1, "There is no folder no/such; make it"),
        (("--config", "gone.toml"), 2, "gone.toml: there is no such file"),
        (("--nonsense",), 2, "No such option: --nonsense. Try 'orderglot serve --help'."),
    ],
)
def test_a_flag_that_cannot_be_followed_is_one_sentence(
    words: tuple[str, ...], code: int, sentence: str
) -> None:
    assert refused("serve", "--port", "0", *words, code=code).startswith(sentence)


@pytest.mark.parametrize("content", [None, ""], ids=["mistyped", "empty"])
def test_a_book_that_is_not_there_is_not_made(folder: Path, content: str | None) -> None:
    if content is not None:
        (folder / "bok.db").write_text(content)
    sentence = refused("serve", "--port", "0", "--database", "sqlite:///bok.db")
    assert sentence.startswith("There is no order book bok.db")
    assert sentence.endswith("'orderglot seller add NAME' makes one.")
    assert [""] * (content is not None) == [one.read_text() for one in folder.glob("bok*")]


def test_a_database_without_a_book_gets_none() -> None:
    url = new_database()
    assert "There is no order book in" in refused("serve", "--port", "0", "--database", url)
    assert "is a new order book." in run("seller", "add", "acme", "--database", url).stderr


@pytest.mark.parametrize("content", [None, ""], ids=["none", "empty"])
def test_whoever_makes_a_book_says_so_once(folder: Path, content: str | None) -> None:
    if content is not None:
        (folder / "book.db").write_text(content)
    first, second = (
        run("seller", "add", name, "--database", "sqlite:///book.db").stderr for name in "ab"
    )
    assert ("sqlite:///book.db is a new order book.\n", "") == (first, second)


def test_a_file_that_is_no_book_is_left_alone(folder: Path) -> None:
    (folder / "letter.db").write_text("Dear Sir or Madam, " * 100)
    sentence = refused("serve", "--port", "0", "--database", "sqlite:///letter.db")
    assert sentence == "letter.db is not an Orderglot book; name another file."
    assert (folder / "letter.db").read_text().startswith("Dear Sir or Madam")


def test_no_password_is_ever_shown() -> None:
    sentence = refused("serve", "--database", "postgresql://me:hush@db/orders")
    assert "hush" not in sentence
    assert "postgresql://me:…@db/orders" in sentence


def test_access_lines_leave_the_query_out(folder: Path) -> None:
    with serving(folder, "--demo", "--access-log") as server:
        server.get("/healthz?apiToken=hush")
        _, logged = server.end()
    assert "hush" not in logged
    requests = [json.loads(one) for one in logged.splitlines() if "request" in one]
    assert [("GET", "/healthz", 200)] == [
        (one["method"], one["path"], one["status"]) for one in requests
    ]


def test_who_connects_and_says_nothing_keeps_nobody_waiting(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, SILENT + 500)), hard))
    with serving(folder, "--demo") as server, ExitStack() as silent:
        alone = median(times_of_gets(server))
        for _ in range(SILENT):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        # Both were measured in one run, so a busy machine slows down both.
        assert median(times_of_gets(server)) < 10 * alone


def times_of_gets(server: Serving) -> list[float]:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        assert 200 == server.get("/openapi/kole.json")[0]
        times.append(time.perf_counter() - began)
    return times


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it in a file")
def test_a_worker_needs_little_memory(folder: Path) -> None:
    with serving(folder, "--demo") as server:
        assert server.process.stderr is not None
        worker = json.loads(server.process.stderr.readline())["pid"]
        for dialect in demo.names():
            assert server.get(f"/openapi/{dialect}.json")[0] == 200
        status = Path(f"/proc/{worker}/status").read_text()
    assert int(status.partition("VmRSS:")[2].split()[0]) < 120 * 1024


def test_a_worker_that_cannot_begin_ends_the_program_with_its_reason(folder: Path) -> None:
    done("seller", "add", "acme", "--database", "sqlite:///book.db")
    with serving(folder, "--database", "sqlite:///book.db") as server:
        assert server.process.stderr is not None
        worker = json.loads(server.process.stderr.readline())["pid"]
        (folder / "book.db").write_text("no longer a book, " * 1_000)
        os.kill(worker, signal.SIGKILL)
        assert server.process.wait(timeout=30) == 1
        logged = server.process.stderr.read()
    assert "book.db is not an Orderglot book" in logged
    assert "Traceback" not in logged


UNLIMITED = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        ((1_024, 20_000), [(20_000, 20_000)]),
        ((1_024, UNLIMITED), [(listening.MOST_FILES, UNLIMITED)]),
        ((1_024, 1_024), []),
        ((100_000, 200_000), []),
    ],
)
def test_as_many_clients_may_be_connected_as_the_system_allows(
    monkeypatch: pytest.MonkeyPatch, allowed: tuple[int, int], asked: list[tuple[int, int]]
) -> None:
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: allowed)
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: found.append(limits))

    listening.allow_connections()

    assert asked == found
