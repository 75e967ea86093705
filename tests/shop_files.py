"""Order files as shops export them: where they are, for they are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).parents[1].parent / "shared" / "data" / "shops"
FOLDER = Path(os.environ.get("ORDERGLOT_SHOP_FILES", "") or BESIDE)
MISSING = f"files of shops, for there is no {FOLDER}; name their folder in ORDERGLOT_SHOP_FILES"
"""What the summary of a run says where they are not."""
