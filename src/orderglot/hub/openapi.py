"""A dialect's server face as an OpenAPI document, for the address where it is served."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from orderglot import dialects
from orderglot.faces.examples import Example
from orderglot.faces.openapi import document
from orderglot.hub.dialects import chosen_one
from orderglot.hub.version import version

EXAMPLES = "examples.json"
"""Where a dialect's examples are, which `make docs` writes out of its specimens."""


def described(name: str, base: str) -> dict[str, Any]:
    """Describe a dialect's server face at ``base`` as an OpenAPI document."""
    return {**_description(chosen_one(name).name), "servers": [{"url": base}]}


@cache
def examples_of(name: str) -> tuple[Example, ...]:
    """Read the examples that come with a dialect; one that is being written may have none yet."""
    file = files(dialects) / name / EXAMPLES
    if not file.is_file():
        return ()
    return msgspec.json.decode(file.read_bytes(), type=tuple[Example, ...])


@cache
def _description(name: str) -> dict[str, Any]:
    return document(dialects.dialect(name), "", version(), examples_of(name))
