"""What a person does with the program: from an empty book to orders in it, and a look at them."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from orderglot import demo, dialects
from orderglot.core.order import Line, Order, Shipping, native
from orderglot.demo.kole import HOME
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.sqlite import SqliteStore
from tests.cli.program import done, done_json, refused, run

BOOK = Path("orderglot.db")
FILES = Path(__file__).parents[1] / "files"
NAME = "online-retail-2009-2010.csv.gz"
WHOLE = Path(
    os.environ.get("ORDERGLOT_WHOLE_FILE", "")
    or Path(__file__).parents[3] / "shared" / "data" / NAME
)
REAL = {"cut": FILES / "online-retail-cut.csv.gz"} | ({"whole": WHOLE} if WHOLE.is_file() else {})
"""The real files, the whole one where it is at hand."""


def place(credential: dict[str, str], sku: str, quantity: int) -> Order:
    """Place an order as a customer's own client would, over the server face of this book."""

    async def placed() -> Order:
        store, kole = SqliteStore(BOOK), dialects.dialect("kole")
        try:
            return await Client(kole, Server(kole, store), credential).place(
                Order(
                    shipping=Shipping(carrier="UPS", service="GROUND"),
                    ship_to=HOME,
                    lines=(Line(sku=sku, quantity=quantity),),
                )
            )
        finally:
            await store.close()

    return asyncio.run(placed())


def first_customer(*words: str) -> None:
    """Go from nothing to a customer who may order."""
    done("seller", "add", "acme", "--currency", "USD")
    done("product", "add", "AA124", "--title", "Mug", "--pack", "24", "--price", "1.20")
    address = ("--bill-to", "24 Main St, Carson, CA 90745, US")
    account = ("--payment-method", "card", "--shipping-account", "UPS=000000")
    done("customer", "add", "C1", "--name", "Corner Shop", *address, *account, *words)


def test_commands_alone_lead_from_an_empty_book_to_a_first_order() -> None:
    first_customer()
    key = done_json("key", "add", "--dialect", "kole", "--customer", "C1", "--live")
    assert list(key) == ["id", "api_key"]
    order = place(key, "AA124", 48)
    (entry,) = done_json("book")
    assert (1, 1, {"USD": 57.6}, 0) == (
        entry["orders"],
        entry["lines"],
        entry["sums"],
        entry["test_orders"],
    )
    assert done_json("customer", "show", "C1")["orders"] == 1
    shown = done_json("show", f"kole:{order.references[0].id}")
    assert shown["customer"]["number"] == "C1"


def test_a_new_key_is_in_test_mode_until_it_is_moved_to_production() -> None:
    first_customer()
    key = done_json("key", "add", "--dialect", "kole", "--customer", "C1")
    place(key, "AA124", 24)
    (entry,) = done_json("book")
    assert (0, 0, 1) == (entry["orders"], entry["lines"], entry["test_orders"])
    assert entry["sums"] == {}
    name = f"kole:{key['id']}"
    assert done("key", "live", name) == f"The key {name} is live.\n"
    place(key, "AA124", 24)
    (entry,) = done_json("book")
    assert (1, 1) == (entry["orders"], entry["test_orders"])


def test_a_key_is_shown_once_and_ended_by_its_name() -> None:
    first_customer()
    result = run("key", "add", "--dialect", "kole", "--customer", "C1", "--read-only")
    id, secret = (line.split()[1] for line in result.stdout.splitlines())
    assert f"orderglot key end kole:{id}" in result.stderr
    listed = done("key", "list")
    assert secret not in listed
    assert [f"kole:{id}", "C1", "read", "test"] == listed.splitlines()[1].split()[:4]
    done("key", "end", f"kole:{id}")
    (entry,) = done_json("key", "list")
    assert entry["ended"]


def test_a_customer_is_found_by_number_by_a_dialects_id_and_by_the_hubs() -> None:
    first_customer("--known-as", "kole=X12345", "--phone", "310-555-0100")
    ids = ("C1", "kole:X12345", "100001", "orderglot:100001")
    found = [done_json("customer", "show", id)["customer"] for id in ids]
    assert found[0]["references"] == [{"dialect": "kole", "id": "X12345"}]
    assert [found[0]] * 4 == found
    assert "Corner Shop, 24 Main St, Carson, CA 90745, US" in done("customer", "show", "C1")
    assert refused("customer", "show", "C2").startswith("There is no customer 'C2'; see ")


