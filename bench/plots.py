"""The pictures of the page, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

from bench.calls import BARS_AT, CEILING, FLOOR, OURS, SINGLE, Calls, Cell
from bench.growth import AGAIN, MIDDLE, MOST, NEAR_END, PAGE_1, SOME, Grown
from bench.growth import CREATE as CREATED
from bench.growth import GET as GOT
from bench.request_bytes import CALLS, CREATE, GET, LIST

COLOURS = {OURS: "#2a6f97", FLOOR: "#e09f3e", CEILING: "#adb5bd", SINGLE: "#9e2a2b"}
DEMANDED = {GET: 0.80, LIST: 0.85, CREATE: 0.5}

# The same figures give the same file: ids are not random, and there is no date.
mpl.rcParams["svg.hashsalt"] = "orderglot"
mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["font.family"] = "sans-serif"
mpl.rcParams["axes.spines.top"] = False
mpl.rcParams["axes.spines.right"] = False


def draw_shares(calls: Calls, path: Path) -> None:
    """Draw how much of the hand-written floor each dialect reaches."""
    with _picture(path, "Share of the hand-written floor, one worker", (9, 4)) as axes:
        wires = list(dict.fromkeys(cell.wire for cell in calls.cells))
        for place, call in enumerate(CALLS):
            cells = dict(_by_wire(calls, call))
            at = [number + (place - 1) * 0.27 for number, wire in enumerate(wires) if wire in cells]
            shares = [cells[wire].ratios[FLOOR] for wire in wires if wire in cells]
            _columns(axes, at, shares, 0.25, f"C{place}", f"{call} (bar {DEMANDED[call]:g})")
        axes.axhline(1, color="black", linewidth=0.8)
        axes.set_xticks(range(len(wires)), wires)
        axes.legend(frameon=False)


def draw_rates(calls: Calls, call: str, path: Path) -> None:
    """Draw the requests a second of each side, dialect by dialect."""
    title = f"{call}: requests a second, one worker, {BARS_AT[call]} connections"
    with _picture(path, title, (9, 4)) as axes:
        cells = dict(_by_wire(calls, call))
        sides = [side for side in COLOURS if all(side in cell.sides for cell in cells.values())]
        width = 0.8 / len(sides)
        for place, side in enumerate(sides):
            at = [number + (place - (len(sides) - 1) / 2) * width for number in range(len(cells))]
            rates = [cell.sides[side].rate for cell in cells.values()]
            _columns(axes, at, rates, width * 0.92, COLOURS[side], side)
        axes.set_xticks(range(len(cells)), list(cells))
        axes.legend(frameon=False)


def draw_growth(store: str, growth: Sequence[Grown], path: Path) -> None:
    """Draw how long answers take as one seller's book grows."""
    grown = [one for one in growth if one.sellers == 1]
    title = f"{store}: p99 of an answer as one seller's book grows (ms)"
    with _picture(path, title, (9, 4.5)) as axes:
        for what in (GOT, PAGE_1, MIDDLE, SOME, NEAR_END, MOST, AGAIN, CREATED):
            if any(what not in one.queries for one in grown):
                continue
            orders = [one.orders for one in grown]
            axes.plot(orders, [one.queries[what].p99.median for one in grown], "o-", label=what)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("orders")
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def _by_wire(calls: Calls, call: str) -> Iterator[tuple[str, Cell]]:
    for cell in calls.cells:
        if (cell.call, cell.connections, cell.workers) == (call, BARS_AT[call], 1):
            yield cell.wire, cell


def _columns(
    axes: Any, at: Sequence[float], spreads: Sequence[Any], width: float, colour: str, label: str
) -> None:
    middles = [one.median for one in spreads]
    below = [one.median - one.least for one in spreads]
    above = [one.most - one.median for one in spreads]
    style = {"ecolor": "#495057", "elinewidth": 0.8}
    axes.bar(at, middles, width, yerr=(below, above), color=colour, label=label, error_kw=style)


@contextmanager
def _picture(path: Path, title: str, size: tuple[float, float]) -> Iterator[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure, axes = pyplot.subplots(figsize=size, layout="constrained")
    axes.set_title(title, loc="left")
    yield axes
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
