"""``orderglot log``: what came in and what we asked, over a hub that really serves."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from orderglot import demo
from tests.cli.program import Serving, done, done_json, refused, run, serving, started

KOLE = demo.part("kole")
THERE = ("--database", "sqlite:///there.db")
HERE = ("--database", "sqlite:///here.db", "--seller", "here")
PROOF = "Basic " + base64.b64encode(f"{KOLE.key.id}:{KOLE.key.secret}".encode()).decode()
NEW = """<order><po_number>PO-77</po_number>
<ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
<ship_to_address><company>Sample Store</company><address_1>2 Sample Road</address_1><city>Reno</city>
<state>NV</state><zipcode>89501</zipcode><country>US</country></ship_to_address>
<items><item><sku>AA124</sku><quantity>24</quantity></item></items></order>"""


@pytest.fixture
def hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Serve the demo, with its ready-made account set for the commands."""
    with serving(folder, "--demo", *THERE) as line:
        monkeypatch.setenv("ORDERGLOT_KOLE_URL", line.base)
        monkeypatch.setenv("ORDERGLOT_KOLE_ID", KOLE.key.id)
        monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", KOLE.key.secret)
        yield line


def ask(
    hub: Serving, path: str, body: str = "", proof: str = PROOF, **headers: str
) -> tuple[int, str]:
    """Ask the hub as a partner's client would; gives status and body."""
    content = {"content-type": "application/vnd.koleimports.ds.order+xml"} if body else {}
    request = urllib.request.Request(
        hub.base + path,
        body.encode() or None,
        {"Authorization": proof, **content, **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def logged(count: int, *words: str) -> list[dict[str, Any]]:
    """List exchanges as soon as there are so many; they are written behind the answers."""
    end = time.monotonic() + 60
    while True:
        found: list[dict[str, Any]] = done_json("log", *words)
        if len(found) >= count or time.monotonic() > end:
            assert count == len(found), found
            return found
        time.sleep(0.1)


def test_what_came_in_is_listed_the_newest_first(hub: Serving) -> None:
    assert 200 == ask(hub, "/orders/12345")[0]
    assert 404 == ask(hub, "/orders/99")[0]
    assert 401 == ask(hub, "/orders/12345", proof="Basic eDp5")[0]
    assert 200 == hub.get("/healthz")[0]

    lost, got = logged(2, *THERE)

    assert ("getOrder", "kole", "in", f"kole:{KOLE.key.id}", "GET", "/orders/12345", 200) == tuple(
        got[name]
        for name in ("operation", "dialect", "direction", "key", "method", "path", "status")
    )
    shown = done_json("show", "kole:12345", *THERE)
    assert ([shown["id"]], "") == (got["orders"], got["reason"])
    assert (404, [], True) == (lost["status"], lost["orders"], bool(lost["reason"]))
    (stranger,) = logged(1, "--unidentified", *THERE)
    assert (401, "") == (stranger["status"], stranger["key"])
    assert KOLE.key.secret not in json.dumps([lost, got, stranger])


def test_each_flag_leaves_out_what_it_does_not_name(hub: Serving) -> None:
    ask(hub, "/orders/12345")
    ask(hub, "/orders/99")
    both = logged(2, *THERE)
    lost, got = [one["id"] for one in both]

    def ids(*words: str) -> list[str]:
        return [one["id"] for one in done_json("log", *words, *THERE)]

    key = f"kole:{KOLE.key.id}"
    assert [lost] == ids("--status", "404") == ids("--status", "4xx") == ids("--status", "refused")
    assert [got] == ids("--status", "200-299") == ids("--order", "kole:12345")
    assert [lost, got] == ids("--dialect", "kole") == ids("--key", key) == ids("--since", "1h")
    assert [lost, got] == ids("--way", "in") == ids("--operation", "getOrder")
    assert [] == ids("--dialect", "komet") == ids("--way", "out") == ids("--since", "2100-01-01")
    assert [] == ids("--key", "kole:X1") == ids("--operation", "listOrders")
    assert [lost] == ids("--limit", "1") == ids("--filter", "status >= 400 AND path : 99")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--status", "odd"), "--status: 'odd' is not a status such as 404"),
        (("--since", "yesterday"), "--since: 'yesterday' is neither a time"),
        (("--since", "9" * 30 + "d"), "--since: '999"),
        (("--filter", "hue = red"), "filter: An exchange has no field `hue`"),
        (("--way", "up"), "--way: 'up' is neither in nor out."),
        (("--dialect", "morse"), "There is no dialect 'morse'"),
        (("--order", "12"), "There is no order"),
        (("--order", "\udcff"), "--order: this is no text in UTF-8"),
        (("--status", "9xx"), "--status: '9xx' is not within 100 and 599"),
        (("--status", "500-400"), "--status: '500-400' is not within 100 and 599"),
        (("--unidentified", "--order", "12"), "--order: what nobody is known to have sent"),
        (("show", "66"), "There is no exchange '66' here; what is older than"),
        (("diff", "66"), "There is no exchange '66' here; what is older than"),
        (("replay", "66"), "There is no exchange '66' here; what is older than"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    done("seller", "add", "acme")
    code = 2 if sentence.startswith(("--", "filter")) else 1
    assert refused("log", *words, code=code).startswith(sentence)


def test_a_book_without_exchanges_says_so(folder: Path) -> None:
    done("seller", "add", "acme")
    assert "No exchange is like that.\n" == done("log")
    assert [] == done_json("log")


def test_an_exchange_is_shown_as_it_was(hub: Serving) -> None:
    status, answer = ask(hub, "/orders", NEW)
    (row,) = logged(1, *THERE)

    shown = done("log", "show", row["id"], *THERE)
    whole = done_json("log", "show", row["id"], *THERE)

    assert (201, 201) == (status, row["status"]), answer
    assert "POST /orders HTTP/1.1\n" in shown
    assert "authorization: Basic ***\n" in shown
    assert NEW in shown
    assert "HTTP/1.1 201 Created\n" in shown
    assert ("text", NEW) == (whole["request"]["encoding"], whole["request"]["body"])
    assert ("text", answer) == (whole["answer"]["encoding"], whole["answer"]["body"])
    assert NEW == done("log", "show", row["id"], "--body", "request", *THERE)
    assert KOLE.key.secret not in shown
    assert PROOF not in shown


def test_a_line_for_curl_asks_the_same_again(hub: Serving) -> None:
    answer = ask(hub, "/orders/12345", **{"X-Odd": 'it\'s "odd" & more'})[1]
    (row,) = logged(1, *THERE)

    line = done("log", "show", row["id"], "--curl", *THERE)
    words = shlex.split(line.replace("Basic ***", PROOF))
    again = subprocess.run([*words, "-s"], check=True, stdout=subprocess.PIPE, text=True).stdout

    assert answer == again
    assert 'x-odd: it\'s "odd" & more' in words
    elsewhere = done("log", "show", row["id"], "--curl", "--url", "http://x.example/", *THERE)
    assert shlex.split(elsewhere)[-1] == "http://x.example/orders/12345"


def test_an_exchange_is_shown_beside_the_last_that_went_well(hub: Serving) -> None:
    ask(hub, "/orders/12345")
    ask(hub, "/orders/99")
    lost, got = [one["id"] for one in logged(2, *THERE)]

    alone = done("log", "diff", lost, *THERE)

    assert f"--- {got}\n+++ {lost}\n" in alone
    assert "-GET /orders/12345 HTTP/1.1\n+GET /orders/99 HTTP/1.1" in alone
    assert alone == done("log", "diff", lost, got, *THERE)
    assert "They say the same.\n" == done("log", "diff", lost, lost, *THERE)
    assert "No earlier getOrder of kole:" in refused("log", "diff", got, *THERE)


def test_a_request_is_sent_again_to_a_test_account_alone(
    hub: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(hub, "/orders", NEW)
    ask(hub, "/orders/12345")
    got, made = [one["id"] for one in logged(2, *THERE)]

    assert 0 == run("log", "replay", got, *THERE).exit_code
    assert "say --live" in refused("log", "replay", made, *THERE, code=2)
    monkeypatch.setenv("ORDERGLOT_KOLE_TEST", "true")
    again = done_json("log", "replay", made, *THERE)

    assert (201, 201) == (again["before"], again["answer"]["status"])
    (out,) = [one for one in done_json("log", "--way", "out", *THERE) if one["method"] == "POST"]
    assert again["id"] == out["id"]


def test_a_login_is_not_sent_again(hub: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    key = demo.part("adobe").key
    form = f"grant_type=client_credentials&client_id={key.id}&client_secret={key.secret}"
    urllib.request.urlopen(f"{hub.base}/ims/token/v3", form.encode()).read()
    (row,) = logged(1, *THERE)

    assert "it is a login" in refused("log", "replay", row["id"], *THERE)
    assert key.secret not in done("log", "show", row["id"], *THERE)


def test_what_a_pull_asks_is_listed_and_its_events_name_it(hub: Serving) -> None:
    done("pull", "kole", "--new", "--at", "there", *HERE)
    asked = done_json("log", *HERE, "--limit", "100")

    assert {("out", "kole", "kole@there")} == {
        (one["direction"], one["dialect"], one["key"]) for one in asked
    }
    assert urlsplit(hub.base).netloc in asked[0]["peer"]
    order = done_json("show", "kole:12345", *HERE)
    (kept,) = order["events"]
    (row,) = done_json("log", "--order", "kole:12345", *HERE)
    assert kept["exchange"] == row["id"]
    assert "listOrders" == row["operation"]
    whole = done_json("log", "show", row["id"], *HERE)
    assert "<order_id>12345</order_id>" in whole["answer"]["body"]
    assert "Basic ***" == whole["request"]["headers"]["authorization"]


def test_what_nobody_answers_is_listed_with_the_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "X1")
    monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", "K")
    words = ("pull", "kole", "--new", "--url", "http://127.0.0.1:9", "--persist", "0", *HERE)
    assert 1 == run(*words).exit_code

    found = done_json("log", "--status", "refused", *HERE)

    assert found
    assert {(0, True)} == {(one["status"], "cannot be reached" in one["reason"]) for one in found}


def test_what_is_off_keeps_nothing_and_errors_keep_errors(folder: Path) -> None:
    for mode, kept in (("off", 0), ("errors", 1)):
        place = ("--database", f"sqlite:///{mode}.db")
        with serving(folder, "--demo", "--journal", mode, *place) as line:
            ask(line, "/orders/12345")
            ask(line, "/orders/99")
            line.end()
        assert kept == len(done_json("log", *place))
        assert bool(kept) == Path(f"{mode}.db.exchanges").exists()
    assert "--journal: 'some' is not one of off, errors, all." in refused(
        "serve", "--journal", "some", code=2
    )


def test_the_file_is_its_owners_alone(hub: Serving) -> None:
    ask(hub, "/orders/12345")
    logged(1, *THERE)
    for ending in ("", "-wal", "-shm"):
        # What stands beside the file may be taken away by whoever closes it last.
        with suppress(FileNotFoundError):
            assert 0o600 == Path(f"there.db.exchanges{ending}").stat().st_mode & 0o777


def test_followed_is_what_comes(hub: Serving, folder: Path) -> None:
    ask(hub, "/orders/12345")
    logged(1, *THERE)
    following = started(folder, "log", "--follow", "--json", *THERE)
    try:
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        ask(hub, "/orders/99")
        then = json.loads(following.stdout.readline())
    finally:
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=60)

    assert ["/orders/12345", "/orders/99"] == [first["path"], then["path"]]
    assert following.returncode in (0, 1, 130)


def test_a_clean_end_loses_nothing_and_a_kill_the_last_second_at_most(folder: Path) -> None:
    for end in (signal.SIGTERM, signal.SIGKILL):
        place = ("--database", f"sqlite:///{end.name}.db")
        with serving(folder, "--demo", *place) as line:
            for _ in range(100):
                ask(line, "/orders/12345")
            begun = time.monotonic()
            late = 0
            if end == signal.SIGKILL:
                while time.monotonic() < begun + 1.0:
                    ask(line, "/orders/99")
                    late += 1
                os.kill(line.process.pid, signal.SIGSTOP)
            children = re.findall(
                r"\d+",
                Path(f"/proc/{line.process.pid}/task/{line.process.pid}/children").read_text(),
            )
            for pid in map(int, children if end == signal.SIGKILL else ()):
                os.kill(pid, signal.SIGKILL)
            line.process.send_signal(end)
            line.process.wait(timeout=30)
        found = done_json("log", *place, "--limit", "10000")
        assert 100 == sum(one["path"] == "/orders/12345" for one in found)
        assert len(found) <= 100 + late


def test_what_people_did_is_listed_with_what_was_before(folder: Path) -> None:
    done("seller", "add", "acme")
    done("seller", "change", "acme", "--timezone", "Europe/Berlin")
    key = done_json("key", "add", "--dialect", "kole", "--everybody")
    done("key", "live", f"kole:{key['id']}")
    done("key", "end", f"kole:{key['id']}")

    acts = done_json("log", "acts")

    named = ["key.ended", "key.changed", "key.made", "seller.changed", "seller.added"]
    assert named == [one["what"] for one in acts]
    assert ({"timezone": ""}, {"timezone": "Europe/Berlin"}) == (
        acts[3]["before"],
        acts[3]["after"],
    )
    assert 1 == len({(one["who"], one["where"]) for one in acts})
    assert all(one["who"] and one["where"] for one in acts)
    assert key["api_key"] not in json.dumps(acts)
    assert named == [one["what"] for one in done_json("log", "acts", "--since", "1h")]
    assert "Nobody did anything.\n" == done("log", "acts", "--since", "2100-01-01")


def test_a_replay_is_an_act(hub: Serving) -> None:
    ask(hub, "/orders/12345")
    (row,) = logged(1, *THERE)
    run("log", "replay", row["id"], *THERE)

    act = done_json("log", "acts", *THERE)[0]

    assert ("exchange.replayed", row["id"]) == (act["what"], act["about"])
    assert {"method": "GET", "path": "/orders/12345", "url": hub.base} == act["after"]
