"""What was put aside, shown, corrected, read once more and let go of: for commands, our own API and Python."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.order import Order, Reference
from orderglot.core.rejects import Chosen, Reject, checked_why, drop, drop_all, reject_named
from orderglot.core.value_mappings import ValueMapping, remove_mapping
from orderglot.hub.dialects import chosen_one
from orderglot.stores.store import BookStore
from orderglot.sync import corrections, rejects, value_mapping
from orderglot.sync.rejects import StillAside
from orderglot.wire.operation import Looked, WordMapped


class Retries:
    """Rejects over a store, each in a transaction of its own; what a person does is written down."""

    def __init__(self, store: BookStore, person: Person | None = None) -> None:
        self._store = store
        self._person = person

    def by(self, person: Person) -> Retries:
        """Give the same to one person, whose acts they are."""
        return Retries(self._store, person)

    def _who(self, caller: Caller) -> str:
        return self._person.who if self._person else self._store.person or caller.name

    async def retry(self, caller: Caller, chosen: Chosen, name: str = "") -> tuple[int, int]:
        """Try one by its name again, or all that are meant; gives how many are orders now, and are not."""
        tried = await rejects.try_again(
            self._store.of(caller), chosen_one, chosen.whose, name, chosen.reason
        )
        await self._act(caller, "rejects.retried", name or chosen.whose or "all")
        return tried.taken, tried.left

    async def settle(self, caller: Caller, name: str, order: Reference | None) -> Order:
        """Take one for an order of the book, or for a new one where that is None."""
        book = self._store.of(caller)
        mine = await book.get(order) if order is not None else None
        try:
            taken = (await rejects.settle(book, chosen_one, name, mine)).order
        except StillAside as error:
            raise Conflict(error.message) from None
        what = order.id if order else "a new order"
        await self._act(caller, "reject.settled", name, {"is": what})
        return taken

    async def check(self, caller: Caller, name: str) -> Looked:
        """Read one as it was corrected, and see what would become of it; nothing is kept."""
        book = self._store.of(caller)
        _, reject = await reject_named(book, name)
        return _looked(await corrections.check(book, chosen_one, reject))

    async def correct(
        self, caller: Caller, name: str, body: bytes, number: int | None = None
    ) -> Looked:
        """Put another body in the place of one that came, and read it at once."""
        book = self._store.of(caller)
        _, before = await reject_named(book, name)
        checked = await corrections.correct(
            book, chosen_one, name, body, by=self._who(caller), number=number
        )
        which = corrections.answer_number(before, number)
        then = before.in_force[which - 1].body
        after = {"answer": which, **_described(body)}
        await self._act(caller, "reject.corrected", name, after, _described(then))
        return _looked(checked)

    async def withdraw(self, caller: Caller, name: str) -> None:
        """Take a correction back; what came stays aside."""
        book = self._store.of(caller)
        _, before = await reject_named(book, name)
        await corrections.withdraw(book, name)
        if before.correction is not None:
            number = before.correction.number
            body = before.correction.answers[number - 1].body
            then = {"answer": number, **_described(body)}
            await self._act(caller, "reject.correction-withdrawn", name, None, then)

    async def drop(self, caller: Caller, name: str, why: str = "") -> None:
        """Let go of one, and of its correction; ``why`` stands in the act."""
        why = checked_why("why", why)
        async with self._store.of(caller).together() as unit:
            await drop(unit, name)
        await self._act(caller, "reject.dropped", name, {"why": why} if why else None)

    async def drop_all(self, caller: Caller, chosen: Chosen, why: str = "") -> int:
        """Let go of all that are meant; gives how many those were, and ``why`` stands in the act."""
        why = checked_why("why", why)
        async with self._store.of(caller).together() as unit:
            dropped = await drop_all(unit, chosen)
        about = chosen.whose or "all"
        after = {"reason": chosen.reason, "dropped": dropped} | ({"why": why} if why else {})
        await self._act(caller, "rejects.dropped", about, after)
        return dropped

    async def map_word(
        self, caller: Caller, name: str, to: str, field: str = "", value: str = "", whose: str = ""
    ) -> WordMapped:
        """Map the word of one that no list knows, for its channel if not said, and try the rest again."""
        book = self._store.of(caller)
        _, reject = await reject_named(book, name)
        word = _the_word(reject, field, value)
        whose = whose or reject.channel or reject.dialect
        mapping = await self.map_value(caller, whose, field or word.field, word.value, to)
        taken, left = await self.retry(caller, Chosen(whose))
        return WordMapped(mapping, taken, left)

    async def map_value(
        self, caller: Caller, whose: str, field: str, value: str, to: str
    ) -> ValueMapping:
        """Say what a value in a member of a dialect's or channel's answers stands for, from now on."""
        mapping, before = await value_mapping.map_value(
            self._store.of(caller),
            chosen_one,
            whose=whose,
            field=field,
            value=value,
            to=to,
            by=self._who(caller),
        )
        then = {"to": before.to} if before else None
        what = {"field": field, "value": value, "to": to}
        await self._act(caller, "value.mapped", mapping.name, what, then)
        return mapping

    async def unmap(self, caller: Caller, name: str) -> ValueMapping:
        """Let a value stand for nothing any more; orders that came by it stay as they are."""
        async with self._store.of(caller).together() as unit:
            mapping = await remove_mapping(unit, name)
        then = {"field": mapping.field, "value": mapping.value, "to": mapping.to}
        await self._act(caller, "value.unmapped", name, None, then)
        return mapping

    async def _act(
        self,
        caller: Caller,
        what: str,
        about: str,
        after: Mapping[str, object] | None = None,
        before: Mapping[str, object] | None = None,
    ) -> None:
        store = self._store.acting(self._person) if self._person else self._store
        await store.act(caller.seller, what, about, after, before)


def _looked(checked: corrections.Checked) -> Looked:
    words = tuple((one.field, one.value) for one in checked.words)
    return Looked(checked.problems, checked.order, words)


def _described(body: bytes) -> dict[str, object]:
    """Describe a body without a word of it: an act is never struck, and people stand in there."""
    return {"bytes": len(body), "sha256": sha256(body).hexdigest()}


def _the_word(reject: Reject, field: str, value: str) -> value_mapping.Word:
    """Give the one word that is to be mapped; raises Invalid where it is not clear which one."""
    if field and value:
        return value_mapping.Word(field, value)
    dialect = chosen_one(reject.dialect)
    last = field.rpartition(".")[2]
    found = [
        one
        for one in value_mapping.unknown_words(dialect, reject.in_force)
        if last in ("", one.field) and value in ("", one.value)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        reason = "There is no word in it that no list knows; say the member and its value."
        raise invalid("field", Rule.REQUIRED, reason)
    words = "; ".join(f"{one.field}: {one.value[:40]!r}" for one in found[:10])
    raise invalid("field", Rule.REQUIRED, f"Say which of its words is meant: {words}.")
