"""Administration: sellers and their keys, as the command line, our own API and Python programs have them.

Nothing here asks who is calling: whoever gives it away has to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from orderglot.core.acts import Act
from orderglot.core.caller import ADMIN, EVERY_RIGHT, Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.keyring import OPERATOR, KeyRecord, MadeKey
from orderglot.core.order import AT, HUB, Reference
from orderglot.core.query import EVERYTHING, Query
from orderglot.core.seller import Seller
from orderglot.core.webhooks import Webhooks

NOBODYS = 0
"""The seller of an operator who acts for none, and of the operators' own keys."""

LONGEST_GRACE = timedelta(days=90)
"""A former secret lets in for no longer than that."""


class Drawn(Protocol):
    """A key whose secret was drawn just now."""

    @property
    def id(self) -> str: ...

    @property
    def secret(self) -> str: ...


Spell = Callable[[bytes], str]
"""Writes 32 random bytes as a dialect's secrets or ids look."""


class Spelling(Protocol):
    """How a dialect's keys look."""

    @property
    def make_secret(self) -> Spell: ...

    @property
    def make_key_id(self) -> Spell: ...


class Counted(Protocol):
    """What is in a seller's book, test orders and deleted ones not counted."""

    @property
    def orders(self) -> int: ...

    @property
    def lines(self) -> int: ...

    @property
    def customers(self) -> int: ...

    @property
    def products(self) -> int: ...

    @property
    def sums(self) -> Mapping[str, Decimal]: ...


class Sellers(Protocol):
    """Whose books there are, and what may be done to that."""

    async def sellers(self) -> tuple[Seller, ...]: ...

    async def seller(self, name: str) -> Seller: ...

    async def add_seller(
        self,
        name: str,
        *,
        title: str = "",
        currency: str = "USD",
        timezone: str = "",
        references: tuple[Reference, ...] = (),
        tables: Mapping[str, Any] | None = None,
    ) -> Seller: ...

    async def change_seller(self, seller: Seller) -> Seller: ...

    async def remove_seller(self, name: str, version: int | None) -> None: ...

    async def counts(self, seller: int) -> Counted: ...

    def now(self) -> datetime: ...


class Keys(Protocol):
    """Who may come in, and what may be done to that; the operators' keys are those of no seller (0)."""

    async def keys(self, seller: int) -> tuple[KeyRecord, ...]: ...

    async def key(self, seller: int, dialect: str, id: str) -> KeyRecord: ...

    async def issue_key(
        self, dialect: str, caller: Caller, spell: Spell, name: Spell, expires: datetime | None
    ) -> Drawn: ...

    async def issue_operator(
        self, spell: Spell, name: Spell, expires: datetime | None
    ) -> Drawn: ...

    async def end_key(self, seller: int, dialect: str, id: str) -> None: ...

    async def roll_key(
        self, seller: int, dialect: str, id: str, spell: Spell, grace: timedelta
    ) -> Drawn: ...

    async def set_live(self, seller: int, dialect: str, id: str) -> None: ...


class Administered(Sellers, Protocol):
    """Sellers with their keys, as one person has them."""

    @property
    def keyring(self) -> Keys: ...

    @property
    def webhooks(self) -> Webhooks: ...

    async def acts(
        self, seller: int, where: Query = EVERYTHING, after: str = "", limit: int | None = None
    ) -> tuple[Act, ...]: ...


