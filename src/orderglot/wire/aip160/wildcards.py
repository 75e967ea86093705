"""Texts with wildcards: ``"Foo*"`` begins so, ``"*foo*"`` contains it, ``"\\*"`` is an asterisk."""

from __future__ import annotations

import re

from orderglot.core.query import Operator
from orderglot.wire.aip160.syntax import unescaped

WILDCARD = "*"
_PIECES = re.compile(r"\\.|.", re.DOTALL)
_SPECIAL = re.compile(r'[\\"*]')


def read_text(text: str) -> tuple[Operator, str]:
    """Read what stands in quotation marks; raises ValueError where an asterisk is elsewhere."""
    pieces = _PIECES.findall(text)
    begins = pieces[:1] == [WILDCARD] and len(pieces) > 1
    ends = pieces[-1:] == [WILDCARD]
    middle = pieces[begins : len(pieces) - ends]
    if WILDCARD in middle or (begins and not ends):
        raise ValueError('has an asterisk where none can be: "foo*" and "*foo*" are understood')
    plain = unescaped("".join(middle))
    if not ends:
        return Operator.EQ, plain
    return Operator.CONTAINS if begins else Operator.BEGINS, plain


def write_text(operator: Operator, text: str) -> str:
    """Write a text in quotation marks, with what stands for more of it."""
    plain = _SPECIAL.sub(r"\\\g<0>", text)
    before = WILDCARD if operator is Operator.CONTAINS else ""
    after = WILDCARD if operator in (Operator.CONTAINS, Operator.BEGINS) else ""
    return f'"{before}{plain}{after}"'
