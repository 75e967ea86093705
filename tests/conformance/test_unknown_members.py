"""Law 21: what a shape does not know is kept, told, and shown to nobody whom it does not concern."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import CREATE, OPEN, READ, Caller
from orderglot.core.errors import HubError
from orderglot.core.order import Order, Unknown
from orderglot.core.query import Page
from orderglot.core.unknown_members import every_unknown, name_of, without_unknown
from orderglot.wire.bodies import Held
from orderglot.wire.changes import Fate
from orderglot.wire.message import Request, Response
from orderglot.wire.translation import translate
from tests.conformance.callers import Site, site
from tests.conformance.implementations import Shop
from tests.conformance.members import orders_of
from tests.conformance.specimens import Specimen, welcome
from tests.conformance.structure import structure
from tests.conformance.test_specimens import orders_by, read_ask

NEW, VALUE = "beyondTheShape", "new"

SPECIMENS = [one for name in dialects.names() for one in welcome(name)]


class Tried(NamedTuple):
    """A body with one member more, and how deep in it that stands."""

    body: bytes
    steps: tuple[str | int, ...]


def with_one_more(body: bytes) -> Iterator[Tried]:
    """Put an unknown member into each object, or element with others in it, of a body."""
    yield from _in_xml(body) if body.lstrip().startswith(b"<") else _in_json(body)


def _in_json(body: bytes) -> Iterator[Tried]:
    document = json.loads(body)
    for steps in _objects(document, ()):
        changed = deepcopy(document)
        place = changed
        for step in steps:
            place = place[step]
        place[NEW] = VALUE
        yield Tried(json.dumps(changed).encode(), steps)


def _objects(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield steps
        for name, inner in value.items():
            yield from _objects(inner, (*steps, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _objects(inner, (*steps, place))


def _in_xml(body: bytes) -> Iterator[Tried]:
    for number, _ in enumerate(_parents(etree.fromstring(body))):
        root = etree.fromstring(body)
        element = _parents(root)[number]
        etree.SubElement(element, NEW).text = VALUE
        names = (one.tag for one in reversed((element, *element.iterancestors())))
        yield Tried(etree.tostring(root), tuple(names)[1:])


def _parents(root: Any) -> list[Any]:
    return [one for one in root.iter() if len(one)]


def id_of(specimen: Specimen) -> str:
    return f"{specimen.dialect.name}-{specimen.name}"


def orders_in(answer: Any) -> tuple[Order, ...]:
    """Give the orders of an answer that say anything, with what stands around them on a page."""
    found = orders_by(getattr(answer, "order", answer))
    orders = found if isinstance(found, tuple) else (found,) if found else ()
    return tuple(one for one in orders if one != Order(references=one.references))


def unknown_in(answer: Any) -> list[Unknown]:
    around = answer.unknown if isinstance(answer, Page) else ()
    return [*around, *(one for order in orders_in(answer) for _, one in every_unknown(order))]


Read = Callable[[bytes], Any]


def reader(specimen: Specimen, tmp_path: Path) -> Read:
    """Give what reads an answer to the specimen's request as the client does, of any body."""
    operation, ask = specimen.operation, read_ask(specimen, Shop("memory", tmp_path))
    assert operation is not None
    return lambda body: operation.response.read(replace(specimen.response, body=body), ask)


SHOWING = [one for one in SPECIMENS if one.orders]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=id_of)
def test_no_specimen_has_a_member_that_is_not_known(specimen: Specimen, tmp_path: Path) -> None:
    assert [] == unknown_in(reader(specimen, tmp_path)(specimen.response.body))


@pytest.mark.parametrize("specimen", SHOWING, ids=id_of)
def test_a_vendors_unknown_member_is_kept_where_it_stood_and_told(
    specimen: Specimen, tmp_path: Path
) -> None:
    read = reader(specimen, tmp_path)
    before = read(specimen.response.body)
    for tried in with_one_more(specimen.response.body) if orders_in(before) else ():
        answer = read(tried.body)

        assert orders_in(before) == tuple(map(without_unknown, orders_in(answer)))
        found = unknown_in(answer)
        # What is new around an order alone concerns no order.
        if found or tried.steps or is_order(specimen):
            assert [(NEW, VALUE)] == [(one.path[-1], one.value) for one in found], tried.steps
            assert {(specimen.dialect.name, False)} == {(one.dialect, one.client) for one in found}
        for order in orders_in(answer):
            assert_loss_is_reported(specimen, order)


