"""Random malformed requests, made from the vendors' own by changing anything in them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from orderglot import dialects
from orderglot.wire.message import Request
from tests.conformance.random_requests import (
    METHODS,
    MONSTERS,
    NUMBERS,
    nested,
    recoded,
    revalued,
    spliced,
)
from tests.conformance.specimens import specimens_of
from torture.books import sent

Headers = tuple[tuple[str, str], ...]

TEXTS = (
    *("", " ", "\0", "\x7f", "\u202e", "é", "漢字", "\U0001f600", "\ud800", "]]>", "<!--", "<a/>"),
    *("%", "%00", "%zz", "%ff%fe", "%2e%2e%2f", "../../etc/passwd", "..\\..", "//", "/", "?", "#"),
    *("' OR 1=1 --", '"; DROP TABLE orders; --', "*", "\\", "${7*7}", "{{7*7}}", "$where", "|id"),
    *("null", "None", "undefined", "true", "[]", "{}", "()", "a" * 300, "a" * 9_000, "(" * 900),
    *(
        "0000-00-00",
        "9999-12-31",
        "10000-01-01",
        "2024-02-30T25:61:61Z",
        "2024-05-21T00:00:00+99:99",
    ),
    *("2024-05-21 19:10:13:052", "1e400", "0x10", "١٢٣", "1_000", "--1", ".", "1,5", "NaN", "-0.0"),
    *("and", "or", "not", "eq", "gt", "desc", "id:asc", "id:", ":", ",", ",,", "a,b,c", "a:b:c"),
    *(str(2**31), str(2**31 - 1), str(2**63), str(2**63 - 1), str(-(2**63)), str(10**10), *NUMBERS),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**63 - 1, 10**10, 10**30, -(10**30)),
    *(0.1, 1.5, 1e300, -1e-300, float("nan"), float("inf"), -0.0),
    *([], {}, [[]], [None], {"": {}}, {"item": []}, {"$": 1}, [1] * 2_000, nested(40), nested(90)),
    *TEXTS,
)
MEDIA = (
    *("application/json", "application/xml", "text/xml", "text/plain", "multipart/form-data"),
    *("application/x-www-form-urlencoded", "application/json; charset=utf-16", "image/png", "*/*"),
    *("application/json;q=abc", ";;;", "/", "a" * 5_000, "application/json, " * 500, "*/*;q=0"),
)


class RandomRequest(Struct, frozen=True):
    """A request as it is sent, headers in their order and any of them twice."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes


Change = Callable[[RandomRequest, "Maker"], RandomRequest]


