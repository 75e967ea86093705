"""Which Orderglot this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """Give the version of the program that is running."""
    return metadata.version("orderglot")
