"""Rounds: several sides measured in turns, so that other load on the machine affects them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TypeVar

from msgspec import Struct

from bench.load import Sample

T = TypeVar("T")


class Spread(Struct, frozen=True):
    """The median of some figures, with the least and the greatest of them."""

    median: float
    least: float
    most: float


class Figures(Struct, frozen=True, kw_only=True):
    """The figures of a side over all rounds; ``rates`` are those of each round."""

    rate: Spread
    p50: Spread
    p99: Spread
    cost: Spread
    refused: int
    rates: tuple[float, ...]


def spread(figures: Sequence[float]) -> Spread:
    """Give the median of some figures, with the least and the greatest."""
    return Spread(short(median(figures)), short(min(figures)), short(max(figures)))


def short(figure: float) -> float:
    """Round a figure to four digits."""
    return float(f"{figure:.4g}")


def in_turns(
    sides: Mapping[str, Callable[[], T]], rounds: int, warm: Callable[[], object] | None = None
) -> dict[str, list[T]]:
    """Measure every side once in every round, another side first each time."""
    names = list(sides)
    found: dict[str, list[T]] = {name: [] for name in names}
    if warm is not None:
        warm()
    for number in range(rounds):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            found[name].append(sides[name]())
    return found


def figures(samples: Sequence[Sample]) -> Figures:
    """Sum up the rounds of one side."""
    return Figures(
        rate=spread([sample.rate for sample in samples]),
        p50=spread([sample.p50 for sample in samples]),
        p99=spread([sample.p99 for sample in samples]),
        cost=spread([sample.cost for sample in samples]),
        refused=sum(sample.refused for sample in samples),
        rates=tuple(short(sample.rate) for sample in samples),
    )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Compare two sides round by round: how many times theirs ours is."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])
