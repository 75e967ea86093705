"""The settings that the dialects' READMEs list: all there are, each set as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from orderglot import dialects
from orderglot.hub.settings import Whose, settings_of
from tests.cli.program import done, done_json, refused
from tests.conformance.specimens import book_of, folder_of

pytestmark = pytest.mark.long

ROW = re.compile(r"^\| `(?P<name>[\w.]+)` \| (?P<whose>\w+) \| `(?P<value>[^`]+)` \|", re.MULTILINE)
OTHERS: tuple[Whose, ...] = ("product", "customer")


def listed(dialect: str) -> list[tuple[Whose, str, str]]:
    """Read the settings that a README lists: whose each is, its name, and the example."""
    text = (folder_of(dialects.dialect(dialect)) / "README.md").read_text("utf-8")
    return [(row["whose"], row["name"], row["value"]) for row in ROW.finditer(text)]  # type: ignore[misc]


EVERY = [(*setting,) for dialect in dialects.names() for setting in listed(dialect)]


@pytest.fixture(autouse=True)
def _seller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done("seller", "add", "acme")


def turn(whose: str, name: str, value: str) -> Any:
    """Set a setting by the commands that a README names, and give what is kept."""
    if whose == "seller":
        done("seller", "table", "acme", name, "--value", value)
        return json.loads(done("seller", "table", "acme", name))
    if whose == "product":
        done("product", "add", "AA124", "--extra", f"{name}={value}")
        (product,) = done_json("product", "list")
        return product["extras"][name]
    done("customer", "add", "C1")
    return done_json("customer", "change", "C1", "--extra", f"{name}={value}")["extras"][name]


@pytest.mark.parametrize("dialect", dialects.names())
def test_a_readme_lists_every_setting_and_no_other(dialect: str) -> None:
    found = dialects.dialect(dialect).settings
    declared = {(whose, name) for whose in ("seller", *OTHERS) for name in getattr(found, whose)}

    assert declared == {(whose, name) for whose, name, _ in listed(dialect)}
    assert all(name.startswith(f"{dialect}.") for _, name in declared)


@pytest.mark.parametrize(("whose", "name", "value"), EVERY)
def test_a_setting_is_set_as_the_readme_says_and_shown_again(
    whose: str, name: str, value: str
) -> None:
    assert json.loads(value) == turn(whose, name, value)


@pytest.mark.parametrize(("whose", "name", "_value"), EVERY)
@pytest.mark.parametrize("wrong", ["{", "null", '{"a": {"b": []}}', "-1"])
def test_what_a_setting_cannot_be_is_refused_by_its_name(
    whose: str, name: str, _value: str, wrong: str
) -> None:
    if whose == "seller":
        message = refused("seller", "table", "acme", name, "--value", wrong)
        assert json.loads(done("seller", "table", "acme", name)) is None
    elif whose == "product":
        message = refused("product", "add", "AA124", "--extra", f"{name}={wrong}")
        assert [] == done_json("product", "list")
    else:
        message = refused("customer", "add", "C1", "--extra", f"{name}={wrong}")
        assert [] == done_json("customer", "list")

    assert name in message


@pytest.mark.parametrize("whose", OTHERS)
def test_an_extra_that_no_dialect_has_is_refused_with_those_there_are(whose: Whose) -> None:
    words = {"product": ("product", "add", "AA124"), "customer": ("customer", "add", "C1")}[whose]

    message = refused(*words, "--extra", "adobe.colour=1")

    assert "adobe.colour" in message
    assert all(name in message for name in settings_of(whose))


@pytest.mark.parametrize("dialect", dialects.names())
def test_what_the_specimens_have_set_could_be_set(dialect: str) -> None:
    book, settings = book_of(dialect), dialects.dialect(dialect).settings
    kept = [("seller", book.seller.tables)]
    kept += [("product", one.extras) for one in book.products]
    kept += [("customer", one.extras) for one in book.customers]

    for whose, values in kept:
        for name, value in values.items():
            getattr(settings, whose)[name](value)
