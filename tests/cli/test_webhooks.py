"""``orderglot webhook`` and ``listen``: real processes, a real receiver, and a secret that stays where it is."""

from __future__ import annotations

import json
import queue
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from orderglot.journal.sqlite import beside
from tests.cli.program import done, done_json, ended, refused, run, serving, started
from tests.stored_bytes import everything

WEBHOOKS = "/orderglot/v1/webhooks"


class Shop:
    """A receiver that answers with a status; before that it waits until it may."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.may = threading.Event()
        self.may.set()
        self.status = 204
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                shop.got.put(({name.lower(): one for name, one in self.headers.items()}, body))
                shop.may.wait(30)
                self.send_response(shop.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, secret: str) -> dict[str, Any]:
        """Wait for a request, verify it, and give the event."""
        headers, body = self.got.get(timeout=20)
        return dict(Webhook(secret).verify(body, headers))


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.may.set()
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def book(folder: Path) -> Path:
    """Have a seller, and allow the networks of this machine."""
    (folder / "orderglot.toml").write_text('webhook_networks = ["127.0.0.0/8"]\n')
    done("seller", "add", "acme")
    return folder


def bring_in(folder: Path, order: str) -> None:
    (folder / f"{order}.csv").write_text(f"order,sku,quantity,price\n{order},X1,2,3.50\n")
    done("import", f"{order}.csv", "--seller", "acme")


def test_an_event_is_sent_signed_and_shown(book: Path, shop: Shop) -> None:
    added = done_json("webhook", "add", shop.url, "--types", "order.created", "--body", "thin")
    id = added["id"]
    bring_in(book, "A1")
    assert "1 try went well, 0 failed.\n" == done("webhook", "work", "--once")
    event = shop.next(added["secret"])
    assert ("order.created", {"order", "version"}) == (event["type"], set(event["data"]))
    (row,) = done_json("webhook", "deliveries", id)
    assert ("delivered", 204) == (row["state"], row["status"])
    whole = done_json("webhook", "deliveries", id, row["id"])
    assert event == json.loads(whole["body"])
    assert "order.created" in done("webhook", "deliveries", id, row["id"])
    assert "sent again" in done("webhook", "resend", id, row["id"])
    done("webhook", "work", "--once")
    assert event == shop.next(added["secret"])
    assert {"deliveries": 0} == done_json("webhook", "resend", id, "--since", "1d")
    rolled = done_json("webhook", "roll", id)
    done("webhook", "trigger", "order.shipped")
    headers, body = shop.got.get(timeout=20)
    for secret in (added["secret"], rolled["secret"]):
        assert Webhook(secret).verify(body, headers)["orderglotsample"] is True
    assert 2 == len(headers["webhook-signature"].split(" "))
    shop.status = 500
    shown = ended("webhook", "trigger", "order.shipped", "--webhook", id, code=1)
    assert "answered 500" in shown
    done("webhook", "change", id, "--disable")
    assert "disabled by hand" in done("webhook", "list")
    assert "enable" in refused("webhook", "trigger", "order.shipped", "--webhook", id)
    assert "removed" in done("webhook", "remove", id).lower()
    assert [] == done_json("webhook", "list")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("add", "http://10.0.0.1/"), 1, "webhook_networks"),
        (("add", "shop.example"), 1, "url: "),
        (("add", "https://shop.example/", "--types", "order.lost"), 1, "types: "),
        (("add", "https://shop.example/", "--filter", "total >"), 2, "filter: "),
        (("add", "https://shop.example/", "--body", "all"), 2, "--body"),
        (("show", "wh-1"), 1, "list the webhooks"),
        (("resend", "wh-1"), 2, "--since"),
        (("resend", "wh-1", "1", "--everything"), 2, "--everything"),
        (("trigger", "order.created"), 2, "webhook add"),
        (("change", "wh-1", "--enable", "--disable"), 2, "--enable"),
    ],
)
def test_what_makes_no_sense_is_refused(
    book: Path, words: tuple[str, ...], code: int, part: str
) -> None:
    assert part in refused("webhook", *words, code=code)
    assert [] == done_json("webhook", "list")


@pytest.mark.usefixtures("folder")
def test_networks_that_make_no_sense_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERGLOT_WEBHOOK_NETWORKS", "10.0.0.0/8,nowhere")
    assert "ORDERGLOT_WEBHOOK_NETWORKS" in refused("webhook", "list", code=2)


@pytest.mark.long
def test_killed_between_sending_and_writing_it_down_it_comes_again(book: Path, shop: Shop) -> None:
    secret = done_json("webhook", "add", shop.url)["secret"]
    bring_in(book, "A1")
    shop.may.clear()
    process = started(book, "webhook", "work")
    first = shop.next(secret)
    process.kill()
    process.communicate(timeout=30)
    shop.may.set()
    assert "0 failed" in run("webhook", "work", "--once").stdout
    assert first == shop.next(secret)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_work_goes_on_until_it_is_stopped(book: Path, shop: Shop, by: signal.Signals) -> None:
    secret = done_json("webhook", "add", shop.url)["secret"]
    process = started(book, "webhook", "work")
    for order in ("A1", "A2"):
        bring_in(book, order)
        assert "order.created" == shop.next(secret)["type"]
    time.sleep(0.5)
    process.send_signal(by)
    _, logged = process.communicate(timeout=30)
    assert "Traceback" not in logged
    assert shop.got.empty()


def asked(base: str, key: str, method: str, path: str, body: Any = None) -> Any:
    sent = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(base + path, sent, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def test_the_secret_is_in_the_book_alone(book: Path, shop: Shop) -> None:
    rights = ("--everybody", "--may", "read,create,change,admin", "--live")
    key = done_json("key", "add", "orderglot", *rights)["api_key"]
    with serving(book, "--access-log", "--log-level", "debug", "--no-jobs") as server:
        made = asked(server.base, key, "POST", WEBHOOKS, {"url": shop.url})
        path = f"{WEBHOOKS}/{made['id']}"
        rolled = asked(server.base, key, "POST", f"{path}/roll", {"grace": "1h"})
        asked(server.base, key, "POST", f"{path}/trigger", {"type": "order.created"})
        shown = [asked(server.base, key, "GET", f"{path}{more}") for more in ("", "/deliveries")]
        _, logged = server.end()
    printed = [
        run("webhook", "work", "--once").output,
        *(done("webhook", *words) for words in (("list",), ("show", made["id"]))),
        done("webhook", "deliveries", made["id"]),
        *(done("log", *words) for words in ((), ("--json",), ("acts", "--json"))),
        *(done("log", "show", one["id"]) for one in done_json("log", "--limit", "50")),
    ]
    done("export", "orders.jsonl")
    apart = beside(book / "orderglot.db").name
    names = [one for one in book.iterdir() if one.name.startswith("orderglot.db")]
    within = {one for one in names if not one.name.startswith(apart)}
    kept = [one.read_bytes() for one in within]
    journal = everything(beside(book / "orderglot.db"))
    assert b"webhooks.create" in journal
    assert made["url"].encode() in journal
    outside = [one.read_bytes() for one in book.iterdir() if one.is_file() and one not in within]
    text = json.dumps(shown) + logged + "".join(printed)
    for secret in (made["secret"], rolled["secret"]):
        assert any(secret.encode() in one for one in kept)
        assert secret not in text
        assert not any(secret.encode() in one for one in (journal, *outside))
    assert "webhooks.create" in printed[4]


def test_whoever_serves_sends(book: Path, shop: Shop) -> None:
    secret = done_json("webhook", "add", shop.url)["secret"]
    with serving(book) as server:
        for order in ("A1", "A2"):
            bring_in(book, order)
            assert "order.created" == shop.next(secret)["type"]
        time.sleep(1)
        code, logged = server.end()
    assert 0 == code
    assert "Traceback" not in logged
    assert shop.got.empty()


@pytest.mark.parametrize("remote", [False, True], ids=["book", "api"])
def test_events_are_forwarded_to_a_program_nearby(
    book: Path, shop: Shop, remote: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(book, "A0")
    key = done_json("key", "add", "orderglot", "--everybody", "--live")["api_key"]
    with serving(book) as server:
        words = ["listen", "--forward-to", shop.url, "--limit", "2", "--types", "order.created"]
        if remote:
            words += ["--url", server.base]
            with (book / "orderglot.toml").open("a") as file:
                file.write(f'[vendors.orderglot]\napi_key = "{key}"\n')
        process = started(book, *words)
        assert process.stderr is not None
        secret = next(word for word in process.stderr.readline().split() if "whsec_" in word)
        assert "Waiting" in process.stderr.readline()
        for order in ("A1", "A2"):
            bring_in(book, order)
            assert "order.created" == shop.next(secret.strip(","))["type"]
        printed, logged = process.communicate(timeout=30)
    assert (0, "") == (process.returncode, logged)
    assert 2 == printed.count("-> 204")
    lines = done("listen", "--after", "0", "--limit", "3", "--json").splitlines()
    assert ["1", "2", "3"] == [json.loads(line)["id"] for line in lines]


@pytest.mark.parametrize("secret", ["x", "whsec_", "whsec_AAAA", "whsec_!!", "whsec_" + "A" * 400])
def test_a_secret_that_cannot_sign_is_refused(book: Path, secret: str) -> None:
    assert "--secret" in refused("listen", "--secret", secret, code=2)
    assert "secret" not in refused("listen", "--types", "x", code=2)
