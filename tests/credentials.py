"""Keys for tests: how a caller of any dialect comes to its credentials."""

from __future__ import annotations

from datetime import datetime

from orderglot.core.caller import Caller
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect


async def issued(
    store: BookStore, dialect: Dialect, caller: Caller, expires: datetime | None = None
) -> dict[str, str]:
    """Hand a caller a new key and give it as the dialect's client takes it."""
    auth = dialect.auth
    key = await store.keyring.issue_key(
        dialect.name, caller, auth.make_secret, auth.make_key_id, expires
    )
    return dict(zip(auth.fields, (key.id, key.secret), strict=True))
