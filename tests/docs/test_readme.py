"""README as a newcomer reads it: its commands, pasted from the top in an empty folder, work."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import venv
from contextlib import suppress
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SET_UP_BY = (
    "Makefile",
    "hatch_build.py",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements",
)
PROGRAM = """#!{python}
from orderglot.cli import main

if __name__ == "__main__":
    main()
"""
NAMED = re.compile(r"\.venv/bin/orderglot|python -m orderglot")


def blocks() -> list[str]:
    """Give the indented blocks, in their order."""
    return [one.content for one in MarkdownIt().parse(README) if one.type == "code_block"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder in which ``make setup`` has been here before, with the program as it is here.

    That ``make setup`` installs all of it where there is nothing is seen by whoever runs these tests.
    """
    folder = tmp_path / "orderglot"
    folder.mkdir()
    for name in SET_UP_BY:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    venv.create(folder / ".venv", symlinks=True)
    (packages,) = (folder / ".venv").glob("lib/python*/site-packages")
    here = (str(ROOT / "src"), sysconfig.get_path("purelib"))
    (packages / "here.pth").write_text("\n".join(here))
    program = folder / ".venv" / "bin" / "orderglot"
    program.write_text(PROGRAM.format(python=folder / ".venv" / "bin" / "python"), "utf-8")
    program.chmod(0o755)
    (folder / ".venv" / f".ready{str(folder).replace('/', '-')}").touch()
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


def pasted(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Paste commands into one shell, which ends at the first that fails."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERGLOT_")}
    environment = {**kept, "HOME": str(folder), "ORDERGLOT_PORT": str(port)}
    shell = subprocess.Popen(
        ("bash", "-e", "-o", "pipefail", "-c", text.replace(":8400", f":{port}")),
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = shell.communicate(timeout=120)
    finally:
        # Where a command failed, the server that was begun before is still there.
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
    return subprocess.CompletedProcess((), shell.returncode, out, err)


def test_every_command_works_as_pasted_up_to_the_order_that_a_partner_places(folder: Path) -> None:
    done = pasted("\n".join(blocks()), folder)

    assert 0 == done.returncode, done.stderr
    assert "<method>getOrder</method>" in done.stdout
    assert '"po_number": "PO-1"' in done.stdout
    assert "Kole Imports dropship API: 2 new, 0 changed" in done.stdout
    assert "Traceback" not in done.stderr
    # What the partner gets is a line, and the server's own start is waited for in silence.
    assert "</links>\n" in done.stdout
    assert "curl: " not in done.stderr


def test_a_command_that_fails_is_seen(folder: Path) -> None:
    done = pasted("\n".join(blocks()[:2]) + "\norderglot show PO-1\norderglot samples", folder)

    assert 1 == done.returncode
    assert "orderglot: " in done.stderr


def test_bare_make_lists_its_verbs_in_80_columns() -> None:
    listed = subprocess.run(("make", "-s"), cwd=ROOT, text=True, capture_output=True, check=True)
    assert "make setup" in listed.stdout
    assert [] == [line for line in listed.stdout.splitlines() if len(line) >= 80]


def test_the_program_is_called_in_one_way() -> None:
    assert [] == NAMED.findall(README)
    assert "orderglot samples" in README
