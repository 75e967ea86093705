"""Refuse a dialect's file whose name does not say what is in it, and print who has which file.

python tools/siblings.py            refuse, also where the table in CONTRIBUTING.md is out of date
python tools/siblings.py --write    write that table anew
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FOLDERS = ROOT / "src" / "orderglot" / "dialects"
PAGE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- files: written by `make docs` -->\n", "<!-- end of files -->\n"

MEANINGS = {
    "auth": "how a client shows who it is, and how the server finds that out",
    "bodies": "how orders of this dialect are stored in files",
    "changes": "the operations that create and change orders, where they are apart from `orders`",
    "codes": "the vendor's own error codes, each with its kind and status",
    "drafts": "a new order as it is sent: reading, writing, completing it",
    "faults": "the vendor's form of refusals",
    "filters": "the filter language: read into a query, written back",
    "flows": "what clients do: place, find, get, page, linked",
    "items": "the operations on an order's items",
    "known_members": "the members that answers and requests are known to have, by the shapes",
    "links": "paths and links: how they are written and read",
    "lookups": "the operations on what is no order: customers, locations",
    "loss": "what the wire cannot carry of an order",
    "media": "what all requests and responses have: media types, headers, envelope",
    "orders": "the operations on orders: list, get, linked, create, update",
    "resources": "what a request refers to: customers, orders",
    "rules": "the business rules of new orders",
    "settings": "the seller's settings for this dialect",
    "shapes": "the types on the wire",
    "tables": "the vendor's codes and limits",
    "tokens": "the operations that log in and issue tokens",
    "values": "single values: dates, flags, numbers as the vendor writes them",
    "wire": "`read_order` and `write_order`, with all that is inside an order",
}
"""What is in a file of each name; what one dialect alone has, its own README says."""


class Folder(NamedTuple):
    """A dialect's folder: the names of its files, and its README."""

    files: frozenset[str]
    readme: str


def main(arguments: list[str]) -> int:
    """Check the names and the table, or write the table; gives 1 where one is refused, else 0."""
    if arguments not in ([], ["--write"]):
        print("usage: python tools/siblings.py [--write]", file=sys.stderr)
        return 2
    folders = read_folders(FOLDERS)
    page = PAGE.read_text("utf-8")
    fresh = with_table(page, folders)
    if arguments == ["--write"]:
        PAGE.write_text(fresh, "utf-8")
    print("\n".join(matrix(folders)))
    refused = [*unexplained(folders)]
    if not arguments and fresh != page:
        refused.append("CONTRIBUTING.md does not show who has which file; run 'make docs'.")
    for line in refused:
        print(f"siblings: {line}")
    print(f"siblings: {len(folders)} dialects, {len(MEANINGS)} names that they share.")
    return 1 if refused else 0


def read_folders(root: Path) -> dict[str, Folder]:
    """Read the dialects' folders, by name."""
    return {
        folder.name: Folder(
            frozenset(path.stem for path in folder.glob("*.py") if path.stem != "__init__"),
            (folder / "README.md").read_text("utf-8"),
        )
        for folder in sorted(root.iterdir())
        if (folder / "__init__.py").exists()
    }


def unexplained(folders: Mapping[str, Folder]) -> Iterator[str]:
    """Name each file that nothing explains, and those of two dialects that only READMEs do."""
    for name in sorted({name for folder in folders.values() for name in folder.files}):
        if name in MEANINGS:
            continue
        having = [one for one, folder in folders.items() if name in folder.files]
        if len(having) > 1:
            yield f"{name}.py stands in {' and '.join(having)}; say what it is in {shown()}."
        for one in having:
            if f"`{name}.py`" not in folders[one].readme:
                yield (
                    f"{one}/{name}.py is a name that no sibling has; take one of {shown()}, or say"
                    " in the dialect's README what is in it."
                )


def shown() -> str:
    """Give the place of the names, as messages write it."""
    return "MEANINGS in tools/siblings.py"


def matrix(folders: Mapping[str, Folder]) -> Iterator[str]:
    """Write who has which file: the names that all may have, then those of one alone."""
    own = sorted({name for folder in folders.values() for name in folder.files} - set(MEANINGS))
    width = max(map(len, (*MEANINGS, *own)))
    yield " ".join(("".ljust(width), *folders))
    for name in (*MEANINGS, *own):
        marks = ("x" if name in one.files else "" for one in folders.values())
        cells = (mark.center(len(one)) for mark, one in zip(marks, folders, strict=True))
        yield " ".join((name.ljust(width), *cells)).rstrip()


def with_table(page: str, folders: Mapping[str, Folder]) -> str:
    """Put the table of the shared names into a page, between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n".join(table(folders)) + "\n" + END + after


def table(folders: Mapping[str, Folder]) -> Iterator[str]:
    """Write the shared names with what they mean and who has them, and what each has alone."""
    yield f"| file | what is in it | {' | '.join(folders)} |"
    yield f"| --- | --- |{' :-: |' * len(folders)}"
    for name, meaning in MEANINGS.items():
        marks = ("x" if name in one.files else "" for one in folders.values())
        yield f"| `{name}.py` | {meaning} | {' | '.join(marks)} |"
    for one, folder in folders.items():
        if own := sorted(folder.files - set(MEANINGS)):
            yield f"\n{one} alone has {', '.join(f'`{name}.py`' for name in own)}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
