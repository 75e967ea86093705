"""Comparing a response with the printed one: status, headers, and the shape of the body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from xml.etree import ElementTree

from pages.sending import Answer, member, parsed

ANY = "…"
"""Anything: as a value; within a text; as a name or at a list's end, where the page breaks off."""


class Difference(NamedTuple):
    """What differs, and where: a header, or a place in the body."""

    where: str
    what: str


class Number(str):
    """A number as it is written: 5 is not 5.0."""


def differences(printed: str, answer: Answer) -> list[Difference]:
    """List how an answer differs from the printed one: a head, an empty line and a body."""
    head, _, body = printed.partition("\n\n")
    first, *headers = head.splitlines()
    return [*_heads(first, headers, answer), *_bodies(body.strip(), answer)]


def part(answer: Answer, where: str) -> str:
    """Give what stands somewhere in an answer: in a header, in an element, or in a member."""
    if where.lower() in answer.headers:
        return answer.headers[where.lower()]
    if answer.body.startswith(b"<"):
        return _root(answer.body).findtext(where, "")
    return str(member(parsed(answer), where))


def _root(document: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 (a page's, or of whom the user asks)


def _heads(first: str, headers: list[str], answer: Answer) -> Iterator[Difference]:
    status = first.split()[1]
    if status != str(answer.status):
        yield Difference("status", f"{answer.status} instead of {status}")
    for line in headers:
        name, _, value = line.strip().partition(": ")
        found = answer.headers.get(name.lower(), "")
        if not _same_text(value, found.removesuffix("; charset=utf-8")):
            yield Difference(name, f"{found!r} instead of {value!r}")


def _bodies(body: str, answer: Answer) -> Iterator[Difference]:
    text = answer.body.decode()
    if body == ANY:
        return
    try:
        if body.startswith("<"):
            yield from _roots(*map(_root, (body, text)))
        else:
            yield from _values(_read(body), _read(text), "")
    except (ValueError, ElementTree.ParseError):
        yield Difference("body", f"cannot be read: {text[:60]!r}")


def _read(text: str) -> Any:
    return json.loads(text, parse_int=Number, parse_float=Number)


def _roots(page: ElementTree.Element, found: ElementTree.Element) -> Iterator[Difference]:
    if page.tag != found.tag:
        yield Difference("body", f"{found.tag} instead of {page.tag}")
    else:
        yield from _elements(page, found, page.tag)


def _values(page: Any, found: Any, where: str) -> Iterator[Difference]:
    if page == ANY:
        return
    if type(page) is not type(found):
        if not (_is_list(page) and isinstance(found, list)):
            yield Difference(where, f"{_shown(found)} instead of {_shown(page)}")
            return
        page = list(page.values())
    if isinstance(page, dict):
        yield from _members(page, found, where)
    elif isinstance(page, list):
        yield from _items(page, found, where)
    elif not _same_text(str(page), str(found)):
        yield Difference(where, f"{_shown(found)} instead of {_shown(page)}")


def _is_list(page: Any) -> bool:
    """Tell whether a page prints a list as the script console does: an object of numbered members."""
    return isinstance(page, dict) and list(page) == [str(number) for number in range(len(page))]


def _members(page: dict[str, Any], found: dict[str, Any], where: str) -> Iterator[Difference]:
    for name in page:
        if name != ANY and name not in found:
            yield Difference(_at(where, name), "is not there")
    for name in found:
        if name not in page and ANY not in page:
            yield Difference(_at(where, name), "is not on the page")
    if [name for name in page if name in found] != [name for name in found if name in page]:
        yield Difference(where or "order", "the members stand in another order")
    for name in page:
        if name in found:
            yield from _values(page[name], found[name], _at(where, name))


def _items(page: list[Any], found: list[Any], where: str) -> Iterator[Difference]:
    cut = page[-1:] == [ANY]
    wanted = page[:-1] if cut else page
    if len(found) < len(wanted) or (len(found) > len(wanted) and not cut):
        yield Difference(f"{where}[]", f"{len(found)} of them instead of {len(wanted)}")
    for one, other in zip(wanted, found, strict=False):
        yield from _values(one, other, f"{where}[]")


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _elements(
    page: ElementTree.Element, found: ElementTree.Element, where: str
) -> Iterator[Difference]:
    if found.attrib != page.attrib:
        yield Difference(where, f"the attributes {found.attrib} instead of {page.attrib}")
    if page.text and page.text.strip() and not _same_text(page.text, found.text or ""):
        yield Difference(where, f"{found.text!r} instead of {page.text!r}")
    wanted, there = _runs(page), _runs(found)
    if [tag for tag, _ in wanted] != [tag for tag, _ in there]:
        names = ", ".join(tag for tag, _ in there) or "nothing"
        yield Difference(where, f"has {names} in it instead of {_names(wanted)}")
        return
    for (tag, ones), (_, others) in zip(wanted, there, strict=True):
        yield from _repeated(ones, others, f"{where}/{tag}")


def _repeated(
    page: Sequence[ElementTree.Element], found: Sequence[ElementTree.Element], where: str
) -> Iterator[Difference]:
    """Compare elements of one name: a single one on the page stands for each of any number."""
    if len(page) == 1:
        page = [page[0]] * len(found)
    if len(page) != len(found):
        yield Difference(where, f"{len(found)} of them instead of {len(page)}")
    for one, other in zip(page, found, strict=False):
        yield from _elements(one, other, where)


def _runs(element: ElementTree.Element) -> list[tuple[str, list[ElementTree.Element]]]:
    return [(tag, list(run)) for tag, run in groupby(element, lambda child: child.tag)]


def _names(runs: list[tuple[str, list[ElementTree.Element]]]) -> str:
    return ", ".join(tag for tag, _ in runs)


def _same_text(page: str, found: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, page.split(ANY))), found, re.DOTALL) is not None


def _shown(value: Any) -> str:
    return value if isinstance(value, Number) else json.dumps(value)[:60]
