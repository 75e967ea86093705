"""``orderglot place``, against a hub that really serves: what it refuses, and what it compares."""

import asyncio
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.order import Identity, Order, Reference, Shipping
from orderglot.core.values import Kind, Status
from orderglot.hub import lookup
from orderglot.hub.opening import opened
from tests.cli.program import PROGRAM, Serving, done, done_json, on_terminal, refused, run, serving
from tests.cli.test_pull import HERE, KOLE, OWN, THERE

pytestmark = pytest.mark.long

WITH = ("--with", "kole", *THERE)
DEARER = replace(OWN, lines=(replace(OWN.lines[0], unit_price=Decimal("1.00")),))


@pytest.fixture
def hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Serve the demo, with its ready-made account set for the commands, and a book beside."""
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    with serving(folder, "--demo", "--database", "sqlite:///there.db") as server:
        monkeypatch.setenv("ORDERGLOT_KOLE_URL", server.base)
        monkeypatch.setenv("ORDERGLOT_KOLE_ID", KOLE.key.id)
        monkeypatch.setenv("ORDERGLOT_KOLE_API_KEY", KOLE.key.secret)
        yield server


def written(*orders: Order) -> list[Order]:
    """Write orders into the book."""

    async def write() -> list[Order]:
        async with opened("sqlite:///here.db") as here:
            book = here.book(await here.seller("here"))
            return [await book.place(order) for order in orders]

    return asyncio.run(write())


def test_on_a_terminal_it_is_said_at_once_who_is_asked(hub: Serving, folder: Path) -> None:
    (order,) = written(OWN)
    account = {
        f"ORDERGLOT_KOLE_{name}": os.environ[f"ORDERGLOT_KOLE_{name}"]
        for name in ("URL", "ID", "API_KEY")
    }
    shown = on_terminal((*PROGRAM, "place", str(order.id), *WITH), folder, **account)

    first, second = shown.splitlines()
    assert f"Asking {hub.base} …" == first
    assert second.startswith(f"Order {order.id} was placed with kole as ")


def sold() -> int:
    """Count the orders that the vendor has."""
    found = done_json("book", "--database", "sqlite:///there.db")
    return sum(one["orders"] + one["test_orders"] for one in found)


def changed(order: str, **change: Any) -> Order:
    """Change an order of the book."""

    async def write() -> Order:
        async with opened("sqlite:///here.db") as here:
            book = here.book(await here.seller("here"), tests=True)
            found = await lookup.find_order(book, order)
            return await book.change(replace(found, **change))

    return asyncio.run(write())


@pytest.mark.parametrize(
    "order",
    [
        replace(OWN, kind=Kind.RETURN),
        replace(OWN, kind=Kind.QUOTE),
        replace(OWN, status=Status.DRAFT),
        replace(OWN, status=Status.CANCELLED),
        replace(OWN, status=Status.FAILED),
        replace(OWN, lines=(replace(OWN.lines[0], quantity=-24),)),
        replace(OWN, currency="EUR"),
        replace(OWN, references=(Reference("kole@else", "7"),)),
    ],
    ids=["return", "quote", "draft", "cancelled", "failed", "negative", "currency", "elsewhere"],
)
def test_what_may_not_be_placed_is_refused_and_nothing_is_sent(hub: Serving, order: Order) -> None:
    written(order)
    before = sold()
    assert refused("place", "OWN-1", *WITH)
    assert before == sold()
    assert [] == done_json("place", "--pending", *HERE)
    found = done_json("show", "OWN-1", *HERE)
    assert not [one for one in found.get("references", ()) if one["dialect"] == "kole@there"]


def test_an_order_that_is_elsewhere_is_placed_with_also(hub: Serving) -> None:
    written(replace(OWN, references=(Reference("kole@else", "7"),)))
    assert "was placed" in done("place", "OWN-1", "--also", *WITH)


def test_a_channel_says_which_orders_are_its(
    folder: Path, hub: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("orderglot.toml").write_text('[channels.there]\ndialect = "kole"\ntest = true\n')
    written(OWN)
    assert "a live order, and kole@there is a test account" in refused("place", "OWN-1", *WITH)
    Path("orderglot.toml").write_text(
        '[channels.there]\ndialect = "kole"\ntest = false\ncurrency = "GBP"\n'
    )
    changed("OWN-1", currency="USD")
    assert "sells in GBP" in refused("place", "OWN-1", *WITH)
    Path("orderglot.toml").write_text('[channels.there]\ndialect = "kole"\ncurrency = "euros"\n')
    assert "currency: 'euros' is not a code" in refused("place", "OWN-1", *WITH, code=2)


def test_a_price_that_was_taken_otherwise_is_told_until_it_is_settled(hub: Serving) -> None:
    written(DEARER)
    for begins in ("Order 1", "Order 1"):
        result = run("place", "OWN-1", *WITH)
        assert (4, True) == (result.exit_code, result.stdout.startswith(begins))
        assert "  they take 1.2 for AA124, here it is 1.00" in result.stdout.replace("1.20", "1.2")
        assert "--settled" in result.stderr
    (listed,) = done_json("place", "--pending", *HERE)
    assert ("kole@there", "OWN-1") == (listed["channel"], listed["number"])
    assert "OWN-1" in done("place", "--pending", *HERE)
    assert "Nothing" in done("place", "--pending", "--at", "nobody", *HERE)

    assert "stands as kole@there has it: they take" in done("place", "OWN-1", "--settled", *HERE)
    assert "Nothing of order" in done("place", "OWN-1", "--settled", *HERE)
    assert [] == done_json("place", "--pending", *HERE)
    assert "is with kole already" in done("place", "OWN-1", *WITH)


def test_differences_are_told_to_scripts_as_well(hub: Serving) -> None:
    written(DEARER)
    result = run("place", "OWN-1", "--json", *WITH)
    members = json.loads(result.stdout)
    assert 4 == result.exit_code
    assert "sent" == members["how"]
    assert members["differences"][0].startswith("they take 1.2")


def test_what_is_cancelled_here_afterwards_is_listed(hub: Serving) -> None:
    written(OWN)
    done("place", "OWN-1", *WITH)
    changed("OWN-1", status=Status.CANCELLED)
    (listed,) = done_json("place", "--pending", *HERE)
    assert "here it is cancelled" in listed["differences"][0]


def test_an_id_that_somebody_names_is_asked_for_and_compared(hub: Serving) -> None:
    written(OWN)
    assert refused("place", "OWN-1", "--is", "99999", *WITH)
    assert "another order" in refused("place", "OWN-1", "--is", "12404", *WITH)
    (other,) = written(replace(OWN, number="OWN-2", po_number="", notes="x"))
    sent = done_json("place", "OWN-1", *WITH)
    result = run("place", str(other.id), "--is", sent["id"], *WITH)
    assert 3 == result.exit_code
    assert "already" in result.stderr


def test_a_number_that_is_another_orders_id_is_two_orders(hub: Serving) -> None:
    first, second = written(OWN, replace(OWN, number="OWN-2", po_number="PO-2"))
    changed("OWN-2", number=str(first.id))
    for command in (
        ("place", str(first.id), *WITH),
        ("show", str(first.id), *HERE),
        ("place", str(first.id), "--settled", *HERE),
    ):
        sentence = refused(*command)
        assert f"orderglot:{first.id}, number OWN-1" in sentence
        assert f"orderglot:{second.id}, number {first.id}" in sentence
    assert "was placed" in done("place", f"orderglot:{first.id}", *WITH)


def test_an_id_or_a_number_alone_is_one_order(hub: Serving) -> None:
    (first,) = written(OWN)
    changed("OWN-1", number=str(first.id))
    assert first.id == done_json("show", str(first.id), *HERE)["id"]


def test_what_is_missing_is_said(folder: Path) -> None:
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    written(OWN)
    assert "which ORDER" in refused("place", *HERE, code=2)
    assert "which DIALECT" in refused("place", "OWN-1", *HERE, code=2)
    assert "with no such vendor" in refused("place", "OWN-1", "--settled", *HERE, code=2)
    assert "no member 'delivery'" in refused(
        "place", "OWN-1", "--without", "delivery", *WITH, code=2
    )


def test_a_customer_is_given_the_id_that_a_vendor_knows_them_by(folder: Path) -> None:
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    done("customer", "add", "C1", "--name", "Corner Shop", "--known-as", "kole=X1", *HERE)
    done("customer", "add", "C2", "--name", "Other Shop", *HERE)
    assert "kodaris@there:4711" in done(
        "customer", "change", "C1", "--known-as", "kodaris@there=4711", *HERE
    )
    assert "kodaris@there:4712" in done(
        "customer", "change", "C1", "--known-as", "kodaris@there=4712", *HERE
    )
    assert "what they were told stays" in refused(
        "customer", "change", "C1", "--known-as", "kole=X2", *HERE
    )
    assert refused("customer", "change", "C2", "--known-as", "kodaris@there=4712", *HERE)
    assert "--known-as" in refused("customer", "change", "C2", *HERE, code=2)
    assert refused("customer", "change", "C3", "--known-as", "kodaris@there=1", *HERE)


def test_a_customers_orders_know_the_new_id(folder: Path) -> None:
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    added = done_json("customer", "add", "C1", "--name", "Corner Shop", *HERE)
    written(replace(OWN, customer=Identity(id=added["id"])))
    done("customer", "change", "C1", "--known-as", "kodaris@there=4711", *HERE)
    found = done_json("show", "OWN-1", *HERE)
    assert [{"dialect": "kodaris@there", "id": "4711"}] == found["customer"]["references"]


def test_complaints_are_a_list_and_each_names_the_command_that_mends_it(hub: Serving) -> None:
    written(replace(OWN, ship_to=None, shipping=Shipping()))

    result = run("place", "OWN-1", *WITH)
    first, *rest = result.stderr.splitlines()

    assert 1 == result.exit_code
    assert f"orderglot: order OWN-1 was not placed with kole, for {len(rest)} reasons:" == first
    assert len(rest) > 1
    assert [] == [one for one in rest if not one.startswith("  * ") or "'orderglot " not in one]
    done(
        *("change", "OWN-1", *HERE, "--recipient", "Ann Example", "--carrier", "UPS"),
        *("--service", "GROUND", "--ship-to", "1 Sample Street, Carson, CA 90745, US"),
    )
    assert "was placed" in done("place", "OWN-1", *WITH)


def test_a_change_of_nothing_is_misused_and_one_that_is_there_is_said(hub: Serving) -> None:
    (order,) = written(OWN)

    assert refused("change", "OWN-1", *HERE, code=2).startswith("say what is to be changed")
    assert refused("change", "OWN-1", "--ship-to", "nowhere", *HERE, code=2).startswith("--ship-to")
    again = done("change", "OWN-1", "--carrier", OWN.shipping.carrier or "UPS", *HERE)
    assert f"Order {order.id} " in again


def test_who_changes_an_order_may_say_why(hub: Serving) -> None:
    written(OWN)
    done("change", "OWN-1", "--carrier", "DHL", "--why", "a strike", *HERE)
    *_, last = done_json("show", "OWN-1", *HERE)["events"]

    assert ("changed", "a strike") == (last["what"], last["why"])
