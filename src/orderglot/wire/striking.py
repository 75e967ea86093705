"""Striking: secrets are taken out of an exchange before anybody keeps it.

What a dialect declares (``Auth.proofs``) is looked for by name, and what was found is then looked for
by its value in whatever else could repeat it. Where a login cannot be read, all of its body goes.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_plus

import msgspec
from msgspec import Struct

from orderglot.wire.exchange import Exchange
from orderglot.wire.message import NO_BODY, Request, essence
from orderglot.wire.proofs import NONE, WHOLE, Proofs

STRUCK = "***"
"""Stands where a secret was."""

ALWAYS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Headers whose values are secrets whoever sends them."""

SHORTEST = 6
"""A secret of fewer characters is not looked for by its value: it stands in too many words."""

NOWHERE: frozenset[str] = frozenset()
SCHEMES = frozenset({"basic", "bearer"})
FORM = "application/x-www-form-urlencoded"
GONE = STRUCK.encode()

_PARTS = re.compile(r"[\s:;,=]+")
_STRING = rb'"(?:[^"\\]|\\.)*"'
_MEMBER = re.compile(rb"(%s)(\s*:\s*)?" % _STRING, re.DOTALL)
_VALUE = re.compile(rb"%s|[^\s,\]}\[{]+" % _STRING, re.DOTALL)
_ESCAPED = re.compile(rb"\\u00([2-7][0-9a-fA-F])")


class Struck(Struct, frozen=True):
    """What of an exchange may be kept."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    answer_headers: Mapping[str, str]
    answer: bytes
    reason: str


class Striking:
    """Strikes the secrets of some dialects out of exchanges; a dialect that none is named has all of theirs."""

    def __init__(self, proofs: Mapping[str, Proofs]) -> None:
        self.proofs = {name: _lowered(one) for name, one in proofs.items()}
        self.unknown = _joined(self.proofs.values())
        self.headers = ALWAYS | self.unknown.headers

    def strike(self, exchange: Exchange) -> Struck:
        """Give an exchange as it may be kept."""
        request, response, trace = exchange.request, exchange.response, exchange.trace
        # Where nobody knows which operation was meant, it may have been any dialect's login.
        known = self.proofs.get(trace.dialect) if trace.operation else None
        proofs = known or self.unknown
        found: list[str] = []
        headers = self._headers(request.headers, found)
        answer_headers: Mapping[str, str] = {}
        answer = b""
        if response is not None:
            answer_headers = self._headers(response.headers, found)
            has_body = request.method != "HEAD" and response.status not in NO_BODY
            answer = response.body if has_body else b""
        login = proofs.logins.get(trace.operation, NOWHERE)
        query, body = request.query, request.body
        if query:
            query = _query(query, proofs.arguments | login, found)
        if body:
            body = _body(request, proofs, login, found)
        hands_out = proofs.answers.get(trace.operation)
        if hands_out and answer:
            answer = GONE if hands_out is WHOLE else _whole(answer, "", hands_out, found)
        if answer and trace.operation in proofs.repeats:
            answer = GONE
        struck = Struck(request.path, query, headers, body, answer_headers, answer, trace.reason)
        refused = trace.reason or response is None or response.status >= 400
        if found and (refused or login or hands_out or exchange.direction == "out"):
            return _repeated(struck, found)
        return struck

    def _headers(self, headers: Mapping[str, str], found: list[str]) -> Mapping[str, str]:
        if self.headers.isdisjoint(headers):
            return headers
        return {
            name: _header(value, found) if name in self.headers else value
            for name, value in headers.items()
        }


def _header(value: str, found: list[str]) -> str:
    """Give a header's value with the scheme alone, where that is one."""
    scheme, blank, rest = value.partition(" ")
    if blank and scheme.lower() in SCHEMES:
        found.append(rest)
        return f"{scheme} {STRUCK}"
    found.append(value)
    return STRUCK


def _query(query: str, names: frozenset[str], found: list[str]) -> str:
    """Strike values out of a query, or a form, by their names."""
    parts = query.split("&")
    for at, part in enumerate(parts):
        name, _, value = part.partition("=")
        plain = unquote_plus(name).strip() if "%" in name or "+" in name else name
        if value and plain.lower() in names:
            found.append(value)
            if (readable := unquote_plus(value)) != value:
                found.append(readable)
            parts[at] = f"{name}={STRUCK}"
    return "&".join(parts)


