"""What the docs point at: every link and every file that a page names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.docs.examples import ROOT

PACKAGE = ROOT / "src" / "orderglot"
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("bench", "pages", "tests/files")),
    *sorted((ROOT / "src").rglob("README.md")),
]
GUIDES = [page for page in PAGES if page.parent != DECISIONS]
"""The pages that speak of the tree as it is; a decision speaks of what it was."""

NAMED = re.compile(r"(?!/)[\w./<>-]*(?:\.(?:py|sql)|\w/)")
"""A file of the program, or a folder."""
WORDS_OF_OUR_OWN = 12


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def spans(page: Path) -> Iterator[Token]:
    """Give the pieces of text of a page: words, code, links."""
    for block in MarkdownIt().enable("table").parse(page.read_text("utf-8")):
        yield from block.children or ()


def there(page: Path, name: str) -> bool:
    """Tell whether a file is beside a page, at the root, in the package or in a dialect's folder."""
    pattern = name.replace("<vendor>", "*").rstrip("/")
    places = (page.parent, ROOT, PACKAGE, *PACKAGE.glob("dialects/*"))
    return any(next(place.glob(pattern), None) for place in places)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_link_leads_to_a_file_that_is_there(page: Path) -> None:
    links = [str(one.attrs["href"]) for one in spans(page) if "href" in one.attrs]
    files = [one.partition("#")[0] for one in links if not re.match(r"https?://|#|mailto:", one)]

    assert [] == [one for one in files if not (page.parent / one).exists()]


@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_a_file_that_a_page_names_is_there(page: Path) -> None:
    code = [one.content for one in spans(page) if one.type == "code_inline"]
    files = [one for one in code if NAMED.fullmatch(one)]

    assert [] == [one for one in files if not there(page, one)]


def test_the_words_of_our_own_are_few_and_stand_in_one_table() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    (section,) = re.findall(r"^## Words\n(.+?)^## ", text, re.DOTALL | re.MULTILINE)
    blocks = MarkdownIt().enable("table").parse(section)

    assert 1 == sum(block.type == "table_open" for block in blocks)
    # One row is the heading.
    assert sum(block.type == "tr_open" for block in blocks) - 1 <= WORDS_OF_OUR_OWN


def test_a_decision_is_named_and_numbered_as_its_file() -> None:
    for page in sorted(DECISIONS.glob("*.md")):
        number = int(page.name.partition("-")[0])
        assert page.read_text("utf-8").startswith(f"# {number}. ")
