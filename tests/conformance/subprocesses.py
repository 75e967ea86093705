"""Running conformance tests apart: in a process of their own, with few examples and no plugin but Hypothesis."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
OPTIONS = ("-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--hypothesis-profile=brief")


def held_apart(
    *arguments: str, root: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a tree and give what it said."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *arguments],
        cwd=root,
        env={**os.environ, **ALONE, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
