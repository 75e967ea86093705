"""Sending what a page prints: curl, the page's JavaScript, or a request as bytes."""

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
"""The variables of a page's JavaScript so far."""

_TOKEN = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?P<name>\w+)|(?P<sign>[{}:,])""")
_CALL = re.compile(r"var (\w+) = (?:\$\.ajax|kd\.http\.fetch)\((\{.*?\n\})\)", re.DOTALL)
_PART = re.compile(r"^var (\w+) = (\w+)\.([\w.]+);", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """The response: its status, its headers by their names in lower case, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(base: str, block: Block, known: Known) -> Answer:
    """Send what a block of code says to a server, with none of the project's own clients."""
    ways = {"sh": _curl, "js": _script, "http": _raw, "sample": _sample}
    return ways[block.language](base, block.text, known)


def _curl(_base: str, text: str, _known: Known) -> Answer:
    """Run a curl command, which has the server's address in it."""
    words = [word for word in shlex.split(text.replace("\\\n", " ")) if word.strip()]
    quiet = ["--silent", "--show-error", "--include", "--max-time", str(PATIENCE)]
    found = subprocess.run([words[0], *quiet, *words[1:]], capture_output=True, check=False)
    if found.returncode:
        raise OSError(found.stderr.decode().strip())
    return _read(found.stdout)


class _Received:
    """Bytes that were received, with the one method of a socket that reading a response needs."""

    def __init__(self, received: bytes) -> None:
        self.received = received

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self.received)


def _read(received: bytes) -> Answer:
    response = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    response.begin()
    return _answer(response)


def _raw(base: str, text: str, _known: Known) -> Answer:
    """Send a request as it is printed, to the last character."""
    head, _, body = text.partition("\n\n")
    first, *rest = head.strip().splitlines()
    method, target = first.split()[:2]
    headers = dict(line.strip().split(": ", 1) for line in rest)
    return _send(base, method, target, headers, body.strip().encode())


def _sample(base: str, text: str, _known: Known) -> Answer:
    """Send an address that is followed by a header, as in a curl command, and by more headers."""
    address, *rest = text.strip().splitlines()
    target, _, header = address.removeprefix(base).replace(" ", "").partition("-H")
    name, _, value = header.partition("=")
    return _raw(base, "\n".join((f"GET {target}", f"{name}: {value}", *rest)), {})


def _script(base: str, text: str, known: Known) -> Answer:
    """Run a page's JavaScript: one call, and parts of its response in variables."""
    found = _CALL.search(text)
    if found is None:
        raise ValueError("there is no call in the JavaScript")
    call: dict[str, Any] = json.loads("".join(_as_json(found[2], known)))
    answer = _ajax(base, call) if "type" in call else _fetch(base, call)
    known[found[1]] = {"status": answer.status, "errors": None, "body": parsed(answer)}
    for name, whole, path in _PART.findall(text):
        known[name] = member(known[whole], path)
    return answer


def parsed(answer: Answer) -> Any:
    """Parse JSON; None where there is none."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def member(value: Any, path: str) -> Any:
    """Give a nested member by its dotted path; "" where there is none."""
    for name in path.split("."):
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


def _as_json(literal: str, known: Known) -> Iterator[str]:
    """Write a JavaScript object as JSON, with its variables filled in."""
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


def _ajax(base: str, call: dict[str, Any]) -> Answer:
    """Send a request as jQuery does in a browser, where no script may set the header Connection."""
    headers = {"Content-Type": call["contentType"], "Accept": "*/*", **call["headers"]}
    return _send(base, call["type"], call["url"], headers, b"")


def _fetch(base: str, call: dict[str, Any]) -> Answer:
    """Send a request as the vendor's own script engine does."""
    body = json.dumps(call["body"]).encode() if "body" in call else b""
    target = call["url"].removeprefix(base)
    return _send(base, call["method"], target, call["headers"], body)


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