def test_products_have_tiers_and_can_come_out_of_a_file(folder: Path) -> None:
    done("seller", "add", "acme")
    done("product", "add", "AA125", "--pack", "48", "--tier", "480=0.72", "--tier", "48=0.85")
    (product,) = done_json("product", "list")
    assert [(48, 0.85), (480, 0.72)] == [
        (tier["quantity"], tier["price"]) for tier in product["tiers"]
    ]
    (folder / "products.csv").write_text(
        "sku,title,pack,price,weight,upc\nAA125,Towel,24,0.90,,\n"
        'BB210,Lantern,6,6.75,1.5,\'00123\n"=""007""",Spoon,1,2,,\n'
    )
    assert done("product", "import", "products.csv").startswith("3 products of acme")
    listed = {product["sku"]: product for product in done_json("product", "list")}
    assert {"AA125", "BB210", "007"} == set(listed)
    assert "00123" == listed["BB210"]["upc"]
    assert listed["AA125"]["pack"] == 24


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,price\nx,1\n", "products.csv: the columns are sku, title, pack, price, weight, upc"),
        ("sku,price\nAA1,1\n,2\n", "products.csv, line 3: there is no sku."),
        ("sku,price\nAA1,cheap\n", "products.csv, line 2: is not a number."),
        ("sku,pack\nAA1,0\n", "products.csv, line 2: the pack is less than one piece."),
        ("sku,pack\nAA1,1,2\n", "products.csv, line 2: it has more columns than the header."),
        ("sku\nAA1\nAA1\n", "products.csv, line 3: the sku 'AA1' is on line 2 already."),
        ("sku,upc\nAA1,8.41E+11\n", "products.csv, line 2: the upc '8.41E+11' was rounded by a"),
        ("sku\n1E+12\n", "products.csv, line 2: the sku '1E+12' was rounded by a spreadsheet"),
    ],
)
def test_a_file_of_products_is_taken_whole_or_not_at_all(
    folder: Path, text: str, sentence: str
) -> None:
    done("seller", "add", "acme")
    (folder / "products.csv").write_text(text)
    assert refused("product", "import", "products.csv").startswith(sentence)
    assert done_json("product", "list") == []


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] if name == "whole" else []) for name in REAL],
)
def test_the_book_of_a_real_file_has_every_order_line_and_penny(name: str) -> None:
    file, counts = REAL[name], json.loads((FILES / f"online-retail-{name}.json").read_text())
    options = ("--currency", "GBP", "--timezone", "Europe/London", "--rejects", "rejects.csv")
    done("import", str(file), "--seller", "wholesale", *options)
    (entry,) = done_json("book")
    assert (counts["invoices"], counts["lines"], counts["customers"]) == (
        entry["orders"],
        entry["lines"],
        entry["customers"],
    )
    row = done("book").splitlines()[1].split()
    assert [f"{counts['invoices']:,}", f"{counts['lines']:,}", counts["total"]] == row[1:4]
    assert done_json("customer", "show", "14911")["orders"] == counts["invoices_of_14911"]
    shown = done_json("show", "489434")
    assert counts["invoice_489434_lines"] == len(shown["lines"])
    assert shown["totals"]["total"] == 505.30
    assert shown["customer"]["number"] == counts["invoice_489434_customer"]


@pytest.fixture
def two_sellers() -> None:
    done("seller", "add", "acme", "--title", "Acme Wholesale")
    done("seller", "add", "best", "--currency", "gbp", "--known-as", "kole=1")


@pytest.mark.usefixtures("two_sellers")
def test_with_several_sellers_one_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refused("customer", "list", code=2)
    assert sentence == "--seller: say whose book is meant; the book has acme, best."
    assert done_json("customer", "list", "--seller", "best") == []
    monkeypatch.setenv("ORDERGLOT_SELLER", "acme")
    done("customer", "add", "C1")
    assert len(done_json("customer", "list")) == 1
    assert refused("product", "list", "--seller", "cheap").startswith("There is no seller 'cheap'")


@pytest.mark.usefixtures("two_sellers")
def test_sellers_are_listed_and_shown() -> None:
    lines = done("seller", "list").splitlines()
    assert ["acme", "Acme", "Wholesale", "USD", "UTC"] == lines[1].split()
    assert ["best", "GBP", "UTC", "kole:1"] == lines[2].split()
    assert done_json("seller", "show", "best")["seller"]["currency"] == "GBP"
    assert "taken" not in done("seller", "show", "acme")
    assert refused("seller", "add", "acme").startswith("There is already a seller 'acme'")


def demo_book(folder: Path) -> tuple[str, str]:
    """Make a demo book."""
    from orderglot.cli.demo import prepare

    asyncio.run(prepare(f"sqlite:///{folder}/demo.db"))
    return "--database", f"sqlite:///{folder}/demo.db"


def test_an_order_is_shown_as_the_book_has_it_and_as_a_dialect_writes_it(folder: Path) -> None:
    book = demo_book(folder)
    ids = json.loads(done("demo", "--json"))["kole"]
    name = f"kole:{ids['order_id']}"
    own = done_json("show", name, *book)
    assert own["references"] == [{"dialect": "kole", "id": ids["order_id"]}]
    assert "adds up" == own["adds_up"]["answer"]
    (kept,) = own["events"]
    assert ("kept", own["id"], 1, "") == (
        kept["what"],
        kept["order"],
        kept["version"],
        kept["exchange"],
    )
    document = ElementTree.fromstring(done("show", name, "--as", "kole", *book))
    assert document.findtext("order_id") == ids["order_id"]
    document = ElementTree.fromstring(
        done("show", str(own["id"]), "--as", "kole", "--format", "xml", *book)
    )
    assert document.findtext("invoice/invoice_id")
    wire: Any = json.loads(done("show", name, "--as", "kole", "--format", "json", *book))
    assert str(wire["order"]["order_id"]) == ids["order_id"]


