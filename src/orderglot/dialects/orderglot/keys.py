"""Our own operations about keys: whose there are, a new one, another secret for one, and its end.

They are those of the seller for whom the caller acts; of an operator who acts for none, the operators' own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import Struct

from orderglot.core.administration import LONGEST_GRACE
from orderglot.core.caller import ADMIN, EVERY_RIGHT, RIGHTS, Caller
from orderglot.core.errors import Forbidden, Rule, invalid
from orderglot.core.expiry import read_expiry, read_span
from orderglot.core.keyring import KeyRecord
from orderglot.core.order import Reference
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import key_shapes
from orderglot.dialects.orderglot.administering import (
    Listed,
    Paged,
    Paging,
    administration_of,
    demand_change,
    demand_own,
    page_of,
    read_listed,
    read_paged,
    write_listed,
    write_paged,
)
from orderglot.dialects.orderglot.changes import customer_named
from orderglot.dialects.orderglot.drafts import read_customer
from orderglot.dialects.orderglot.key_shapes import Key, NewSecret, key_of, secret_of
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    demand_bare,
    refuse_strange,
)
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import KEY, KEYS, NAME, SELLER_HEADER
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, success

GRACE = "7d"
"""For so long a former secret lets in if nobody says otherwise."""

# keys.list


async def _list_keys(context: Context, ask: Paged) -> Listed:
    """List the keys, the ended ones as well, the oldest first; of none it tells the secret."""
    records = await administration_of(context).keys(context.book.caller.seller)
    page = page_of(records, lambda record: record.name, ask)
    return Listed(tuple(map(key_of, page.items)), page.next, page.total)


LIST_KEYS: Operation[Paged, Listed] = Operation(
    name="keys.list",
    endpoint=Endpoint("GET", (KEYS,), ADMIN),
    request=RequestFormat(write_paged(KEYS), read_paged, query=Paging),
    perform=_list_keys,
    response=ResponseFormat(
        write_listed(lambda key: key),
        lambda response, _ask: read_listed(
            Form(json.read(response.body)), partial(read_struct, kind=Key)
        ),
        success(200, key_shapes.Keys),
    ),
)

# keys.create


class NewKey(Struct, frozen=True):
    """A key that is asked for; ``expires`` as a person writes it, "" for never."""

    dialect: str = NAME
    customer: Reference | None = None
    everybody: bool = False
    operator: bool = False
    may: frozenset[str] = RIGHTS
    live: bool = False
    expires: str = ""


def _write_new(ask: NewKey) -> Request:
    customer = ask.customer
    members = {
        "dialect": ask.dialect,
        "customer": customer and {"dialect": customer.dialect, "id": customer.id},
        "everybody": ask.everybody,
        "operator": ask.operator,
        "may": sorted(ask.may),
        "live": ask.live,
        "expires": ask.expires,
    }
    body = json.write({name: value for name, value in members.items() if value})
    return Request(method="POST", path=KEYS, headers=SENDS, body=body)


def _read_new(request: Request, _caller: Caller) -> NewKey:
    arguments_of(request, ())
    form = body_of(request, key_shapes.NEW)
    refuse_strange(form)
    named = read_customer(form)
    ask = NewKey(
        dialect=form.text("dialect") or NAME,
        customer=named.references[0] if named else None,
        everybody=bool(form.flag("everybody")),
        operator=bool(form.flag("operator")),
        may=_read_rights(form),
        live=bool(form.flag("live")),
        expires=form.text("expires"),
    )
    named_as = [form.members.get("customer") is not None, ask.everybody, ask.operator]
    if named_as.count(True) != 1:
        reason = "Name the customer whose orders the key sees, or say that everybody is true."
        form.refuse("customer", Rule.UNEXPECTED if any(named_as) else Rule.REQUIRED, reason)
    form.check()
    return ask


def _read_rights(form: Form) -> frozenset[str]:
    given = form.members.get("may")
    if given is None:
        return RIGHTS
    if not isinstance(given, list) or not given:
        form.refuse("may", Rule.MALFORMED, "This must be a list of rights, such as read.")
        return RIGHTS
    each = Form({str(place): one for place, one in enumerate(given)}, "may", form.problems)
    return frozenset(
        each.choice(place, sorted(EVERY_RIGHT), required=True) for place in each.members
    )


async def _create_key(context: Context, ask: NewKey) -> NewSecret:
    """Make a key, and show its secret this one time; until it is moved to live, it is in test mode."""
    book, administration = context.book, administration_of(context)
    caller = book.caller
    demand_change(caller)
    if ask.operator:
        return await _create_operator(context, ask)
    demand_own(caller, ask.may)
    if not caller.seller:
        raise invalid(SELLER_HEADER, Rule.REQUIRED, "Name the seller whose key it is to be.")
    customer = (await customer_named(book, ask.customer)).id if ask.customer else None
    zone = zone_of((await book.seller()).timezone)
    expires = read_expiry("expires", ask.expires, context.now, zone) if ask.expires else None
    owner = Caller(seller=caller.seller, customer=customer, test=not ask.live, may=ask.may)
    return secret_of(await administration.make_key(ask.dialect, owner, expires))


async def _create_operator(context: Context, ask: NewKey) -> NewSecret:
    caller = context.book.caller
    if not caller.operator or caller.seller:
        raise Forbidden("Only an operator who acts for no seller makes operators' keys.")
    zone = zone_of("")
    expires = read_expiry("expires", ask.expires, context.now, zone) if ask.expires else None
    return secret_of(await administration_of(context).make_operator(expires))


def _write_secret(made: NewSecret, _request: Request) -> Response:
    return answer(made, status=201, headers={"location": fill(KEY, id=made.id)})


def _read_secret(response: Response, _ask: object) -> NewSecret:
    return Form(json.read(response.body)).checked(partial(read_struct, kind=NewSecret))


CREATE_KEY: Operation[NewKey, NewSecret] = Operation(
    name="keys.create",
    endpoint=Endpoint("POST", (KEYS,), ADMIN),
    request=RequestFormat(_write_new, _read_new, body={JSON: key_shapes.NewKey}),
    perform=_create_key,
    response=ResponseFormat(_write_secret, _read_secret, success(201, key_shapes.SECRET)),
)

# keys.roll


class Rolling(Struct, frozen=True):
    """Which key is to get another secret, and for how long those from before let in."""

    id: str
    grace: str = GRACE


def _write_roll(ask: Rolling) -> Request:
    body = json.write({"grace": ask.grace})
    return Request(method="POST", path=fill(f"{KEY}/roll", id=ask.id), headers=SENDS, body=body)


def _read_roll(request: Request, _caller: Caller) -> Rolling:
    arguments_of(request, ())
    form = body_of(request, key_shapes.ROLL)
    refuse_strange(form)
    ask = Rolling(request.params["id"], form.text("grace") or GRACE)
    form.check()
    return ask


async def _roll_key(context: Context, ask: Rolling) -> NewSecret:
    """Give a key a new secret; those from before let in as well until the grace is over."""
    caller = context.book.caller
    demand_change(caller)
    administration = administration_of(context)
    demand_own(caller, (await administration.key(caller.seller, ask.id)).key.caller.may)
    grace = read_span("grace", ask.grace, LONGEST_GRACE)
    return secret_of(await administration.roll_key(caller.seller, ask.id, grace))


ROLL_KEY: Operation[Rolling, NewSecret] = Operation(
    name="keys.roll",
    endpoint=Endpoint("POST", (f"{KEY}/roll",), ADMIN),
    request=RequestFormat(_write_roll, _read_roll, body={JSON: key_shapes.Roll}),
    perform=_roll_key,
    response=ResponseFormat(
        lambda made, _request: answer(made), _read_secret, success(200, key_shapes.SECRET)
    ),
)

# keys.get, keys.live, keys.end


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


def _read_bare(request: Request, caller: Caller) -> str:
    demand_bare(request)
    return _read_id(request, caller)


def _about_one(
    name: str,
    path: str,
    method: str,
    read: Callable[[Request, Caller], str],
    perform: Callable[[Context, str], Awaitable[Key]],
) -> Operation[str, Key]:
    """Make an operation about one key, which answers the key."""
    return Operation(
        name=name,
        endpoint=Endpoint(method, (path,), ADMIN),
        request=RequestFormat(
            lambda id: Request(method=method, path=fill(path, id=id), headers=ASKS), read
        ),
        perform=perform,
        response=ResponseFormat(
            lambda key, _request: answer(key),
            lambda response, _id: Form(json.read(response.body)).checked(
                partial(read_struct, kind=Key)
            ),
            success(200, key_shapes.KEY),
        ),
    )


async def _get_key(context: Context, id: str) -> Key:
    """Get one key, without its secret."""
    return key_of(await administration_of(context).key(context.book.caller.seller, id))


async def _live_key(context: Context, id: str) -> Key:
    """Move a key from test mode to production: its orders are real ones from now on."""
    return await _done(context, id, administration_of(context).set_live)


async def _end_key(context: Context, id: str) -> Key:
    """End a key: nobody comes in with it any more, nor with what it has given out."""
    return await _done(context, id, administration_of(context).end_key)


async def _done(context: Context, id: str, do: Callable[[int, str], Awaitable[KeyRecord]]) -> Key:
    demand_change(context.book.caller)
    return key_of(await do(context.book.caller.seller, id))


GET_KEY = _about_one("keys.get", KEY, "GET", _read_id, _get_key)
LIVE_KEY = _about_one("keys.live", f"{KEY}/live", "POST", _read_bare, _live_key)
END_KEY = _about_one("keys.end", f"{KEY}/end", "POST", _read_bare, _end_key)

KEY_OPERATIONS = (LIST_KEYS, GET_KEY, CREATE_KEY, ROLL_KEY, LIVE_KEY, END_KEY)
