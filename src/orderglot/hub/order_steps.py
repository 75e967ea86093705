"""The steps of an order's life for a Python program: each as its command and our own API take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import asdict, replace

from orderglot.core.goods_steps import Made
from orderglot.core.order import Address, Order, native
from orderglot.core.quantities import Quantity
from orderglot.dialects.orderglot.tables import NAME, ORDER
from orderglot.hub.blocking import Method
from orderglot.hub.performing import Performing, Which, WhichCustomer, whose

Lines = Mapping[int, Quantity]
"""How much of which line, by their numbers."""

Goods = Mapping[str, Quantity]
"""How much of what, by SKU."""

Place = Address | Mapping[str, Any]
"""An address; a mapping says which members of it are to be other than they were."""


class OrderSteps(Performing):
    """The steps of an order's life."""

    @Method
    async def confirm(self, which: Which, *, version: int | None = None) -> Order:
        """Take a received order on."""
        return await self._step("confirm", which, {}, version)

    @Method
    async def hold(self, which: Which, reason: str, *, version: int | None = None) -> Order:
        """Hold an order up: nothing is shipped until it is released."""
        return await self._step("hold", which, {"reason": reason}, version)

    @Method
    async def release(self, which: Which, *, version: int | None = None) -> Order:
        """Let a held order go on from where its lines are."""
        return await self._step("release", which, {}, version)

    @Method
    async def ship(
        self,
        which: Which,
        lines: Lines | None = None,
        *,
        carrier: str = "",
        service: str = "",
        tracking: str = "",
        tracking_url: str = "",
        version: int | None = None,
    ) -> Order:
        """Send a parcel of an order: so much of these lines, or all that is left."""
        parcel = {
            "carrier": carrier,
            "service": service,
            "tracking": tracking,
            "tracking_url": tracking_url,
        }
        return await self._step("ship", which, {"line": _lines(lines), **parcel}, version)

    @Method
    async def deliver(self, which: Which, *, version: int | None = None) -> Order:
        """Say that all that went out of an order has arrived."""
        return await self._step("deliver", which, {}, version)

    @Method
    async def complete(self, which: Which, *, version: int | None = None) -> Order:
        """Say that nothing more of an order is to come."""
        return await self._step("complete", which, {}, version)

    @Method
    async def cancel(
        self,
        which: Which,
        lines: Lines | None = None,
        *,
        reason: str = "",
        ask: bool = False,
        by: str = "",
        version: int | None = None,
    ) -> Order:
        """Cancel what of an order did not go out: so much of these lines, or all of it.

        With ``ask`` it is only asked for; ``by`` says who asks.
        """
        members = {"line": _lines(lines), "reason": reason, "ask": ask or None, "by": by}
        return await self._step("cancel", which, members, version)

    @Method
    async def answer_cancellation(
        self,
        which: Which,
        answer: str,
        *,
        by: str = "",
        reason: str = "",
        version: int | None = None,
    ) -> Order:
        """Answer the request to cancel an order: ``accept``, ``refuse`` or ``too-late``."""
        members = {"answer": answer, "by": by, "reason": reason}
        return await self._step("answer-cancellation", which, members, version)

    @Method
    async def correct(
        self,
        which: Which,
        lines: Lines | None = None,
        *,
        remove: Sequence[int] = (),
        add: Goods | None = None,
        po_number: str | None = None,
        notes: str | None = None,
        ship_to: Place | None = None,
        bill_to: Place | None = None,
        method: str | None = None,
        carrier: str | None = None,
        service: str | None = None,
        instructions: str | None = None,
        reason: str = "",
        version: int | None = None,
    ) -> Order:
        """Correct what of an order did not go out; what is not said stays as it is.

        ``lines`` says how much of a line there is to be, ``remove`` which are not wanted any more,
        ``add`` what is to be there as well, at the prices of today.
        """
        texts = {
            "po_number": po_number,
            "notes": notes,
            "method": method,
            "carrier": carrier,
            "service": service,
            "instructions": instructions,
        }
        members = {
            **{name: text for name, text in texts.items() if text is not None},
            **_members(line=_lines(lines), remove=[*remove], add=_goods(add), reason=reason),
            **_members(ship_to=_place(ship_to), bill_to=_place(bill_to)),
        }
        return await self._taken("correct", which, members, version)

    @Method
    async def reprice(
        self,
        which: Which,
        prices: Mapping[int, Decimal | None] | None = None,
        *,
        reason: str = "",
        version: int | None = None,
    ) -> Order:
        """Give lines the prices that are named, or for None that of today; without any, all of them."""
        line = [_members(number=number, price=price) for number, price in (prices or {}).items()]
        return await self._step("reprice", which, {"line": line, "reason": reason}, version)

    @Method
    async def move(
        self,
        which: Which,
        customer: WhichCustomer,
        *,
        reason: str = "",
        version: int | None = None,
    ) -> Order:
        """Give an order to another customer, named as ``find_customer`` finds them."""
        members = {"customer": whose(await self._customer(customer)), "reason": reason}
        return await self._step("move", which, members, version)

    @Method
    async def note(self, which: Which, text: str, *, version: int | None = None) -> Order:
        """Add a line to the notes of an order."""
        return await self._step("note", which, {"text": text}, version)

    @Method
    async def link(
        self, which: Which, to: Which, as_: str, *, reason: str = "", version: int | None = None
    ) -> Order:
        """Point an order at another one; ``as_`` is how, in a word of ``orderglot link --as``."""
        return await self._step("link", which, await self._pointing(to, as_, reason), version)

    @Method
    async def unlink(
        self, which: Which, to: Which, as_: str, *, reason: str = "", version: int | None = None
    ) -> Order:
        """Have an order point at another one no more."""
        return await self._step("unlink", which, await self._pointing(to, as_, reason), version)

    @Method
    async def delete(self, which: Which, *, reason: str = "", version: int | None = None) -> None:
        """Take an order out of the book for good."""
        await self._asked("POST", f"{ORDER}/delete", which, _members(reason=reason), version)

    @Method
    async def split(
        self, which: Which, lines: Lines, *, reason: str = "", version: int | None = None
    ) -> Made:
        """Put so much of some lines into a new order; gives the order and what was made of it."""
        return await self._making(
            "split", which, {"line": _lines(lines), "reason": reason}, version
        )

    @Method
    async def take_back(
        self,
        which: Which,
        lines: Lines | None = None,
        *,
        reason: str = "",
        version: int | None = None,
    ) -> Made:
        """Take back so much of these lines, or all that went out; gives the order and its return."""
        members = {"line": _lines(lines), "reason": reason}
        return await self._making("return", which, members, version)

    @Method
    async def exchange(
        self,
        which: Which,
        lines: Lines | None = None,
        *,
        goods: Goods,
        reason: str = "",
        version: int | None = None,
    ) -> Made:
        """Take back what went out, and sell other goods instead; gives the return and the sale as made."""
        members = {"line": _lines(lines), "for": _goods(goods), "reason": reason}
        return await self._making("exchange", which, members, version)

    async def _pointing(self, to: Which, as_: str, reason: str) -> Mapping[str, Any]:
        other = native(await self._found(to), NAME)
        return {"order": {"id": other}, "as": as_, "reason": reason}

    async def _step(
        self, name: str, which: Which, members: Mapping[str, Any], version: int | None
    ) -> Order:
        return await self._taken(name, which, _members(**members), version)

    async def _taken(
        self, name: str, which: Which, members: Mapping[str, Any], version: int | None
    ) -> Order:
        order: Order = await self._asked("POST", f"{ORDER}/{name}", which, members, version)
        return order

    async def _making(
        self, name: str, which: Which, members: Mapping[str, Any], version: int | None
    ) -> Made:
        path = f"{ORDER}/{name}"
        made: Made = await self._asked("POST", path, which, _members(**members), version)
        return made


def _members(**members: Any) -> dict[str, Any]:
    """Give the members of a request; what says nothing is left out."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _lines(lines: Lines | None) -> list[Any]:
    return [{"number": number, "quantity": much} for number, much in (lines or {}).items()]


def _goods(goods: Goods | None) -> list[Any]:
    return [{"sku": sku, "quantity": much} for sku, much in (goods or {}).items()]


def _place(place: Place | None) -> dict[str, Any]:
    if not isinstance(place, Address):
        return dict(place or {})
    values = asdict(replace(place, unknown=()))
    return {name: value for name, value in values.items() if value not in (None, "", ())}
