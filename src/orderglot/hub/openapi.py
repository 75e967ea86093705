"""A dialect's server face as an OpenAPI document, for the address where it is served."""

from __future__ import annotations

from functools import cache
from typing import Any

from orderglot import dialects
from orderglot.faces.openapi import document
from orderglot.hub.dialects import chosen_one
from orderglot.hub.version import version


def described(name: str, base: str) -> dict[str, Any]:
    """Describe a dialect's server face at ``base`` as an OpenAPI document."""
    return {**_description(chosen_one(name).name), "servers": [{"url": base}]}


@cache
def _description(name: str) -> dict[str, Any]:
    return document(dialects.dialect(name), "", version())
