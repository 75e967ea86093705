"""Proofs: where in a dialect's messages stands what lets somebody in, and so is nobody's to keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

WHOLE: Final = frozenset({""})
"""In the place of names: the whole body."""

NONE: Final[Mapping[str, frozenset[str]]] = {}


class Proofs(Struct, frozen=True, kw_only=True):
    """The places of secrets in the requests and answers of a dialect.

    ``headers`` are names of headers, in lower case. ``arguments`` are names in the query of any
    request, and with ``bodies`` also in its body, be that a form or JSON. ``logins`` give by
    operation the names in its query and body alone, ``answers`` the members by which its answer
    hands a secret out. What the operations in ``repeats`` answer was kept before, and is not again.
    """

    headers: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    bodies: bool = False
    logins: Mapping[str, frozenset[str]] = NONE
    answers: Mapping[str, frozenset[str]] = NONE
    repeats: frozenset[str] = frozenset()