def _body(request: Request, proofs: Proofs, login: frozenset[str], found: list[str]) -> bytes:
    """Strike values out of a request's body, or all of it where it is one that cannot be read."""
    names = login | proofs.arguments if proofs.bodies else login
    if not names:
        return request.body
    if login or _mentions(request.body, names):
        return _whole(request.body, request.headers.get("content-type", ""), names, found)
    return request.body


def _mentions(body: bytes, names: Iterable[str]) -> bool:
    """Tell whether one of some names stands in a body, however it is escaped."""
    lower = body.lower()
    if b"\\u00" in lower:
        lower = _ESCAPED.sub(lambda sign: bytes.fromhex(sign[1].decode()), lower).lower()
    if b"%" in lower:
        lower += unquote_plus(lower.decode("latin-1")).lower().encode()
    return any(name.encode() in lower for name in names)


def _whole(body: bytes, kind: str, names: frozenset[str], found: list[str]) -> bytes:
    """Strike values out of a body in a form or JSON, all of it where it is neither."""
    text = body.strip()
    if text[:1] in (b"{", b"["):
        try:
            msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return GONE
        return _json(body, names, found)
    if essence(kind) in ("", FORM) and _is_form(text):
        return _query(body.decode("latin-1"), names, found).encode("latin-1")
    return GONE if text else body


def _is_form(text: bytes) -> bool:
    return (
        text.isascii()
        and not text.split()[1:]
        and all(b"=" in part for part in text.split(b"&") if part)
    )


def _json(body: bytes, names: frozenset[str], found: list[str]) -> bytes:
    """Strike the values of some members, at any depth, out of JSON that is well formed."""
    pieces, at = list[bytes](), 0
    while member := _MEMBER.search(body, at):
        pieces.append(body[at : member.end()])
        at = member.end()
        if member[2] is None or _text(member[1]).lower() not in names:
            continue
        value = _VALUE.match(body, at)
        if value is None:
            # An object or a list where a secret should be: who knows what is in it.
            return GONE
        if value[0] != b"null":
            found.append(_text(value[0]) if value[0][:1] == b'"' else value[0].decode())
            pieces.append(b'"%s"' % GONE)
            at = value.end()
    return b"".join((*pieces, body[at:]))


def _text(string: bytes) -> str:
    return msgspec.json.decode(string, type=str)


def _repeated(struck: Struck, found: Iterable[str]) -> Struck:
    """Strike what was found wherever else it stands: an answer may repeat what it refuses."""
    for secret in sorted(_spellings(found), key=len, reverse=True):
        raw = secret.encode("utf-8", "replace")
        struck = Struck(
            struck.path.replace(secret, STRUCK),
            struck.query.replace(secret, STRUCK),
            {name: value.replace(secret, STRUCK) for name, value in struck.headers.items()},
            struck.body.replace(raw, GONE),
            {name: value.replace(secret, STRUCK) for name, value in struck.answer_headers.items()},
            struck.answer.replace(raw, GONE),
            struck.reason.replace(secret, STRUCK),
        )
    return struck


def _spellings(found: Iterable[str]) -> set[str]:
    """Give secrets in every way in which one may be repeated."""
    plain = {one.strip() for one in found}
    plain |= {part for one in plain for part in _decoded(one)}
    ways = {way for one in plain for way in (one, quote(one, safe=""), _escaped(one))}
    return {one for one in ways if len(one) >= SHORTEST}


def _decoded(coded: str) -> tuple[str, ...]:
    """Give the parts of a credential: what a word stands before, or what Basic has in it."""
    try:
        plain = binascii.a2b_base64(coded, strict_mode=True).decode()
    except (binascii.Error, ValueError):
        plain = coded
    return tuple(_PARTS.split(plain)) if plain == coded or ":" in plain else ()


def _escaped(text: str) -> str:
    return msgspec.json.encode(text.encode("utf-8", "replace").decode())[1:-1].decode()


def _lowered(proofs: Proofs) -> Proofs:
    lower = {name: _lower(names) for name, names in proofs.logins.items()}
    answers = {
        name: names if names is WHOLE else _lower(names) for name, names in proofs.answers.items()
    }
    return msgspec.structs.replace(
        proofs, arguments=_lower(proofs.arguments), logins=lower, answers=answers
    )


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _joined(several: Iterable[Proofs]) -> Proofs:
    """Give the proofs of an exchange of which nobody knows what it speaks: any of theirs."""
    several = tuple(several)
    logins = [names for one in several for names in one.logins.values()]
    return Proofs(
        headers=frozenset().union(*(one.headers for one in several)),
        arguments=frozenset().union(*(one.arguments for one in several), *logins),
        bodies=True,
        logins=NONE,
    )
