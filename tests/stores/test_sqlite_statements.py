"""Statements for SQLite take their values in a row or by names: Python refuses numbers from 3.14 on."""

from __future__ import annotations

import re
from pathlib import Path

from orderglot.stores import sqlite

FOLDER = Path(sqlite.__file__).parent


def test_no_statement_numbers_its_values() -> None:
    numbered = re.compile(r"\?[0-9]")

    assert [] == [
        one.name for one in FOLDER.glob("*.py") if numbered.search(one.read_text("utf-8"))
    ]
