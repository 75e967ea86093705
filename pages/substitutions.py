"""Replacing the placeholders of a page's texts: the address, the credentials, the ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pages.page_file import Block

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Substitutions:
    """A page's placeholders, and what replaces them.

    Names in braces are those of the demo's entry, or ``base``, ``scheme`` and ``host`` of the server's
    address.
    """

    def __init__(self, placeholders: Mapping[str, str], url: str, entry: Mapping[str, Any]) -> None:
        address = urlsplit(url)
        values = {**entry, "base": url, "scheme": address.scheme, "host": address.netloc}
        self.values = {name: str(value) for name, value in values.items()}
        self.placeholders = dict(placeholders)

    def add(self, placeholder: str, value: str) -> None:
        """Replace one placeholder more from now on."""
        self.placeholders[placeholder] = value

    def text(self, text: str) -> str:
        """Give a text with all placeholders replaced."""
        for placeholder, value in self.placeholders.items():
            text = text.replace(placeholder, value)
        return _PLACEHOLDER.sub(lambda found: self.values.get(found[1], found[0]), text)

    def block(self, block: Block) -> Block:
        """Give a block with all placeholders replaced."""
        return Block(block.language, self.text(block.text))