class Maker:
    """Makes malformed requests of one dialect, the same ones for the same random numbers."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.rng = rng
        self.known = tuple(as_sent(sent(name, one.request)) for one in specimens_of(name))
        every = dialects.dialect(name).operations
        self.paths = tuple(path for operation in every for path in operation.endpoint.paths)
        self.headers = tuple({pair for one in self.known for pair in one.headers})
        self.names = sorted({name for name, _ in self.headers} | {"idempotency-key", "cookie"})
        self.bodies = tuple(one.body for one in self.known if one.body) or (b"{}",)
        pairs = [pair.partition("=") for one in self.known for pair in one.query.split("&")]
        self.arguments = tuple((name, value) for name, _, value in pairs if name) or (("a", "1"),)

    def make(self) -> RandomRequest:
        """Make the next one."""
        made = self.rng.choice(self.known)
        for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3, 5))):
            made = self.rng.choice(CHANGES)(made, self)
        return made

    def text(self) -> str:
        """Give a text that is likely to be mishandled."""
        if self.rng.random() < 0.7:
            return self.rng.choice(TEXTS)
        length = self.rng.choice((1, 3, 8, 20))
        return "".join(chr(self.rng.randrange(*self.rng.choice(RANGES))) for _ in range(length))


def _method(one: RandomRequest, maker: Maker) -> RandomRequest:
    return replace(one, method=maker.rng.choice(METHODS))


def _path(one: RandomRequest, maker: Maker) -> RandomRequest:
    """Replace, drop or insert segments of a path."""
    steps = one.path.split("/")
    at = maker.rng.randrange(len(steps))
    text = maker.text()
    steps[at : at + maker.rng.choice((0, 1, 1, 1, 2))] = [maker.rng.choice((_quoted(text), text))]
    return replace(one, path="/".join(steps))


def _template(one: RandomRequest, maker: Maker) -> RandomRequest:
    filled = re.sub(r"\{[^}]*\}", lambda _: _quoted(maker.text()), maker.rng.choice(maker.paths))
    return replace(one, path=filled)


def _argument(one: RandomRequest, maker: Maker) -> RandomRequest:
    name, value = maker.rng.choice(maker.arguments)
    if maker.rng.random() < 0.7:
        value = _quoted(maker.text())
    if maker.rng.random() < 0.1:
        name = _quoted(maker.text())
    pairs = one.query.split("&") if one.query else []
    pairs.insert(maker.rng.randint(0, len(pairs)), f"{name}={value}")
    return replace(one, query="&".join(pairs))


def _query(one: RandomRequest, maker: Maker) -> RandomRequest:
    return replace(
        one, query=maker.text() if maker.rng.random() < 0.5 else "&".join([one.query] * 9)
    )


def _query_value(one: RandomRequest, maker: Maker) -> RandomRequest:
    """Change bytes of a query."""
    if not one.query:
        return _argument(one, maker)
    body = spliced(
        one.query.encode(errors="surrogatepass"),
        *_cut(maker),
        maker.text().encode(errors="replace")[:40],
    )
    return replace(one, query=body.decode(errors="replace"))


def _header(one: RandomRequest, maker: Maker) -> RandomRequest:
    name = maker.rng.choice(maker.names)
    known = [value for other, value in maker.headers if other == name]
    value = maker.rng.choice(known) if known and maker.rng.random() < 0.3 else maker.text()
    kept = one.headers if maker.rng.random() < 0.3 else without(one.headers, name)
    return replace(one, headers=(*kept, (name, value)))


def _media(one: RandomRequest, maker: Maker) -> RandomRequest:
    name = maker.rng.choice(("content-type", "accept"))
    return replace(one, headers=(*without(one.headers, name), (name, maker.rng.choice(MEDIA))))


def _no_header(one: RandomRequest, maker: Maker) -> RandomRequest:
    return replace(one, headers=without(one.headers, maker.rng.choice(maker.names)))


def _value(one: RandomRequest, maker: Maker) -> RandomRequest:
    """Replace a value of the body by another."""
    body = one.body or maker.rng.choice(maker.bodies)
    return replace(one, body=_revalued(body, maker.rng.randrange(200), maker.rng.choice(VALUES)))


def _member(one: RandomRequest, maker: Maker) -> RandomRequest:
    """Rename, double or drop a member of the body."""
    body = one.body or maker.rng.choice(maker.bodies)
    names = sorted(set(re.findall(rb'"(\w+)"\s*:|<(\w+)>', body)))
    if not names:
        return replace(one, body=body)
    name = b"".join(maker.rng.choice(names))
    other = maker.rng.choice((b"", name * 2, name.upper(), b"__proto__", b"id", b"x" * 2_000))
    return replace(one, body=body.replace(name, other, maker.rng.choice((1, 2, -1))))


def _bytes(one: RandomRequest, maker: Maker) -> RandomRequest:
    body = one.body or maker.rng.choice(maker.bodies)
    junk = maker.rng.randbytes(maker.rng.choice((0, 1, 4, 9)))
    return replace(one, body=spliced(body, *_cut(maker), junk))


def _recoded(one: RandomRequest, maker: Maker) -> RandomRequest:
    encoding = maker.rng.choice(("utf-16", "utf-32", "cp037", "utf-7", "utf-8-sig"))
    return replace(one, body=recoded(one.body, encoding))


def _other_body(one: RandomRequest, maker: Maker) -> RandomRequest:
    return replace(one, body=maker.rng.choice((*maker.bodies, b"", b" ", b"null", b"\xff" * 50)))


def _monster(one: RandomRequest, maker: Maker) -> RandomRequest:
    if maker.rng.random() < 0.9:
        return _bytes(one, maker)
    return replace(one, body=maker.rng.choice(MONSTERS))


def _other_request(one: RandomRequest, maker: Maker) -> RandomRequest:
    """Send the query, headers and body of another request."""
    other = maker.rng.choice(maker.known)
    return replace(one, query=other.query, headers=other.headers, body=other.body)


CHANGES: tuple[Change, ...] = (
    *(_value, _value, _value, _member, _bytes, _argument, _argument, _query_value, _header),
    *(_path, _template, _method, _query, _media, _no_header, _recoded, _other_body, _monster),
    *(_other_request, _query_value, _header),
)

RANGES = ((32, 127), (0, 256), (0x100, 0x3000))
"""The ranges of characters of random texts."""


def as_sent(request: Request) -> RandomRequest:
    """Give a request unchanged."""
    headers = (("host", "orders.example"), *request.headers.items())
    return RandomRequest(request.method, request.path, request.query, headers, request.body)


def without(headers: Headers, name: str) -> Headers:
    """Give headers without those of a name."""
    return tuple(pair for pair in headers if pair[0] != name)


def _cut(maker: Maker) -> tuple[int, int]:
    return maker.rng.randrange(2_000), maker.rng.choice((0, 0, 1, 2, 10, 100))


def _quoted(text: str) -> str:
    return quote(text.encode(errors="surrogatepass"))


def _revalued(body: bytes, at: int, junk: Any) -> bytes:
    try:
        return revalued(body, at, junk)
    except (ValueError, RecursionError):
        return json.dumps(junk).encode()
