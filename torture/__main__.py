"""The command: ``python -m torture [TRIAL ...]``; ``--help`` tells of its options."""

from __future__ import annotations

import argparse
import pkgutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests import citus
from torture import report, trials
from torture.harness import Harness, stop
from torture.stores import Cluster, Postgres, Sqlite, StoreKind


def main(words: Sequence[str]) -> int:
    """Run every trial, or those that are named; gives 1 if anything was lost, else 0."""
    known = [found.name for found in pkgutil.iter_modules(trials.__path__)]
    asked = _read(words, known)
    if asked.join:
        found = report.joined(asked.join)
        report.publish(found)
        return 1 if any(row["lost"] for row in found["rows"]) else 0
    with tempfile.TemporaryDirectory(prefix="orderglot-torture-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        clusters = (Cluster(),) if citus.COORDINATOR else ()
        stores = _chosen((Sqlite(), postgres, *clusters), asked.store)
        harness = Harness(Path(folder), stores, seed=asked.seed, scale=asked.scale)
        try:
            for name in known:
                if not asked.trials or name in asked.trials:
                    harness.trial = name
                    import_module(f"{trials.__name__}.{name}").run(harness)
            return _report(harness, asked)
        finally:
            for cluster in clusters:
                cluster.end()
            postgres.end()


def _chosen(there: Sequence[StoreKind], names: Sequence[str]) -> tuple[StoreKind, ...]:
    """Give the stores of those names, all that there are for none."""
    known = {one.name.lower(): one for one in there}
    if Cluster.name.lower() in names and not citus.COORDINATOR:
        stop("ORDERGLOT_TEST_CITUS names no cluster.")
    return tuple(one for name, one in known.items() if not names or name in names)


def _report(harness: Harness, asked: argparse.Namespace) -> int:
    for line in ("", *report.table(harness.rows), "", report.verdict(harness)):
        print(line)
    found = report.results(harness)
    if asked.results:
        report.write_results(found, asked.results)
    elif not asked.trials and not asked.store and asked.scale == 1:
        report.publish(found)
    return 1 if any(row.lost for row in harness.rows) else 0


def _read(words: Sequence[str], known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m torture", description=__doc__)
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help=f"one of: {', '.join(known)}")
    parser.add_argument(
        "--store",
        action="append",
        default=[],
        choices=[one.name.lower() for one in (Sqlite, Postgres, Cluster)],
        help="try this store alone; may be said again for another (all that there are)",
    )
    parser.add_argument("--scale", type=float, default=1.0, help="run this share of each trial")
    parser.add_argument("--seed", type=int, default=7, help="the seed of all random choices")
    parser.add_argument("--results", type=Path, help="write the figures into this file alone")
    parser.add_argument(
        "--join", type=Path, nargs="+", help="run nothing; publish the figures in these files"
    )
    asked = parser.parse_args(words)
    unknown = sorted(set(asked.trials) - set(known))
    if unknown:
        stop(f"there is no trial {unknown[0]!r}; there are {', '.join(known)}.")
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
