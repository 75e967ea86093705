"""Our own operations about webhooks: where events are sent, and which."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.administration import LONGEST_GRACE
from orderglot.core.caller import ADMIN, Caller
from orderglot.core.errors import Rule
from orderglot.core.expiry import read_span
from orderglot.core.webhooks import BY_HAND, Body, Endpoint
from orderglot.dialects.orderglot import shapes, webhook_shapes
from orderglot.dialects.orderglot.administering import (
    Listed,
    Paged,
    Paging,
    administration_of,
    demand_change,
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
    preconditions_of,
    refuse_strange,
    tag_of,
    written,
)
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.shapes import MERGE_PATCH
from orderglot.dialects.orderglot.tables import WEBHOOK, WEBHOOKS
from orderglot.dialects.orderglot.webhook_shapes import (
    Webhook,
    WebhookSecret,
    secret_of,
    webhook_of,
)
from orderglot.wire import json, operation
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, ResponseShape, success

THEM = "webhooks"
GRACE = "24h"
"""For so long a former secret signs if nobody says otherwise."""

BODIES = ("full", "thin")


def _read_webhook(response: Response, _ask: object) -> Webhook:
    return Form(json.read(response.body)).checked(partial(read_struct, kind=Webhook))


# webhooks.list


async def _list_webhooks(context: Context, ask: Paged) -> Listed:
    """List the webhooks; of none it tells the secret."""
    found = await administration_of(context).webhooks.endpoints(context.book.caller.seller)
    page = page_of(found, lambda one: one.endpoint.id, ask)
    return Listed(tuple(map(webhook_of, page.items)), page.next, page.total)


LIST_WEBHOOKS: Operation[Paged, Listed] = Operation(
    name="webhooks.list",
    endpoint=operation.Endpoint("GET", (WEBHOOKS,), ADMIN),
    request=RequestFormat(write_paged(WEBHOOKS), read_paged, query=Paging),
    perform=_list_webhooks,
    response=ResponseFormat(
        write_listed(lambda one: one),
        lambda response, _ask: read_listed(
            Form(json.read(response.body)), partial(read_struct, kind=Webhook)
        ),
        success(200, webhook_shapes.Webhooks),
    ),
)

# webhooks.get


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _get_webhook(context: Context, id: str) -> Webhook:
    """Get one webhook, without its secret."""
    seller = context.book.caller.seller
    return webhook_of(await administration_of(context).webhooks.endpoint(seller, id))


def _write(webhook: Webhook, _request: Request) -> Response:
    return answer(webhook, headers={"etag": tag_of(webhook)})


GET_WEBHOOK: Operation[str, Webhook] = Operation(
    name="webhooks.get",
    endpoint=operation.Endpoint("GET", (WEBHOOK,), ADMIN),
    request=RequestFormat(
        lambda id: Request(method="GET", path=fill(WEBHOOK, id=id), headers=ASKS), _read_id
    ),
    perform=_get_webhook,
    response=ResponseFormat(
        _write, _read_webhook, success(200, webhook_shapes.WEBHOOK, headers=shapes.ETag)
    ),
)

# webhooks.create, webhooks.change


class Setting(Struct, frozen=True):
    """What is set for a webhook, and of one that is there which and from which version."""

    id: str = ""
    members: Mapping[str, Any] = {}
    version: Preconditions = Preconditions()


def _settings(form: Form, before: Endpoint) -> Endpoint:
    """Give an endpoint with what is set; what makes no sense is noted in the form."""
    there = form.members
    after = before
    if "url" in there or not before.id:
        after = replace(after, url=form.text("url", required=True))
    if "types" in there:
        after = replace(after, types=_types(form))
    if "filter" in there:
        after = replace(after, filter=form.text("filter"))
    if "body" in there:
        body = form.choice("body", BODIES) or "full"
        after = replace(after, body=cast(Body, body))
    if "enabled" in there:
        enabled = form.flag("enabled")
        disabled = (before.disabled or BY_HAND) if enabled is False else ""
        after = replace(after, disabled=disabled)
    return after


def _types(form: Form) -> tuple[str, ...]:
    given = form.members.get("types")
    if given is None:
        return ()
    if not isinstance(given, list):
        reason = "This must be a list of types of events, such as order.created."
        form.refuse("types", Rule.MALFORMED, reason)
        return ()
    each = Form({str(place): one for place, one in enumerate(given)}, "types", form.problems)
    return tuple(dict.fromkeys(each.text(place, required=True) for place in each.members))


def _write_new(ask: Setting) -> Request:
    return Request(method="POST", path=WEBHOOKS, headers=SENDS, body=json.write(ask.members))


def _read_new(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    form = body_of(request, webhook_shapes.NEW)
    refuse_strange(form)
    _settings(form, Endpoint())
    form.check()
    return Setting(members=form.members)


async def _create_webhook(context: Context, ask: Setting) -> WebhookSecret:
    """Have events sent to an address from now on, and show the secret that signs them this one time."""
    caller = context.book.caller
    demand_change(caller, THEM)
    wanted = _settings(Form(ask.members), Endpoint())
    return secret_of(await administration_of(context).webhooks.add(caller.seller, wanted))


def _write_made(made: WebhookSecret, _request: Request) -> Response:
    headers = {"location": fill(WEBHOOK, id=made.id), "etag": tag_of(made)}
    return answer(made, status=201, headers=headers)


def _read_secret(response: Response, _ask: object) -> WebhookSecret:
    return Form(json.read(response.body)).checked(partial(read_struct, kind=WebhookSecret))


CREATE_WEBHOOK: Operation[Setting, WebhookSecret] = Operation(
    name="webhooks.create",
    endpoint=operation.Endpoint("POST", (WEBHOOKS,), ADMIN),
    request=RequestFormat(_write_new, _read_new, body={JSON: webhook_shapes.NewWebhook}),
    perform=_create_webhook,
    response=ResponseFormat(
        _write_made, _read_secret, success(201, webhook_shapes.SECRET, headers=shapes.Placed)
    ),
)


def _write_change(ask: Setting) -> Request:
    headers = {**SENDS, "content-type": MERGE_PATCH, **written(ask.version)}
    body = json.write(ask.members)
    return Request(method="PATCH", path=fill(WEBHOOK, id=ask.id), headers=headers, body=body)


def _read_change(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    form = body_of(request, webhook_shapes.CHANGE)
    refuse_strange(form)
    _settings(form, Endpoint(id="?"))
    form.check()
    return Setting(request.params["id"], form.members, preconditions_of(request))


async def _change_webhook(context: Context, ask: Setting) -> Webhook:
    """Change where and which events are sent (RFC 7396)."""
    caller, webhooks = context.book.caller, administration_of(context).webhooks
    demand_change(caller, THEM)
    before = await webhooks.endpoint(caller.seller, ask.id)
    demand_version(before.endpoint, ask.version, "webhook")
    after = _settings(Form(ask.members), before.endpoint)
    if after == before.endpoint:
        return webhook_of(before)
    return webhook_of(await webhooks.change(caller.seller, before.endpoint, after))


CHANGE_WEBHOOK: Operation[Setting, Webhook] = Operation(
    name="webhooks.change",
    endpoint=operation.Endpoint("PATCH", (WEBHOOK,), ADMIN),
    request=RequestFormat(
        _write_change,
        _read_change,
        headers=shapes.Preconditions,
        body={MERGE_PATCH: webhook_shapes.WebhookChange, JSON: webhook_shapes.WebhookChange},
    ),
    perform=_change_webhook,
    response=ResponseFormat(
        _write, _read_webhook, success(200, webhook_shapes.WEBHOOK, headers=shapes.ETag)
    ),
)

# webhooks.remove


def _write_removal(ask: Setting) -> Request:
    headers = {**ASKS, **written(ask.version)}
    return Request(method="DELETE", path=fill(WEBHOOK, id=ask.id), headers=headers)


def _read_removal(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    return Setting(request.params["id"], {}, preconditions_of(request))


async def _remove_webhook(context: Context, ask: Setting) -> None:
    """Send nothing there any more, and let go of what was on its way."""
    caller, webhooks = context.book.caller, administration_of(context).webhooks
    demand_change(caller, THEM)
    found = (await webhooks.endpoint(caller.seller, ask.id)).endpoint
    demand_version(found, ask.version, "webhook")
    await webhooks.remove(caller.seller, found)


REMOVE_WEBHOOK: Operation[Setting, None] = Operation(
    name="webhooks.remove",
    endpoint=operation.Endpoint("DELETE", (WEBHOOK,), ADMIN),
    request=RequestFormat(_write_removal, _read_removal, headers=shapes.Preconditions),
    perform=_remove_webhook,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)

# webhooks.roll


class Rolling(Struct, frozen=True):
    """Which webhook is to get another secret, and for how long those from before sign as well."""

    id: str
    grace: str = GRACE


def _write_roll(ask: Rolling) -> Request:
    body = json.write({"grace": ask.grace})
    return Request(method="POST", path=fill(f"{WEBHOOK}/roll", id=ask.id), headers=SENDS, body=body)


def _read_roll(request: Request, _caller: Caller) -> Rolling:
    arguments_of(request, ())
    form = body_of(request, webhook_shapes.ROLL)
    refuse_strange(form)
    ask = Rolling(request.params["id"], form.text("grace") or GRACE)
    form.check()
    return ask


async def _roll_webhook(context: Context, ask: Rolling) -> WebhookSecret:
    """Give a webhook a new secret; those from before sign as well until the grace is over."""
    caller = context.book.caller
    demand_change(caller, THEM)
    grace = read_span("grace", ask.grace, LONGEST_GRACE)
    webhooks = administration_of(context).webhooks
    return secret_of(await webhooks.roll(caller.seller, ask.id, grace))


ROLL_WEBHOOK: Operation[Rolling, WebhookSecret] = Operation(
    name="webhooks.roll",
    endpoint=operation.Endpoint("POST", (f"{WEBHOOK}/roll",), ADMIN),
    request=RequestFormat(_write_roll, _read_roll, body={JSON: webhook_shapes.WebhookRoll}),
    perform=_roll_webhook,
    response=ResponseFormat(
        lambda made, _request: answer(made), _read_secret, success(200, webhook_shapes.SECRET)
    ),
)

WEBHOOK_OPERATIONS = (
    LIST_WEBHOOKS,
    GET_WEBHOOK,
    CREATE_WEBHOOK,
    CHANGE_WEBHOOK,
    REMOVE_WEBHOOK,
    ROLL_WEBHOOK,
)
