"""Our own operations about sellers: who there are, a new one, its settings, and its end.

An operator sees all of them; a seller's own key sees that seller alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import ADMIN, Caller
from orderglot.core.errors import NotFound, Rule
from orderglot.core.order import Reference
from orderglot.core.quantities import plain
from orderglot.core.seller import Seller as BookSeller
from orderglot.dialects.orderglot import seller_shapes, shapes
from orderglot.dialects.orderglot.administering import (
    Listed,
    Paged,
    Paging,
    administration_of,
    demand_change,
    demand_operator,
    page_of,
    read_listed,
    read_paged,
    write_listed,
    write_paged,
)
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    Preconditions,
    answer,
    arguments_of,
    body_of,
    demand_version,
    is_known,
    preconditions_of,
    refuse_strange,
    tag_of,
    written,
)
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.seller_shapes import InBook, Seller, seller_of
from orderglot.dialects.orderglot.shapes import MERGE_PATCH
from orderglot.dialects.orderglot.tables import SELLER, SELLERS
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, ResponseShape, success

BOOK = "book"


async def _found(context: Context, name: str) -> BookSeller:
    """Give a seller by name whom the caller may see; raises NotFound of any other."""
    if context.book.caller.operator:
        return await administration_of(context).seller(name)
    own = await context.book.seller()
    if own.name != name:
        raise NotFound(f"There is no seller {name[:60]!r}; list the sellers.")
    return own


def _read_seller(form: Form) -> Seller:
    found = read_struct(form, Seller)
    continues = form.members.get("continues")
    return replace(found, continues=continues) if isinstance(continues, dict) else found


def _read_answer(response: Response, _ask: object) -> Seller:
    return Form(json.read(response.body)).checked(_read_seller)


# sellers.list


async def _list_sellers(context: Context, ask: Paged) -> Listed:
    """List the sellers: an operator sees all of them, a seller's own key itself."""
    if context.book.caller.operator:
        sellers = await administration_of(context).sellers()
    else:
        sellers = (await context.book.seller(),)
    page = page_of(sellers, lambda seller: seller.name, ask)
    return Listed(tuple(map(seller_of, page.items)), page.next, page.total)


LIST_SELLERS: Operation[Paged, Listed] = Operation(
    name="sellers.list",
    endpoint=Endpoint("GET", (SELLERS,), ADMIN),
    request=RequestFormat(write_paged(SELLERS), read_paged, query=Paging),
    perform=_list_sellers,
    response=ResponseFormat(
        write_listed(lambda seller: seller),
        lambda response, _ask: read_listed(Form(json.read(response.body)), _read_seller),
        success(200, seller_shapes.Sellers),
    ),
)

# sellers.get


class Shown(Struct, frozen=True):
    """Which seller is to be shown, and whether with what is in its book."""

    name: str
    book: bool = False


def _write_shown(ask: Shown) -> Request:
    query = f"expand={BOOK}" if ask.book else ""
    return Request(method="GET", path=fill(SELLER, name=ask.name), query=query, headers=ASKS)


def _read_shown(request: Request, _caller: Caller) -> Shown:
    form = arguments_of(request, ("expand",))
    expand = form.choice("expand", (BOOK,))
    form.check()
    return Shown(request.params["name"], expand == BOOK)


async def _get_seller(context: Context, ask: Shown) -> Seller:
    """Get one seller with its settings, and if asked what is in its book."""
    seller = await _found(context, ask.name)
    if not ask.book:
        return seller_of(seller)
    counts = await administration_of(context).counts(seller.id)
    return seller_of(
        seller,
        InBook(
            orders=counts.orders,
            lines=counts.lines,
            customers=counts.customers,
            products=counts.products,
            sums={currency: plain(amount) for currency, amount in counts.sums.items()},
        ),
    )


def _write_got(seller: Seller, request: Request) -> Response:
    # What is in a book changes without the seller.
    if seller.book is None and is_known(seller, request):
        return Response(status=304, headers={"etag": tag_of(seller)})
    return _write(seller, request)


def _write(seller: Seller, _request: Request) -> Response:
    return answer(seller, headers={"etag": tag_of(seller)})


GET_SELLER: Operation[Shown, Seller] = Operation(
    name="sellers.get",
    endpoint=Endpoint("GET", (SELLER,), ADMIN),
    request=RequestFormat(
        _write_shown, _read_shown, query=seller_shapes.Expanding, headers=shapes.IfNoneMatch
    ),
    perform=_get_seller,
    response=ResponseFormat(
        _write_got,
        _read_answer,
        (
            *success(200, seller_shapes.SELLER, headers=shapes.ETag),
            ResponseShape(304, headers=shapes.ETag),
        ),
    ),
)

# sellers.create, sellers.change


class Setting(Struct, frozen=True):
    """Which seller is to be, or to be changed, from which version, and what is set for it."""

    name: str
    members: Mapping[str, Any] = {}
    version: Preconditions = Preconditions()


