"""A new dialect joins by existing: a copied folder under a new name, and the conformance tests run on it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from orderglot import dialects
from tests.conformance.specimens import specimens_of
from tests.conformance.subprocesses import ROOT, held_apart

pytestmark = pytest.mark.long

NAME = "sixth"
ALONE = (
    *("test_dialects_page.py", "test_mutants.py", "test_new_dialect.py", "test_rules.py"),
    "test_siblings.py",
)
"""What speaks of this tree, and not of a dialect."""


def plant(tree: Path, model: str) -> None:
    """Make a tree whose only dialect is a copy of another under a new name."""
    folders = shutil.ignore_patterns("__pycache__", *dialects.names())
    shutil.copytree(ROOT / "src" / "orderglot", tree / "src" / "orderglot", ignore=folders)
    shutil.copytree(ROOT / "tests", tree / "tests", ignore=other_tests)
    shutil.copy(ROOT / "pyproject.toml", tree)
    copy = tree / "src" / "orderglot" / "dialects" / NAME
    shutil.copytree(ROOT / "src" / "orderglot" / "dialects" / model, copy)
    name = re.compile(rf"""(?<=dialects\.){model}\b|(?<="){model}(?="|\.\w+")""")
    for file in copy.rglob("*.*"):
        if file.suffix in (".py", ".json"):
            file.write_text(name.sub(NAME, file.read_text("utf-8")), "utf-8")


def other_tests(folder: str, names: list[str]) -> set[str]:
    """Leave out of a copy of the tests what is no conformance test."""
    if Path(folder) != ROOT / "tests":
        return {name for name in names if name in ALONE or name == "__pycache__"}
    return {name for name in names if not name.endswith(".py") and name != "conformance"}


def test_a_new_dialect_joins_by_existing(tmp_path: Path) -> None:
    model = min(dialects.names(), key=lambda name: len(specimens_of(name)))
    plant(tmp_path, model)

    few = "--hypothesis-profile=brief"  # Whether it joins is asked here, not whether it is right.
    run = held_apart(
        "-v", few, "tests/conformance", root=tmp_path, PYTHONPATH=str(tmp_path / "src")
    )

    assert 0 == run.returncode, run.stdout[-10_000:]
    assert f"client-of-{NAME}" in run.stdout
    assert f"[{NAME}" in run.stdout
    assert f"[{model}" not in run.stdout