def is_order(specimen: Specimen) -> bool:
    """Tell whether an answer is an order, and not something that an order stands in."""
    body = specimen.response.body
    return body.startswith(b"<") or specimen.dialect.bodies.id in json.loads(body)


def assert_loss_is_reported(specimen: Specimen, order: Order) -> None:
    """What a wire does not write again is in the report on what was lost, or the part it stood in."""
    for name in dialects.names():
        done = translate(Held((order,)), dialects.dialect(name))
        lost = {one.field for one in done.losses if one.fate is Fate.LEFT_OUT}
        for part, one in every_unknown(order):
            written = NEW.encode() in done.body

            assert written is not bool({part, name_of(part, one)} & lost)
            shows_others = dialects.dialect(name).can.foreign
            assert name == specimen.dialect.name or shows_others or not written


PASSED_OVER = {
    # Hypermedia and what a switch's two lines, which belong together, say of each other.
    "adobe": r"links\..*|cancellingItems\.referenceLineItemNumber",
    # The site itself, and rows of other lists that an order leads to.
    "catalyst": r"siteId|(customer|status|taxCode)\..*",
    "kole": r"links\..*",
    # The seller itself.
    "komet": r"companyId",
    # What means something in the other book alone.
    "orderglot": r"version|(customer\.|links\.order\.)?references\..*",
}
"""The members of an order that concern something else than the order."""


def with_one_changed(body: bytes, id: str) -> Iterator[tuple[str, bytes]]:
    """Change each value of each order of a body by itself; give its name in the order, and the body.

    An order is what has a member of the name ``id``.
    """
    yield from _changed_xml(body, id) if body.lstrip().startswith(b"<") else _changed(body, id)


def _changed(body: bytes, id: str) -> Iterator[tuple[str, bytes]]:
    document = json.loads(body)
    for order in _orders_within(document, id):
        for steps, value in list(_leaves(order, ())):
            place = order
            for step in steps[:-1]:
                place = place[step]
            place[steps[-1]] = other_than(value)
            name = ".".join(step for step in steps if isinstance(step, str))
            yield name, json.dumps(document).encode()
            place[steps[-1]] = value


def _changed_xml(body: bytes, id: str) -> Iterator[tuple[str, bytes]]:
    root = etree.fromstring(body)
    for order in [one for one in root.iter() if one.find(id) is not None]:
        for leaf in [one for one in order.iter() if not len(one)]:
            text, above = leaf.text, [*leaf.iterancestors()]
            leaf.text = str(other_than(_value(text))).lower()
            inside = reversed(above[: above.index(order)])
            yield ".".join([*(one.tag for one in inside), leaf.tag]), etree.tostring(root)
            leaf.text = text


def _value(text: str | None) -> Any:
    """Read a text of XML as what JSON would have in its place, where that is plain."""
    try:
        return json.loads(text or "null")
    except ValueError:
        return text


