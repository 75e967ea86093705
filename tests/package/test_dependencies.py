"""The dependencies: what is declared is used, and what is used is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from typing import Any

from tests.package.conftest import ROOT


def canonical(requirement: str) -> str:
    """Give the name in a requirement as every form of it is compared."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


CONFIGURATION: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = CONFIGURATION["project"]
EXTRAS = PROJECT.get("optional-dependencies", {}).values()
DECLARED = set(map(canonical, chain(PROJECT["dependencies"], *EXTRAS)))
PURE = {"msgspec"}
"""What the pure floors may use."""
OURS = {"orderglot"}
LATER = {"compression"}
"""What is in the standard library of a Python that is not yet the oldest one here (3.14)."""
PROVIDERS = {
    package: set(map(canonical, distributions))
    for package, distributions in packages_distributions().items()
}
"""The distributions that have a package in them."""


def sources() -> Iterator[ast.AST]:
    """Parse every module of the program; the tests that stand beside a dialect are none."""
    for path in (ROOT / "src").rglob("*.py"):
        if "tests" not in path.parts:
            yield ast.parse(path.read_text("utf-8"), filename=str(path))


@cache
def imported() -> set[str]:
    """Give the packages that are imported and neither ours nor the standard library's."""
    found: set[str] = set()
    for node in (node for source in sources() for node in ast.walk(source)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found} - OURS - LATER - set(sys.stdlib_module_names)


def named() -> set[str]:
    """Give the program's texts and attributes: some packages are named to others that load them."""
    nodes = [node for source in sources() for node in ast.walk(source)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {text for text in texts if isinstance(text, str)}


def test_whatever_is_imported_is_declared() -> None:
    assert set() == {one for one in imported() if DECLARED.isdisjoint(PROVIDERS.get(one, ()))}


def test_whatever_is_declared_is_imported_or_named_to_what_loads_it() -> None:
    used = (imported() | named()) & PROVIDERS.keys()

    assert set() == DECLARED - {name for package in used for name in PROVIDERS[package]}


def test_a_pure_floor_is_refused_whatever_else_is_declared() -> None:
    contracts = {one["id"]: one for one in CONFIGURATION["tool"]["importlinter"]["contracts"]}
    refused = contracts["pure"]["forbidden_modules"]

    assert PURE == DECLARED - {name for package in refused for name in PROVIDERS.get(package, ())}
