"""The package as somebody gets it who installs it: ``make wheel`` runs this, for it takes a minute.

Each Python that the package names in its classifiers gets an empty environment, the locked
requirements and the wheel; then the demo is served from another folder, and asked, and the examples of
the docs run.
"""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.cli.program import serving
from tests.docs.examples import PAGES, output_of
from tests.package.conftest import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = "Programming Language :: Python :: 3."
VERSIONS = [f"3.{one.removeprefix(VERSION)}" for one in PROJECT["classifiers"] if VERSION in one]
LOCK = ROOT / "requirements" / "runtime.txt"


def interpreters(version: str) -> Iterator[str]:
    """Give where a Python of a version may be: on the path, or among those that pyenv has built."""
    name = f"python{version}"
    if found := which(name):
        yield found
    built = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from map(str, sorted(built.glob(f"{version}.*/bin/{name}")))


def ran(*words: str | Path, cwd: Path) -> bool:
    return subprocess.run(words, cwd=cwd, check=False, capture_output=True).returncode == 0


@pytest.fixture
def environment(version: str, tmp_path: Path, wheel: Path) -> Path:
    """Make an empty environment and install the wheel there, beside what the lock names."""
    starts = ("-c", "import ensurepip, venv")
    found = next((one for one in interpreters(version) if ran(one, *starts, cwd=tmp_path)), None)
    if found is None:
        pytest.skip(f"There is no Python {version} on this machine.")
    folder = tmp_path / "environment"
    pip = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    for command in (
        (found, "-m", "venv", folder),
        (*pip, "install", "--quiet", "--require-hashes", "--requirement", LOCK),
        (*pip, "install", "--quiet", "--no-deps", wheel),
        (*pip, "check"),
    ):
        subprocess.run(command, cwd=tmp_path, check=True)
    return folder


@pytest.mark.parametrize("version", VERSIONS)
def test_the_program_and_the_library_work_where_nothing_else_is_installed(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = environment / "bin" / "orderglot"
    monkeypatch.setattr("tests.cli.program.PROGRAM", (str(program),))
    monkeypatch.setenv("PYTHONWARNINGS", "error")

    with serving(elsewhere, "--demo") as served:
        for line in served.curls:
            asked = subprocess.run(line, shell=True, check=True, capture_output=True, text=True)
            assert "" != asked.stdout
        code, logged = served.end()
    assert 0 == code
    for example, printed in PAGES["python.md"]:
        assert (printed, "") == output_of(str(environment / "bin" / "python"), example, elsewhere)
    assert {"info"} == {json.loads(line)["level"] for line in logged.splitlines()}
