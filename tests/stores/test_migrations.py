"""Migrations: each step has a number of its own, and is done once, whoever is there meanwhile."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from orderglot import stores
from orderglot.hub.opening import opened
from orderglot.stores.migrations import UPGRADED, latest, migrations
from tests.postgres import new_database

databases = pytest.mark.parametrize("database", ["sqlite", "postgres"])


@databases
def test_no_two_steps_have_one_number(database: str) -> None:
    numbers = [step.number for step in migrations(database)]

    assert [*range(1, len(numbers) + 1)] == numbers


def address(database: str, folder: Path) -> str:
    return new_database() if database == "postgres" else f"sqlite:///{folder / 'book.db'}"


def open_book(url: str, new_seller: str = "") -> None:
    async def once() -> None:
        async with opened(url, create=True) as hub:
            if new_seller:
                await hub.store.add_seller(new_seller)

    asyncio.run(once())


def with_another_step(database: str, folder: Path) -> Path:
    """Give a folder with the steps of the next version, which has one more."""
    shutil.copytree(stores.migrations.FOLDER, folder / "next")
    name = f"{latest(database) + 1:04}_more.sql"
    more = "-- quick:\nALTER TABLE sellers ADD COLUMN more BIGINT;\n"
    (folder / "next" / database / name).write_text(more)
    return folder / "next"


def upgrades(caplog: pytest.LogCaptureFixture) -> int:
    return sum(UPGRADED == record.msg for record in caplog.records)


@databases
def test_a_book_of_the_version_before_is_said_to_be_upgraded_once(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = address(database, tmp_path)
    open_book(url, "acme")
    assert 0 == upgrades(caplog)

    monkeypatch.setattr(stores.migrations, "FOLDER", with_another_step(database, tmp_path))
    open_book(url)
    open_book(url)

    assert 1 == upgrades(caplog)


@databases
def test_nothing_is_said_of_a_book_that_is_new_or_up_to_date(
    database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = address(database, tmp_path)
    open_book(url)
    open_book(url, "acme")
    open_book(url)

    assert 0 == upgrades(caplog)
