"""The Python blocks of the docs, and what a Python says that runs them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"```python\n(.+?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
PAGES: dict[str, list[tuple[str, str]]] = {
    page.name: found
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if (found := EXAMPLE.findall(page.read_text("utf-8")))
}
"""The examples of each page that has some: the code, and what it prints."""


def output_of(python: str, code: str, folder: Path) -> tuple[str, str]:
    """Run code in a folder, with warnings as errors; give what it printed, and what it complained of."""
    run = (python, "-W", "error", "-c", code)
    ended = subprocess.run(run, cwd=folder, check=False, capture_output=True, text=True)
    return ended.stdout, ended.stderr
