"""The window of a list out of query arguments."""

from __future__ import annotations

from orderglot.core.errors import Rule, invalid
from orderglot.wire.message import Request, argument
from orderglot.wire.values import read_whole

FURTHEST = 2**53


def read_bounded(
    request: Request, name: str, default: int, least: int = 0, most: int = FURTHEST
) -> int:
    """Read a whole number out of the query; raises Invalid where it is none or out of bounds."""
    text = argument(request, name)
    if text is None or text == "":
        return default
    try:
        number = read_whole(text)
    except ValueError as error:
        raise invalid(name, Rule.MALFORMED, f"{text[:40]!r} {error}.") from None
    if not least <= number <= most:
        bounds = (
            f"at least {least}"
            if number < least and most == FURTHEST
            else f"between {least} and {most}"
        )
        raise invalid(name, Rule.RANGE, f"{number} is not {bounds}.")
    return number
