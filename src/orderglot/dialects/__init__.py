"""The dialects: one folder each, and the folders are the registry."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from orderglot.wire.dialect import Dialect


@cache
def names() -> tuple[str, ...]:
    """Give the names of all dialects, sorted."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))


@cache
def dialect(name: str) -> Dialect:
    """Give a dialect by its name; raises KeyError where no folder has it."""
    if name not in names():
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}").DIALECT
    assert isinstance(found, Dialect)
    return found
