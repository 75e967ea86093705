"""Which pictures there are."""

from __future__ import annotations

from bench.figures import Found
from bench.output import Output
from bench.request_bytes import DOINGS


def draw(found: Found, output: Output) -> list[str]:
    """Draw what was found, and give the names of all pictures of the page."""
    from bench import plots

    for store, calls in found.calls.items():
        plots.draw_shares(calls, output.pictures / f"{store}-shares.svg")
        for doing in DOINGS:
            plots.draw_rates(calls, doing, output.pictures / f"{store}-{doing}.svg")
    if found.growth:
        plots.draw_growth(found.growth, output.pictures / "growth.svg")
    return sorted(path.stem for path in output.pictures.glob("*.svg"))
