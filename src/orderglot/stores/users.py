"""Users of the console, their sessions, and links to sign in: notes of the hub itself.

Of the secrets of sessions and links only fingerprints are kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.ports import Note
from orderglot.core.users import EVERY_SELLER, LINK, Role, Session, User, demand_user_name
from orderglot.stores import writes
from orderglot.stores.acts import Acts
from orderglot.stores.backend import HUB_ITSELF, Backend, Raced
from orderglot.stores.fingerprints import fingerprint
from orderglot.stores.reads import Clock

USER, SESSION, SIGN_IN_LINK = "console_user", "console_session", "console_link"

SEEN_EVERY = timedelta(minutes=5)
"""That a session is used is written down no more often than that."""

ENDED = "You are not signed in, or your session has ended."
LINK_OVER = "This link is not good any more: it is good once, for a quarter of an hour."


class Link(Struct, frozen=True, kw_only=True):
    """A link that signs in once: whom, and until when."""

    who: str
    user: str = ""
    expires: datetime


class Users:
    """Who may sign in to the console, and who is signed in."""

    def __init__(self, backend: Backend, clock: Clock, acts: Acts) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts

    async def users(self) -> tuple[User, ...]:
        """Give every user by name."""
        return tuple(map(_user, await self._backend.notes(HUB_ITSELF, USER, ())))

    async def user(self, name: str) -> User:
        """Give a user by name, or raise NotFound."""
        found = await self._backend.notes(HUB_ITSELF, USER, (name,)) if name else ()
        if not found:
            raise NotFound(f"There is no user {name[:60]!r}; list the users of the console.")
        return _user(found[0])

    async def add(self, name: str, password: str, roles: dict[int, Role]) -> User:
        """Add a user, whose password comes hashed; raises Conflict where the name is taken."""
        demand_user_name(name)
        user = User(name=name, password=password, roles=roles, since=self._clock(), version=1)
        if await self._backend.notes(HUB_ITSELF, USER, (name,)):
            raise Conflict(f"There is already a user {name!r}; take another name.")
        await self._put(user, "console.user_added", {"roles": _spelled(roles)})
        return user

    async def change(
        self, name: str, *, password: str = "", roles: dict[int, Role] | None = None
    ) -> User:
        """Give a user another password, which comes hashed, or other roles; it ends their sessions."""
        user = await self.user(name)
        changed = replace(
            user,
            password=password or user.password,
            roles=user.roles if roles is None else roles,
            since=self._clock(),
            version=user.version + 1,
        )
        after: dict[str, Any] = {"password": "changed"} if password else {}
        if roles is not None:
            after["roles"] = _spelled(roles)
        await self._put(changed, "console.user_changed", after)
        return changed

    async def remove(self, name: str) -> None:
        """Take a user out, whose sessions end by that; raises NotFound without one."""
        user = await self.user(name)
        done = self._acts.put(
            self._clock(), "console.user_removed", name, {"roles": _spelled(user.roles)}
        )
        await self._commit((writes.DropNote(_note(USER, name, user, user.version)), *done))

    async def link(self, who: str, user: str = "") -> str:
        """Make a link that signs in once, as a user or as who runs this machine; give its secret."""
        if user:
            await self.user(user)
        now, secret = self._clock(), secrets.token_urlsafe(32)
        link = Link(who=who, user=user, expires=now + LINK)
        note = _note(SIGN_IN_LINK, fingerprint(secret), link, 1)
        over = [
            writes.DropNote(one)
            for one in await self._backend.notes(HUB_ITSELF, SIGN_IN_LINK, ())
            if msgspec.json.decode(one.document, type=Link).expires <= now
        ]
        done = self._acts.put(now, "console.link_made", user or who)
        await self._commit((writes.PutNote(note), *over, *done))
        return secret

    async def follow(self, secret: str, zone: str = "") -> str:
        """Sign in by a link, which is good no more then; give the secret of the session.

        Raises Unauthenticated where it is not good.
        """
        found = await self._backend.notes(HUB_ITSELF, SIGN_IN_LINK, (fingerprint(secret),))
        link = msgspec.json.decode(found[0].document, type=Link) if found else None
        if link is None or link.expires <= self._clock():
            raise Unauthenticated(LINK_OVER)
        return await self.begin(link.who, link.user, zone, (writes.DropNote(found[0]),))

    async def begin(
        self, who: str, user: str, zone: str = "", beside: Iterable[writes.DropNote] = ()
    ) -> str:
        """Begin a session, and take out those that are over; give its secret, this one time."""
        now, secret = self._clock(), secrets.token_urlsafe(32)
        session = Session(who=who, user=user, began=now, seen=now, zone=zone, version=1)
        new = writes.PutNote(_note(SESSION, fingerprint(secret), session, 1))
        done = self._acts.put(now, "console.signed_in", who)
        try:
            await self._commit((new, *beside, *done))
        except Conflict:
            raise Unauthenticated(LINK_OVER) from None
        await self._forget()
        return secret

    async def session(self, secret: str) -> tuple[Session, dict[int, Role]]:
        """Give the session behind a secret and what its user may do; raise Unauthenticated unless it is good."""
        found = await self._backend.notes(HUB_ITSELF, SESSION, (fingerprint(secret),))
        now = self._clock()
        session = msgspec.json.decode(found[0].document, type=Session) if found else None
        if session is None or session.is_over(now):
            raise Unauthenticated(ENDED)
        roles = {EVERY_SELLER: Role.ADMIN}
        if session.user:
            try:
                user = await self.user(session.user)
            except NotFound:
                raise Unauthenticated(ENDED) from None
            if user.since > session.began:
                raise Unauthenticated(ENDED)
            roles = user.roles
        if now - session.seen >= SEEN_EVERY:
            await self._write_session(found[0], replace(session, seen=now))
        return session, roles

    async def set_zone(self, secret: str, zone: str) -> None:
        """Have a session's times shown by another clock."""
        found = await self._backend.notes(HUB_ITSELF, SESSION, (fingerprint(secret),))
        if found:
            session = msgspec.json.decode(found[0].document, type=Session)
            await self._write_session(found[0], replace(session, zone=zone))

    async def end(self, secret: str) -> None:
        """End a session; ending one that is not good is no error."""
        found = await self._backend.notes(HUB_ITSELF, SESSION, (fingerprint(secret),))
        if found:
            await self._try(map(writes.DropNote, found))

    async def _forget(self) -> None:
        """Take out the sessions that are over."""
        now = self._clock()
        over = [
            writes.DropNote(one)
            for one in await self._backend.notes(HUB_ITSELF, SESSION, ())
            if msgspec.json.decode(one.document, type=Session).is_over(now)
        ]
        await self._try(over)

    async def _write_session(self, note: Note, session: Session) -> None:
        new = replace(session, version=note.version + 1)
        await self._try((writes.PutNote(_note(SESSION, note.name, new, new.version)),))

    async def _try(self, batch: Iterable[writes.Write]) -> None:
        """Write what somebody else may be writing at the same time, who may be first."""
        try:
            await self._commit(tuple(batch))
        except Conflict:
            return

    async def _put(self, user: User, what: str, after: dict[str, Any]) -> None:
        note = _note(USER, user.name, user, user.version)
        done = self._acts.put(self._clock(), what, user.name, after=after)
        await self._commit((writes.PutNote(note), *done))

    async def _commit(self, batch: tuple[writes.Write, ...]) -> None:
        if not batch:
            return
        try:
            await self._backend.commit(HUB_ITSELF, batch)
        except Raced as race:
            raise Conflict("Somebody else changed this just now; look at it again.") from race


def _note(kind: str, name: str, thing: Struct, version: int) -> Note:
    return Note(kind=kind, name=name, version=version, document=msgspec.json.encode(thing))


def _user(note: Note) -> User:
    return msgspec.json.decode(note.document, type=User)


def _spelled(roles: dict[int, Role]) -> dict[str, str]:
    return {str(seller): str(role) for seller, role in roles.items()}
