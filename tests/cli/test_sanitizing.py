"""Odd text from outside steers no terminal: whatever command shows it, and wherever it stood."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.main import get_command

from orderglot.cli import sanitizing
from orderglot.cli.app import app
from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Address, Identity, Line, Order, Reference, Shipping, Totals
from orderglot.core.product import Product, Tier
from orderglot.core.rejects import REJECT, Reject, StoredResponse
from orderglot.core.webhooks import Attempt, Delivery, Endpoint
from orderglot.hub.journals import striking
from orderglot.journal.recorder import Recorder
from orderglot.journal.sqlite import SqliteJournal, beside
from orderglot.stores.reads import Reads
from orderglot.stores.sqlite import SqliteStore
from orderglot.sync.notes import noted
from orderglot.wire.exchange import Exchange
from orderglot.wire.message import Request, Response
from orderglot.wire.trace import Trace
from tests.cli.program import PROGRAM, clean_environment, done, run
from tests.conformance.specimens import Hooked, hang

ODD = "\x1b[2J\x1b]0;x\x07\x9b31m\u202eevil\u2066\u200f\u200b\ufeff\u2028\x7f\x85\b"
"""Escapes, controls of both sorts, marks that turn writing, and signs that take no room."""

XML_ODD = "\x9b31m\u202eevil\u2066\u200f\u200b\ufeff\u2028\x7f\x85"
"""What of it XML can say."""

HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
NAME = f"A{ODD}B"

ADDRESS = Address(
    company=NAME,
    first_name=NAME,
    last_name=NAME,
    line_1=NAME,
    city=NAME,
    state=NAME,
    postal_code=NAME,
    country="US",
    country_name=NAME,
    phone=NAME,
    email=NAME,
)
ORDER = Order(
    number=NAME,
    references=(Reference("kole", "K1"), Reference("catalyst", f"C{ODD}")),
    name=NAME,
    customer=Identity(number=NAME, references=(Reference("kole", f"X{ODD}"),)),
    po_number=NAME,
    notes=NAME,
    source=NAME,
    created=datetime(2024, 1, 2, tzinfo=UTC),
    currency="USD",
    bill_to=ADDRESS,
    ship_to=ADDRESS,
    shipping=Shipping(method=NAME, carrier=NAME, service=NAME, instructions=NAME, tracking=NAME),
    lines=(Line(number=1, sku=NAME, title=NAME, quantity=1, unit_price=Decimal(1)),),
    totals=Totals(subtotal=Decimal(1), total=Decimal(1)),
    extras={"catalyst.odd": NAME},
)
REJECTED = Reject(
    dialect="kole",
    id=NAME,
    reason=f"The vendor said {NAME}.",
    first=datetime(2024, 1, 2, tzinfo=UTC),
    last=datetime(2024, 1, 2, tzinfo=UTC),
    answers=(
        StoredResponse(
            status=200, content_type="application/json", body=f'{{"a": "{NAME}"}}'.encode()
        ),
    ),
)


EXCHANGE, ANOTHER = "66182bcade19b096d6f7804e", "66182bcade19b096d6f7804f"


WEBHOOK = "wh-0123456789abcdef"
NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
HOOKED = Hooked(
    Endpoint(id=WEBHOOK, url="http://127.0.0.1:1/", filter=f"customer.name != '{ODD}'"),
    "whsec_" + "A" * 43 + "=",
    (
        Delivery(
            id="1",
            message="msg_1",
            type="order.created",
            at=NOON,
            created=NOON,
            state="aside",
            body=json.dumps({"data": ODD}, ensure_ascii=False),
            attempts=(
                Attempt(at=NOON, reason=ODD, answer_headers={ODD: ODD}, answer=f"{ODD}\n{ODD}"),
            ),
        ),
    ),
)


def odd_exchange(id: str, seller: int) -> Exchange:
    """Give an exchange that is odd wherever it can be, and in its body otherwise each time."""
    request = Request(
        method="GET",
        path=f"/orders/{XML_ODD}",
        query=XML_ODD,
        headers={"x-odd": NAME},
        body=f"{NAME} {id}".encode(),
        base="http://127.0.0.1",
        peer=NAME,
        id=id,
    )
    return Exchange(
        direction="in",
        request=request,
        response=Response(status=200, headers={"x-odd": NAME}, body=f'{{"a": "{NAME}"}}'.encode()),
        trace=Trace(
            dialect="kole",
            operation="getOrder",
            caller=Caller(seller=seller, name=NAME),
            reason=NAME,
        ),
        took=0.1,
    )


@pytest.fixture
def book(folder: Path) -> Path:
    """Make a book whose every text is odd, and files with odd names and texts."""

    async def fill() -> None:
        store = SqliteStore(folder / "orderglot.db")
        store.by(Person(NAME, NAME))
        seller = await store.add_seller(
            "acme", title=NAME, tables={"catalyst.statuses": [{"id": 1, "label": NAME}]}
        )
        whole = store.of(Caller(seller=seller.id, name=NAME))
        await whole.keep(ORDER)
        await whole.keep_customer(
            Customer(number=f"D{ODD}", name=NAME, email=NAME, bill_to=ADDRESS)
        )
        await whole.keep_product(
            Product(sku=NAME, title=NAME, tiers=(Tier(quantity=1, price=Decimal(1)),))
        )
        async with whole.together() as unit:
            unit.note(noted(REJECT, "kole/1", REJECTED, None))
            hang(unit, HOOKED)
        await store.close()
        recorder = Recorder(SqliteJournal(beside(folder / "orderglot.db")), striking())
        for id in (EXCHANGE, ANOTHER):
            recorder(odd_exchange(id, seller.id))
        await recorder.close()

    asyncio.run(fill())
    (folder / f"odd{ODD}.csv").write_text(
        f"order,sku,title,quantity,price,po number,{NAME.translate({0x2028: 0x20, 0x85: 0x20})}\n"
        f'1,"S{ODD}","{NAME}",1,5,"P{ODD}",x\n2,A,B,"x{ODD}",5,"P{ODD}",x\n'
        f'"Total {ODD}",,,1,5,,\n',
        encoding="utf-8",
    )
    (folder / "wrong.csv").write_text(f'"{NAME}","{NAME}"\n1,2\n', encoding="utf-8")
    (folder / "products.csv").write_text(f"sku,title,price\n{NAME},x,1\n,{NAME},1\n", "utf-8")
    (folder / "numbers.csv").write_text(f"theirs,ours\n4711{ODD},{NAME}\n", "utf-8")
    (folder / "table.json").write_text(json.dumps([{"id": 1, "label": NAME}]))
    shown = run("show", "kole:K1", "--as", "kole", "--format", "json").stdout
    (folder / "order.json").write_text(shown)
    (folder / "odd.json").write_text(json.dumps({"status": NAME, NAME: NAME}))
    return folder


class Vendor(BaseHTTPRequestHandler):
    """A vendor who answers everything with an error of his own words."""

    def do_GET(self) -> None:
        """Answer."""
        body = (
            f"<?xml version='1.0'?><errors><error><code>1</code><message>{XML_ODD}</message>"
            "</error></errors>"
        ).encode()
        self.send_response(403, "Forbidden")
        self.send_header("Content-Type", "application/vnd.koleimports.ds.errors+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Answer."""
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing of it."""


@pytest.fixture(scope="module")
def vendor() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Vendor)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


FILE = f"odd{ODD}.csv"
NO_BOOK = f"sqlite:///none{ODD}.db"
COMMANDS: dict[tuple[str, ...], list[tuple[str, ...]]] = {
    ("serve",): [("--database", "sqlite:///none\x1b[2J/none.db"), ("--dialects", NAME)],
    ("demo",): [("--base", f"http://127.0.0.1/{ODD}"), ("--json",)],
    ("import",): [
        (FILE, "--seller", "acme"),
        (FILE, "--seller", "acme", "--dry-run"),
        (FILE, "--seller", "acme", "--dry-run", "--json"),
        (FILE, "--seller", "acme", "--json"),
        (FILE, "--seller", "acme", "--source", NAME),
        ("wrong.csv", "--seller", "acme"),
        (f"none{ODD}.csv", "--seller", "acme"),
        (FILE, "--seller", NAME),
    ],
    ("export",): [
        ("out.csv",),
        (f"odd{ODD}.jsonl", "--json"),
        ("-", "--format", "jsonl"),
        ("kole.jsonl", "--as", "kole"),
        (f"none{ODD}",),
        ("out.xlsx", "--filter", NAME),
        ("found.csv", "--q", NAME),
        ("sorted.csv", "--sort", NAME),
    ],
    ("pull",): [
        ("--rejects",),
        ("--rejects", "--json"),
        ("--raw", "kole/1"),
        ("--raw", NAME),
        ("--conflicts",),
        ("--retry",),
        ("kole", "--url", "VENDOR", "--persist", "0"),
        (NAME,),
    ],
    ("place",): [
        ("kole:K1", "--with", "kole", "--url", "VENDOR"),
        ("kole:K1", "--with", "kole", "--url", "VENDOR", "--at", NAME),
        ("--pending",),
        (NAME, "--with", NAME),
    ],
    ("book",): [(), ("--json",), ("--database", NO_BOOK)],
    ("change",): [
        ("kole:K1", "--carrier", NAME, "--recipient", NAME, "--why", NAME),
        ("kole:K1", "--ship-to", NAME),
        (f"kole:{ODD}", "--carrier", NAME),
    ],
    ("duplicates",): [(), ("--json",)],
    ("samples",): [()],
    ("show",): [
        ("kole:K1",),
        ("kole:K1", "--json"),
        ("kole:K1", "--as", "kole", "--format", "json"),
        ("kole:K1", "--as", "kole", "--format", "xml"),
        *(("kole:K1", "--as", name) for name in ("adobe", "catalyst", "kodaris", "komet")),
        (f"kole:{ODD}",),
    ],
    ("events",): [(), ("kole:K1",), ("kole:K1", "--json"), (f"kole:{ODD}",)],
    ("link",): [
        ("kole:K1", f"kole:{ODD}", "--as", "split"),
        ("kole:K1", f"kole:{ODD}", "--as", "split", "--remove"),
    ],
    ("orders", "list"): [
        (),
        ("--json",),
        ("--filter", f"name = '{NAME}'"),
        ("--filter", NAME),
        ("--q", NAME),
        ("--sort", NAME),
    ],
    ("orders", "confirm"): [("kole:K1",), (f"kole:{ODD}",)],
    ("orders", "hold"): [("kole:K1", "--reason", NAME), (f"kole:{ODD}", "--reason", NAME)],
    ("orders", "release"): [("kole:K1",)],
    ("orders", "ship"): [
        ("kole:K1", "--line", NAME),
        ("kole:K1", "--line", "1=1", "--carrier", NAME, "--tracking", NAME, "--json"),
        ("kole:K1",),
    ],
    ("orders", "deliver"): [("kole:K1", "--json"), ("kole:K1",)],
    ("orders", "cancel"): [
        ("kole:K1", "--ask", "--by", NAME, "--reason", NAME),
        ("kole:K1", "--line", "1=1", "--reason", NAME),
    ],
    ("orders", "answer-cancellation"): [
        ("kole:K1", "refuse"),
        ("kole:K1", NAME, "--by", NAME, "--reason", NAME),
    ],
    ("orders", "complete"): [("kole:K1",), (f"kole:{ODD}",)],
    ("orders", "correct"): [
        ("kole:K1", "--line", NAME, "--add", NAME),
        ("kole:K1", "--po-number", NAME, "--notes", NAME, "--method", NAME, "--reason", NAME),
        ("kole:K1", "--remove", "9", "--json"),
    ],
    ("orders", "reprice"): [
        ("kole:K1",),
        ("kole:K1", "--line", NAME),
        ("kole:K1", "--line", "1=5"),
    ],
    ("orders", "move"): [("kole:K1", NAME), ("kole:K1", f"D{ODD}", "--reason", NAME)],
    ("orders", "note"): [("kole:K1", NAME, "--json"), ("kole:K1", NAME)],
    ("orders", "delete"): [(f"kole:{ODD}",), ("kole:K1", "--reason", NAME)],
    ("orders", "split"): [("kole:K1", "--line", NAME), (f"kole:{ODD}", "--line", "1=1")],
    ("orders", "return"): [
        ("kole:K1", "--line", "1=1", "--reason", NAME),
        ("kole:K1", "--line", NAME),
    ],
    ("orders", "exchange"): [
        ("kole:K1", "--for", f"{NAME}=1", "--reason", NAME),
        ("kole:K1", "--for", f"X{ODD}=1"),
        ("kole:K1", "--for", NAME),
    ],
    ("openapi",): [("kole", "--url", f"http://127.0.0.1/{ODD}")],
    ("translate",): [
        ("order.json", "--from", "kole", "--to", "catalyst"),
        ("order.json", "--from", "kole", "--to", "kole", "--format", "xml"),
        ("order.json", "--from", "kole", "--to", "komet", "--json"),
        (FILE, "--from", "kole", "--to", "komet"),
        (f"none{ODD}", "--from", "kole", "--to", "komet"),
    ],
    ("seller", "add"): [(NAME,), ("best", "--title", NAME), ("other", "--title", NAME, "--json")],
    ("seller", "list"): [(), ("--json",)],
    ("seller", "show"): [("acme",), ("acme", "--json"), (NAME,)],
    ("seller", "remove"): [("acme",), (NAME,)],
    ("seller", "change"): [
        ("acme", "--timezone", "Europe/Berlin"),
        ("acme", "--timezone", NAME),
        (NAME, "--timezone", "UTC"),
    ],
    ("seller", "continue"): [("acme", f"kole@{ODD}"), ("acme", NAME)],
    ("seller", "table"): [
        ("acme", "catalyst.statuses"),
        ("acme", "catalyst.statuses", "table.json"),
        ("acme", NAME, "table.json"),
        ("acme", "catalyst.statuses", f"none{ODD}"),
    ],
    ("customer", "add"): [("C9", "--name", NAME), ("C8", "--name", NAME, "--json"), (NAME,)],
    ("customer", "change"): [
        (f"D{ODD}", "--known-as", f"kodaris@w=4{ODD}"),
        (f"D{ODD}", "--known-as", f"kodaris@w=5{ODD}", "--json"),
        (NAME, "--known-as", NAME),
    ],
    ("customer", "remove"): [(NAME,), (f"none{ODD}",)],
    ("customer", "erase"): [(NAME, "--dry-run"), (NAME, "--dry-run", "--json"), (f"none{ODD}",)],
    ("customer", "list"): [(), ("--json",), ("--q", NAME)],
    ("customer", "show"): [(NAME,), (NAME, "--json"), (f"none{ODD}",)],
    ("customer", "items", "list"): [(f"D{ODD}",), (f"D{ODD}", "--json"), (f"none{ODD}",)],
    ("customer", "items", "set"): [(f"D{ODD}", f"4711{ODD}", NAME), (f"none{ODD}", "1", "A")],
    ("customer", "items", "import"): [
        (f"D{ODD}", "numbers.csv"),
        (f"D{ODD}", "wrong.csv"),
        (f"D{ODD}", f"none{ODD}"),
    ],
    ("customer", "items", "remove"): [(f"D{ODD}", f"4711{ODD}"), (f"D{ODD}", NAME)],
    ("product", "add"): [("P9", "--title", NAME, "--price", "1"), ("P8", "--price", NAME)],
    ("product", "import"): [("products.csv",), (f"none{ODD}",)],
    ("product", "list"): [(), ("--json",), ("--q", NAME)],
    ("product", "show"): [(NAME,), (f"A{ODD}", "--json"), (f"A{ODD}",)],
    ("product", "change"): [(NAME, "--title", NAME), (f"A{ODD}", "--title", NAME, "--json")],
    ("product", "remove"): [(NAME,), (f"A{ODD}",)],
    ("jobs", "list"): [(), ("--json",), ("--operator",)],
    ("jobs", "runs"): [(NAME,), (NAME, "--json")],
    ("jobs", "run"): [(NAME,), ("tidy",)],
    ("jobs", "pause"): [(NAME,)],
    ("jobs", "resume"): [(NAME, "--operator")],
    ("jobs", "forget"): [(NAME,)],
    ("jobs", "work"): [("--database", NO_BOOK)],
    ("rejects", "list"): [(), ("--json",), ("--channel", NAME)],
    ("rejects", "show"): [("kole/1",), (NAME,), ("kole/1", "--json")],
    ("rejects", "edit"): [("kole/1", "--file", "odd.json"), (NAME, "--file", "odd.json")],
    ("rejects", "check"): [("kole/1",), (NAME,), ("kole/1", "--json")],
    ("rejects", "withdraw"): [("kole/1",), (NAME,)],
    ("rejects", "map"): [
        ("kole/1", NAME),
        ("kole/1", "shipped", "--value", NAME, "--field", "status"),
    ],
    ("placements", "list"): [(), ("--json",)],
    ("placements", "settle"): [(NAME, NAME, "--absent"), (NAME, f"kole@{ODD}", "--is", NAME)],
    ("values", "list"): [(), ("--json",)],
    ("values", "map"): [("kole", "status", NAME, "shipped"), (NAME, NAME, NAME, NAME)],
    ("values", "remove"): [(NAME,), ("kole/1",)],
    ("rejects", "retry"): [(), (NAME,), ("--channel", NAME, "--json")],
    ("rejects", "settle"): [(NAME, "--new"), ("kole/1", "--is", NAME)],
    ("rejects", "drop"): [("kole/1",), (NAME,), ("--reason", NAME), ("--all", "--why", NAME)],
    ("console", "link"): [("--user", NAME), ("--at", NAME)],
    ("console", "user", "add"): [(NAME, "--password-file", NAME), ("ada", "--role", NAME)],
    ("console", "user", "list"): [(), ("--json",)],
    ("console", "user", "remove"): [(NAME,)],
    ("console", "user", "password"): [(NAME,)],
    ("key", "add"): [("--dialect", "kole", "--customer", NAME), ("--dialect", NAME)],
    ("key", "list"): [(), ("--json",)],
    ("key", "show"): [(f"kole:{ODD}",), (NAME,)],
    ("key", "roll"): [(f"kole:{ODD}",), (NAME,), (f"kole:{ODD}", "--grace", NAME)],
    ("key", "end"): [(f"kole:{ODD}",), (NAME,)],
    ("key", "live"): [(f"kole:{ODD}",)],
    ("webhook", "add"): [(f"https://{ODD}/",), ("https://erp.example/", "--types", NAME)],
    ("webhook", "list"): [(), ("--json",)],
    ("webhook", "show"): [(WEBHOOK,), (WEBHOOK, "--json"), (NAME,)],
    ("webhook", "change"): [(WEBHOOK, "--filter", f"customer.name = '{ODD}'"), (NAME,)],
    ("webhook", "roll"): [(WEBHOOK,), (WEBHOOK, "--grace", NAME)],
    ("webhook", "deliveries"): [(WEBHOOK,), (WEBHOOK, "1"), (WEBHOOK, "1", "--json"), (NAME,)],
    ("webhook", "resend"): [(WEBHOOK, NAME), (WEBHOOK, "--since", NAME)],
    ("webhook", "trigger"): [("order.created",), (NAME,), ("order.created", "--webhook", NAME)],
    ("webhook", "work"): [("--once",)],
    ("webhook", "remove"): [(NAME,), (WEBHOOK,)],
    ("listen",): [("--after", "0", "--limit", "1"), ("--types", NAME), ("--url", f"http://{ODD}")],
    ("log", "show"): [
        (EXCHANGE,),
        (EXCHANGE, "--json"),
        (EXCHANGE, "--curl", "--url", f"http://{ODD}"),
        (EXCHANGE, "--body", "request"),
        (EXCHANGE, "--body", "answer"),
        (ODD,),
    ],
    ("log", "acts"): [(), ("--json",), ("--since", NAME)],
    ("log", "diff"): [(EXCHANGE, ANOTHER), (EXCHANGE,), (ANOTHER, ODD)],
    ("log", "replay"): [
        (EXCHANGE, "--url", "VENDOR"),
        (ANOTHER, "--url", f"http://{ODD}"),
        (ODD,),
    ],
    ("database", "copy"): [
        ("sqlite:///orderglot.db", f"sqlite:///copy{ODD}.db"),
        (NO_BOOK, "sqlite:///x.db", "--json"),
    ],
    ("database", "migrate"): [("--database", NO_BOOK)],
    ("database", "backup"): [(NAME, "--database", NO_BOOK), (f"no{ODD}/x.db",)],
    ("database", "restore"): [(f"none{ODD}.db",), (FILE, "--database", NO_BOOK)],
    ("database", "thin"): [("--older-than", "1s"), ("--older-than", "1s", "--json")],
    ("database", "verify"): [(), ("--json",), ("--database", NO_BOOK)],
    ("database", "distribute"): [("--database", NO_BOOK)],
}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give every command there is."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path
        return
    for name, one in inner.items():
        yield from commands(one, (*path, name))


async def doubled(_book: Reads) -> tuple[tuple[Order, Order], ...]:
    """Take an odd order for a double of itself."""
    return ((ORDER, ORDER),)


@pytest.mark.usefixtures("book")
def test_a_list_of_exchanges_shows_nothing_that_steers_a_terminal() -> None:
    for words in (
        (),
        ("--json",),
        ("--key", NAME),
        ("--status", NAME),
        ("--filter", NAME),
        ("--filter", f"path : '{ODD}'"),
    ):
        result = run("log", *words)
        assert [] == HARMFUL.findall(result.stdout + result.stderr), words
    assert EXCHANGE in done("log")


def test_every_command_is_tried() -> None:
    assert set(commands(get_command(app))) == COMMANDS.keys()


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("watched", [False, True], ids=["piped", "watched"])
@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_what_steers_a_terminal(
    command: tuple[str, ...], watched: bool, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, module in list(sys.modules.items()):
        if watched and name.startswith("orderglot.cli.") and hasattr(module, "is_terminal"):
            monkeypatch.setattr(module, "is_terminal", lambda: True)
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "X1")
    monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", "K")
    monkeypatch.setattr(Reads, "duplicates", doubled)
    for words in COMMANDS[command]:
        placed = [vendor if word == "VENDOR" else word for word in words]
        result = run(*command, *placed)
        shown = result.stdout + result.stderr
        assert shown, words
        assert [] == HARMFUL.findall(shown), (words, shown)


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("show", "kole:K1", "--json"), "\\u202eevil"),
        (("import", FILE, "--seller", "acme"), "(PO P\\x1b[2J"),
        (("customer", "list"), "\\x1b[2J"),
        (("pull", "--raw", "kole/1"), "\\u202eevil"),
        (("pull", "--rejects"), "The vendor said A\\x1b[2J"),
    ],
)
def test_what_is_odd_is_seen_to_be_there(words: tuple[str, ...], shown: str) -> None:
    assert shown in run(*words).stdout


@pytest.mark.usefixtures("book")
def test_a_vendors_own_words_are_told_harmless(
    vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "X1")
    monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", "K")
    shown_ = run("pull", "kole", "--url", vendor, "--persist", "0").stderr
    assert "\\u202eevil\\u2066" in shown_


@pytest.mark.usefixtures("book")
def test_what_is_spelled_out_in_a_document_still_means_the_same() -> None:
    assert json.loads(done("show", "kole:K1", "--json"))["po_number"] == NAME
    shown = json.loads(done("show", "kole:K1", "--as", "kole", "--format", "json"))
    assert shown["order"]["po_number"] == NAME


def test_what_is_spelled_out_in_xml_still_means_the_same() -> None:
    text = f"<?xml version='1.0'?><a b='{XML_ODD}'>{XML_ODD}\n</a>"
    written = sanitizing.document(text)
    found = ElementTree.fromstring(written)
    assert [] == HARMFUL.findall(written)
    assert (XML_ODD, XML_ODD + "\n") == (found.get("b"), found.text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc\r\nd\u2028e\x85f", "a b c  d e f"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("é 日本 👩\u200d👧 नमस्\u200dते", "é 日本 👩\u200d👧 नमस्\u200dते"),
        (None, ""),
        (12, "12"),
    ],
)
def test_a_text_becomes_one_line_that_shows_what_is_odd(text: object, line: str) -> None:
    assert line == sanitizing.line(text)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a\nb\tc\r\nd", "a\nb\tc\r\nd"),
        ("hidden\rshown", "hidden shown"),
        ('{"a": "\u202e\U000e0041"}', '{"a": "\\u202e\\udb40\\udc41"}'),
        ("<a>\u202e</a>", "<a>&#x202e;</a>"),
        ("plain \x1b", "plain \\x1b"),
    ],
)
def test_a_document_keeps_its_lines(text: str, document: str) -> None:
    assert document == sanitizing.document(text)


def test_what_a_vendor_sent_goes_into_a_file_byte_for_byte(book: Path) -> None:
    with (book / "raw").open("wb") as raw:
        subprocess.run(
            (*PROGRAM, "pull", "--raw", "kole/1"),
            check=True,
            cwd=book,
            env=clean_environment(book),
            stdout=raw,
        )
    assert REJECTED.answers[0].body == (book / "raw").read_bytes()


def test_only_one_module_prints() -> None:
    source = Path(sanitizing.__file__).parent
    printing = re.compile(r"\bprint\(|stdout\.(write|buffer)|stderr\.(write|buffer)|typer\.echo")
    found = {path.name for path in source.glob("*.py") if printing.search(path.read_text("utf-8"))}
    assert {"output.py"} == found
