"""Encoding: what the output has no characters for is written as an escape, as JSON has them."""

from __future__ import annotations

import codecs
import sys

ESCAPED = "orderglot.escaped"
"""The name of the way to write what cannot be encoded."""


def escape_what_cannot_be_encoded() -> None:
    """Have the output take any text, on a terminal that knows nothing but ASCII as well."""
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    escapes = (f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
    return "".join(escapes), error.end
