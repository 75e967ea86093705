"""Random questions: filters of the vendor's language in its forms, and what a list is sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from orderglot.dialects.catalyst.tests.where_fields import KINDS, ORDER, Kind
from orderglot.dialects.catalyst.tests.where_oracle import SIGNS, SORTABLE
from orderglot.wire import json

Pools = Mapping[str, list[Any]]
"""What is shown under each name, each value once."""


def _values(kind: Kind, pool: list[Any]) -> SearchStrategy[Any]:
    """Draw what a field is compared with: mostly what is shown, or nearly; hardly ever nonsense."""
    any_of: SearchStrategy[Any] = {
        Kind.NUMBER: st.sampled_from([0, 1, -1, 1.5, "2", "1e1", 10**30, "0.1"]).map(_exact),
        Kind.TEXT: st.sampled_from(["", "a", "1", 1, "Shop", "ä", "'", '"', "US"]),
        Kind.FLAG: st.sampled_from([True, False, "true", "FALSE", 1, "0"]),
        Kind.MOMENT: st.sampled_from(
            ["2016-10-10", "2013-06-10", "2016-10-10T04:59:59.999Z", "2016-10-11T02:00:00+02:00"]
        ),
    }[kind]
    near = st.sampled_from(pool).flatmap(_nearly) if pool else any_of
    odd: SearchStrategy[Any] = st.sampled_from([None, None, None, True, "perhaps", "", [], {}, 7])
    return st.one_of(*[near] * 30, *[any_of] * 9, odd)


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


HALF = Decimal("0.5")


def _nearly(value: Any) -> SearchStrategy[Any]:
    match value:
        case bool():
            return st.booleans()
        case int() | Decimal():
            near = (value, value, value + 1, value - 1, -value, value + HALF, value - HALF)
            return st.sampled_from((*near, str(value)))
        case str():
            near_text = (value, value, value[1:], value[:3], value.swapcase(), value.swapcase()[:4])
            return st.sampled_from(near_text)
        case _:
            whole = value.isoformat().removesuffix("+00:00")
            return st.sampled_from((whole, whole[:10], whole[:10], whole[:19], f"{whole}Z"))


OF_TEXT = ("$contains", "$beginsWith")


def _few(signs: tuple[str, ...]) -> SearchStrategy[list[str]]:
    one = st.sampled_from(signs)
    return st.one_of(*[one.map(lambda sign: [sign])] * 4, st.lists(one, min_size=2, max_size=2))


OF_ANY = tuple(sign for sign in SIGNS if sign not in OF_TEXT)
SIGNS_OF = {False: _few(OF_ANY), True: _few((*OF_ANY, *OF_TEXT * 3))}


KINDS_ASKED = (Kind.NUMBER, Kind.TEXT, Kind.TEXT, Kind.FLAG, Kind.MOMENT)
CODES = [name for name in sorted(ORDER) if name.endswith("TypeId")]
"""Of these what is shown is least what is kept, so they are asked for more than other numbers."""


class Vocabulary:
    """The names that are asked for, mostly those known of some order, and values for each."""

    # It is no dataclass, for Hypothesis writes out what a strategy was made of.
    def __init__(self, pools: Pools) -> None:
        known = (*sorted(ORDER), *sorted(ORDER), *(name for name in sorted(KINDS) if pools[name]))
        names = [*known, *sorted(KINDS)]
        every = [[name for name in names if KINDS[name] is kind] for kind in KINDS_ASKED]
        self.names = st.one_of(*map(st.sampled_from, (*every, CODES)))
        self.values = {name: _values(KINDS[name], pool) for name, pool in pools.items()}


@st.composite
def leaves(draw: st.DrawFn, vocabulary: Vocabulary) -> dict[str, Any]:
    """Draw conditions on one field, its name written somehow."""
    name = draw(vocabulary.names)
    values = vocabulary.values[name]
    wanted: dict[str, Any] = {}
    for sign in draw(SIGNS_OF[KINDS[name] is Kind.TEXT]):
        lists = sign in ("$in", "$nin")
        value = draw(st.lists(values, max_size=4) if lists else values)
        if sign == "":
            return {_written(draw, name): value}
        wanted[_written(draw, sign)] = value
    return {_written(draw, name): wanted}


def _written(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from((name, name, name.lower(), name.upper())))


def wheres(pools: Pools) -> SearchStrategy[dict[str, Any]]:
    """Draw a ``where``: half of them of one field, which show a mistake best; few filter nothing."""
    one = leaves(Vocabulary(pools))
    return st.one_of(*[one] * 5, *[_combined(one)] * 5, st.just({}))


def _combined(one: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    two = st.lists(one, min_size=2, max_size=2).map(_together)
    several = one | two

    def combined(part: SearchStrategy[Any]) -> SearchStrategy[Any]:
        parts = st.lists(part, max_size=3)
        both = st.builds(
            lambda sign, each: {sign: each}, st.sampled_from(("$and", "$or", "$or")), parts
        )
        return st.builds(lambda one, other: _together([one, other]), both, several) | both

    return st.recursive(several, combined, max_leaves=5)


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: wanted for part in parts for name, wanted in part.items()}


def written(value: Any, chance: Random) -> str:
    """Write a ``where`` as clients do: in either quotes, names bare, a comma too many."""
    match value:
        case dict():
            pairs = [
                _name(name, chance) + chance.choice((":", " : ")) + written(one, chance)
                for name, one in value.items()
            ]
            return f"{{{_list(pairs, chance)}}}"
        case list():
            return f"[{_list([written(one, chance) for one in value], chance)}]"
        case str():
            return _quoted(value, chance)
        case None | bool():
            return json.write(value).decode()
        case _:
            return str(value)


def _list(parts: list[str], chance: Random) -> str:
    return ",".join(parts) + (chance.choice(("", "", ", ")) if parts else "")


def _name(name: str, chance: Random) -> str:
    return chance.choice((f"'{name}'", f'"{name}"', name))


def _quoted(text: str, chance: Random) -> str:
    escaped, quote = text.replace("\\", "\\\\"), chance.choice("'\"")
    return quote + escaped.replace(quote, f"\\{quote}") + quote


CHANCES = st.integers(0, 2**32 - 1).map(Random)
"""What tells how a question is written: one number, for Hypothesis has enough to choose without."""

KEYS = st.lists(st.tuples(st.sampled_from(SORTABLE), st.booleans()), min_size=1, max_size=3)