def _leaves(
    value: Any, steps: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in inner:
        if isinstance(one, dict | list):
            yield from _leaves(one, (*steps, step))
        else:
            yield (*steps, step), one


def other_than(value: Any) -> Any:
    """Give a value of the same kind that is another one; of null, a number."""
    if isinstance(value, bool):
        return not value
    return f"{value}9" if isinstance(value, str) else 3 if value is None else value + 1


def _orders_within(value: Any, id: str) -> Iterator[Any]:
    if isinstance(value, dict) and id in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _orders_within(inner, id)


@pytest.mark.parametrize("specimen", SHOWING, ids=id_of)
def test_whatever_a_vendor_says_of_an_order_is_taken_refused_or_kept_as_unknown(
    specimen: Specimen, tmp_path: Path
) -> None:
    read, body = reader(specimen, tmp_path), specimen.response.body
    before = orders_in(read(body))
    passed = re.compile(PASSED_OVER.get(specimen.dialect.name, "-"))
    for name, changed in with_one_changed(body, specimen.dialect.bodies.id) if before else ():
        try:
            after = orders_in(read(changed))
        except HubError:
            continue
        assert before != after or passed.fullmatch(name), name


def planted(order: Order, *unknown: Unknown) -> Order:
    """Give an order in each of whose parts something stands that nobody here knows."""
    return replace(
        order,
        unknown=unknown,
        lines=tuple(replace(line, unknown=unknown) for line in order.lines),
        bill_to=order.bill_to and replace(order.bill_to, unknown=unknown),
        ship_to=order.ship_to and replace(order.ship_to, unknown=unknown),
    )


def everything(dialect: str) -> tuple[Unknown, ...]:
    others = [one for one in dialects.names() if one != dialect]
    return (
        Unknown(dialect, (NEW,), VALUE),
        Unknown(dialect, ("fromAClient",), "hidden", client=True),
        Unknown(dialect, ("tooLarge",), omitted=True),
        *(Unknown(name, (f"of{name}",), "hidden") for name in others),
    )


HIDDEN = (b"hidden", b"fromAClient", b"tooLarge")


async def asked(specimen: Specimen, *, whole: bool) -> tuple[Response, Response]:
    """Ask a server with and without unknown members in all its orders; the second is without."""
    answers = []
    for unknown in (everything(specimen.dialect.name), ()):
        at = await site(specimen.dialect)
        book = at.store.of(Caller(seller=at.owner.seller))
        orders = [order async for order in book.walk()]
        for order in orders:
            await book.change(replace(planted(order, *unknown), modified=order.modified))
        answers.append(await ask_as(at, specimen.request, whole=whole))
    return answers[0], answers[1]


async def ask_as(at: Site, request: Request, *, whole: bool) -> Response:
    caller = replace(at.owner, customer=None) if whole else at.owner
    return await at.ask(request, await at.key(replace(caller, test=False)))


@pytest.mark.parametrize("specimen", SHOWING, ids=id_of)
def test_a_customers_key_sees_no_unknown_member(specimen: Specimen) -> None:
    with_some, without = asyncio.run(asked(specimen, whole=False))

    assert without.status == with_some.status
    assert not any(name in with_some.body for name in (NEW.encode(), *HIDDEN))


@pytest.mark.parametrize("specimen", SHOWING, ids=id_of)
def test_a_key_of_the_whole_seller_sees_what_the_vendor_sent_and_nothing_else(
    specimen: Specimen,
) -> None:
    with_some, without = asyncio.run(asked(specimen, whole=True))

    assert without.status == with_some.status
    hidden = () if specimen.dialect.can.foreign else HIDDEN
    assert not any(name in with_some.body for name in hidden)
    assert specimen.operation is not None
    # What is made anew has nothing of the vendor's, and who names fields gets those alone.
    is_new = specimen.operation.endpoint.right == CREATE
    shows_all = not is_new and "fields=" not in specimen.request.query
    assert (NEW.encode() in with_some.body) is (shows_all and bool(without.body.strip(b"{}")))


SENDING = [
    one
    for one in SPECIMENS
    if one.operation is not None
    and one.operation.endpoint.right not in (READ, OPEN)
    and one.request.body[:1] in (b"{", b"<")
]


async def sent(specimen: Specimen, body: bytes) -> tuple[Response, tuple[Order, ...]]:
    """Send a request with another body to a server; gives its answer and the orders of its book."""
    at = await site(specimen.dialect)
    response = await at.server(replace(specimen.request, body=body))
    return response, await at.orders()


@pytest.mark.parametrize("specimen", SENDING, ids=id_of)
def test_a_clients_unknown_member_is_kept_and_not_shown_again_or_refused(
    specimen: Specimen,
) -> None:
    expected, before = asyncio.run(sent(specimen, specimen.request.body))
    keeps_anything = before != asyncio.run(orders_of(specimen.dialect.name))
    for tried in with_one_more(specimen.request.body):
        response, orders = asyncio.run(sent(specimen, tried.body))
        if specimen.dialect.faults.read(response) is not None:
            assert NEW.encode() in response.body
            continue

        # A wire that shows what clients of all dialects sent shows what its own did.
        assert specimen.dialect.can.foreign or structure(expected) == structure(response)
        assert before == tuple(map(without_unknown, orders))
        if not keeps_anything:
            continue
        found = [one for order in orders for _, one in every_unknown(order)]
        assert [(NEW, VALUE, True)] == [(one.path[-1], one.value, one.client) for one in found], (
            tried.steps
        )
