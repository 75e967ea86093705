"""What all our own requests and answers have: JSON, entity tags, arguments that are all known."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from msgspec import Struct

from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.dialects.orderglot.shapes import MERGE_PATCH, PROBLEM
from orderglot.dialects.orderglot.tables import OVERTAKEN
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.message import Request, Response, essence, once, pairs
from orderglot.wire.shape import JSON, LONGEST

SENT = (JSON, MERGE_PATCH)
"""The media types in which a body may be sent."""

ASKS = {"accept": JSON}
SENDS = {**ASKS, "content-type": JSON}
"""The headers of the client's requests, without and with a body."""

MATCH, NONE_MATCH = "if-match", "if-none-match"
ANY = "*"
_TAG = r'(?:W/)?"[^"]*"'
_TAGS = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_EACH_TAG = re.compile(r'(W/)?"([^"]*)"')


def answer(
    content: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media: str = JSON,
) -> Response:
    """Make an answer in JSON."""
    return Response(
        status=status, headers={"content-type": media, **(headers or {})}, body=json.write(content)
    )


def problem(content: Any, *, status: int, headers: Mapping[str, str]) -> Response:
    """Make a refusal (RFC 9457)."""
    return answer(content, status=status, headers=headers, media=PROBLEM)


def body_of(request: Request, known: Known | None = None) -> Form:
    """Open the JSON object that a request sends; raises Invalid where it is none."""
    media = essence(request.headers.get("content-type", JSON))
    if media not in SENT:
        reason = f"Send the body as {' or '.join(SENT)}, not as {media[:60]!r}."
        raise invalid("Content-Type", Rule.CHOICE, reason)
    document = json.read_sent(request.body) if request.body.strip() else {}
    return Form(document, longest=LONGEST, known=known)


def demand_bare(request: Request) -> None:
    """Raise Invalid where a request sends any member: its path says all."""
    form = body_of(request)
    for name in form.members:
        form.refuse(name, Rule.UNEXPECTED, "There is no such member; there is none.")
    form.check()


def arguments_of(request: Request, names: Collection[str]) -> Form:
    """Open the arguments of a request's query; raises Invalid where there is one of another name."""
    given = once(pairs(request.query))
    for name in given:
        if name not in names:
            known = f"there are {', '.join(names)}" if names else "there are none"
            raise invalid(name[:60], Rule.UNEXPECTED, f"There is no such parameter; {known}.")
    return Form(given)


def refuse_strange(form: Form, apart: Collection[str] = ()) -> None:
    """Refuse what nobody knows, at any depth; but for what is refused ``apart`` already."""
    known = form.known
    if known is None:
        return
    for name, value in form.members.items():
        inner = known.of(name)
        if name in apart:
            continue
        if name not in known.names:
            there = ", ".join(sorted(known.names)) or "nothing"
            form.refuse(name, Rule.UNEXPECTED, f"There is no such member; there is {there}.")
        elif isinstance(value, dict) and inner and inner.each is None:
            refuse_strange(form.inside(name))
        elif isinstance(value, list) and inner:
            for one in form.each(name):
                refuse_strange(one)


class Versioned(Protocol):
    """An order, a customer, a product: whatever gets another version when it changes."""

    @property
    def version(self) -> int: ...


def tag_of(order: Versioned) -> str:
    """Give the entity tag of an order as it stands."""
    return f'"{order.version}"'


def is_known(order: Versioned, request: Request) -> bool:
    """Tell whether a request says that its sender has the order as it stands."""
    return _is_one_of(order, request.headers.get(NONE_MATCH, "").strip())


class Preconditions(Struct, frozen=True):
    """Of which versions an order is to be that is changed, and of which not; "" is of any."""

    match: str = ""
    none_match: str = ""


def preconditions_of(request: Request) -> Preconditions:
    """Read what a request that changes an order says of its version; raises Invalid of what is no tag."""
    for name, header in (("If-Match", MATCH), ("If-None-Match", NONE_MATCH)):
        wanted = request.headers.get(header, "").strip()
        if wanted not in ("", ANY) and not _TAGS.fullmatch(wanted):
            reason = f'{wanted[:40]!r} is no entity tag; send the ETag of the order, such as "3".'
            raise invalid(name, Rule.MALFORMED, reason)
    return Preconditions(
        request.headers.get(MATCH, "").strip(), request.headers.get(NONE_MATCH, "").strip()
    )


def written(wanted: Preconditions) -> dict[str, str]:
    """Write preconditions as the headers of a request."""
    headers = {MATCH: wanted.match, NONE_MATCH: wanted.none_match}
    return {name: tags for name, tags in headers.items() if tags}


def demand_version(order: Versioned, wanted: Preconditions, one: str = "order") -> None:
    """Raise Conflict where an order is of no version that may be changed (RFC 9110, 13.1)."""
    match = wanted.match
    if match not in ("", ANY) and str(order.version) not in _versions(match, weak=False):
        weak = " A weak tag is none that a change may name." if "W/" in match else ""
        raise Conflict(
            f"Version {order.version} of the {one} is here by now; read it again and repeat the"
            f" change.{weak}",
            code=OVERTAKEN,
        )
    if _is_one_of(order, wanted.none_match):
        raise Conflict(
            f"Version {order.version} of the {one} is here, for which If-None-Match forbids the"
            " change; leave that header out.",
            code=OVERTAKEN,
        )


def _is_one_of(order: Versioned, tags: str) -> bool:
    return tags == ANY or str(order.version) in _versions(tags, weak=True)


def _versions(tags: str, *, weak: bool) -> set[str]:
    """Give the versions of a list of entity tags, those of weak ones only where these count."""
    if not _TAGS.fullmatch(tags):
        return set()
    return {version for mark, version in _EACH_TAG.findall(tags) if weak or not mark}
