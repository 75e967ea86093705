"""The URL of a database, as it may be shown: without its password."""

from __future__ import annotations

import re

_AUTHORITY = re.compile(r"(://[^:@/]*):.*@")
_PARAMETER = re.compile(r"((?:^|[?&])(?:ssl)?password=)[^&]*", re.IGNORECASE)


def shown(url: str) -> str:
    """Give a store's URL without the password in it."""
    return _PARAMETER.sub(r"\1…", _AUTHORITY.sub(r"\1:…@", url))
