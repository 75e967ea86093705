"""``orderglot pull`` and ``orderglot place``, against a hub that really serves."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import demo
from orderglot.core.order import Line, Order, Reference, Shipping
from orderglot.core.query import Compare, Operator, Window
from orderglot.demo.kole import HOME
from orderglot.hub.opening import opened
from tests.cli.program import (
    PROGRAM,
    Serving,
    clean_environment,
    done,
    done_json,
    refused,
    run,
    serving,
)
from tests.sync.vendors import noted_as_placed

pytestmark = pytest.mark.long

KOLE = demo.part("kole")
ORDERS = len(KOLE.orders)
HERE = ("--database", "sqlite:///here.db", "--seller", "here")
THERE = ("--at", "there", *HERE)


@pytest.fixture
def hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Serve the demo, with its ready-made account set for the commands."""
    with serving(folder, "--demo", "--database", "sqlite:///there.db") as line:
        monkeypatch.setenv("ORDERGLOT_KOLE_URL", line.base)
        monkeypatch.setenv("ORDERGLOT_KOLE_ID", KOLE.key.id)
        monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", KOLE.key.secret)
        yield line


def pulled(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = done_json("pull", "kole", "--new", *THERE, *words)
    return found


def test_orders_are_pulled_and_once_more_changes_nothing(hub: Serving) -> None:
    first = done("pull", "kole", "--new", *THERE)
    assert f"{ORDERS} new, 0 changed, 0 the same" in first
    assert f"Sums: {ORDERS} add up." in first
    assert f"0 new, 0 changed, {ORDERS} the same" in done("pull", "kole", "--new", *THERE)
    found = done_json("show", "kole:12345", *HERE)
    assert found["po_number"] == "PO-2000"
    assert "Nothing is aside" in done("pull", "--rejects", *HERE)


def test_an_account_that_nothing_came_from_is_not_continued(
    hub: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "X99999")
    mistyped = run("pull", "kole", "--new", *HERE)
    assert (1, False) == (mistyped.exit_code, "continues" in mistyped.stderr)

    monkeypatch.setenv("ORDERGLOT_KOLE_ID", KOLE.key.id)
    right = run("pull", "kole", *HERE)
    assert 0 == right.exit_code
    assert f"/{KOLE.key.id.lower()}: clients of kole will know its orders" in right.stderr


def test_only_what_changed_since_is_pulled(hub: Serving) -> None:
    found = pulled("--since", "2011-05-01")
    assert 0 < found["new"] < ORDERS
    assert ORDERS == found["read"]


def test_a_time_without_a_zone_is_by_the_sellers_clock(hub: Serving) -> None:
    def new(zone: str, since: str) -> int:
        """Count what a seller with a clock pulls since a time, from a vendor whose clock is UTC."""
        place = ("--database", f"sqlite:///{zone[:3]}-{since}.db")
        done("seller", "add", "here", "--timezone", zone, *place)
        words = ("pull", "kole", "--at", "there", *place, "--timezone", "UTC", "--since", since)
        count: int = done_json(*words)["new"]
        return count

    assert new("", "2011-06-08T09:36:44") == new("Europe/Berlin", "2011-06-08T11:36:44")
    assert new("", "2011-06-08T11:36:44") == new("Europe/Berlin", "2011-06-08T11:36:44Z")
    assert new("", "2011-06-08T11:36:45") < new("Europe/Berlin", "2011-06-08T11:36:43")


def test_the_next_pull_may_ask_for_what_is_new_alone(hub: Serving) -> None:
    assert ORDERS == pulled("--since", "last")["new"]
    assert ORDERS == pulled("--since", "last")["same"]


def test_a_pull_that_is_killed_goes_on_where_it_was(folder: Path, hub: Serving) -> None:
    slowly = (*PROGRAM, "pull", "kole", "--per-second", "0.2", "--new", *THERE)
    environment = {
        **clean_environment(folder),
        "ORDERGLOT_KOLE_URL": hub.base,
        "ORDERGLOT_KOLE_ID": KOLE.key.id,
        "ORDERGLOT_KOLE_API_KEY": KOLE.key.secret,
    }
    with subprocess.Popen(slowly, cwd=folder, env=environment) as process:
        while not _orders() and process.poll() is None:
            pass
        process.kill()
    taken = _orders()
    found = pulled()
    assert 0 < taken < ORDERS
    assert found["resumed"] is True
    assert (ORDERS, 0) == (found["new"], found["changed"])
    assert {"add_up": ORDERS} == found["adds_up"]
    assert ORDERS == _orders()


ADOBE = demo.part("adobe")
ABSENT, PRESENT = "1111111111", "9876543210"


def _speak_adobe(hub: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "URL": hub.base,
        "TOKEN_URL": f"{hub.base}/ims/token/v3",
        "CLIENT_ID": ADOBE.key.id,
        "CLIENT_SECRET": ADOBE.key.secret,
    }.items():
        monkeypatch.setenv(f"ORDERGLOT_ADOBE_{name}", value)


def test_a_customer_whom_the_vendor_lost_stops_none_of_those_behind(
    hub: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    _speak_adobe(hub, monkeypatch)

    both = ("--customer", ABSENT, "--customer", PRESENT)
    result = run("pull", "adobe", "--new", *THERE, *both)

    assert 1 == result.exit_code
    assert f"has no customer {ABSENT}: " in result.stderr
    assert f"of customer {PRESENT}: {len(ADOBE.orders)} new, 0 changed" in result.stdout


def test_several_customers_are_one_document(hub: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    _speak_adobe(hub, monkeypatch)
    both = ("--customer", ABSENT, "--customer", PRESENT)
    result = run("pull", "adobe", "--new", *THERE, *both, "--json")
    found = json.loads(result.stdout)

    assert (1, 1) == (result.exit_code, found["code"])
    assert ("adobe", "adobe@there") == (found["dialect"], found["channel"])
    absent, present = found["customers"]
    assert (ABSENT, 1) == (absent["customer"], absent["code"])
    assert absent["error"]
    assert (PRESENT, 0, len(ADOBE.orders)) == (
        present["customer"],
        present["code"],
        present["new"],
    )


KOMET = demo.part("komet")


def test_a_vendor_without_a_list_is_asked_again_for_what_is_here(
    hub: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERGLOT_KOMET_URL", hub.base)
    monkeypatch.setenv("ORDERGLOT_KOMET_ACCOUNT", KOMET.key.id)
    monkeypatch.setenv("ORDERGLOT_KOMET_AUTHENTICATION_TOKEN", KOMET.key.secret)
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    (pending,) = [one for one in KOMET.orders if Reference("komet", "48") in one.references]
    known = Order(number="OWN-1", references=(Reference("komet@there", "48"),), lines=pending.lines)
    asyncio.run(_write_down(known))

    printed = done("pull", "komet", *THERE)
    asyncio.run(_more_there())
    found = done_json("pull", "komet", *THERE)

    assert "0 new, 0 changed, 1 the same" in printed
    assert "this vendor has no list, so orders made there stay unseen" in printed
    assert (1, 0) == (found["changed"], found["same"])
    assert [3] == [one["quantity"] for one in done_json("show", "OWN-1", *HERE)["lines"]]


async def _more_there() -> None:
    """Have somebody else order more of the same at the vendor's."""
    async with opened("sqlite:///there.db") as there:
        book = there.book(await there.seller(demo.part("komet").seller.name))
        order = await book.get(Reference("komet", "48"))
        await book.change(replace(order, lines=(replace(order.lines[0], quantity=3),)))


AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Runs a program without the two powers by which root may write what may only be read."""


@pytest.mark.parametrize(("file", "folder_"), [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)])
def test_a_book_that_may_only_be_read_answers_book_and_show(
    folder: Path, hub: Serving, file: int, folder_: int
) -> None:
    pulled()
    place = folder / "kept"
    place.mkdir()
    (folder / "here.db").rename(place / "here.db")
    (place / "here.db").chmod(file)
    place.chmod(folder_)
    words = ("--database", f"sqlite:///{place}/here.db", "--seller", "here")

    def ran(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*(AS_ANYBODY if os.getuid() == 0 else ()), *PROGRAM, *command, *words),
            cwd=folder,
            env=clean_environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        book, shown = ran("book", "--json"), ran("show", "kole:12345", "--json")
        refusal = ran("product", "import", "none.csv")
        order = json.loads(shown.stdout)
    finally:
        place.chmod(0o755)
    assert [ORDERS] == [one["orders"] for one in json.loads(book.stdout)]
    assert "PO-2000" == order["po_number"]
    assert (1, True) == (refusal.returncode, "may only be read" in refusal.stderr)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "http://[::1", "ftp://vendor", "http://a b", "http://v/?a=b"]
)
def test_a_malformed_url_is_one_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "demo")
    monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", "demo")

    assert refused("pull", "kole", "--new", *HERE, "--url", url, code=2).startswith("url: ")


def _orders() -> int:
    """Count the orders here, 0 where there is no book yet."""
    result = run("book", *HERE, "--json")
    return int(json.loads(result.stdout)[0]["orders"]) if result.exit_code == 0 else 0


def test_one_file_is_served_and_pulled_into_at_once(folder: Path, hub: Serving) -> None:
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    with serving(folder, "--database", "sqlite:///here.db", "--workers", "2") as beside:
        assert ORDERS == pulled()["new"]
        assert beside.get("/healthz")[0] == 200
        key = done_json("key", "add", "--dialect", "kole", "--everybody", "--live", *HERE)
        again = (
            "--new",
            "--database",
            "sqlite:///third.db",
            "--seller",
            "third",
            "--url",
            beside.base,
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ORDERGLOT_KOLE_ID", key["id"])
            patch.setenv("ORDERGLOT_KOLE_API_KEY", key["api_key"])
            assert ORDERS == done_json("pull", "kole", *again)["new"]


OWN = Order(
    number="OWN-1",
    po_number="PO-OWN-1",
    shipping=Shipping(carrier="UPS", service="GROUND"),
    ship_to=HOME,
    lines=(Line(number=1, sku="AA124", quantity=24),),
)


def test_an_order_is_placed_once_and_pulled_as_the_one_that_it_is(hub: Serving) -> None:
    pulled()
    asyncio.run(_write_down(OWN))

    assert "was placed with kole as 1" in done("place", "OWN-1", "--with", "kole", *THERE)
    assert "is with kole already" in done("place", "OWN-1", "--with", "kole", *THERE)
    found = pulled()
    assert (0, 0, ORDERS + 1) == (found["new"], found["changed"], found["same"])
    assert ORDERS + 1 == _orders()


async def _write_down(order: Order) -> None:
    async with opened("sqlite:///here.db") as here:
        await here.book(await here.seller("here")).place(order)


def test_where_it_cannot_be_known_the_exit_code_says_so(hub: Serving) -> None:
    pulled()
    asyncio.run(_write_down(OWN))
    asyncio.run(_begin_placing(OWN))
    result = run("place", "OWN-1", "--with", "kole", *THERE)

    assert result.exit_code == 3
    assert "Run the same command again in 2 minutes" in result.stderr
    assert "OWN" not in done("pull", "--rejects", *HERE)
    assert "was placed" in done("place", "OWN-1", "--with", "kole", "--absent", *THERE)


async def _begin_placing(order: Order) -> None:
    """Leave the note that a placing leaves which is killed before it has sent anything."""
    async with opened("sqlite:///here.db") as here:
        book = here.book(await here.seller("here"))
        there = (await book.page(Window(where=Compare("number", Operator.EQ, "OWN-1")))).orders[0]
        now = book.now()
        async with book.together() as unit:
            noted_as_placed(unit, there, "kole@there", now)


def test_what_is_missing_or_wrong_is_told_in_one_sentence(folder: Path) -> None:
    assert "ORDERGLOT_KOLE_URL" in refused("pull", "kole", "--new", *HERE, code=2)
    assert "in which dialect" in refused("pull", "--new", *HERE, code=2)
    assert "there are" in refused("pull", "nobody", "--new", *HERE).lower()
    assert "neither a time" in refused(
        "pull",
        "kole",
        "--url",
        "http://127.0.0.1:9",
        "--since",
        "yesterday",
        "--new",
        *HERE,
        code=2,
    )
    nobody = ("--database", "sqlite:///nobody.db", "--seller", "here")
    assert "seller add" in refused("pull", "kole", "--url", "http://127.0.0.1:9", *nobody)
    assert not (folder / "nobody.db").exists()


LIKE = Order(
    number="OWN-2",
    po_number="PO-2000",
    currency="USD",
    lines=(Line(number=1, sku="SOMETHING", quantity=1),),
)


def test_what_looks_like_an_order_of_the_book_is_settled_by_a_person(hub: Serving) -> None:
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    (there,) = [one for one in KOLE.orders if one.po_number == "PO-2000"]
    asyncio.run(_write_down(replace(LIKE, created=there.created, lines=there.lines[:0])))
    assert 4 == run("pull", "kole", *THERE).exit_code
    (aside,) = done_json("pull", "--rejects", *HERE)
    assert "--is" in aside["reason"]
    assert "say --is ORDER, or --new" in refused("pull", "--settle", aside["name"], *HERE, code=2)
    assert "is known to be order" in done("pull", "--settle", aside["name"], "--is", "OWN-2", *HERE)

    assert (0, ORDERS) == ((found := pulled())["aside"], found["same"])
    assert "OWN-2" == done_json("show", "kole@there:12345", *HERE)["number"]


def test_a_vendor_that_is_not_there_ends_with_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERGLOT_KOLE_ID", "demo-id")
    monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", "demo-key")
    result = run("pull", "kole", "--url", "http://127.0.0.1:9", "--persist", "0", "--new", *HERE)
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr.splitlines()[-1]
    assert "demo-key" not in result.stderr


def test_what_ended_unknown_is_listed_and_settled(hub: Serving) -> None:
    pulled()
    asyncio.run(_write_down(OWN))
    asyncio.run(_begin_placing(OWN))
    sentence = refused("placements", "settle", "OWN-1", "kole@there", "--absent", *HERE)
    assert "was sent to kole@there a moment ago" in sentence
    assert 3 == run("place", "OWN-1", "--with", "kole", *THERE).exit_code

    (unknown,) = done_json("placements", "list", *HERE)
    assert ("kole@there", "unknown") == (unknown["channel"], unknown["state"])
    assert "Run the same command again in 2 minutes" in unknown["why"]
    assert "say --is ID, or --absent" in refused(
        "placements", "settle", "OWN-1", "kole@there", *HERE, code=2
    )
    sentence = done("placements", "settle", "OWN-1", "kole@there", "--absent", *HERE)
    assert "is not with kole@there; it may be placed anew" in sentence
    assert [] == done_json("placements", "list", *HERE)
    assert "was placed" in done("place", "OWN-1", "--with", "kole", *THERE)
