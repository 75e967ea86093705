"""The chapters of a run, each with how much it measures, in a whole run and in a quick one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import (
    calls,
    cluster,
    exports,
    flames,
    growth,
    growth_postgres,
    hubs,
    imports,
    journal,
    pull,
    searches,
    webhooks,
)
from bench.calls import Calls
from bench.copies import Databases, Files
from bench.oscar import compare as oscar
from bench.postgres import postgres
from tests import citus

NAMES = (
    *("calls-sqlite", "calls-postgres", "oscar", "imports", "exports", "pull", "hubs"),
    *("growth", "growth-postgres", "cluster", "searches", "journal", "webhooks", "flames"),
)

USUAL = tuple(name for name in NAMES if name != "cluster" or citus.COORDINATOR)
"""What is run where none is named."""

Chapter = Callable[[Path], Any]
"""Takes an empty folder of its own, and gives its figures."""


def chapters(pictures: Path, wires: tuple[str, ...], *, quick: bool) -> dict[str, Chapter]:
    """Give every chapter by its name, in the order in which they are run."""
    effort = calls.QUICK if quick else calls.Effort()
    found: tuple[Chapter, ...] = (
        partial(_on_files, effort, wires),
        partial(_on_postgres, effort, wires),
        partial(oscar.measured, effort=oscar.QUICK if quick else oscar.Effort()),
        partial(imports.measured, effort=imports.QUICK if quick else imports.Effort()),
        partial(exports.measured, effort=imports.QUICK if quick else imports.Effort()),
        partial(pull.measured, effort=pull.QUICK if quick else pull.Effort()),
        partial(hubs.measured, effort=imports.QUICK if quick else imports.Effort()),
        partial(growth.measured, effort=growth.QUICK if quick else growth.Effort()),
        partial(growth_postgres.measured, effort=growth.QUICK if quick else growth.Effort()),
        partial(cluster.measured, effort=cluster.QUICK if quick else cluster.Effort()),
        partial(searches.measured, effort=searches.QUICK if quick else searches.Effort()),
        partial(journal.measured, effort=journal.QUICK if quick else journal.Effort()),
        partial(webhooks.measured, effort=webhooks.QUICK if quick else webhooks.Effort()),
        partial(flames.recorded, pictures=pictures, seconds=1 if quick else 5),
    )
    return dict(zip(NAMES, found, strict=True))


def _on_files(effort: calls.Effort, wires: tuple[str, ...], folder: Path) -> Calls:
    return calls.measured(Files(folder), folder, effort, wires)


def _on_postgres(effort: calls.Effort, wires: tuple[str, ...], folder: Path) -> Calls:
    with postgres() as server:
        return calls.measured(Databases(server), folder, effort, wires)
