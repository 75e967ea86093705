"""What all our own requests and answers have: JSON, entity tags, arguments that are all known."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.order import Order
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

ANY = "*"
_TAG = re.compile(r'"([^"]*)"')


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


def arguments_of(request: Request, names: Collection[str]) -> Form:
    """Open the arguments of a request's query; raises Invalid where there is one of another name."""
    given = once(pairs(request.query))
    for name in given:
        if name not in names:
            known = f"there are {', '.join(names)}" if names else "there are none"
            raise invalid(name[:60], Rule.UNEXPECTED, f"There is no such parameter; {known}.")
    return Form(given)


def tag_of(order: Order) -> str:
    """Give the entity tag of an order as it stands."""
    return f'"{order.version}"'


def is_known(order: Order, request: Request) -> bool:
    """Tell whether a request says that its sender has the order as it stands."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == ANY or str(order.version) in _TAG.findall(known)


def demand_version(order: Order, wanted: str) -> None:
    """Raise Conflict unless an order is of one of the versions that an If-Match names; "" is any."""
    wanted = wanted.strip()
    if wanted in ("", ANY):
        return
    versions = _TAG.findall(wanted.replace('W/"', ""))
    if not versions:
        reason = f'{wanted[:40]!r} is no entity tag; send the ETag of the order, such as "3".'
        raise invalid("If-Match", Rule.MALFORMED, reason)
    if str(order.version) not in versions:
        raise Conflict(
            f"Version {order.version} of the order is here by now; read it again and repeat the"
            " change.",
            code=OVERTAKEN,
        )
