"""Keys: for a partner, who is a customer and may order, or for the seller's own systems."""

import os
import pty
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from orderglot.core.order import native
from tests.cli.program import PROGRAM, clean_environment, done, done_json, refused
from tests.cli.test_commands import first_customer, place

README = Path(__file__).parents[2] / "README.md"


def add(*words: str) -> tuple[str, ...]:
    return ("key", "add", "--dialect", "kole", *words)


def answered(folder: Path, answer: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command at a terminal, where a person answers what is asked."""
    here, there = pty.openpty()
    os.write(here, f"{answer}\n".encode())
    try:
        return subprocess.run(
            (*PROGRAM, *words),
            cwd=folder,
            env=clean_environment(folder),
            stdin=there,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(here)
        os.close(there)


def test_without_a_terminal_a_key_names_its_customer_or_says_everybody() -> None:
    first_customer()

    sentence = refused(*add(), code=2)
    assert {"--customer", "--everybody"} <= set(re.findall(r"--\w+", sentence))
    for words in (("--customer", "C1", "--everybody"), ("--customer", "")):
        assert "--everybody" in refused(*add(*words), code=2)
    assert [] == done_json("key", "list")


@pytest.mark.parametrize(("answer", "customer"), [("C1", "C1"), ("everybody", "everybody")])
def test_at_a_terminal_it_is_asked_whose_orders_a_key_sees(
    folder: Path, answer: str, customer: str
) -> None:
    first_customer()
    result = answered(folder, answer, *add("--json"))

    assert (0, True) == (result.returncode, "Whose orders may it see?" in result.stderr)
    assert [customer] == [key["customer"] for key in done_json("key", "list")]


def test_a_partners_key_may_order() -> None:
    first_customer()
    done("customer", "add", "C2", "--name", "Another Shop")
    partner = done_json(*add("--customer", "C1", "--live"))
    placed = place(partner, "AA124", 24)

    shown = done_json("show", f"kole:{native(placed, 'kole')}")
    assert "C1" == shown["customer"]["number"]
    assert [1, 0] == [done_json("customer", "show", one)["orders"] for one in ("C1", "C2")]


def test_a_key_that_the_readme_hands_out_is_a_partners() -> None:
    lines = re.findall(r"orderglot (key add .*)", README.read_text())

    assert lines
    assert all("--customer" in shlex.split(line) for line in lines)
