"""What pulls put aside, and what goes to vendors, for a Python program: as commands and our own API have it."""

from __future__ import annotations

import builtins

from orderglot.core.order import by_hub_id
from orderglot.core.ports import Book
from orderglot.core.rejects import Chosen, Reject, chosen_rejects, reject_named
from orderglot.core.value_mappings import ValueMapping, value_mappings
from orderglot.hub.blocking import Method
from orderglot.hub.performing import Performing, Which
from orderglot.hub.placing import Placements
from orderglot.hub.retrying import Retries
from orderglot.wire.operation import (
    Looked,
    PlacementAsked,
    PlacementShown,
    VendorChannel,
    WordMapped,
)


class BookRejects:
    """What pulls put aside, by the names of the rejects; and what vendors' own words are mapped to."""

    def __init__(self, book: Book, retries: Retries) -> None:
        self._book = book
        self._retries = retries

    @Method
    async def list(
        self, *, channel: str = "", reason: str = "", corrected: bool = False
    ) -> dict[str, Reject]:
        """Give what is aside of a channel or dialect, for a reason, by name; all if neither is said.

        With ``corrected`` it is what is an order of the book by a correction.
        """
        found = await chosen_rejects(self._book, Chosen(channel, reason, corrected))
        return {note.name: reject for note, reject in found}

    @Method
    async def get(self, name: str) -> Reject:
        """Give one with the answers in which it came, and its correction."""
        _, reject = await reject_named(self._book, name)
        return reject

    @Method
    async def check(self, name: str) -> Looked:
        """Read one as it was corrected, and see what would become of it; nothing is kept."""
        return await self._retries.check(self._book.caller, name)

    @Method
    async def correct(self, name: str, body: bytes, answer: int | None = None) -> Looked:
        """Put another body in the place of one that came, and read it at once."""
        return await self._retries.correct(self._book.caller, name, body, answer)

    @Method
    async def withdraw(self, name: str) -> None:
        """Take a correction back; what came stays aside."""
        await self._retries.withdraw(self._book.caller, name)

    @Method
    async def retry(
        self, name: str = "", *, channel: str = "", reason: str = ""
    ) -> tuple[int, int]:
        """Try one again, or all that are meant; gives how many are orders now, and how many are not."""
        chosen = Chosen(channel, reason)
        return await self._retries.retry(self._book.caller, chosen, name)

    @Method
    async def drop(self, name: str, *, why: str = "") -> None:
        """Let go of one, and of its correction; ``why`` stands in the act, 500 characters at most."""
        await self._retries.drop(self._book.caller, name, why)

    @Method
    async def drop_all(self, *, channel: str = "", reason: str = "", why: str = "") -> int:
        """Let go of all that are meant; gives how many those were. ``why`` stands in the act."""
        return await self._retries.drop_all(self._book.caller, Chosen(channel, reason), why)

    @Method
    async def map_word(
        self, name: str, to: str, *, field: str = "", value: str = "", channel: str = ""
    ) -> WordMapped:
        """Map the word of one that no list knows, and try the rest of its channel again."""
        return await self._retries.map_word(self._book.caller, name, to, field, value, channel)

    @Method
    async def mappings(self, channel: str = "") -> builtins.list[ValueMapping]:
        """Give what is mapped, for a channel or dialect alone if one is said."""
        return [*await value_mappings(self._book, channel)]

    @Method
    async def map_value(self, channel: str, field: str, value: str, to: str) -> ValueMapping:
        """Say what a value in a member of a channel's or dialect's answers stands for, from now on."""
        return await self._retries.map_value(self._book.caller, channel, field, value, to)

    @Method
    async def unmap(self, name: str) -> ValueMapping:
        """Let a value stand for nothing any more."""
        return await self._retries.unmap(self._book.caller, name)


class BookPlacements(Performing):
    """Orders placed with the vendors of the channels with which the book was opened, each of them once."""

    def __init__(self, performing: Performing, placements: Placements) -> None:
        super().__init__(performing._book, performing._keyring)
        self._placements = placements

    @Method
    async def channels(self) -> builtins.list[VendorChannel]:
        """Give the channels over which orders can be placed."""
        return [*await self._placements.channels(self._book.caller)]

    @Method
    async def place(
        self,
        which: Which,
        channel: str,
        *,
        dry_run: bool = False,
        also: bool = False,
        absent: bool = False,
        without: tuple[str, ...] = (),
        wait: float = 60.0,
    ) -> PlacementShown:
        """Place an order with a vendor, once however often this is done.

        With ``dry_run`` it is said what speaks against it and what is lost, and nothing is sent.
        """
        order = await self._found(which)
        asked = PlacementAsked(
            order=by_hub_id(order.id),
            channel=channel,
            dry_run=dry_run,
            also=also,
            absent=absent,
            without=without,
            wait=wait,
        )
        return await self._placements.place(self._book.caller, asked)

    @Method
    async def of_order(self, which: Which) -> builtins.list[PlacementShown]:
        """Give what is known of an order at each vendor that has it or was sent it."""
        order = await self._found(which)
        return [*await self._placements.of_order(self._book.caller, by_hub_id(order.id))]

    @Method
    async def open(self) -> builtins.list[PlacementShown]:
        """Give the orders of which nobody knows whether a vendor has them, or that one refused."""
        return [*await self._placements.open(self._book.caller)]

    @Method
    async def settle(
        self, which: Which, channel: str, id: str = "", *, stands: bool = False
    ) -> PlacementShown:
        """Say under which id a vendor has an order, for "" that he does not have it.

        With ``stands`` what he has otherwise is let stand.
        """
        order = by_hub_id((await self._found(which)).id)
        return await self._placements.settle(self._book.caller, order, channel, id, stands=stands)
