"""The URL of a database: as it may be shown, and in the form by which it is compared."""

from __future__ import annotations

import re
from pathlib import Path

_AUTHORITY = re.compile(r"(://[^:@/]*):.*@")
_PARAMETER = re.compile(r"((?:^|[?&])(?:ssl)?password=)[^&]*", re.IGNORECASE)


def shown(url: str) -> str:
    """Give a store's URL without the password in it."""
    return _PARAMETER.sub(r"\1…", _AUTHORITY.sub(r"\1:…@", url))


def canonical(url: str) -> str:
    """Give a URL in the one form that names the same wherever and however it was written."""
    scheme, mark, path = url.partition("sqlite:///")
    if mark and not scheme:
        return f"{mark}{Path(path).resolve()}"
    scheme, colon, rest = url.partition("://")
    return f"postgresql://{rest}" if colon and scheme == "postgres" else url
