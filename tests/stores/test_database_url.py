"""What is shown of the URL of a store."""

from __future__ import annotations

import pytest

from orderglot.stores.database_url import shown


@pytest.mark.parametrize(
    ("expected", "url"),
    [
        ("sqlite:///book.db", "sqlite:///book.db"),
        ("postgresql://db:5432/orders", "postgresql://db:5432/orders"),
        ("postgresql://me@db/orders", "postgresql://me@db/orders"),
        ("postgresql://me:…@db/orders", "postgresql://me:hush@db/orders"),
        ("postgresql://me:…@db/orders", "postgresql://me:hu@sh:@db/orders"),
        ("postgresql:///o?user=me&password=…", "postgresql:///o?user=me&password=hush"),
        ("postgresql:///o?password=…&user=me", "postgresql:///o?password=hush&user=me"),
    ],
)
def test_a_password_is_not_shown(expected: str, url: str) -> None:
    assert expected == shown(url)