def _settings(form: Form, before: BookSeller) -> BookSeller:
    """Give a seller with what is set; what makes no sense is noted in the form."""
    texts = {
        name: form.text(name) for name in ("title", "currency", "timezone") if name in form.members
    }
    if "currency" in texts:
        texts["currency"] = texts["currency"].upper()
    if texts.get("timezone", "").upper() == "UTC":
        texts["timezone"] = ""
    after = replace(before, **texts)
    if "references" in form.members:
        after = replace(after, references=tuple(map(_reference, form.each("references"))))
    for name in [name for name in ("continues", "tables") if name in form.members]:
        inner = form.inside(name)
        members = _texts(inner) if name == "continues" else inner.members
        gone = form.members[name] is None
        after = replace(after, **{name: {} if gone else _merged(members, getattr(before, name))})
    for name in ("references", "continues", "tables"):
        if form.members.get(name) == "":
            form.refuse(name, Rule.MALFORMED, "Say null to take all of it out.")
    return after


def _reference(form: Form) -> Reference:
    return Reference(form.text("dialect", required=True), form.text("id", required=True))


def _texts(form: Form) -> dict[str, str | None]:
    """Read members that are texts, or null."""
    return {
        name: None if given is None else form.text(name) for name, given in form.members.items()
    }


def _merged(members: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Put members in the place of those of their names; null takes one out (RFC 7396)."""
    merged = {**before, **members}
    return {name: value for name, value in merged.items() if value is not None}


def _write_new(ask: Setting) -> Request:
    body = json.write({"name": ask.name, **ask.members})
    return Request(method="POST", path=SELLERS, headers=SENDS, body=body)


def _read_new(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    form = body_of(request, seller_shapes.NEW)
    refuse_strange(form)
    name = form.text("name", required=True)
    _settings(form, BookSeller())
    form.check()
    return Setting(name, {key: one for key, one in form.members.items() if key != "name"})


async def _create_seller(context: Context, ask: Setting) -> Seller:
    """Open a book for a new seller; only an operator does."""
    demand_operator(context.book.caller)
    demand_change(context.book.caller)
    new = _settings(Form(ask.members), BookSeller(name=ask.name))
    return seller_of(await administration_of(context).add_seller(new))


CREATE_SELLER: Operation[Setting, Seller] = Operation(
    name="sellers.create",
    endpoint=Endpoint("POST", (SELLERS,), ADMIN),
    request=RequestFormat(_write_new, _read_new, body={JSON: seller_shapes.NewSeller}),
    perform=_create_seller,
    response=ResponseFormat(
        lambda seller, _request: answer(
            seller,
            status=201,
            headers={"location": fill(SELLER, name=seller.name), "etag": tag_of(seller)},
        ),
        _read_answer,
        success(201, seller_shapes.SELLER, headers=shapes.Placed),
    ),
)


def _write_change(ask: Setting) -> Request:
    headers = {**SENDS, "content-type": MERGE_PATCH, **written(ask.version)}
    body = json.write(ask.members)
    return Request(method="PATCH", path=fill(SELLER, name=ask.name), headers=headers, body=body)


def _read_change(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    form = body_of(request, seller_shapes.CHANGE)
    refuse_strange(form)
    _settings(form, BookSeller())
    form.check()
    return Setting(request.params["name"], form.members, preconditions_of(request))


async def _change_seller(context: Context, ask: Setting) -> Seller:
    """Change what is set for a seller (RFC 7396)."""
    demand_change(context.book.caller)
    before = await _found(context, ask.name)
    demand_version(before, ask.version, "seller")
    after = _settings(Form(ask.members), before)
    if after == before:
        return seller_of(before)
    return seller_of(await administration_of(context).change_seller(before, after))


CHANGE_SELLER: Operation[Setting, Seller] = Operation(
    name="sellers.change",
    endpoint=Endpoint("PATCH", (SELLER,), ADMIN),
    request=RequestFormat(
        _write_change,
        _read_change,
        headers=shapes.Preconditions,
        body={MERGE_PATCH: seller_shapes.Change, JSON: seller_shapes.Change},
    ),
    perform=_change_seller,
    response=ResponseFormat(
        _write, _read_answer, success(200, seller_shapes.SELLER, headers=shapes.ETag)
    ),
)

# sellers.remove


def _write_removal(ask: Setting) -> Request:
    headers = {**ASKS, **written(ask.version)}
    return Request(method="DELETE", path=fill(SELLER, name=ask.name), headers=headers)


def _read_removal(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    return Setting(request.params["name"], {}, preconditions_of(request))


async def _remove_seller(context: Context, ask: Setting) -> None:
    """Take out a seller with nothing in its book; only an operator does."""
    demand_operator(context.book.caller)
    demand_change(context.book.caller)
    administration = administration_of(context)
    seller = await administration.seller(ask.name)
    demand_version(seller, ask.version, "seller")
    await administration.remove_seller(ask.name, seller.version)


REMOVE_SELLER: Operation[Setting, None] = Operation(
    name="sellers.remove",
    endpoint=Endpoint("DELETE", (SELLER,), ADMIN),
    request=RequestFormat(_write_removal, _read_removal, headers=shapes.Preconditions),
    perform=_remove_seller,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)

SELLER_OPERATIONS = (LIST_SELLERS, GET_SELLER, CREATE_SELLER, CHANGE_SELLER, REMOVE_SELLER)
