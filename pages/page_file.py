"""Reading a page's file: its examples, their placeholders, and what may differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"^\| `(.+?)` \| `(.+?)` \|", re.MULTILINE)
_DIFFERS = re.compile(r"^\* `(.+?)`: ", re.MULTILINE)
_KEEP = re.compile(r"^Keep `(.+?)` as `(.+?)`\.", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block, and its language."""

    language: str
    text: str


@dataclass(frozen=True)
class Example:
    """A request and its response as a page prints them, and what is known to differ."""

    title: str
    request: Block
    answer: Block
    differs: frozenset[str]
    keeps: Mapping[str, str]
    """Where in the response the values of later requests' placeholders are, by placeholder."""


@dataclass(frozen=True)
class Page:
    """One vendor's page: its examples, and the placeholders and differences of all of them."""

    placeholders: Mapping[str, str]
    differs: frozenset[str]
    examples: tuple[Example, ...]


def vendors() -> list[str]:
    """List the vendors whose pages are here."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.md"))


def read_page(vendor: str) -> Page:
    """Read a page's file; the README says how one is written."""
    top, *sections = re.split(
        r"^## ", (FOLDER / f"{vendor}.md").read_text("utf-8"), flags=re.MULTILINE
    )
    return Page(
        placeholders=dict(_PLACEHOLDER.findall(top)),
        differs=frozenset(_DIFFERS.findall(top)),
        examples=tuple(_examples(sections)),
    )


def _examples(sections: list[str]) -> Iterator[Example]:
    """Read the examples; one without a response has that of the one before."""
    answer = Block("http", "")
    for section in sections:
        title, _, text = section.partition("\n")
        blocks = [Block(language, code) for language, code in _BLOCK.findall(text)]
        request, answer = blocks[0], blocks[1] if len(blocks) > 1 else answer
        outside = _BLOCK.sub("", text)
        yield Example(
            title,
            request,
            answer,
            frozenset(_DIFFERS.findall(outside)),
            {shown: where for where, shown in _KEEP.findall(outside)},
        )
