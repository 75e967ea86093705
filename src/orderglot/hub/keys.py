"""Keys for a dialect's clients, in the vendor's own words."""

from __future__ import annotations

from orderglot.core.keyring import MadeKey
from orderglot.hub.dialects import chosen_one


def shown(made: MadeKey) -> dict[str, str]:
    """Give the parts of a key, whose secret was drawn just now, by the vendor's own names."""
    key = made.record.key
    fields = zip(chosen_one(key.dialect).auth.fields, (key.id, made.secret), strict=True)
    return {field: value for field, value in fields if field}
