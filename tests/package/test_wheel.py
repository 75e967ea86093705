"""The wheel: what runs, and nothing else; it serves the demo from any folder."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from hatch_build import BROUGHT, FILES, FOLDER, PACKAGES, described
from tests.cli.program import serving
from tests.package.conftest import ROOT

SOURCES = "src/"
BROUGHT_TO = FOLDER.removeprefix(SOURCES)
FOR_DEVELOPERS = {"specimens", "tests"}


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> Path:
    """Give a folder with what is in the wheel, as an installation lays it down."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    return tmp_path / "installed"


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(packed.read(name))


def links(markdown: str) -> list[str]:
    """Give where the links and pictures of a text lead."""
    found = []
    for block in MarkdownIt().parse(markdown):
        for part in block.children or ():
            found += [part.attrs[name] for name in ("href", "src") if name in part.attrs]
    return [str(link) for link in found]


def test_the_wheel_holds_all_that_runs_and_no_specimen_and_no_test(wheel: Path) -> None:
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", SOURCES)
    tracked = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    runs = {
        name.removeprefix(SOURCES)
        for name in tracked.splitlines()
        if FOR_DEVELOPERS.isdisjoint(Path(name).parts) and (ROOT / name).exists()
    }
    runs |= {f"{BROUGHT_TO}/{name}" for name in (*FILES, BROUGHT)}
    with zipfile.ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}

    assert runs == held


def test_the_demo_is_served_from_the_wheel_alone(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(unpacked))

    where = (sys.executable, "-c", "import orderglot; print(orderglot.__file__)")
    found = subprocess.run(where, cwd=elsewhere, check=True, capture_output=True, text=True).stdout
    assert str(unpacked / "orderglot" / "__init__.py") == found.strip()
    with serving(elsewhere, "--demo") as served:
        assert 200 == served.get("/healthz")[0]
        assert 200 == served.get("/openapi/kole.json")[0]


def test_what_a_package_index_shows_has_no_link_that_leads_nowhere(wheel: Path) -> None:
    shown = metadata(wheel)

    assert "text/markdown" == shown["Description-Content-Type"]
    text = str(shown.get_payload())
    assert "# Orderglot" in text
    assert [] == [link for link in links(text) if not link.startswith("https://")]


def test_links_lead_to_the_repository_where_its_address_is_known() -> None:
    text = "See [the words](ARCHITECTURE.md#words), [above](#start) and [that](https://there.test)."

    assert ["https://here.test/1/ARCHITECTURE.md#words", "#start", "https://there.test"] == links(
        described(text, "https://here.test/1/")
    )
    assert ["#start", "https://there.test"] == links(described(text, ""))


def test_what_is_brought_for_the_console_is_held_to_a_hash_and_to_no_address() -> None:
    asked, locked = (json.loads((ROOT / name).read_text("utf-8")) for name in PACKAGES)

    packages = {name: one for name, one in locked["packages"].items() if name}
    assert asked["dependencies"] == {
        name.removeprefix("node_modules/"): one["version"] for name, one in packages.items()
    }
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert "://" not in json.dumps(locked)
