"""A seller's own lists: set from a file, shown again, and refused with a reason."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.values import Status
from orderglot.dialects.catalyst import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.sqlite import SqliteStore
from orderglot.wire.message import Request
from tests.cli.program import done, refused

STATUSES = "catalyst.statuses"
FILE = Path("list.json")
BOOK = Path("orderglot.db")
ROWS = [
    {"id": 3630944, "label": "Dispatched", "means": "shipped"},
    {"id": 3630945, "label": "New", "means": "received", "default": True},
]


@pytest.fixture(autouse=True)
def _seller() -> None:
    done("seller", "add", "acme")


def table(rows: Any, name: str = STATUSES) -> tuple[str, ...]:
    """Write a list into a file; give the words that set it."""
    FILE.write_text(rows if isinstance(rows, str) else json.dumps(rows))
    return ("seller", "table", "acme", name, str(FILE))


def shown(name: str = STATUSES) -> Any:
    return json.loads(done("seller", "table", "acme", name))


def test_a_table_that_was_never_set_is_null() -> None:
    assert shown() is None


def test_a_setting_is_set_from_the_command_line_and_removed_again() -> None:
    currencies = ("seller", "table", "acme", "adobe.currencies")

    assert "Set adobe.currencies of acme to 1 row.\n" == done(*currencies, "--value", '["USD"]')
    assert ["USD"] == shown("adobe.currencies")
    assert "Removed adobe.currencies of acme.\n" == done(*currencies, "--remove")
    assert shown("adobe.currencies") is None
    message = done("seller", "table", "acme", "kodaris.csrf_on_reads", "--value", " false ")
    assert "Set kodaris.csrf_on_reads of acme to false.\n" == message


def test_only_one_of_file_value_and_removal_is_taken() -> None:
    assert "one of them alone" in refused(*table(ROWS), "--remove", code=2)
    assert "one of them alone" in refused(*table(ROWS), "--value", "[]", code=2)


def test_a_setting_that_nobody_knows_is_neither_set_nor_shown_nor_removed() -> None:
    for words in ((), ("--value", "[]"), ("--remove",)):
        assert STATUSES in refused("seller", "table", "acme", "adobe.colours", *words)


def test_a_table_is_shown_as_it_was_set_and_set_anew() -> None:
    assert "Set catalyst.statuses of acme to 2 rows.\n" == done(*table(ROWS))
    assert ROWS == shown()
    done(*table(ROWS[1:]))

    assert ROWS[1:] == shown()


def test_amounts_of_a_table_keep_their_digits() -> None:
    done(
        *table('[{"id": 7, "taxCode": "GST", "rate": 12.500000000000000001}]', "catalyst.taxCodes")
    )

    assert "12.500000000000000001" in done("seller", "table", "acme", "catalyst.taxCodes")


def test_one_table_leaves_the_others_alone() -> None:
    done(*table(ROWS))
    done(*table([{"id": 7, "taxCode": "GST", "rate": 10}], "catalyst.taxCodes"))

    assert ROWS == shown()


def test_a_vendors_client_sees_what_was_set() -> None:
    done(*table(ROWS))

    async def asked() -> bytes:
        store = SqliteStore(BOOK)
        seller = await store.seller("acme")
        caller = Caller(seller=seller.id)
        await store.of(caller).place(Order(status=Status.SHIPPED))
        auth = DIALECT.auth
        key = await store.keyring.issue_key(
            DIALECT.name, caller, auth.make_secret, auth.make_key_id
        )
        request = Request(
            method="GET",
            path="/webresources/api/v3/sites/current/orders",
            query="where={statusTypeId:3630944}&fields=statusTypeId,status(label)",
            headers={"authorization": key.secret},
        )
        response = await Server(DIALECT, store)(request)
        await store.close()
        return response.body

    (item,) = json.loads(asyncio.run(asked()))["items"]
    assert {"statusTypeId": 3630944, "status": {"label": "Dispatched"}} == item


@pytest.mark.parametrize(
    ("rows", "name", "message"),
    [
        (ROWS, "catalyst.colours", "catalyst.statuses"),
        ("{", STATUSES, STATUSES),
        ({}, STATUSES, "no JSON list"),
        ([], STATUSES, "at least one status"),
        ([*ROWS, ROWS[0]], STATUSES, "twice"),
        ([{"id": 1}], STATUSES, "label"),
        ([{"id": 1, "label": "New", "means": "lost"}], STATUSES, "lost"),
    ],
)
def test_a_list_that_a_site_cannot_have_is_refused(rows: Any, name: str, message: str) -> None:
    done(*table(ROWS))

    assert message in refused(*table(rows, name))
    assert ROWS == shown()


def test_a_seller_that_is_not_there_and_a_file_that_is_not_there_are_told() -> None:
    FILE.write_text("[]")
    assert "'nobody'" in refused("seller", "table", "nobody", STATUSES, str(FILE))
    assert "missing.json" in refused("seller", "table", "acme", STATUSES, "missing.json")
