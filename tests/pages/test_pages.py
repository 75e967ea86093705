"""The vendors' pages: all that they print is answered as printed, and what is not would be told."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages import page_file
from pages.__main__ import check, demo_at
from pages.compare import differences
from pages.page_file import read_page, vendors
from pages.sending import Answer
from tests.cli.program import Serving, serving

ROOT = Path(__file__).parents[2]
PRINTED = {"adobe": 9, "catalyst": 6, "kodaris": 3, "kole": 13, "komet": 4}
"""So many requests are in each page's file: none is lost in reading it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("pages")
    with serving(folder, "--demo") as server:
        yield server


def test_there_is_a_page_of_every_vendor() -> None:
    assert list(PRINTED) == vendors()


@pytest.mark.parametrize("vendor", PRINTED)
def test_what_a_page_prints_is_answered_as_printed(server: Serving, vendor: str) -> None:
    found = list(check(read_page(vendor), server.base, demo_at(server.base)[vendor]))
    assert PRINTED[vendor] == len(found)
    assert [] == [(title, text) for title, text in found if text]


def test_what_is_said_to_differ_and_does_not_is_told(
    server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (page_file.FOLDER / "komet.md").read_text("utf-8")
    changed = text.replace("\n## the path", "* `webOrders[].total`: nobody knows.\n\n## the path")
    (tmp_path / "komet.md").write_text(changed, "utf-8")
    monkeypatch.setattr(page_file, "FOLDER", tmp_path)
    found = dict(check(read_page("komet"), server.base, demo_at(server.base)["komet"]))
    assert ["webOrders[].total: does not differ"] == found["the request that the page describes"]


def test_the_program_prints_a_line_for_each_request_and_ends_well(server: Serving) -> None:
    text = asked("--url", server.base, "komet")
    assert (0, "") == (text.returncode, text.stderr)
    lines = text.stdout.splitlines()
    assert ["ok"] * PRINTED["komet"] == [one.split()[-1] for one in lines[:-1]]
    assert "pages: 4 requests, 0 of them answered otherwise than printed." == lines[-1]


def test_the_program_serves_a_demo_of_its_own() -> None:
    assert 0 == asked("kodaris").returncode


def test_a_demo_that_answers_otherwise_ends_the_program_with_one(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--dialects", "kole,kodaris") as server:
        text = asked("--url", server.base, "komet")
    assert 1 == text.returncode
    assert "status: 404 instead of 200" in text.stdout


def test_where_nobody_serves_a_sentence_is_said() -> None:
    text = asked("--url", "http://127.0.0.1:9", "komet")
    assert (1, "") == (text.returncode, text.stdout)
    assert text.stderr.startswith("pages: ")
    assert 1 == text.stderr.count("\n")


def asked(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program as `make pages` does."""
    command = (sys.executable, "-m", "pages", *words)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


HEAD = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n"


@pytest.mark.parametrize(
    ("printed", "text", "places"),
    [
        ('{"a": 1, "b": null}', '{"a": 1, "b": null}', []),
        ('{"a": 1}', '{"a": 1.0}', ["a"]),
        ('{"a": 1}', '{"a": "1"}', ["a"]),
        ('{"a": 1}', '{"a": null}', ["a"]),
        ('{"a": ""}', '{"a": null}', ["a"]),
        ('{"a": true}', '{"a": 1}', ["a"]),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', ["order"]),
        ('{"a": {"b": 1, "c": 2}}', '{"a": {"c": 2, "b": 1}}', ["a"]),
        ('{"a": 1}', "{}", ["a"]),
        ("{}", '{"a": 1}', ["a"]),
        ('{"a": {"b": [{"c": 1}]}}', '{"a": {"b": [{"c": 2}]}}', ["a.b[].c"]),
        ('{"a": [1]}', '{"a": [1, 2]}', ["a[]"]),
        ('{"a": [1, 2]}', '{"a": [1]}', ["a[]"]),
        ('{"a": [1, "…"]}', '{"a": [1, 2, 3]}', []),
        ('{"a": [1, "…"]}', '{"a": []}', ["a[]"]),
        ('{"a": "…"}', '{"a": [1]}', []),
        ('{"a": "…"}', "{}", ["a"]),
        ('{"a": 1, "…": "…"}', '{"a": 1, "b": 2}', []),
        ('{"a": "/orders/…/x"}', '{"a": "/orders/7/x"}', []),
        ('{"a": "/orders/…/x"}', '{"a": "/orders/7/y"}', ["a"]),
        ('{"a": {"0": 1, "1": 2}}', '{"a": [1, 2]}', []),
        ('{"a": {"0": 1, "1": 2}}', '{"a": [1, 3]}', ["a[]"]),
        ('{"a": {}}', '{"a": []}', []),
        ('{"a": {}}', '{"a": ["x"]}', ["a[]"]),
        ('{"a": 1}', "<a/>", ["body"]),
        ("<a><b></b></a>", "<a><b>x</b></a>", []),
        ("<a><b></b></a>", "<a><b/><b/></a>", []),
        ("<a><b></b></a>", "<a/>", ["a"]),
        ("<a><b></b><c></c></a>", "<a><c/><b/></a>", ["a"]),
        ("<a><b></b></a>", "<a><b><c/></b></a>", ["a/b"]),
        ("<a><b></b></a>", "<a><b x='1'/></a>", ["a/b"]),
        ("<a><b>x</b></a>", "<a><b>y</b></a>", ["a/b"]),
        ("<a><b>x</b><b>y</b></a>", "<a><b>x</b></a>", ["a/b"]),
        ("<a></a>", "<b/>", ["body"]),
        ("<a></a>", "{}", ["body"]),
    ],
)
def test_a_difference_is_told_with_its_place(printed: str, text: str, places: list[str]) -> None:
    answer = Answer(200, {"content-type": "application/json"}, text.encode())
    assert places == [where for where, _ in differences(HEAD + printed, answer)]


def test_a_status_and_a_header_that_differ_are_told() -> None:
    answer = Answer(404, {"content-type": "text/plain"}, b"{}")
    found = [where for where, _ in differences(HEAD + "{}", answer)]
    assert ["status", "Content-Type"] == found
