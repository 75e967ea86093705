"""The order history's parameters: read into a query, written back, and kept in links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Window
from orderglot.core.values import Status
from orderglot.dialects.adobe.tables import (
    KINDS,
    LONGEST_PAGE,
    PAGE_SIZE,
    PREVIEWS,
    REASON,
    REASONS,
    RELATIONS,
    STATUSES,
)
from orderglot.dialects.adobe.values import read_beginning, read_end, write_exactly
from orderglot.wire.message import Request, arguments, pairs
from orderglot.wire.values import read_flag, read_whole

ORDER_TYPES = tuple(code for code in KINDS.codes if code not in PREVIEWS)
CODES = tuple(code for code in STATUSES.codes if code)

FIELDS = {
    "order-type": "kind",
    "status": "status",
    "offer-id": "lines.sku",
    "subscription-id": "lines.subscription",
    "reseller-id": "reseller",
}
"""The parameters that compare a field of the order, each with any number of values."""

TARGET = "reference-order-id"
START = "start-date"
END = "end-date"
LISTS = (*FIELDS, TARGET, START, END)
"""The parameters that links repeat as they came, in the page's order."""


class Search(Struct, frozen=True, kw_only=True):
    """What a client asks of a customer's history.

    ``filters`` are names and values as they came, in the page's order. ``after`` is where the page
    before this one ended, in a link that we wrote.
    """

    customer: str
    filters: tuple[tuple[str, str], ...] = ()
    limit: int = PAGE_SIZE
    offset: int = 0
    after: str = ""
    prices: bool = False

    def values(self, name: str) -> tuple[str, ...]:
        """Give the values of a parameter, each once."""
        return tuple(dict.fromkeys(value for own, value in self.filters if own == name))


def read_search(request: Request) -> Search:
    """Read the parameters; raises Invalid with every one that has a wrong value.

    One that says nothing is as good as absent, one that the page does not know is passed over.
    """
    problems: list[Problem] = []
    named = dict(pairs(request.query))
    filters = tuple(
        (name, value)
        for name in LISTS
        if name in named
        for value in dict.fromkeys(arguments(request, name))
        if value and _fits(name, value, problems)
    )
    search = Search(
        customer=request.params["customer_id"],
        filters=filters,
        limit=min(_read_number(request, "limit", PAGE_SIZE, 1, problems), LONGEST_PAGE),
        offset=_read_number(request, "offset", 0, 0, problems),
        after=_first(request, "after"),
        prices=read_prices(request, problems),
    )
    if problems:
        raise Invalid(*problems)
    return search


def read_prices(request: Request, problems: list[Problem] | None = None) -> bool:
    """Read whether prices are asked for; raises Invalid where the problem is not collected."""
    text = _first(request, "fetch-price")
    try:
        return bool(text) and read_flag(text)
    except ValueError as error:
        problem = Problem("fetch-price", Rule.MALFORMED, f"{text[:40]!r} {error}.")
    if problems is None:
        raise Invalid(problem)
    problems.append(problem)
    return False


def _fits(name: str, value: str, problems: list[Problem]) -> bool:
    choices = {"order-type": ORDER_TYPES, "status": CODES}.get(name)
    if choices is not None and value not in choices:
        reason = f"{value[:40]!r} is not one of {', '.join(choices)}."
        problems.append(Problem(name, Rule.CHOICE, reason))
        return False
    if name in (START, END):
        try:
            read_beginning(value)
        except ValueError as error:
            problems.append(Problem(name, Rule.MALFORMED, f"{value[:40]!r} {error}."))
            return False
    return True


def _read_number(
    request: Request, name: str, default: int, least: int, problems: list[Problem]
) -> int:
    text = _first(request, name)
    if not text:
        return default
    try:
        number = read_whole(text)
    except ValueError as error:
        problems.append(Problem(name, Rule.MALFORMED, f"{text[:40]!r} {error}."))
        return default
    if number < least:
        problems.append(Problem(name, Rule.RANGE, f"{number} is less than {least}."))
        return default
    return number


def _first(request: Request, name: str) -> str:
    """Give the first value of a parameter: what a client appends to our links counts for less."""
    for own, value in pairs(request.query):
        if own == name:
            return value
    return ""


def write_search(search: Search) -> Iterator[tuple[str, str]]:
    """Write the parameters, the filters first."""
    yield from search.filters
    if search.prices:
        yield "fetch-price", "true"
    yield "offset", str(search.offset)
    yield "limit", str(search.limit)
    if search.after:
        yield "after", search.after


def ending(search: Search, end: datetime) -> Search:
    """Cut a search off at a moment, so that what arrives later moves no order to another page."""
    others = tuple((name, value) for name, value in search.filters if name != END)
    return replace(search, filters=(*others, (END, write_exactly(end))))


