"""The pictures of the page, and their names."""

from __future__ import annotations

from bench.figures import GROWTH, Found
from bench.output import Output
from bench.request_bytes import CALLS


def draw(found: Found, output: Output) -> list[str]:
    """Draw what was found, and give the names of all pictures of the page."""
    from bench import plots

    for store, calls in found.calls.items():
        plots.draw_shares(calls, output.pictures / f"{store}-shares.svg")
        for call in CALLS:
            plots.draw_rates(calls, call, output.pictures / f"{store}-{call}.svg")
    for store, grown in found.growth.items():
        plots.draw_growth(store, grown, output.pictures / f"{GROWTH[store]}.svg")
    return sorted(path.stem for path in output.pictures.glob("*.svg"))
