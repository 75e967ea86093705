"""Hostile ``where``s for Catalyst: whatever a bored or wicked client might send, from a seed.

A ``where`` here is the text of a query argument, as it goes over the wire. Some can be read, most
cannot; some are as large and as costly as the language allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote

from orderglot.core.errors import Invalid
from orderglot.dialects.catalyst.filters import parse_where, read_where
from orderglot.dialects.catalyst.relations import every_asked
from orderglot.dialects.catalyst.settings import Site
from tests.hostile_words import DATES, NAMES, NUMBERS, OPERATORS, SQL, TEXTS

LONGEST = 120_000
"""So many characters at most, before they are encoded: somewhat more than are read."""


def wheres(seed: int, count: int) -> Iterator[str]:
    """Give so many ``where``s, the same ones for the same seed."""
    random = Random(seed)
    for _ in range(count):
        make = random.choices(_MAKERS, _OFTEN)[0]
        yield encoded(random, make(random)[:LONGEST])


def encoded(random: Random, text: str) -> str:
    """Write a ``where`` as a query argument: encoded wholly, hardly, twice, or broken."""
    bytes_ = text.encode("utf-8", "surrogatepass")
    match random.randrange(8):
        case 0:
            return quote(bytes_, safe="{}[]:,'$\"")
        case 1:
            return text.replace("&", "%26").replace("#", "%23").replace("+", "%2B")
        case 2:
            return quote(quote(bytes_))
        case 3:
            whole = quote(bytes_, safe="")
            return whole[: random.randrange(len(whole) + 1)]
        case _:
            return quote(bytes_, safe="")


# What a ``where`` is made of


def value(random: Random) -> Any:
    """Draw what a field is compared with, of any kind."""
    match random.randrange(9):
        case 0:
            return random.choice((None, True, False, [], {}, [None], [[1]], {"$gt": 1}, [{}]))
        case 1:
            return random.choice(DATES)
        case 2 | 3:
            return random.choice(SQL)
        case 4:
            return random.choice(NUMBERS)
        case 5:
            return random.choice((random.randrange(-9, 10**7), random.uniform(-1e9, 1e9)))
        case 6:
            return "".join(chr(random.randrange(1, 0x2FFF)) for _ in range(random.randrange(20)))
        case _:
            return random.choice(TEXTS)


def leaf(random: Random) -> dict[str, Any]:
    """Draw a condition on one field, or something like it."""
    name = random.choice(NAMES) if random.randrange(20) else random.choice(TEXTS + SQL)
    match random.randrange(6):
        case 0:
            return {name: value(random)}
        case 1:
            listed = [value(random) for _ in range(random.randrange(8))]
            return {name: {random.choice(("$in", "$nin")): listed}}
        case 2:
            signs = random.choices(OPERATORS, k=random.randrange(4))
            return {name: {sign: value(random) for sign in signs}}
        case 3:
            return {random.choice(OPERATORS): value(random)}
        case _:
            return {name: {random.choice(OPERATORS[:10]): value(random)}}


def proper(random: Random) -> dict[str, Any]:
    """Draw a condition that can be read, mostly."""
    name = random.choice(_ASKED)
    sign, fitting = random.choice(readable(name))
    single = fitting if random.randrange(8) else value(random)
    return {name: {sign: [single, fitting] if sign in ("$in", "$nin") else single}}


SAMPLES = ("7", 40.5, "2010-03-04", "2009-12-01T07:45:00", "true", "ship", "Online Shop 10", None)
_ASKED = tuple(every_asked())


@cache
def readable(name: str) -> tuple[tuple[str, Any], ...]:
    """Give the operators and samples that can be read of a field."""
    return tuple(
        (sign, sample)
        for sign in OPERATORS[:10]
        for sample in SAMPLES
        if _reads(name, sign, sample)
    )


def _reads(name: str, sign: str, sample: Any) -> bool:
    try:
        read_where(parse_where(json.dumps({name: {sign: sample}})), Site(id="1"))
    except Invalid:
        return False
    return True


def tree(random: Random, depth: int, part: Callable[[Random], Any]) -> Any:
    """Draw conditions in each other."""
    if depth == 0:
        return part(random)
    sign = random.choice(("$and", "$or", "$AND", "$and", "$or", "$nor"))
    return {sign: [tree(random, depth - 1, part) for _ in range(random.randrange(1, 4))]}


def _small(random: Random) -> str:
    return written(random, leaf(random))


def _nested(random: Random) -> str:
    return written(random, tree(random, random.randrange(1, 4), leaf))


def _readable(random: Random) -> str:
    return written(random, tree(random, random.randrange(3), proper))


def _deep(random: Random) -> str:
    depth = random.choice((5, 12, 15, 16, 31, 32, 33, 100, 2_000))
    opening, closing = random.choice(
        (("{'$and':[", "]}"), ("[", "]"), ("{a:", "}"), ("{'$or':", "}"))
    )
    return opening * depth + written(random, proper(random)) + closing * depth


def _deep_and_wide(random: Random) -> str:
    inner = proper(random)
    for _ in range(random.randrange(1, 16)):
        inner = {random.choice(("$and", "$or")): [proper(random), inner, proper(random)]}
    return written(random, inner)


def _wide(random: Random) -> str:
    many = random.choice((5, 10, 20, 30, 47, 98, 200))
    sign = random.choice(("$and", "$or"))
    return written(random, {sign: [proper(random) for _ in range(many)]})


def _everywhere(random: Random) -> str:
    """Look for one text in every field, as the vendor's own search box does."""
    sign = random.choice(("$contains", "$beginsWith", "$ne", "$in", "$lt"))
    wanted = value(random) if random.randrange(3) else random.choice(SAMPLES)
    names = [name for name in _ASKED if _reads(name, sign, wanted) or not random.randrange(50)]
    return written(random, {"$or": [{name: {sign: wanted}} for name in names]})


