"""Content negotiation: which of the offered media types a client wants."""

from __future__ import annotations

from functools import lru_cache

from orderglot.wire.message import essence


@lru_cache(maxsize=1024)
def negotiate(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """Give the offered type that fits an Accept header best, None where none does.

    Parameters other than ``q`` and letter case are passed over. The first offer answers a missing,
    empty or open header; among equals the header's order decides.
    """
    if not accept or not accept.strip():
        return offers[0]
    best: tuple[float, str | None] = (0.0, None)
    refused = {essence(part) for part in accept.split(",") if _quality(part) == 0}
    for part in accept.split(","):
        quality = _quality(part)
        found = _first_fit(essence(part), offers, refused)
        if found and quality > best[0]:
            best = (quality, found)
    return best[1]


def _first_fit(wanted: str, offers: tuple[str, ...], refused: set[str]) -> str | None:
    kind = wanted.partition("/")[0]
    for offer in offers:
        fits = wanted in (offer, "*/*", "*") or wanted == f"{offer.partition('/')[0]}/*"
        if fits and kind and offer not in refused:
            return offer
    return None


def _quality(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return _number(value)
    return 1.0


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
