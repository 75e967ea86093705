"""Administering: the port through which operations change sellers and keys, for the dialects there are."""

from __future__ import annotations

from functools import partial
from typing import Any

from orderglot.core.acts import Person
from orderglot.core.administration import Administered, Administration, Spelling
from orderglot.core.errors import Invalid, NotFound, Rule, invalid
from orderglot.core.ports import Store
from orderglot.faces import rate_limits
from orderglot.faces.rendering import Named
from orderglot.faces.repeats import SETTING, check_window


def administered_by(store: Store, named: Named, person: Person) -> Administration:
    """Give the sellers and keys of a store to one person, whose acts are written down."""
    return administration_over(store.acting(person), named)


def administration_over(store: Administered, named: Named) -> Administration:
    """Give the sellers and keys of a store to whoever has it."""
    return Administration(store, partial(_spelling, named), partial(_check, named))


def _spelling(named: Named, dialect: str) -> Spelling:
    """Give how a dialect's keys look; raises Invalid where there is no such dialect."""
    try:
        return named(dialect).auth
    except (NotFound, Invalid) as error:
        raise invalid("dialect", Rule.CHOICE, error.message) from None


def _check(named: Named, name: str, value: Any) -> None:
    """Raise Invalid where a seller's setting is of no dialect, or has a wrong value."""
    if name == rate_limits.SETTING:
        return rate_limits.check_rate(value)
    try:
        dialect = named(name.partition(".")[0])
    except (NotFound, Invalid) as error:
        raise invalid(f"tables.{name}"[:90], Rule.CHOICE, error.message) from None
    if name == SETTING.format(dialect=dialect.name):
        return check_window(name, value)
    check = dialect.settings.seller.get(name)
    if check is None:
        known = ", ".join(sorted((*dialect.settings.seller, SETTING.format(dialect=dialect.name))))
        reason = f"No seller has this; there are {known}."
        raise invalid(f"tables.{name}"[:90], Rule.CHOICE, reason)
    check(value)
    return None
