"""XML without its dangers: no DTD, no entities of one's own, bounded depth and size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from orderglot.core.errors import HubError, Invalid, Rule, invalid
from orderglot.wire.meanings import understood

DEEPEST = 32
MOST_ELEMENTS = 50_000
_NUMBERS = (int, Decimal)
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

_UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANKS = " \t\n\r"
"""What a document may be laid out with, and nothing else."""
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def read(body: bytes) -> tuple[str, Any]:
    """Decode a document into its root's name and content.

    An element with children is a dict of them by name, several of one name are a list, any other
    is its text without the blanks at its ends. Attributes and comments are passed over. Raises Invalid
    on anything else.
    """
    # Each element has a "<" of its own, in whatever encoding: seldom do they have to be counted.
    tree = _Tree() if body.count(b"<") <= MOST_ELEMENTS else _CountedTree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    # Nobody looks at attributes, and an empty list of them costs less than an empty dict.
    parser.ordered_attributes = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(body, True)
    except HubError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _malformed(error) from None
    name, content = tree.root
    return name, understood(content)


def write(name: str, value: Any, each: Mapping[str, str]) -> bytes:
    """Encode a value under a root element.

    A dict becomes child elements in its order; nothing (None, ``""``) an empty element. A list
    becomes a wrapper around elements of the name that ``each`` gives for it, or, without one, as
    many elements of its own name.
    """
    pieces = [DECLARATION]
    _write(name, value, each, pieces.append)
    return "".join(pieces).encode()


def indented(body: bytes) -> str:
    """Give a document of ours with each element on a line of its own."""
    from xml.etree import ElementTree

    root = ElementTree.fromstring(body)  # noqa: S314 (what we wrote has no document type)
    ElementTree.indent(root)
    head = body[: body.index(b"?>") + 2].decode() if body.startswith(b"<?xml") else ""
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return f"{head}\n{text}".lstrip()


def encodable(text: str) -> str:
    """Give a text without the characters that XML cannot say."""
    # Printable characters can be encoded, and most texts have no others.
    return text if text.isprintable() else _UNSAYABLE.sub("", text)


class _Tree:
    """Builds plain values out of the parser's events.

    What is between the tags of an element with children is passed over: so one text at a time, that
    of the innermost element, is all that has to be known.
    """

    __slots__ = ("children", "open", "text_so_far")

    def __init__(self) -> None:
        self.children: dict[str, Any] = {}
        self.open: list[dict[str, Any]] = []
        self.text_so_far = ""

    @property
    def root(self) -> tuple[str, Any]:
        """The name and the content of the one element that stands in no other."""
        return next(iter(self.children.items()))

    def start(self, name: str, _attributes: list[str]) -> None:
        if len(self.open) >= DEEPEST:
            raise invalid(name, Rule.SIZE, f"Elements are nested deeper than {DEEPEST}.")
        self.open.append(self.children)
        self.children = {}
        self.text_so_far = ""

    def end(self, name: str) -> None:
        content: Any = self.children or self.text_so_far.strip(_BLANKS)
        self.text_so_far = ""
        self.children = children = self.open.pop()
        there = children.get(name)
        if there is None:
            children[name] = content
        elif isinstance(there, list):
            there.append(content)
        else:
            children[name] = [there, content]

    def text(self, text: str) -> None:
        self.text_so_far += text


class _CountedTree(_Tree):
    """A tree of a document that may have too many elements."""

    __slots__ = ("elements",)

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0

    def start(self, name: str, attributes: list[str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise invalid(name, Rule.SIZE, f"The document has more than {MOST_ELEMENTS} elements.")
        super().start(name, attributes)


def _write(name: str, value: Any, each: Mapping[str, str], say: Any) -> None:
    if isinstance(value, dict):
        say(f"<{name}>")
        for child, inner in value.items():
            # Nearly all of a document is this: it is written here, without a call.
            kind = type(inner)
            if kind is str and _is_plain(inner):
                say(f"<{child}>{inner}</{child}>")
            elif kind in _NUMBERS:
                say(f"<{child}>{inner!s}</{child}>")
            elif inner is None:
                say(f"<{child}></{child}>")
            else:
                _write(child, inner, each, say)
        say(f"</{name}>")
    elif not isinstance(value, list | tuple):
        say(f"<{name}>{_spell(value)}</{name}>")
    elif name in each:
        say(f"<{name}>")
        for one in value:
            _write(each[name], one, each, say)
        say(f"</{name}>")
    else:
        for one in value:
            _write(name, one, each, say)


def _spell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    text = str(value)
    return text if _is_plain(text) else encodable(text).translate(_SPECIAL)


def _is_plain(text: str) -> bool:
    """Tell whether a text is encoded as it is: printable characters are."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _refuse_doctype(name: str, _system: Any, _public: Any, _internal: Any) -> None:
    raise invalid(name, Rule.UNEXPECTED, "A document type (DOCTYPE) is not accepted.")


def _malformed(error: Exception) -> Invalid:
    return invalid("body", Rule.MALFORMED, f"This is not well-formed XML: {error}.")
