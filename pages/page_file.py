"""Reading a page's file: its examples, what is exchanged in them, and what may differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXCHANGE = re.compile(r"^\| `(.+?)` \| `(.+?)` \|", re.MULTILINE)
_DIFFERS = re.compile(r"^\* `(.+?)`: ", re.MULTILINE)
_KEEP = re.compile(r"^Keep `(.+?)` as `(.+?)`\.", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A piece of code, and the language that it says it is in."""

    language: str
    text: str


@dataclass(frozen=True)
class Example:
    """A request as a page prints it, the answer that it prints, and what is known to differ."""

    title: str
    request: Block
    answer: Block
    differs: frozenset[str]
    keeps: Mapping[str, str]
    """Where in the answer stands what later requests say, by the words that they say it in."""


@dataclass(frozen=True)
class Page:
    """One vendor's page: its examples, what is exchanged in all of them, and what differs in all."""

    exchanged: Mapping[str, str]
    differs: frozenset[str]
    examples: tuple[Example, ...]


def vendors() -> list[str]:
    """Name the vendors whose pages are here."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.md"))


def read_page(vendor: str) -> Page:
    """Read a page's file; the README says how one is written."""
    top, *sections = re.split(
        r"^## ", (FOLDER / f"{vendor}.md").read_text("utf-8"), flags=re.MULTILINE
    )
    return Page(
        exchanged=dict(_EXCHANGE.findall(top)),
        differs=frozenset(_DIFFERS.findall(top)),
        examples=tuple(_examples(sections)),
    )


def _examples(sections: list[str]) -> Iterator[Example]:
    """Read the examples; one without an answer is answered as the one before."""
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
            {said: where for where, said in _KEEP.findall(outside)},
        )
