"""Documents: read out of the file, on the event loop or beside it, and told apart where one is damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from orderglot.core.errors import Damaged
from orderglot.core.query import LARGE
from orderglot.stores import damage
from orderglot.stores.backend import Scope
from orderglot.stores.damage import UNREADABLE, Unreadable, keyed, sorted_out
from orderglot.stores.decoding import decoded, decoded_in_turns
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.reader import Reader
from orderglot.stores.sqlite.reader_threads import ReaderThreads

T = TypeVar("T")

Read = Callable[[bytes], T]
"""Makes a thing of a document."""


class Documents:
    """Reads things, each of which is a document."""

    def __init__(self, reader: Reader, threads: ReaderThreads, path: Path) -> None:
        self._reader = reader
        self._threads = threads
        self._path = path

    def asked_for(self, read: Read[T], text: str, params: Row = ()) -> tuple[T, ...]:
        """Read the things of a statement; raises Damaged where one of them cannot be read."""
        try:
            return decoded(read, self._reader.rows(text, params))
        except UNREADABLE as error:
            raise self._refused(read, text, params) from error

    def known(
        self,
        read_rows: Callable[[list[Row]], tuple[T, ...]],
        read: Read[object],
        text: str,
        params: Row,
    ) -> tuple[T, ...]:
        """Read things that are asked for again and again; raises as ``asked_for``."""
        try:
            return self._reader.known(read_rows, text, params)
        except UNREADABLE as error:
            raise self._refused(read, text, params) from error

    async def many(
        self, scope: Scope, many: int, read: Read[T], text: str, params: Row
    ) -> tuple[T, ...]:
        """Read so many things, beside the event loop where that would hold it up; raises as ``asked_for``."""
        if many <= LARGE:
            return self.asked_for(read, text, params) if many else ()
        rows = await self._threads.run(scope.key, lambda at: at.rows(text, params))
        try:
            return await decoded_in_turns(read, rows)
        except UNREADABLE as error:
            raise self._refused(read, text, params) from error

    def readable(self, read: Read[T], text: str, params: Row = ()) -> tuple[T, ...]:
        """Read those things of a statement that can be read, and note the others as left out."""
        try:
            return decoded(read, self._reader.rows(text, params))
        except UNREADABLE:
            good, bad = sorted_out(read, self._reader.rows(keyed(read, text), params))
            self.leave_out(bad)
            return tuple(good)

    async def after(
        self, scope: Scope, read: Read[T], text: str, after: int | str, limit: int
    ) -> tuple[T, ...]:
        """Read things behind a key, so many at most, but for those that cannot be read."""
        while True:
            params = (scope.seller, after, limit)
            try:
                return await self.many(scope, limit, read, text, params)
            except Damaged:
                rows = self._reader.rows(keyed(read, text), params)
            good, bad = sorted_out(read, rows)
            self.leave_out(bad)
            # Nothing at all would mean that there is no more.
            if good or not rows:
                return tuple(good)
            after = rows[-1][1]

    def leave_out(self, bad: Sequence[Unreadable]) -> None:
        """Note things as left out."""
        damage.leave_out(bad, self._names(bad), str(self._path))

    def _refused(self, read: Read[object], text: str, params: Row) -> Damaged:
        _, bad = sorted_out(read, self._reader.rows(keyed(read, text), params))
        if not bad:
            # It was written anew meanwhile.
            return Damaged(f"A document in {self._path} cannot be read; {damage.NEXT}")
        return damage.refused(bad, self._names(bad), str(self._path))

    def _names(self, bad: Sequence[Unreadable]) -> damage.Names:
        sellers = {one.seller for one in bad}
        rows = {id: self._reader.rows(damage.SELLER_NAME, (id,)) for id in sellers}
        return {id: found[0][0] for id, found in rows.items() if found}
