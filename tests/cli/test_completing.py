"""Completion: what a shell proposes while a command is typed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orderglot import dialects
from tests.cli.program import PROGRAM, clean_environment, done

SHELLS = ("bash", "zsh", "fish")


def proposed(folder: Path, typed: str, shell: str = "bash") -> list[str]:
    """Ask the program as a shell does what may stand where something is typed."""
    words = typed.split(" ")
    asked = {
        "_ORDERGLOT_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": typed,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    # The program goes by the name that a shell knows it by.
    program = "import sys; sys.argv[0] = 'orderglot'; from orderglot.cli import main; main()"
    done = subprocess.run(
        (PROGRAM[0], "-c", program),
        cwd=folder,
        env={**clean_environment(folder), **asked},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout.split()


def test_a_shell_proposes_commands_and_dialects(folder: Path) -> None:
    assert ["openapi", "orders"] == proposed(folder, "orderglot o")
    named = [name for name in dialects.names() if name.startswith("k")]
    for typed in ("show 1 --as k", "export out.csv --as k", "pull k", "openapi k"):
        assert named == proposed(folder, f"orderglot {typed}")
    assert "serve" in proposed(folder, "orderglot ")


def test_a_shell_proposes_the_sellers_of_the_book(folder: Path) -> None:
    assert [] == proposed(folder, "orderglot orders list --seller ")
    for name in ("acme", "best", "axis"):
        done("seller", "add", name)
    assert ["acme", "axis"] == proposed(folder, "orderglot orders list --seller a")
    elsewhere = "orderglot orders list --database sqlite:///none.db --seller a"
    assert [] == proposed(folder, elsewhere)
    assert not (folder / "none.db").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_answered_and_has_a_script(shell: str, folder: Path) -> None:
    assert any("kodaris" in word for word in proposed(folder, "orderglot pull k", shell))
    assert "orderglot" in done("--show-completion", shell)
