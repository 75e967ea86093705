"""Wild requests and answers: what a specimen becomes when anything may be wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache, reduce
from typing import Any, TypeVar
from urllib.parse import quote
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from orderglot import dialects
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response, pairs, query_of
from tests.conformance.specimens import specimens_of
from tests.strategies import WILD

M = TypeVar("M", Request, Response)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "BREW", "")

HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
FREE_TEXT = st.sampled_from(WILD) | st.text(max_size=30)
NUMBERS = (
    "-1",
    "0",
    "007",
    "1.5",
    "1e9",
    "1e99999999",
    "-0",
    "NaN",
    "Infinity",
    "9" * 30,
    "9" * 5000,
)


def nested(depth: int) -> Any:
    """Give a list in a list, so deep."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


JUNK: SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 2**31, 2**63, 10**30, 1.5, 1e300, float("nan"), float("inf")]
    ),
    st.sampled_from([[], {}, [[]], [None], {"": {}}, {"item": []}, nested(40), "x" * 10_000]),
    st.sampled_from(NUMBERS),
    st.sampled_from(["\0", "\ud800", "\u202e", "]]>", "%00", "../..", "<!DOCTYPE a>"]),
    FREE_TEXT,
    st.integers(),
)


@cache
def requests(name: str) -> SearchStrategy[Request]:
    """Draw a request of a dialect's specimens in which one or more parts are any others."""
    asked = [specimen.request for specimen in specimens_of(name)]
    bodies = [request.body for request in asked if request.body] or [b"{}"]
    others: dict[str, SearchStrategy[Any]] = {
        "method": st.sampled_from([one.method for one in asked]) | st.sampled_from(METHODS),
        "path": paths(dialects.dialect(name), asked),
        "query": queries(asked),
        "headers": headers(asked),
        "body": st.just(b"") | mangled(*bodies),
    }
    changes = st.lists(one_of_parts(others), min_size=1, max_size=3)
    return st.builds(altered, st.sampled_from(asked), changes)


def one_of_parts(parts: dict[str, SearchStrategy[Any]]) -> SearchStrategy[tuple[str, Any]]:
    """Draw a part's name and what stands there instead."""
    return st.sampled_from(sorted(parts)).flatmap(
        lambda name: st.tuples(st.just(name), parts[name])
    )


def altered(message: M, changes: list[tuple[str, Any]]) -> M:
    return replace(message, **dict(changes))


def paths(dialect: Dialect, asked: list[Request]) -> SearchStrategy[str]:
    """Draw a path: a specimen's, a template with anything in its places, or anything."""
    templates = [path for operation in dialect.operations for path in operation.endpoint.paths]
    anything = FREE_TEXT.map(lambda text: quote(text, safe=""))
    filled = st.builds(
        lambda template, text: re.sub(r"\{[^}]*\}", lambda _: text, template),
        st.sampled_from(templates),
        anything | HEADER_TEXT.map(lambda text: text.replace("?", "")),
    )
    known = st.sampled_from([request.path for request in asked])
    return st.one_of(
        known,
        filled,
        st.builds(lambda path, more: f"{path}/{more}", known, anything),
        anything.map(lambda text: f"/{text}"),
    )


def queries(asked: list[Request]) -> SearchStrategy[str]:
    """Draw a query out of the names and values that specimens have, and others."""
    known = [pair for request in asked for pair in pairs(request.query)] or [("limit", "1")]
    names = st.sampled_from([name for name, _ in known]) | FREE_TEXT
    values = st.sampled_from([value for _, value in known]) | st.sampled_from(NUMBERS) | FREE_TEXT
    drawn = st.lists(st.tuples(names, values), max_size=3).map(encoded)
    return st.just("") | drawn | HEADER_TEXT


def encoded(arguments: list[tuple[str, str]]) -> str:
    keepable = [
        tuple(text.encode(errors="replace").decode() for text in argument) for argument in arguments
    ]
    return query_of((name, value) for name, value in keepable)


def headers(asked: list[Request]) -> SearchStrategy[dict[str, str]]:
    """Draw headers out of those that specimens have, with their values or others."""
    known: dict[str, set[str]] = {}
    for request in asked:
        for name, value in request.headers.items():
            known.setdefault(name, set()).add(value)
    known.setdefault("idempotency-key", set()).add("demo-1")
    plain = {name: st.sampled_from(sorted(values)) for name, values in known.items()}
    wild = dict.fromkeys(known, HEADER_TEXT)
    return st.builds(
        lambda right, wrong: {**right, **wrong},
        st.fixed_dictionaries({}, optional=plain),
        st.just({}) | st.fixed_dictionaries({}, optional=wild),
    )


