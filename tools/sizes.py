"""Refuse files and functions of src/ that have grown too long to read at one go."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

LONG_FILE, LONGEST_FILE = 300, 500
LONG_FUNCTION, LONGEST_FUNCTION = 35, 60
MEDIAN_BELOW = 10
SHORT_SHARE = 0.9

SILENT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


class Function(NamedTuple):
    """A function: where it stands and how many lines of code it has."""

    place: str
    name: str
    lines: int

    def __str__(self) -> str:
        return f"{self.place}: {self.name} has {self.lines} lines of code"


def main() -> int:
    """Print what is too long; give 1 if anything is refused, else 0."""
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / "src").rglob("*.py"))}
    functions = [found for path, text in sources.items() for found in read_functions(path, text)]
    for line in long_files(sources):
        print(f"sizes: note: {line}")
    refused = [*too_long_files(sources), *too_long_functions(functions), *too_long_all(functions)]
    for line in refused:
        print(f"sizes: {line}")
    print(f"sizes: {len(sources)} files, {len(functions)} functions; {shape(functions)}.")
    return 1 if refused else 0


def read_functions(path: Path, text: str) -> Iterator[Function]:
    """Find the functions and methods of a file, those inside others too."""
    tree = ast.parse(text, filename=str(path))
    code = code_lines(text)
    code.difference_update(*map(docstring_lines, ast.walk(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = code.intersection(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            yield Function(f"{relative(path)}:{node.lineno}", node.name, len(lines))


def code_lines(text: str) -> set[int]:
    """Collect the numbers of the lines that hold more than blanks and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    spans = (range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in SILENT)
    return {line for span in spans for line in span}


def docstring_lines(node: ast.AST) -> range:
    """Give the numbers of the lines of the docstring that a node opens with, if it does."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return range(0)
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return range(0)
    return range(first.lineno, (first.end_lineno or first.lineno) + 1)


def long_files(sources: dict[Path, str]) -> Iterator[str]:
    """Name the files that come near the limit."""
    for path, text in sources.items():
        if LONG_FILE < count(text) <= LONGEST_FILE:
            yield f"{relative(path)} has {count(text)} lines; try to stay within {LONG_FILE}."


def too_long_files(sources: dict[Path, str]) -> Iterator[str]:
    """Name the files beyond the limit."""
    for path, text in sources.items():
        if count(text) > LONGEST_FILE:
            yield f"{relative(path)} has {count(text)} lines, over {LONGEST_FILE}: divide it."


def too_long_functions(functions: list[Function]) -> Iterator[str]:
    """Name the functions beyond the limit."""
    for function in functions:
        if function.lines > LONGEST_FUNCTION:
            yield f"{function}, over {LONGEST_FUNCTION}: divide it."


def too_long_all(functions: list[Function]) -> Iterator[str]:
    """Describe in which way the functions taken together are too long."""
    if functions and (middle := median(found.lines for found in functions)) >= MEDIAN_BELOW:
        yield f"half of the functions have {middle:g} lines or more, not below {MEDIAN_BELOW}."
    long = sorted((found for found in functions if found.lines > LONG_FUNCTION), key=by_lines)
    if len(long) > len(functions) * (1 - SHORT_SHARE):
        yield (
            f"{len(long)} of {len(functions)} functions are over {LONG_FUNCTION} lines, "
            f"more than one in ten. The longest:"
        )
        yield from (f"  {found}." for found in long[:10])


def shape(functions: list[Function]) -> str:
    """Sum up how long the functions are."""
    if not functions:
        return "nothing to measure"
    lengths = sorted(found.lines for found in functions)
    ninth = lengths[int(len(lengths) * SHORT_SHARE)]
    return f"median {median(lengths):g} lines, nine in ten within {ninth}, longest {lengths[-1]}"


def by_lines(function: Function) -> int:
    """Sort the longest first."""
    return -function.lines


def count(text: str) -> int:
    """Count all lines of a file."""
    return len(text.splitlines())


def relative(path: Path) -> str:
    """Write a path as seen from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())
