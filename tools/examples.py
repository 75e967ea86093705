"""Keep the examples of the OpenAPI documents what the specimens show, and these are tested.

python tools/examples.py            refuse what is out of date
python tools/examples.py --write    write it anew
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from orderglot import dialects
from orderglot.core.errors import HubError
from orderglot.faces.examples import Example, params_of
from orderglot.faces.openapi import parameters
from orderglot.hub.openapi import EXAMPLES
from orderglot.wire import json
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Pairs, essence, pairs, query_of
from orderglot.wire.operation import Operation

FOLDERS = Path(__file__).parents[1] / "src" / "orderglot" / "dialects"
WELCOME, REFUSED = 3, 1
"""So many are shown of each operation: requests that are welcome, and such as are refused."""


def main(arguments: list[str]) -> int:
    """Check the files, or write them; gives 1 where one is refused, else 0."""
    if arguments not in ([], ["--write"]):
        print("usage: python tools/examples.py [--write]", file=sys.stderr)
        return 2
    refused = 0
    for name in dialects.names():
        file = FOLDERS / name / EXAMPLES
        text = written(tuple(examples(dialects.dialect(name))))
        if arguments:
            file.write_bytes(text)
        elif not file.exists() or file.read_bytes() != text:
            print(f"examples: {name}/{EXAMPLES} is not what the specimens show; run 'make docs'.")
            refused = 1
    print(f"examples: those of {', '.join(dialects.names())} are looked at.")
    return refused


def written(found: tuple[Example, ...]) -> bytes:
    """Write examples as their file has them."""
    members = [
        {name: value for name, value in msgspec.structs.asdict(one).items() if value}
        for one in found
    ]
    return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"


def examples(dialect: Dialect) -> Iterator[Example]:
    """Choose of each operation the first specimens that a document can show."""
    place = FOLDERS / dialect.name / "specimens"
    # What no single request brings about, nobody could send to see.
    unprovoked = json.read((place / "book.json").read_bytes()).get("unprovoked", ())
    folders = sorted(one for one in place.iterdir() if one.is_dir() and one.name not in unprovoked)
    for operation in dialect.operations:
        found = [
            example(dialect, operation, folder)
            for folder in folders
            if name_of(folder.name, dialect) == operation.name
        ]
        sayable = [one for one in found if can_be_shown(one, operation)]
        yield from [one for one in sayable if one.status < 400][:WELCOME]
        yield from [one for one in sayable if one.status >= 400][:REFUSED]


def name_of(folder: str, dialect: Dialect) -> str:
    """Give the name of the operation that a specimen is of."""
    names = [one.name for one in dialect.operations if folder.startswith(f"{one.name}-")]
    return max(names, key=len, default="")


def example(dialect: Dialect, operation: Operation[Any, Any], folder: Path) -> Example:
    """Make an example of a specimen, without what proves who is calling."""
    proofs = dialect.auth.proofs
    first, headers, body = message(folder / "request.http")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    status_line, answered, answer = message(folder / "response.http")
    secret = {*proofs.headers, "authorization", "cookie", "host"}
    return Example(
        operation=operation.name,
        name=folder.name.removeprefix(f"{operation.name}-"),
        method=method,
        path=path,
        query=query_of(shown(pairs(query), proofs.arguments)),
        headers={name: value for name, value in headers.items() if name not in secret},
        body=body,
        status=int(status_line.split(" ")[1]),
        media=answered.get("content-type", "").partition(";")[0],
        answer=answer,
    )


def shown(query: Pairs, secret: frozenset[str]) -> Pairs:
    """Leave out the arguments that prove who is calling."""
    return tuple((name, value) for name, value in query if name not in secret)


def can_be_shown(one: Example, operation: Operation[Any, Any]) -> bool:
    """Tell whether a document has a place for all of a request, and for what answers it."""
    templates = [path for path in operation.endpoint.paths if params_of(path, one.path) is not None]
    if not templates or one.method != operation.endpoint.method:
        return False
    known = {(each["in"], each["name"]) for each in parameters(operation, templates[0])}
    asked = all(("query", name) in known for name, _ in pairs(one.query))
    return asked and one.status != 304 and is_well_formed(one)


def is_well_formed(one: Example) -> bool:
    """Tell whether a body is what its type says; what is not cannot stand in a document."""
    media = essence(one.headers.get("content-type", ""))
    if not one.body or (media and "json" not in media):
        return True
    with suppress(HubError):
        json.read_sent(one.body.encode())
        return True
    return False


def message(file: Path) -> tuple[str, dict[str, str], str]:
    """Take a message apart: its first line, its headers by lower-case name, its body."""
    head, _, body = file.read_text("utf-8").partition("\n\n")
    first, *lines = head.strip().split("\n")
    found = (line.split(":", 1) for line in lines)
    return first, {name.lower(): value.strip() for name, value in found}, body.strip("\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
