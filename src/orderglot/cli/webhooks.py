"""``orderglot webhook``: where events are sent, and what became of them."""

from typing import TYPE_CHECKING, Annotated, Any

from orderglot.cli.command import AsJson, Misused, SellerName, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import sheet, table, write_json, write_line, write_notice

if TYPE_CHECKING:
    from orderglot.core.webhooks import Endpoint, MadeEndpoint, Watched
    from orderglot.hub.opening import Hub

app = group("Webhooks: where events are sent, and what became of them.")

Which = Annotated[str, argument("WEBHOOK", "As 'webhook list' shows it.")]
Url = Annotated[str, argument("URL", "Such as https://erp.example/hooks.")]
Types = Annotated[
    str | None, value("TYPES", "Such as order.created,order.shipped.", "all", flag="--types")
]
Filter = Annotated[
    str | None, value("FILTER", "Only of orders that meet this: total > 40.", flag="--filter")
]
Payload = Annotated[
    str | None,
    value("full|thin", "Whether the event is told, or only where it is.", "full", flag="--body"),
]
Grace = Annotated[str, value("TIME", "For how long the old secret signs as well: 12h, 7d, 0.")]

COLUMNS = ("webhook", "url", "types", "filter", "body", "state", "since")


@app.command("add")
@with_book()
async def add(
    hub: "Hub",
    url: Url,
    types: Types = None,
    filter: Filter = None,
    body: Payload = None,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Have events sent to an address from now on, and show the secret that signs them, this one time.

    They are sent by 'orderglot serve', or by 'orderglot webhook work' apart. An address that is not open to
    everybody, such as 127.0.0.1, is refused unless the setting webhook_networks allows it.

    $ orderglot webhook add https://erp.example/hooks
    $ orderglot webhook add https://erp.example/hooks --types order.created
    $ orderglot webhook add https://erp.example/hooks --filter 'total > 40'
    """
    from orderglot.core.webhooks import Endpoint

    owner = await hub.seller(seller)
    wanted = _set(Endpoint(url=url), types=types, filter=filter, body=body)
    made = await hub.administration.webhooks.add(owner.id, wanted)
    _show_secret(made, as_json=as_json)


@app.command("list")
@with_book(reads=True)
async def list_webhooks(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List where events are sent, without the secrets.

    $ orderglot webhook list
    """
    owner = await hub.seller(seller)
    found = await hub.administration.webhooks.endpoints(owner.id)
    if as_json:
        return write_json(list(map(_members, found)))
    if not found:
        return write_line("There is no webhook; see 'orderglot webhook add --help'.")
    return table(COLUMNS, map(_row, found))


@app.command("show")
@with_book(reads=True)
async def show(
    hub: "Hub", webhook: Which, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """Show where events are sent, which, and how that fares.

    $ orderglot webhook show wh-0123456789abcdef
    """
    owner = await hub.seller(seller)
    found = await hub.administration.webhooks.endpoint(owner.id, webhook)
    _show(found, as_json=as_json)


@app.command("change")
@with_book()
async def change(
    hub: "Hub",
    webhook: Which,
    url: Annotated[
        str | None, value("URL", "Where they are sent from now on.", flag="--url")
    ] = None,
    types: Types = None,
    filter: Filter = None,
    body: Payload = None,
    enable: Annotated[bool, switch("--enable", "Go on with what has happened meanwhile.")] = False,
    disable: Annotated[bool, switch("--disable", "Send nothing until it is enabled.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Change where events are sent, and which; what is not named stays. '' takes a filter out.

    $ orderglot webhook change wh-0123456789abcdef --filter ''
    $ orderglot webhook change wh-0123456789abcdef --disable
    """
    from msgspec.structs import replace

    from orderglot.core.webhooks import BY_HAND

    if enable and disable:
        raise Misused("--enable and --disable: say one of them alone.")
    owner = await hub.seller(seller)
    webhooks = hub.administration.webhooks
    found = await webhooks.endpoint(owner.id, webhook)
    before = found.endpoint
    after = _set(before, url=url, types=types, filter=filter, body=body)
    if enable or disable:
        after = replace(after, disabled=(before.disabled or BY_HAND) if disable else "")
    if after != before:
        found = await webhooks.change(owner.id, before, after)
    _show(found, as_json=as_json)


@app.command("remove")
@with_book()
async def remove(
    hub: "Hub", webhook: Which, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """Send nothing there any more, and let go of what was on its way and of what is known of it.

    $ orderglot webhook remove wh-0123456789abcdef
    """
    owner = await hub.seller(seller)
    webhooks = hub.administration.webhooks
    found = await webhooks.endpoint(owner.id, webhook)
    await webhooks.remove(owner.id, found.endpoint)
    if as_json:
        return write_json({"id": webhook, "removed": True})
    return write_line(f"Removed {webhook}; nothing is sent to {found.endpoint.url} by it any more.")


@app.command("roll")
@with_book()
async def roll(
    hub: "Hub",
    webhook: Which,
    grace: Grace = "24h",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Give a webhook a new secret and show it, this one time; the old one signs as well for a while.

    Until then each request has both signatures, so a receiver may verify by either.

    $ orderglot webhook roll wh-0123456789abcdef
    $ orderglot webhook roll wh-0123456789abcdef --grace 0
    """
    from orderglot.core.administration import LONGEST_GRACE
    from orderglot.core.expiry import read_span

    span = read_span("--grace", grace, LONGEST_GRACE)
    owner = await hub.seller(seller)
    made = await hub.administration.webhooks.roll(owner.id, webhook, span)
    _show_secret(made, as_json=as_json)


def _set(
    before: "Endpoint",
    *,
    url: str | None = None,
    types: str | None,
    filter: str | None,
    body: str | None,
) -> "Endpoint":
    """Give an endpoint with what is set; raises Misused where that makes no sense."""
    from msgspec.structs import replace

    members: dict[str, Any] = {"url": url, "filter": filter, "body": body}
    if types is not None:
        named = (one.strip() for one in types.split(","))
        members["types"] = tuple(dict.fromkeys(one for one in named if one))
    if body not in (None, "full", "thin"):
        raise Misused(f"--body: {body!r} is neither full nor thin.")
    return replace(before, **{name: one for name, one in members.items() if one is not None})


def _show_secret(made: "MadeEndpoint", *, as_json: bool) -> None:
    endpoint = made.watched.endpoint
    if as_json:
        return write_json({**_members(made.watched), "secret": made.secret})
    sheet((("webhook", endpoint.id), ("url", endpoint.url), ("secret", made.secret)))
    write_notice("This is the only time that the secret is shown; the receiver verifies by it.")
    if until := made.watched.former_until:
        write_notice(f"The secret from before signs as well until {until:%Y-%m-%d %H:%M} UTC.")
    return None


def _show(watched: "Watched", *, as_json: bool) -> None:
    if as_json:
        return write_json(_members(watched))
    endpoint, progress = watched.endpoint, watched.progress
    return sheet(
        (
            *zip(COLUMNS[:5], _row(watched), strict=False),
            ("enabled", "no" if endpoint.disabled else "yes"),
            ("disabled", endpoint.disabled),
            ("failing since", progress.failing),
            ("put aside since", "some" if progress.marked else ""),
            ("paused until", progress.paused),
            ("old secret until", watched.former_until),
            ("since", endpoint.created),
        )
    )


def _members(watched: "Watched") -> dict[str, Any]:
    """Give what scripts are told of a webhook: what our own API says of it."""
    from orderglot.dialects.orderglot.webhook_shapes import webhook_of

    shown = webhook_of(watched)
    return {name: getattr(shown, name) for name in shown.__struct_fields__}


def _row(watched: "Watched") -> tuple[object, ...]:
    endpoint = watched.endpoint
    return (
        endpoint.id,
        endpoint.url,
        ", ".join(endpoint.types) or "all",
        endpoint.filter,
        endpoint.body,
        state_of(watched),
        endpoint.created and endpoint.created.date(),
    )


def state_of(watched: "Watched") -> str:
    """Say in a word or two how a webhook fares."""
    if watched.endpoint.disabled:
        return f"disabled {watched.endpoint.disabled}"
    if watched.progress.failing is not None:
        return "failing, some put aside" if watched.progress.marked else "failing"
    return "enabled"