@cache
def responses(name: str) -> SearchStrategy[Response]:
    """Draw an answer of a dialect's specimens in which one or more parts are any others, or none is."""
    responses = [specimen.response for specimen in specimens_of(name)]
    media = st.fixed_dictionaries({"content-type": HEADER_TEXT})
    others: dict[str, SearchStrategy[Any]] = {
        "status": st.sampled_from([one.status for one in responses]) | st.integers(200, 599),
        "headers": st.sampled_from([dict(one.headers) for one in responses]) | media | st.just({}),
        "body": st.just(b"") | mangled(*(one.body for one in responses if one.body)),
    }
    return st.builds(
        altered, st.sampled_from(responses), st.lists(one_of_parts(others), max_size=2)
    )


@cache
def mangled(*bodies: bytes) -> SearchStrategy[bytes]:
    """Draw a body that was sound once: bytes, values or elements of it changed, or wholly wild."""
    sound = st.sampled_from(bodies)
    at = st.integers(0, 200)
    changes = st.lists(st.tuples(at, JUNK), min_size=1, max_size=4)
    changed = st.builds(
        lambda body, all: reduce(lambda b, one: revalued(b, *one), all, body), sound, changes
    )
    return st.one_of(
        changed,
        changed.map(lambda body: body),
        changed.map(lambda body: body.replace(b" ", b"")),
        st.builds(spliced, sound, st.integers(0, 2_000), st.integers(0, 50), st.binary(max_size=9)),
        st.builds(recoded, sound, st.sampled_from(["utf-16", "utf-32", "cp037", "utf-7"])),
        st.sampled_from(MONSTERS),
        st.binary(max_size=60),
    )


def spliced(body: bytes, at: int, length: int, new: bytes) -> bytes:
    """Put bytes in the place of some others."""
    at %= len(body) + 1
    return body[:at] + new + body[at + length :]


def recoded(body: bytes, encoding: str) -> bytes:
    return body.decode(errors="replace").encode(encoding, errors="replace")


def revalued(body: bytes, at: int, junk: Any) -> bytes:
    """Put junk in the place of one value of a JSON or XML body."""
    try:
        document = json.loads(body)
    except ValueError:
        return _revalued_xml(body, at, junk)
    places = list(_places(document, lambda value: None))
    if places:
        # What is put in may be changed by the next junk, and is drawn again in other examples.
        places[at % len(places)](deepcopy(junk))
    return json.dumps(document).encode()


def _places(value: Any, put: Callable[[Any], None]) -> Any:
    """Give, for every value inside a JSON document, what puts another in its place."""
    keys = (
        range(len(value))
        if isinstance(value, list)
        else list(value)
        if isinstance(value, dict)
        else ()
    )
    for key in keys:
        here = _putter(value, key)
        yield here
        yield from _places(value[key], here)


def _putter(inside: Any, key: Any) -> Callable[[Any], None]:
    return lambda junk: inside.__setitem__(key, junk)


def _revalued_xml(body: bytes, at: int, junk: Any) -> bytes:
    text = body.decode(errors="replace")
    places = list(re.finditer(r">([^<>]*)<", text))
    if not places:
        return body
    found = places[at % len(places)]
    spelling = escape(str(junk)) if isinstance(junk, str | int) else "<a>" * 3 + "</a>" * 3
    return (text[: found.start(1)] + spelling + text[found.end(1) :]).encode(errors="replace")


MONSTERS = (
    b"[" * 100_000,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 5_000,
    b"<a>" * 5_000,
    b"<order>" * 31 + b"</order>" * 31,
    b"<order>" + b"<items/>" * 60_000 + b"</order>",
    b'{"order": [' + b"1," * 50_000 + b"1]}",
    b'{"order": {"quantity": ' + b"9" * 10_000 + b"}}",
    b'{"order": {"quantity": 1e999999999}}',
    b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><order>&c;</order>',
    b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><order/>',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe",
    b"\x00" * 100,
    b"null",
    b'""',
    b"a=1&b=2",
)
