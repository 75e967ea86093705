"""Value mapping: a word that a vendor uses and no table knows, mapped to one of ours by the seller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from orderglot.core.currencies import DECIMALS, demand_currency
from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.order import AT
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.rejects import StoredResponse
from orderglot.core.value_mappings import ValueMapping, keep_mapping, mappings_for
from orderglot.sync.corrected import decoded
from orderglot.sync.retrying import written
from orderglot.wire.dialect import Dialect
from orderglot.wire.meanings import Meaning, Meanings, spelled

CURRENCY = "currency"
"""A member that has this in its name holds a code of ISO 4217."""


class Word(NamedTuple):
    """A value, and the member that it stands in."""

    field: str
    value: str


LONGEST = 250
"""So many characters may a member's name or a value have."""


async def meanings_of(book: Book, channel: str, dialect: str) -> Meanings:
    """Give what words of a channel's vendor mean, as a seller has said."""
    found = await mappings_for(book, channel, dialect)
    return Meanings([Meaning(one.field, one.value, one.code) for one in found])


async def map_value(
    book: Book,
    dialects: Callable[[str], Dialect],
    *,
    whose: str,
    field: str,
    value: str,
    to: str,
    by: str,
) -> tuple[ValueMapping, ValueMapping | None]:
    """Say what a value in a member of a dialect's or channel's answers stands for, from now on.

    Gives that, and what was said before. Raises Invalid where there is no such dialect, the member has
    no list of words, it knows the value, or ``to`` is none of its words.
    """
    try:
        dialect = dialects(whose.partition(AT)[0])
    except Invalid as error:
        raise invalid("channel", Rule.CHOICE, error.message) from None
    value = value.strip()
    for name, text in (("field", field), ("value", value), ("to", to)):
        if not 0 < len(text) <= LONGEST:
            raise invalid(name, Rule.LENGTH, f"Say it in 1 to {LONGEST} characters.")
    mapping = ValueMapping(
        whose=whose,
        field=field,
        value=value,
        to=to,
        code=code_of(dialect, field, value, to),
        by=by,
        at=book.now(),
    )

    async def write(unit: UnitOfWork) -> ValueMapping | None:
        return await keep_mapping(unit, mapping)

    return mapping, await written(book, write)


def code_of(dialect: Dialect, field: str, value: str, to: str) -> Any:
    """Give what a dialect is to read in place of a value: ``to`` is one of its words, or of ours."""
    name = field.rpartition(".")[2]
    if CURRENCY in name.lower():
        if value in DECIMALS:
            raise _known(value, name)
        demand_currency("to", to)
        return to
    tables = [words for one, words in dialect.words if one == name]
    if not tables:
        there = ", ".join(dict.fromkeys(one for one, _ in dialect.words))
        reason = f"{dialect.title} has no list of words in {name[:40]!r}; it has some in: {there}, "
        raise invalid("field", Rule.CHOICE, f"{reason}and codes in currencies.")
    if _is_known(dialect, name, value):
        raise _known(value, name)
    pairs = [pair for table in tables for pair in table.items()]
    words = {code: meaning for code, meaning in pairs if code != "" and meaning is not None}
    for code, meaning in words.items():
        if to in (spelled(code), str(meaning)):
            return code
    ours = ", ".join(dict.fromkeys(str(meaning) for meaning in words.values()))
    raise invalid(
        "to", Rule.CHOICE, f"{to[:40]!r} is nothing that {name} can say; it says: {ours}."
    )


def _known(value: str, name: str) -> Exception:
    reason = f"{value[:40]!r} is a word that {name} knows, and always means the same."
    return invalid("value", Rule.DUPLICATE, reason)


def unknown_words(dialect: Dialect, answers: Sequence[StoredResponse]) -> tuple[Word, ...]:
    """Give the words in a vendor's answers that the dialect's lists do not know, each once."""
    found = [word for answer in answers for word in _unknown(dialect, decoded(answer.body))]
    return tuple(dict.fromkeys(found))


def _unknown(dialect: Dialect, value: Any, name: str = "") -> Iterator[Word]:
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _unknown(dialect, one, inner)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _unknown(dialect, one, name)
    elif value not in (None, "") and not _is_known(dialect, name, spelled(value)):
        yield Word(name, spelled(value))


def _is_known(dialect: Dialect, name: str, value: str) -> bool:
    if CURRENCY in name.lower():
        return value in DECIMALS
    tables = [words for one, words in dialect.words if one == name]
    codes = {spelled(code).lower() for table in tables for code in table}
    return not tables or value.lower() in codes