def end_of(search: Search) -> datetime | None:
    """Give the moment before which orders are asked for: of several the first, None for no end."""
    ends = [read_end(value) for value in search.values(END)]
    return min((end for end in ends if end is not None), default=None)


def where(search: Search, customer: Customer, targets: Iterable[int], now: datetime) -> Query:
    """Make the query of a search; ``targets`` are the hub's ids of the orders referred to."""
    parts: list[Query] = [Compare("customer.id", Operator.EQ, customer.id)]
    for name, field in FIELDS.items():
        if wanted := search.values(name):
            parts.append(_compare(field, wanted))
    if search.values(TARGET):
        parts.append(Compare("kind", Operator.IN, tuple(RELATIONS)))
        parts.append(Compare("links.order.id", Operator.IN, tuple(targets)))
    return And((*parts, *_dates(search, customer, now)))


def _compare(field: str, wanted: tuple[str, ...]) -> Query:
    if field == "kind":
        return Compare(field, Operator.IN, tuple(meant(KINDS.write, KINDS.canon, wanted)))
    if field == "status":
        return Or(tuple(_of_status(code) for code in wanted))
    return Compare(field, Operator.IN, wanted)


def meant(write: Callable[[Any], str], values: Iterable[Any], codes: Iterable[str]) -> list[Any]:
    """Give the canonical values that are written as one of these codes."""
    wanted = set(codes)
    return [value for value in values if write(value) in wanted]


def _of_status(code: str) -> Query:
    """Ask for the orders that show a status; a failed one may show why it failed."""
    why = Compare(f"extras.{REASON}", Operator.IN, REASONS)
    if code in REASONS:
        why = Compare(f"extras.{REASON}", Operator.EQ, code)
        return And((Compare("status", Operator.EQ, Status.FAILED), why))
    shown = Compare("status", Operator.IN, tuple(meant(STATUSES.write, STATUSES.canon, (code,))))
    return And((shown, Not(why))) if STATUSES.read(code) is Status.FAILED else shown


def _dates(search: Search, customer: Customer, now: datetime) -> Iterator[Query]:
    """Give the bounds: from the current term's start until now, where nothing else is asked for."""
    starts = [read_beginning(value) for value in search.values(START)]
    if not starts and customer.term_start is not None:
        starts = [datetime.combine(customer.term_start, time(), UTC)]
    if starts:
        yield Compare("created", Operator.GTE, max(starts))
    if not search.values(END):
        yield Compare("created", Operator.LTE, now)
    elif (end := end_of(search)) is not None:
        yield Compare("created", Operator.LT, end)


# The client's side

EVER = "0001-01-01"
NEVER = "9999-12-31T23:59:59Z"
"""Where nothing else is asked for: all there is, not the current term alone."""


def search_of(window: Window, customer: str) -> Search:
    """Say a window in Adobe's parameters; what they cannot say is left for the client to sift."""
    filters = tuple(_filters(window.where))
    names = {name for name, _ in filters}
    defaults = ((START, EVER), (END, NEVER))
    return Search(
        customer=customer,
        filters=(*filters, *(pair for pair in defaults if pair[0] not in names)),
        limit=window.limit,
        offset=window.offset,
        prices=True,
    )


def _filters(query: Query) -> Iterator[tuple[str, str]]:
    """Say the comparisons that must all hold, the first of a parameter alone."""
    parts = query.parts if isinstance(query, And) else (query,)
    seen: set[str] = set()
    for part in parts:
        pairs = tuple(_write_compare(part)) if isinstance(part, Compare) else ()
        if pairs and pairs[0][0] not in seen:
            seen.add(pairs[0][0])
            yield from pairs


def _write_compare(compare: Compare) -> Iterator[tuple[str, str]]:
    name = next((name for name, field in FIELDS.items() if field == compare.field), None)
    if compare.field == "created" and isinstance(compare.value, datetime):
        yield from _write_date(compare.operator, compare.value)
    elif name is None or compare.operator not in (Operator.EQ, Operator.IN):
        return
    else:
        values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
        codes = [_write_value(compare.field, value) for value in values]
        if codes and all(codes):
            yield from ((name, code) for code in codes)


def _write_date(operator: Operator, moment: datetime) -> Iterator[tuple[str, str]]:
    moment = moment.astimezone(UTC).replace(microsecond=0)
    text = write_exactly(moment).replace(".000000", "")
    if operator in (Operator.GT, Operator.GTE):
        yield START, text
    elif operator in (Operator.LT, Operator.LTE):
        yield END, text


def _write_value(field: str, value: Any) -> str:
    """Say a value, "" where its code means others as well, or nothing means it."""
    if field == "kind":
        return KINDS.write(value) if value in KINDS.codes.values() else ""
    if field == "status":
        exact = value in STATUSES.codes.values() and value is not Status.FAILED
        return STATUSES.write(value) if exact else ""
    return value if isinstance(value, str) and value == value.strip() else ""
