"""The last word of each vendor on each order, kept beside the order for the next comparison."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Raw
from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.ports import Note, UnitOfWork
from orderglot.stores import document
from orderglot.sync.notes import WORD, Word, noted, read


def word_name(channel: str, order: int) -> str:
    """Give the name of the note with what a channel's vendor last said of an order."""
    return f"{channel}/{order}"


async def last_words(unit: UnitOfWork, channel: str, orders: Collection[int]) -> dict[int, Note]:
    """Give the notes with a vendor's last word on some orders, by the orders' ids."""
    names = {word_name(channel, order): order for order in orders}
    found = await unit.notes(WORD, *names) if names else ()
    return {names[note.name]: note for note in found}


def read_word(note: Note) -> tuple[Word, Order]:
    """Read a last word, and the order as the vendor said it."""
    word = read(note, Word)
    return word, document.read_order(bytes(word.order))


def keep_word(
    unit: UnitOfWork,
    channel: str,
    order: int,
    received: Order,
    before: Note | None,
    *,
    placed: bool = False,
    hidden: Collection[str] = (),
) -> None:
    """Keep what a channel's vendor says of an order, in the place of what he said before."""
    word = Word(order=Raw(document.write(received)), placed=placed, hidden=tuple(sorted(hidden)))
    unit.note(noted(WORD, word_name(channel, order), word, before))


def forget_parts(received: Order, last: Order, hidden: Collection[str]) -> Order:
    """Give a vendor's word with the parts that he does not show any more as he last showed them."""
    changes = {}
    for path in hidden:
        name, _, inner = path.partition(".")
        if not inner:
            changes[name] = getattr(last, name)
    return replace(received, **changes) if changes else received
