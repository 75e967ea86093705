"""``python -m bench``: measure, write the figures and the page, and compare with the bars."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.bars import Reading, readings
from bench.chapters import NAMES, USUAL, Chapter, chapters
from bench.drawing import draw
from bench.figures import read
from bench.machine import this_machine
from bench.output import Output, log
from bench.report import write_page
from bench.serving import ROOT, take_load_core

WHOLE = Output(ROOT / "bench" / "results", ROOT / "docs" / "performance.md")
TRIAL = Output(ROOT / "build" / "bench" / "results", ROOT / "build" / "bench" / "performance.md")


def main() -> int:
    """Run the chapters; gives 1 where one of them failed, whether or not the bars are met."""
    arguments = _arguments()
    output = TRIAL if arguments.quick else WHOLE
    if not arguments.page:
        _run_all(
            output,
            arguments.only or USUAL,
            chapters(output.pictures, arguments.wires, quick=arguments.quick),
        )
    found = read(output)
    write_page(found, output, draw(found, output))
    for reading in readings(found):
        print(_line(reading))
    print(f"\nThe page: {output.page.relative_to(ROOT)}")
    failures = [what for calls in found.calls.values() for what in calls.failures]
    return 1 if found.reasons or failures else 0


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a trial run of some minutes; nothing is kept"
    )
    parser.add_argument("--only", type=_listed, help=f"some of the chapters: {','.join(NAMES)}")
    parser.add_argument(
        "--wires", type=_listed, default=(), help="some of the wires: kole,kole-xml"
    )
    parser.add_argument("--page", action="store_true", help="write the page anew, measure nothing")
    return parser.parse_args()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _run_all(output: Output, names: Iterable[str], chapter: Mapping[str, Chapter]) -> None:
    """Run some chapters; of the others the figures of an earlier run are kept."""
    reasons = read(output).reasons
    take_load_core()
    for name in names:
        reasons.pop(name, None)
        _run(output, name, chapter[name], reasons)
    output.keep("machine", this_machine())
    output.keep("reasons", reasons)


def _run(output: Output, name: str, chapter: Chapter, reasons: dict[str, str]) -> None:
    """Run a chapter in a folder of its own; where it fails, the others go on."""
    log(f"chapter {name}")
    output.drop(name)
    try:
        with TemporaryDirectory(prefix="orderglot-bench-") as folder:
            output.keep(name, chapter(Path(folder)))
    except Exception as error:  # noqa: BLE001 (whatever it was, the other chapters go on)
        traceback.print_exc()
        reasons[name] = f"{type(error).__name__}: {error}"[:300]
        log(f"chapter {name} failed: {reasons[name]}")


def _line(reading: Reading) -> str:
    figure = "-" if reading.figure is None else f"{reading.figure:.2f}{reading.bar.unit}"
    what = f"{reading.bar.name} ({reading.what})" if reading.what else reading.bar.name
    return f"{figure:>10}  {reading.bar.demand:17} {what}: {reading.verdict}"


if __name__ == "__main__":
    sys.exit(main())
