"""Which pictures there are."""

from __future__ import annotations

from bench.asks import DOINGS
from bench.found import Found
from bench.paper import Paper


def draw(found: Found, paper: Paper) -> list[str]:
    """Draw what was found, and give the names of all pictures of the page."""
    from bench import plots

    for store, calls in found.calls.items():
        plots.draw_shares(calls, paper.pictures / f"{store}-shares.svg")
        for doing in DOINGS:
            plots.draw_rates(calls, doing, paper.pictures / f"{store}-{doing}.svg")
    if found.growth:
        plots.draw_growth(found.growth, paper.pictures / "growth.svg")
    return sorted(path.stem for path in paper.pictures.glob("*.svg"))
