"""Keys for a dialect's clients, in the vendor's own words."""

from __future__ import annotations

from orderglot.core.caller import Caller
from orderglot.hub.dialects import chosen_one
from orderglot.stores.keyring import Keyring


async def new_key(keyring: Keyring, name: str, caller: Caller) -> tuple[str, dict[str, str]]:
    """Make a key for a dialect: its name here, and its parts by the vendor's own names."""
    auth = chosen_one(name).auth
    key = await keyring.issue_key(name, caller, auth.make_secret, auth.make_key_id)
    fields = zip(auth.fields, (key.id, key.secret), strict=True)
    return f"{name}:{key.id}", {field: value for field, value in fields if field}