def _long_list(random: Random) -> str:
    many = random.choice((100, 300, 1_000, 4_990, 5_001, 20_000))
    start = random.randrange(10**6)
    kind = random.choice((int, str, float, lambda n: f"2010-01-01T00:00:{n % 60:02}.{n:06}"))
    name = random.choice(_ASKED)
    return written(
        random, {name: {random.choice(("$in", "$nin")): [kind(start + n) for n in range(many)]}}
    )


def _one_field(random: Random) -> str:
    """Ask for one field again and again, each time a little differently."""
    name = random.choice(_ASKED)
    signs = readable(name)
    many = random.choice((5, 10, 20, 40, 49))
    sign = random.choice(("$and", "$or"))
    again = [{name: dict([random.choice(signs)])} for _ in range(many)]
    return written(random, {sign: again, "totalPrice": {"$ne": random.random()}})


def _several_lists(random: Random) -> str:
    lists = [
        {random.choice(_ASKED): {random.choice(("$in", "$nin")): list(range(n, n + 150))}}
        for n in range(random.randrange(2, 30))
    ]
    return written(random, {random.choice(("$and", "$or")): lists})


def _long_text(random: Random) -> str:
    text = (random.choice(TEXTS + SQL) * random.choice((10, 500, 20_000)))[:LONGEST]
    return written(random, {random.choice(_ASKED): {"$contains": text}})


def _broken(random: Random) -> str:
    """Take something that can be read, and spoil some characters of it."""
    text = list(written(random, tree(random, random.randrange(3), proper)))
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(text) + 1)
        text[at : at + random.randrange(3)] = random.choice(
            ("{", "}", "[", "]", ":", ",", "'", '"', "\\", "\0", "$", "", "//", "\ud83d")
        )
    return "".join(text)


def _noise(random: Random) -> str:
    return "".join(
        random.choice("{}[]:,'\"$\\ae1.-+ \t\n\0é😀") for _ in range(random.randrange(60))
    )


def _backtracking(random: Random) -> str:
    """Repeat what a careless pattern would go through again and again."""
    piece = random.choice(
        ("'", '"', "\\", "\\'", "1", ".", "a.", "e+", " ", "$", "{a:", "[[", "'\\")
    )
    return random.choice(("", "{name:", "{name:'")) + piece * random.choice((100, 3_000, 50_000))


_MAKERS = (
    *(_small, _nested, _readable, _deep, _deep_and_wide, _wide, _everywhere, _long_list),
    *(_one_field, _several_lists, _long_text, _broken, _noise, _backtracking),
)
_OFTEN = (18, 12, 26, 3, 7, 5, 5, 3, 6, 3, 2, 10, 4, 1)


def written(random: Random, thing: Any) -> str:
    """Write a tree in either quotes, in JSON's own or in a client's."""
    text = json.dumps(thing, ensure_ascii=bool(random.randrange(2)))
    return text if random.randrange(2) else text.replace('\\"', "'").replace('"', "'")
