"""Paths: below the site that the token belongs to."""

from __future__ import annotations

from orderglot.wire.message import fill

SITES = "/webresources/api/v3/sites/{site}"


CURRENT = "current"


def path(template: str, **params: str) -> str:
    """Write a path below the site that the token belongs to."""
    return fill(SITES + template, site=CURRENT, **params)
