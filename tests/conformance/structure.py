"""The structure of a body: what it says, whatever its blanks; members in their order."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from orderglot.wire.message import Response, essence


class Number(str):
    """A number as it is written, so that 28.8 is not 28.80."""

    __slots__ = ()


def structure(response: Response) -> Any:
    """Parse a body by its media type; raises ValueError where it is not well formed."""
    media = essence(response.headers.get("content-type", ""))
    if not response.body:
        return None
    if "json" in media:
        return json_structure(response.body)
    if "xml" in media:
        return xml_structure(response.body)
    return response.body.decode()


def json_structure(body: bytes) -> Any:
    return json.loads(
        body, object_pairs_hook=tuple, parse_float=Number, parse_int=Number, parse_constant=refuse
    )


def refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def xml_structure(body: bytes) -> Any:
    try:
        return element(etree.fromstring(body))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error


def element(node: Any) -> Any:
    """Give an element as name, attributes, and children or text."""
    children = tuple(map(element, node))
    return node.tag, tuple(node.attrib.items()), children or (node.text or "")
