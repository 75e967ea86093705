"""Addresses, and the members beyond a vendor's shapes that may stand in any part of an order."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Unknown(Struct, frozen=True, omit_defaults=True, gc=False):
    """A member of a part of an order that its dialect's shapes do not have.

    ``path`` leads to it from that part: names, and places in lists counted from 0. ``client`` says
    that a client of ours sent it, and not the vendor. Where ``omitted``, it is too large to be kept,
    or cannot be, and its ``value`` is None.
    """

    dialect: str
    path: tuple[str | int, ...]
    value: Any = None
    client: bool = False
    omitted: bool = False


class Address(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Where somebody is, and who is there. ``country`` is ISO 3166-1 alpha-2 where known."""

    code: str = ""
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    line_1: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    country_name: str = ""
    phone: str = ""
    email: str = ""
    residential: bool | None = None
    unknown: tuple[Unknown, ...] = ()
