"""The report: the table at the end, the figures as JSON, and the page in docs/."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from torture.harness import Harness, Row

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "torture.json"
PAGE = ROOT / "docs" / "torture.md"
PACKAGES = ("orderglot", "granian", "uvloop", "msgspec", "starlette")


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Write the table: every row, and below it everything that was lost."""
    width = max((len(title(row)) for row in rows), default=0)
    yield f"{'tried':<{width}} {'number':>9} {'survived':>9} {'lost':>6} {'seconds':>8}"
    for row in rows:
        if row.untried:
            yield f"{title(row):<{width}} not tried: {row.untried}"
            continue
        yield (
            f"{title(row):<{width}} {row.tried:>9,} {row.survived:>9,} {row.lost:>6,}"
            f" {row.seconds:>8.1f}"
        )
    for row in rows:
        for seen in row.seen:
            yield f"lost: {title(row)}: {seen}"
        if row.lost > len(row.seen):
            yield f"lost: {title(row)}: and {row.lost - len(row.seen):,} more"


def verdict(harness: Harness) -> str:
    """Sum all up in one sentence."""
    summed = _sum([row.tried for row in harness.rows], [row.lost for row in harness.rows])
    untried = sum(bool(row.untried) for row in harness.rows)
    return f"{summed}, in {time.monotonic() - harness.began:.0f} s.{_more(untried)}"


def _sum(tried: Sequence[int], lost: Sequence[int]) -> str:
    return f"{sum(tried):,} tried, {sum(tried) - sum(lost):,} survived, {sum(lost):,} lost"


def _more(untried: int) -> str:
    return f" {untried} could not be tried here." if untried else ""


def title(row: Row) -> str:
    """Name a row: its trial, and what in it."""
    return f"{row.trial}: {row.what}"


def write_results(found: dict[str, Any], file: Path) -> None:
    """Write figures as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")


def joined(files: Sequence[Path]) -> dict[str, Any]:
    """Put the figures of runs of some trials each together into those of one run."""
    parts = [json.loads(file.read_text("utf-8")) for file in files]
    rows = sorted((row for part in parts for row in part["rows"]), key=lambda row: row["trial"])
    summed = _sum([row["tried"] for row in rows], [row["lost"] for row in rows])
    untried = sum("untried" in row for row in rows)
    took = sum(row["seconds"] for row in rows)
    return {**parts[-1], "rows": rows, "verdict": f"{summed}, in {took:.0f} s.{_more(untried)}"}


def publish(found: dict[str, Any]) -> None:
    """Write the figures and the page where they are kept."""
    write_results(found, RESULTS)
    PAGE.write_text("\n".join(page(found)) + "\n", "utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)} and {RESULTS.relative_to(ROOT)}.")


def results(harness: Harness) -> dict[str, Any]:
    """Give all figures, with the machine and the versions."""
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": machine(),
        "versions": versions(harness),
        "seed": harness.seed,
        "scale": harness.scale,
        "verdict": verdict(harness),
        "rows": [
            {
                "trial": row.trial,
                "what": row.what,
                "tried": row.tried,
                "survived": row.survived,
                "lost": row.lost,
                "seconds": row.seconds,
                **({"untried": row.untried} if row.untried else {}),
                **({"figures": row.figures} if row.figures else {}),
                **({"seen": row.seen} if row.seen else {}),
            }
            for row in harness.rows
        ],
    }


def machine() -> str:
    """Describe the machine."""
    cpu = platform.processor() or platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory = next((int(one.split()[1]) for one in _lines("/proc/meminfo")), 0) / 2**20
    return f"{os.cpu_count()} processors, {cpu}, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def versions(harness: Harness) -> dict[str, str]:
    """Give the versions of what the trials ran on."""
    stores = {store.name: store.version() for store in harness.stores}
    return {
        "Python": platform.python_version(),
        **stores,
        **{name: metadata.version(name) for name in PACKAGES},
    }


def page(found: dict[str, Any]) -> Iterator[str]:
    """Write the page."""
    yield "# Failure tests"
    yield ""
    yield "`make torture` tries what usually breaks an order book, and writes this page. Each trial is"
    yield "described in the module of its name in `torture/trials/`; the figures are also in"
    yield "`bench/results/torture.json`."
    yield ""
    yield f"{found['when']}; {found['machine']}."
    yield "; ".join(f"{name} {version}" for name, version in found["versions"].items()) + "."
    yield ""
    yield f"**{found['verdict']}**"
    yield ""
    yield "| trial | what | tried | survived | lost | s |"
    yield "|---|---|--:|--:|--:|--:|"
    for row in found["rows"]:
        if "untried" in row:
            yield f"| {row['trial']} | {row['what']} | not tried: {row['untried']} | | | |"
            continue
        yield (
            f"| {row['trial']} | {row['what']} | {row['tried']:,} | {row['survived']:,}"
            f" | {row['lost']:,} | {row['seconds']:.0f} |"
        )
    yield from _figures(found["rows"])
    yield from _losses(found["rows"])


def _figures(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield "## Figures"
    for row in rows:
        if "figures" in row:
            yield ""
            yield f"{row['trial']}: {row['what']}:"
            yield ""
            for name, figure in row["figures"].items():
                shown = f"{figure:,g}" if isinstance(figure, float | int) else figure
                yield f"* {name}: {shown}"


def _losses(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    lost = [row for row in rows if "seen" in row]
    if not lost:
        return
    yield ""
    yield "## Lost"
    for row in lost:
        yield ""
        yield f"{row['trial']}: {row['what']}:"
        yield ""
        for seen in row["seen"]:
            yield f"* `{seen[:300].replace('`', '')}`"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