class Administration:
    """All that is done to sellers, keys and webhooks, by one person, whose acts are written down.

    Keys go by names like ``kole:X12345``. What there is not raises NotFound, what cannot be done to it
    just now Conflict, what makes no sense Invalid.
    """

    def __init__(
        self,
        store: Administered,
        spelling: Callable[[str], Spelling],
        check: Callable[[str, Any], None],
    ) -> None:
        self._store = store
        self._keys = store.keyring
        self._spelling = spelling
        self._check = check

    @property
    def webhooks(self) -> Webhooks:
        """Where events are sent, what became of them, and what may be done to that."""
        return self._store.webhooks

    def now(self) -> datetime:
        """Give the time by the store's clock."""
        return self._store.now()

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller by rising id."""
        return await self._store.sellers()

    async def seller(self, name: str) -> Seller:
        """Give a seller by name."""
        return await self._store.seller(name)

    async def counts(self, seller: int) -> Counted:
        """Count what is in a seller's book."""
        return await self._store.counts(seller)

    async def acts(
        self, seller: int, where: Query = EVERYTHING, after: str = "", limit: int | None = None
    ) -> tuple[Act, ...]:
        """Give what people did to a seller's keys and settings, the newest first: ``limit`` of them, or all.

        They begin behind the one with the id ``after``. Of no seller (0) it is what was done to operators'
        keys, and to sellers who are there no more.
        """
        return await self._store.acts(seller, where, after, limit)

    async def add_seller(self, seller: Seller) -> Seller:
        """Open a book for a new seller of that name and settings."""
        demand_name("name", seller.name)
        self._demand_settings(Seller(), seller)
        return await self._store.add_seller(
            seller.name,
            title=seller.title,
            currency=seller.currency,
            timezone=seller.timezone,
            references=seller.references,
            tables=seller.tables,
        )

    async def change_seller(self, before: Seller, after: Seller) -> Seller:
        """Put new settings of a seller in the place of those that it has."""
        self._demand_settings(before, after)
        return await self._store.change_seller(after)

    async def remove_seller(self, name: str, version: int | None = None) -> None:
        """Take out a seller who has nothing in its book; raises Conflict with what there is.

        With a ``version`` it is taken out in that one alone.
        """
        await self._store.remove_seller(name, version)

    def _demand_settings(self, before: Seller, after: Seller) -> None:
        """Raise Invalid where what is set anew names a dialect, channel or table that there is not."""
        if not after.currency:
            raise invalid("currency", Rule.REQUIRED, "Say which currency, such as USD.")
        for name, value in after.tables.items():
            if before.tables.get(name) != value:
                self._check(name, value)
        for dialect in [ref.dialect for ref in after.references if ref not in before.references]:
            self._demand_vendor("references", dialect)
        if len({ref.dialect for ref in after.references}) < len(after.references):
            raise invalid("references", Rule.DUPLICATE, "A dialect is there once at most.")
        for dialect, channel in after.continues.items() - before.continues.items():
            self._demand_vendor("continues", dialect)
            if channel.partition(AT)[0] != dialect or not channel.partition(AT)[2]:
                reason = f"{channel[:60]!r} is not a channel such as {dialect}@wholesaler."
                raise invalid(f"continues.{dialect}", Rule.MALFORMED, reason)

    def _demand_vendor(self, field: str, dialect: str) -> None:
        if dialect == HUB:
            raise invalid(field, Rule.CHOICE, f"{HUB} is no vendor's dialect.")
        self._spelling(dialect)

    async def keys(self, seller: int) -> tuple[KeyRecord, ...]:
        """Give the keys of a seller, of the operators for 0, the ended ones, too, oldest first."""
        return await self._keys.keys(seller)

    async def key(self, seller: int, name: str) -> KeyRecord:
        """Give a key by its name."""
        return await self._keys.key(seller, *_named(name))

    async def make_key(
        self, dialect: str, caller: Caller, expires: datetime | None = None
    ) -> MadeKey:
        """Make a key of a dialect for a caller; its secret is told this one time."""
        demand_rights(dialect, caller)
        auth = self._spelling(dialect)
        drawn = await self._keys.issue_key(
            dialect, caller, auth.make_secret, auth.make_key_id, expires
        )
        return MadeKey(await self._keys.key(caller.seller, dialect, drawn.id), drawn.secret)

    async def make_operator(self, expires: datetime | None = None) -> MadeKey:
        """Make an operator's key, which stands above the sellers; its secret is told this one time."""
        spell = self._spelling(HUB).make_secret
        drawn = await self._keys.issue_operator(_operators(spell), _operators_id, expires)
        return MadeKey(await self._keys.key(NOBODYS, HUB, drawn.id), drawn.secret)

    async def end_key(self, seller: int, name: str) -> KeyRecord:
        """End a key: nobody comes in with it any more."""
        await self._keys.end_key(seller, *await self._there(seller, name))
        return await self.key(seller, name)

    async def set_live(self, seller: int, name: str) -> KeyRecord:
        """Move a key from test mode to production."""
        there = await self._there(seller, name)
        if seller != NOBODYS:
            await self._keys.set_live(seller, *there)
        return await self.key(seller, name)

    async def roll_key(self, seller: int, name: str, grace: timedelta) -> MadeKey:
        """Give a key a new secret; those from before let in as well until the grace is over."""
        dialect, id = await self._there(seller, name)
        spell = self._spelling(dialect).make_secret
        spell = _operators(spell) if seller == NOBODYS else spell
        drawn = await self._keys.roll_key(seller, dialect, id, spell, grace)
        return MadeKey(await self._keys.key(seller, dialect, id), drawn.secret)

    async def _there(self, seller: int, name: str) -> tuple[str, str]:
        """Give the dialect and id of a key that is there, a seller's or an operator's as was asked."""
        record = await self._keys.key(seller, *_named(name))
        return record.key.dialect, record.key.id


def demand_rights(dialect: str, caller: Caller) -> None:
    """Raise Invalid where a key of a dialect cannot have the rights, or of nobody who is known."""
    if unknown := sorted(caller.may - EVERY_RIGHT):
        known = ", ".join(sorted(EVERY_RIGHT))
        raise invalid(
            "may", Rule.CHOICE, f"There is no right {unknown[0][:40]!r}; there are {known}."
        )
    if not caller.may:
        raise invalid("may", Rule.REQUIRED, "Say what the key may do, such as read.")
    if ADMIN in caller.may and dialect != HUB:
        reason = f"A key for {dialect[:40]} cannot have {ADMIN}; make one for {HUB}."
        raise invalid("may", Rule.CHOICE, reason)
    if ADMIN in caller.may and caller.customer is not None:
        reason = f"A customer's key cannot have {ADMIN}; it is for everybody's."
        raise invalid("may", Rule.CHOICE, reason)


LONGEST_NAME = 200


def demand_name(field: str, name: str) -> None:
    """Raise Invalid where a seller cannot be called so."""
    if not name or not name.isprintable() or name != name.strip() or len(name) > LONGEST_NAME:
        reason = f"{name[:60]!r} is not a name of 1 to {LONGEST_NAME} characters."
        raise invalid(field, Rule.MALFORMED, reason)
    if not name.strip("."):
        reason = f"{name[:60]!r} has dots alone, as the steps of a path have that lead elsewhere."
        raise invalid(field, Rule.MALFORMED, reason)


OPERATORS = "ogop_"
"""What every operator's secret begins with."""


def _operators(spell: Spell) -> Spell:
    return lambda random: OPERATORS + spell(random).partition("_")[2]


def _operators_id(random: bytes) -> str:
    return f"{OPERATOR}-{random[:6].hex()}"


def _named(name: str) -> tuple[str, str]:
    dialect, colon, id = name.partition(":")
    if not colon or not dialect or not id:
        raise NotFound(f"{name[:60]!r} is not a key such as kole:X12345; list the keys.")
    return dialect, id
