"""What is exchanged in a page's texts, and nothing else: the address, the credentials, the ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pages.page_file import Block

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Exchange:
    """A page's words for what everybody has another of, and what stands for them here.

    Placeholders in braces are names of the demo's entry, or ``base``, ``scheme`` and ``host`` of the
    server's address.
    """

    def __init__(self, words: Mapping[str, str], url: str, entry: Mapping[str, Any]) -> None:
        address = urlsplit(url)
        values = {**entry, "base": url, "scheme": address.scheme, "host": address.netloc}
        self.values = {name: str(value) for name, value in values.items()}
        self.words = dict(words)

    def add(self, said: str, here: str) -> None:
        """Exchange one word more from now on."""
        self.words[said] = here

    def text(self, text: str) -> str:
        """Give a text with everything exchanged."""
        for said, here in self.words.items():
            text = text.replace(said, here)
        return _PLACEHOLDER.sub(lambda found: self.values.get(found[1], found[0]), text)

    def block(self, block: Block) -> Block:
        """Give a block with everything exchanged."""
        return Block(block.language, self.text(block.text))
