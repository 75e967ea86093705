"""The Chromium that is on this machine; ``python -m tests.browser.chromium`` says where it is."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")

NONE = (
    "There is no Chromium here: install it (apt-get install chromium, dnf install chromium, or Google Chrome),"
    " or say where it is by CHROMIUM=/path/to/it."
)


def chromium() -> str:
    """Give the path of a Chromium; raises FileNotFoundError, which says how to get one, without any."""
    named = os.environ.get("CHROMIUM", "")
    found = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if found is None:
        raise FileNotFoundError(NONE)
    return found


if __name__ == "__main__":
    try:
        print(f"The browser is {chromium()}.")
    except FileNotFoundError as error:
        sys.exit(str(error))
