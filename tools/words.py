"""Refuse words that do not belong in the repository: a machine's paths, registries, loose ends."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Written so that this file passes its own gate.
LINES = (
    (
        re.compile(r"(?<![\w.-])/(?:(?:work|root|opt)/|home/\w)"),
        "is a path of one machine; make it relative, or take it as an argument",
    ),
    (
        re.compile(
            r"\b(?:pypi\.org|pypi\.python\.org|pythonhosted\.org|registry\.npmjs\.org"
            r"|registry\.yarnpkg\.com|conda\.anaconda\.org)\b"
        ),
        "is a package registry; which one to ask is for pip's own configuration to say",
    ),
    (
        re.compile(r"--(?:extra-)?index-url\b|--find-(?:links)\b"),
        "chooses a package registry; leave that to pip's own configuration",
    ),
    (
        # The last of the three is, in quotes, the code of no currency.
        re.compile(r"\b(?:TO(?:DO)|FIX(?:ME))\b|(?<![\w\"'])X{3}(?![\w\"'])"),
        "marks unfinished work; finish it, or write it down as an issue",
    ),
    (
        re.compile(r"^(?:<{7}|>{7}) "),
        "is left of a merge; choose what is to stay",
    ),
)
THEIRS = "*/specimens/*.http"
"""What a vendor wrote is the vendor's."""

EMPTY = {
    *("manager", "handler", "helper", "util", "service", "processor"),
    *("data", "info", "base", "common", "lib"),
}
"""Words that say nothing about what a thing is; each also as a plural."""

PRIVATE = {"said", "told", "heard", "spoken", "whoever"}
"""Words of talk for what the field calls a document, a value, a message, a response, a caller."""

DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
GIVEN = {"data_received", "get_extra_info"}
"""Names that are somebody else's: what asyncio and httpcore call the steps of a protocol and a stream."""


def main() -> int:
    """Print what does not belong; give 1 if anything is refused, else 0."""
    files = list_files()
    refused = [*refuse_lines(files), *refuse_names(files), *refuse_talk(files)]
    for line in refused:
        print(f"words: {line}.")
    print(f"words: {len(files)} files read, {len(refused)} words refused.")
    return 1 if refused else 0


def list_files() -> list[Path]:
    """List the text files that git tracks or would track; needs no commit and no repository."""
    command = ["git", "grep", "--no-index", "--exclude-standard", "-I", "-l", "-z", "-e", ""]
    try:
        listing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        sys.exit("words: git lists the files to read, and it is not installed here.")
    return sorted(Path(name) for name in listing.decode().split("\0") if name)


def refuse_lines(files: list[Path]) -> Iterator[str]:
    """Find the lines with a word that belongs in no file."""
    for path in files:
        if path.match(THEIRS):
            continue
        text = (ROOT / path).read_text("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, advice in LINES:
                if found := pattern.search(line):
                    yield f"{path}:{number}: {found[0]!r} {advice}"


def refuse_names(files: list[Path]) -> Iterator[str]:
    """Find the modules, classes and functions of src/ whose names are built with an empty word."""
    for path in files:
        if path.parts[0] == "src" and path.suffix == ".py":
            for line, name in names(path):
                if empty := empty_words(name):
                    yield (
                        f"{path}:{line}: {name!r} is named with {' and '.join(empty)!r}, which says"
                        f" nothing; name what it is or does, in the words of the trade"
                    )


def refuse_talk(files: list[Path]) -> Iterator[str]:
    """Find the names, of whatever kind, in which code is said to speak and to listen."""
    for path in files:
        if path.suffix == ".py":
            for line, name in bound_names(path):
                if talk := [word for word in words_of(name) if word.lower() in PRIVATE]:
                    yield (
                        f"{path}:{line}: {name!r} is named with {' and '.join(talk)!r}; name the"
                        f" document, value, message or response that it is"
                    )


def bound_names(path: Path) -> Iterator[tuple[int, str]]:
    """Give the names that a file binds, but for tests, which are sentences, with the line."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"), filename=str(path))):
        if isinstance(node, DEFINITIONS) and not node.name.startswith("test_"):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Give the names of a module, of the folder it opens, and of what it defines, with the line."""
    yield 1, path.parent.name if path.stem == "__init__" else path.stem
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"), filename=str(path))):
        if isinstance(node, DEFINITIONS) and node.name not in GIVEN:
            yield node.lineno, node.name


def empty_words(name: str) -> list[str]:
    """Give the words of a name that say nothing."""
    return [word for word in words_of(name) if word.lower().removesuffix("s") in EMPTY]


def words_of(name: str) -> list[str]:
    """Take a name apart, snake or camel."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)


if __name__ == "__main__":
    sys.exit(main())
