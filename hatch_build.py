"""What a package index shows of Orderglot: README.md, with no link that leads nowhere from there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

README = "README.md"
RELATIVE = re.compile(r"\[([^\]]+)\]\((?!https?://|#)([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]+\]\((?!https?://)[^)\s]+\)\n+")
NOTE = "\nThe files that are named here without a link come with the sources.\n"


class Description(MetadataHookInterface):
    """Gives the package its long description when it is built.

    ``links`` in the hook's configuration is the address behind which the repository's files can be
    read in a browser; it may hold ``{version}``.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the description into the ``project`` table."""
        base = str(self.config.get("links", "")).format(version=metadata["version"])
        text = (Path(self.root) / README).read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": described(text, base)}


def described(text: str, base: str) -> str:
    """Give a text with its relative links led to ``base``, or without them where that is empty."""
    if base:
        return RELATIVE.sub(rf"[\1]({base}\2)", text)
    return RELATIVE.sub(r"\1", PICTURE.sub("", text)) + NOTE
