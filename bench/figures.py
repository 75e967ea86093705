"""All figures, chapter by chapter, and why a chapter is missing where one is."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.calls import Calls
from bench.cluster import Costs
from bench.exports import Exports
from bench.growth import Grown
from bench.hubs import Hubs
from bench.imports import Imports
from bench.journal import Journaled
from bench.machine import Machine
from bench.oscar.compared import Compared
from bench.output import Output
from bench.pull import Pulled
from bench.searches import Searched
from bench.webhooks import Delivered

STORES = ("sqlite", "postgres")
GROWTH = {"sqlite": "growth", "postgres": "growth-postgres"}
"""By the store, the chapter that has its growth."""


@dataclass
class Found:
    """The figures of all chapters."""

    machine: Machine | None = None
    calls: dict[str, Calls] = field(default_factory=dict)
    imports: Imports | None = None
    exports: list[Exports] | None = None
    pull: list[Pulled] | None = None
    hubs: Hubs | None = None
    growth: dict[str, list[Grown]] = field(default_factory=dict)
    cluster: list[Costs] | None = None
    searches: list[Searched] | None = None
    journal: list[Journaled] | None = None
    webhooks: list[Delivered] | None = None
    oscar: Compared | None = None
    reasons: dict[str, str] = field(default_factory=dict)


def read(output: Output) -> Found:
    """Read the figures that were kept."""
    calls = {store: output.kept(f"calls-{store}", Calls) for store in STORES}
    growth = {store: output.kept(name, list[Grown]) for store, name in GROWTH.items()}
    return Found(
        machine=output.kept("machine", Machine),
        calls={store: one for store, one in calls.items() if one is not None},
        imports=output.kept("imports", Imports),
        exports=output.kept("exports", list[Exports]),
        pull=output.kept("pull", list[Pulled]),
        hubs=output.kept("hubs", Hubs),
        growth={store: one for store, one in growth.items() if one is not None},
        cluster=output.kept("cluster", list[Costs]),
        searches=output.kept("searches", list[Searched]),
        journal=output.kept("journal", list[Journaled]),
        webhooks=output.kept("webhooks", list[Delivered]),
        oscar=output.kept("oscar", Compared),
        reasons=output.kept("reasons", dict[str, str]) or {},
    )
