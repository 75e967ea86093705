"""Writes of orders: they, and all that is written beside them, go to a function that the database has.

So a commit is one call, which a cluster carries out where the seller's rows are, and which any server has
planned already. Where a version has moved or a name is taken, the function raises, and nothing is kept.
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from random import getrandbits
from typing import Any

import msgspec

from orderglot.core.errors import Invalid
from orderglot.core.ports import Event
from orderglot.stores import writes
from orderglot.stores.backend import Entity
from orderglot.stores.identities import hub_ids, stands_for
from orderglot.stores.sql.count_buckets import changes
from orderglot.stores.sql.events import WRITTEN, event_row
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.linking import links, relinked
from orderglot.stores.sql.rows import STANDING, WORKED_OUT, microseconds, row, worked_out

FUNCTION = "write_orders_1"
"""The function, by the number in its name: an older program calls an older one."""

EXPECTING = "write_orders_2"
"""The function that looks for products first."""

KINDS = (
    *(writes.ExpectOrder, writes.ExpectProduct, writes.Expect),
    *(writes.PutOrder, Event, writes.PutAnswer),
)
"""What goes to the function."""

SELDOM = 25
"""Expired answers go with one new one in so many, which keeps up with the new ones fourfold."""

_CALL = f"SELECT {FUNCTION}({', '.join('?' * 13)})"
_EXPECTING = f"SELECT {EXPECTING}({', '.join('?' * 14)})"
_ADDED = (*STANDING, *WORKED_OUT.values(), "lines", "document")
_CHANGED = (*_ADDED, "kept", "renamed", "relinked")
_DELTA = ("id", "axis", "bucket", "test", "gone", "kind", "status", "own_status", "orders")
_EXPECTED = ("id", "version")
_LIKENESS = ("id", "own", "dialect")
_NAMED = ("order_id", "name", "dialect")
_LINKED = ("order_id", "position", "name", "dialect", "target")
_ANSWERED = ("customer", "dialect", "key", "asked", "answer", "expires", "now")

_encode = msgspec.json.Encoder().encode

Row = Iterable[Any]


def order_writes(seller: int, batch: Collection[writes.Write]) -> Sql:
    """Describe the call that does such writes of a seller; raises Invalid on a text that is none."""
    puts = [one for one in batch if isinstance(one, writes.PutOrder)]
    answers = [one for one in batch if isinstance(one, writes.PutAnswer)]
    named = [one for one in puts if _is_renamed(one)]
    try:
        lists = (
            _json(_EXPECTED, ((e.customer, e.version) for e in _of(batch, writes.Expect))),
            _json(_EXPECTED, ((e.order, e.version) for e in _of(batch, writes.ExpectOrder))),
            _json(_LIKENESS, _likenesses(named)),
            _json(_ADDED, (_row(one) for one in puts if one.kept is None)),
            _json(_CHANGED, _changes(puts)),
            _json(_NAMED, _names(named)),
            _json(_LINKED, chain.from_iterable(links(one.order) for one in relinked(puts))),
            _json(_DELTA, _deltas(puts)),
            _json(WRITTEN, map(event_row, _of(batch, Event))),
            _json(_ANSWERED, map(_answer, answers)),
        )
    except UnicodeEncodeError as error:
        raise Invalid(message="This has a text with half a character; leave it out.") from error
    params = (seller, _claimed(named), *lists, _expired(answers))
    if skus := sorted({one.sku for one in _of(batch, writes.ExpectProduct)}):
        return Sql(_EXPECTING, (*params, _encode(skus).decode()))
    return Sql(_CALL, params)


def claims(batch: Iterable[writes.Write]) -> bool:
    """Tell whether a reference in these writes could be taken for a hub id of an order."""
    puts = _of(batch, writes.PutOrder)
    return _claimed([one for one in puts if _is_renamed(one)]) is not None


def _of(batch: Iterable[writes.Write], kind: type[Any]) -> list[Any]:
    return [one for one in batch if isinstance(one, kind)]


def _is_renamed(one: writes.PutOrder) -> bool:
    return one.kept is None or one.order.references != one.kept.references


def _json(names: tuple[str, ...], rows: Iterable[Row]) -> str | None:
    """Write rows as a list of objects, None for none."""
    several = [dict(zip(names, values, strict=True)) for values in rows]
    return _encode(several).decode() if several else None


def _row(one: writes.PutOrder) -> tuple[Any, ...]:
    order = one.order
    return *row(order), *worked_out(order), len(order.lines), msgspec.Raw(one.document)


def _changes(puts: Iterable[writes.PutOrder]) -> Iterator[Row]:
    for one in puts:
        order, kept = one.order, one.kept
        if kept is not None:
            renamed = bool(kept.references) and kept.references != order.references
            relinked = bool(kept.links) and kept.links != order.links
            yield *_row(one), kept.version, renamed, relinked


def _deltas(puts: Iterable[writes.PutOrder]) -> Iterator[Row]:
    first = getrandbits(62)
    rows = [(row(one.order), None if one.kept is None else row(one.kept)) for one in puts]
    for place, (entry, more) in enumerate(changes(rows).items()):
        yield (first + place, *entry, more)


def _names(named: Iterable[writes.PutOrder]) -> Iterator[Row]:
    for one in named:
        for ref in dict.fromkeys(one.order.references):
            yield one.order.id, ref.id, ref.dialect


def _likenesses(named: Iterable[writes.PutOrder]) -> Iterator[Row]:
    for one in named:
        for ref in dict.fromkeys(one.order.references):
            if like := stands_for(ref):
                yield like, one.order.id, ref.dialect


def _claimed(named: Iterable[writes.PutOrder]) -> int | None:
    """Give the least hub id that references which are new could be taken for."""
    return min(
        chain.from_iterable(hub_ids(one.order.references, Entity.ORDER) for one in named),
        default=None,
    )


def _answer(one: writes.PutAnswer) -> Row:
    new = one.answered
    text = b64encode(new.answer).decode()
    expires, now = microseconds(new.expires), microseconds(one.now)
    return one.customer, new.dialect, new.key, new.asked, text, expires, now


def _expired(answers: Collection[writes.PutAnswer]) -> int | None:
    """Give the moment up to which expired answers go, which they do now and then."""
    if random.random() * SELDOM >= len(answers):
        return None
    return microseconds(max(one.now for one in answers))
