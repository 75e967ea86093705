"""Asking as a page does: curl, the page's JavaScript, or a request as it goes over the line."""

from __future__ import annotations

import http.client
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pages.page_file import Block

PATIENCE = 60
"""So many seconds an answer may take."""

Known = dict[str, Any]
"""What a page's JavaScript has put into variables so far."""

_TOKEN = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?P<name>\w+)|(?P<sign>[{}:,])""")
_CALL = re.compile(r"var (\w+) = (?:\$\.ajax|kd\.http\.fetch)\((\{.*?\n\})\)", re.DOTALL)
_PART = re.compile(r"^var (\w+) = (\w+)\.([\w.]+);", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers by their names in small letters, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(base: str, block: Block, known: Known) -> Answer:
    """Send what a block of code says to a server, with nothing of the project in between."""
    ways = {"sh": _curl, "js": _script, "http": _line, "sample": _sample}
    return ways[block.language](base, block.text, known)


def _curl(_base: str, text: str, _known: Known) -> Answer:
    """Run a curl line, which names the server itself."""
    words = [word for word in shlex.split(text.replace("\\\n", " ")) if word.strip()]
    quiet = ["--silent", "--show-error", "--include", "--max-time", str(PATIENCE)]
    found = subprocess.run([words[0], *quiet, *words[1:]], capture_output=True, check=False)
    if found.returncode:
        raise OSError(found.stderr.decode().strip())
    return _read(found.stdout)


class _Line:
    """A line that has been read to its end: of a socket, all that reading an answer asks for."""

    def __init__(self, received: bytes) -> None:
        self.received = received

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self.received)


def _read(received: bytes) -> Answer:
    response = http.client.HTTPResponse(_Line(received))  # type: ignore[arg-type]
    response.begin()
    return _answer(response)


def _line(base: str, text: str, _known: Known) -> Answer:
    """Send a request as it is written, down to the last sign."""
    head, _, body = text.partition("\n\n")
    first, *rest = head.strip().splitlines()
    method, target = first.split()[:2]
    headers = dict(line.strip().split(": ", 1) for line in rest)
    return _send(base, method, target, headers, body.strip().encode())


def _sample(base: str, text: str, _known: Known) -> Answer:
    """Send an address that is followed by a header, as curl would have it, and by more headers."""
    address, *rest = text.strip().splitlines()
    target, _, header = address.removeprefix(base).replace(" ", "").partition("-H")
    name, _, value = header.partition("=")
    return _line(base, "\n".join((f"GET {target}", f"{name}: {value}", *rest)), {})


def _script(base: str, text: str, known: Known) -> Answer:
    """Do what a page's JavaScript does: one call, and parts of its answer put into variables."""
    found = _CALL.search(text)
    if found is None:
        raise ValueError("there is no call in the JavaScript")
    said: dict[str, Any] = json.loads("".join(_as_json(found[2], known)))
    answer = _ajax(base, said) if "type" in said else _fetch(base, said)
    known[found[1]] = {"status": answer.status, "errors": None, "body": parsed(answer)}
    for name, whole, path in _PART.findall(text):
        known[name] = member(known[whole], path)
    return answer


def parsed(answer: Answer) -> Any:
    """Read JSON; None where there is none."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def member(value: Any, path: str) -> Any:
    """Give a member of a member, by their names with dots between; "" where there is none."""
    for name in path.split("."):
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


def _as_json(literal: str, known: Known) -> Iterator[str]:
    """Write an object of JavaScript as JSON, variables filled in."""
    tokens = list(_TOKEN.finditer(re.sub(r",(\s*\})", r"\1", literal)))
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token["sign"]:
            yield token["sign"]
        elif token["text"]:
            yield json.dumps(token["text"][1:-1])
        elif after and after["sign"] == ":":
            yield json.dumps(token["name"])
        else:
            yield token["name"] if token["name"].isdigit() else json.dumps(known[token["name"]])


def _ajax(base: str, said: dict[str, Any]) -> Answer:
    """Ask as jQuery does in a browser, which lets no script choose how the line is kept."""
    headers = {"Content-Type": said["contentType"], "Accept": "*/*", **said["headers"]}
    return _send(base, said["type"], said["url"], headers, b"")


def _fetch(base: str, said: dict[str, Any]) -> Answer:
    """Ask as the vendor's own script engine does."""
    body = json.dumps(said["body"]).encode() if "body" in said else b""
    target = said["url"].removeprefix(base)
    return _send(base, said["method"], target, said["headers"], body)


def _send(base: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE)
    try:
        connection.request(method, target, body or None, dict(headers))
        return _answer(connection.getresponse())
    finally:
        connection.close()


def _answer(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())