@pytest.mark.parametrize("name", dialects.names())
def test_an_order_is_shown_as_every_dialect_writes_it(name: str, folder: Path) -> None:
    book = demo_book(folder)
    (order, *_) = demo.part("kole").orders
    shown = done("show", f"kole:{native(order, 'kole')}", "--as", name, *book)
    (read,) = dialects.dialect(name).bodies.read(shown.encode()).orders

    hub_id = str(done_json("show", f"kole:{native(order, 'kole')}", *book)["id"])
    assert (native(order, name) if name == "kole" else hub_id) == native(read, name)
    assert read.customer is not None or name == "kodaris"


def test_what_cannot_be_shown_is_one_sentence(folder: Path) -> None:
    book = demo_book(folder)
    assert refused("show", "kole:1", *book) == "There is no order '1' here; check the id."
    assert refused("show", "nothing", *book).startswith("There is no order 'nothing' here")
    assert refused("show", "kole:12404", "--as", "klingon", *book).startswith(
        "There is no dialect 'klingon'; there are "
    )
    assert "--format" in refused("show", "kole:12404", "--format", "xml", *book, code=2)
    assert "--format" in refused("show", "kole:12404", "--format", "csv", *book, code=2)


def test_the_demo_says_what_scripts_need_without_a_server() -> None:
    found = done_json("demo")
    expected = {
        "adobe": ["client_id", "client_secret", "token_url", "customer_id", "order_id"],
        "catalyst": ["access_token", "site_id", "customer_id"],
        "kodaris": ["api_key", "order_id"],
        "kole": ["id", "api_key", "order_id", "sku", "pack"],
        "komet": ["account", "authentication_token", "customer_id", "web_order_id"],
        "orderglot": ["api_key", "order_id"],
    }
    assert expected == {dialect: list(entry) for dialect, entry in found.items()}
    assert found["kole"]["pack"] == 24
    assert f"curl -u '{found['kole']['id']}:{found['kole']['api_key']}'" in done("demo")


def test_reading_makes_no_book() -> None:
    sentence = refused("book")
    assert sentence == "There is no order book orderglot.db; 'orderglot seller add NAME' makes one."
    assert not BOOK.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("customer", "add", "C1", "--bill-to", "Somewhere"), "--bill-to: 'Somewhere' is not an"),
        (("customer", "add", "C1", "--payment-method", "gold"), "--payment-method: 'gold' is not"),
        (("customer", "add", "C1", "--shipping-account", "UPS"), "--shipping-account: 'UPS' is"),
        (("customer", "add", "C1", "--known-as", "klingon=1"), "--known-as: there is no dialect"),
        (("customer", "add", " "), "NUMBER: ' ' is not a name"),
        (("seller", "add", "a\x1b[2J"), "NAME: 'a\\x1b[2J' is not a name"),
        (("seller", "add", "b", "--currency", "dollars"), "--currency: 'dollars' is not a code"),
        (
            ("seller", "add", "b", "--currency", "zzz"),
            "--currency: 'zzz' is not a code of ISO 4217",
        ),
        (("product", "add", "A", "--price", "cheap"), "--price: 'cheap' is not a number"),
        (("product", "add", "A", "--price", "-1"), "--price: '-1' is less than nothing."),
        (("product", "add", "A", "--price", "NaN"), "--price: 'NaN' is not a number"),
        (("product", "add", "A", "--tier", "x=1"), "--tier: 'x' is not a whole number"),
        (("product", "add", "A", "--tier", "0=1"), "--tier: '0' is not a number of pieces."),
        (("product", "add", "A", "--pack", "0"), "Invalid value for '--pack': "),
        (("key", "end", "X12345"), "'X12345' is not a key like kole:X12345"),
        (("customer", "add"), "Missing argument 'NUMBER'. Try 'orderglot customer add --help'."),
        (("conquer",), "No such command 'conquer'. Try 'orderglot --help'."),
    ],
)
def test_a_flag_that_makes_no_sense_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    done("seller", "add", "acme")
    assert refused(*words, code=2).startswith(sentence)


def test_what_steers_a_terminal_is_not_printed() -> None:
    done("seller", "add", "acme", "--title", "Acme\x1b[2J\x07")
    listed = done("seller", "list")
    assert "Acme" in listed
    assert "\x1b" not in listed
    assert "\x07" not in listed


def test_an_order_is_linked_to_another_and_once_is_enough() -> None:
    first_customer()
    key = done_json("key", "add", "--dialect", "kole", "--customer", "C1", "--live")
    one, other = (place(key, "AA124", 24).references[0].id for _ in range(2))
    for verb in ("is now", "was"):
        printed = done("link", f"kole:{one}", f"kole:{other}", "--as", "split")
        assert printed == f"Order {one} {verb} linked to {other}: split of.\n"
    (link,) = done_json("show", one)["links"]
    assert ("split of", int(other)) == (link["relation"], link["order"]["id"])
