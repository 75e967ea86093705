"""What operations about sellers and keys share: who may, on whose behalf, and their pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypedDict, TypeVar

from msgspec import Struct

from orderglot.core.administration import Administration
from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden, Rule, invalid
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.shapes import Limit
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, PAGE_SIZE
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context
from orderglot.wire.shape import description

T = TypeVar("T")

PAGING = ("limit", "after", "total")


class Paging(TypedDict, total=False):
    """Which page of a list."""

    limit: Limit
    after: Annotated[str, description("The next of the page before.")]
    total: Annotated[bool, description("Whether to say how many there are in all.")]


class Paged(Struct, frozen=True):
    """A page that is asked for."""

    limit: int = PAGE_SIZE
    after: str = ""
    total: bool = False


class Listed(Struct, frozen=True):
    """A page of things, behind which thing the next one begins, and how many there are where asked."""

    items: tuple[Any, ...]
    next: str | None = None
    total: int | None = None


def administration_of(context: Context) -> Administration:
    """Give the port to sellers and keys."""
    if context.administration is None:
        raise RuntimeError("only what takes the right to administer has sellers and keys")
    return context.administration


def demand_change(caller: Caller, what: str = "sellers and keys") -> None:
    """Raise Forbidden where a key may look at sellers and keys, and change none.

    What it writes in test mode is not to be carried out; and who has a secret from before a roll may
    be the one because of whom it was rolled.
    """
    if caller.former:
        raise Forbidden(
            f"This secret is from before the key was rolled, and changes no {what}; show the new one."
        )
    if caller.test:
        raise Forbidden(f"This key is in test mode, and changes no {what}; move it to live.")


def demand_own(caller: Caller, rights: frozenset[str]) -> None:
    """Raise Forbidden where a key would hand out rights that it does not have itself."""
    if more := sorted(rights - caller.may):
        raise Forbidden(
            f"This key may not {' or '.join(more)} itself, and so makes and rolls no key that may."
        )


def demand_operator(caller: Caller) -> None:
    """Raise Forbidden unless the caller stands above the sellers."""
    if not caller.operator:
        raise Forbidden("This takes an operator's key.")


def write_paged(path: str) -> Callable[[Paged], Request]:
    """Make what asks for a page."""

    def write(ask: Paged) -> Request:
        limit = str(ask.limit) if ask.limit != PAGE_SIZE else ""
        asked = (("limit", limit), ("after", ask.after), ("total", "true" if ask.total else ""))
        query = query_of(tuple(pair for pair in asked if pair[1]))
        return Request(method="GET", path=path, query=query, headers=ASKS)

    return write


def read_paged(request: Request, _caller: Caller) -> Paged:
    """Read which page is asked for."""
    form = arguments_of(request, PAGING)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    after, total = form.text("after", exact=True), form.flag("total")
    form.check()
    return Paged(limit or PAGE_SIZE, after, bool(total))


def page_of(things: Sequence[T], name: Callable[[T], str], ask: Paged) -> Listed:
    """Give a page of things that are all there; raises Invalid where none has the name to go on behind."""
    names = list(map(name, things))
    if ask.after and ask.after not in names:
        reason = "This is the next of no page; begin again without it."
        raise invalid("after", Rule.MALFORMED, reason)
    begin = names.index(ask.after) + 1 if ask.after else 0
    end = begin + ask.limit
    more = names[end - 1] if end < len(things) else None
    return Listed(tuple(things[begin:end]), more, len(things) if ask.total else None)


def write_listed(write: Callable[[Any], Any]) -> Callable[[Listed, Request], Response]:
    """Make what writes a page of things."""

    def written(page: Listed, _request: Request) -> Response:
        content = {"items": list(map(write, page.items)), "next": page.next}
        return answer(content if page.total is None else {**content, "total": page.total})

    return written


def read_listed(form: Form, read: Callable[[Form], Any]) -> Listed:
    """Read a page of things."""
    items = tuple(map(read, form.each("items", present=True)))
    page = Listed(items, form.text("next", exact=True) or None, form.whole("total"))
    form.check()
    return page
