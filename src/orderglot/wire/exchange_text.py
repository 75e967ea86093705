"""An exchange as text: as it was, beside another one, and as a line for curl."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from http import HTTPStatus

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import HubError
from orderglot.core.journal import Kept
from orderglot.wire import xml

BY_THE_WAY = frozenset(
    {
        *("host", "content-length", "connection", "keep-alive", "transfer-encoding", "te"),
        *("accept-encoding", "expect", "upgrade"),
    }
)
"""Headers that whoever sends a request writes by itself."""


def request_text(kept: Kept) -> str:
    """Give a request as HTTP/1.1 writes it; a body that is no text is described."""
    row, sent = kept.row, kept.bytes
    first = f"{row.method} {_target(kept)} HTTP/1.1"
    return "\n".join((first, *_lines(sent.headers), "", *_body(sent.body)))


def answer_text(kept: Kept) -> str:
    """Give an answer as HTTP/1.1 writes it, "" where none came."""
    row, sent = kept.row, kept.bytes
    if not row.status:
        return ""
    first = f"HTTP/1.1 {row.status} {_phrase(row.status)}".rstrip()
    return "\n".join((first, *_lines(sent.answer_headers), "", *_body(sent.answer)))


def curl(kept: Kept, base: str = "") -> str:
    """Give the shell line that sends a request again; what was struck out stands as it is shown."""
    row, sent = kept.row, kept.bytes
    words = ["curl"] if row.method == "GET" and not sent.body else ["curl", "-X", row.method]
    for name, value in sent.headers.items():
        if name not in BY_THE_WAY:
            words += ["-H", f"{name}: {value}"]
    text = None if b"\0" in sent.body else _text(sent.body)
    if sent.body and text is not None:
        words += ["--data-raw", text]
    elif sent.body:
        words += ["--data-binary", "@-"]
    line = shlex.join([*words, (base or sent.base) + _target(kept)])
    if sent.body and text is None:
        return f"echo {base64.b64encode(sent.body).decode()} | base64 -d | {line}"
    return line


def pretty(kept: Kept) -> Kept:
    """Give an exchange with the members of its bodies on lines of their own, where they have any."""
    sent = kept.bytes
    return Kept(kept.row, replace(sent, body=_split(sent.body), answer=_split(sent.answer)))


def difference(before: Kept, after: Kept) -> tuple[str, ...]:
    """Give the lines by which an exchange differs from another one, as ``diff -u`` writes them."""
    sides = (_whole(before), _whole(after))
    return tuple(unified_diff(*sides, before.row.id, after.row.id, lineterm="", n=3))


def indented(body: bytes) -> str:
    """Give a body of a dialect, JSON or XML, with each member on a line of its own."""
    if body.startswith(b"<"):
        return xml.indented(body)
    return msgspec.json.format(body.decode(), indent=2)


def _whole(kept: Kept) -> list[str]:
    shown = pretty(kept)
    return f"{request_text(shown)}\n\n{answer_text(shown)}".splitlines()


def _split(body: bytes) -> bytes:
    if body[:1] not in (b"{", b"[", b"<"):
        return body
    try:
        return indented(body).encode()
    except (msgspec.DecodeError, UnicodeDecodeError, HubError):
        return body


def _target(kept: Kept) -> str:
    return kept.row.path + (f"?{kept.bytes.query}" if kept.bytes.query else "")


def _lines(headers: Mapping[str, str]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in headers.items())


def _body(body: bytes) -> tuple[str, ...]:
    if not body:
        return ()
    text = _text(body)
    return (f"({len(body):,} bytes that are no text)" if text is None else text,)


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
