"""``orderglot webhook deliveries`` and what sends: what was sent, sent again, as a sample, and now."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import sheet, table, write_document, write_json, write_line, write_notice
from orderglot.cli.webhooks import Which
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.webhooks import Delivery
    from orderglot.hub.opening import Hub

MOST = 10_000
"""So many deliveries are listed at once."""

COLUMNS = ("delivery", "type", "order", "state", "happened", "next", "tries", "status", "reason")


@with_book(reads=True)
async def deliveries(
    hub: "Hub",
    webhook: Which,
    delivery: Annotated[
        str, argument("[DELIVERY]", "One of them, with what was sent and answered.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 25,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what was sent to a webhook and what waits for that, the newest first; or show one.

    $ orderglot webhook deliveries wh-0123456789abcdef
    $ orderglot webhook deliveries wh-0123456789abcdef 000000000042
    """
    from orderglot.dialects.orderglot.webhook_shapes import delivery_of, whole_of

    owner = await hub.seller(seller)
    webhooks = hub.administration.webhooks
    if delivery:
        one = await webhooks.delivery(owner.id, webhook, delivery)
        return write_json(whole_of(one)) if as_json else _show(one)
    found = await webhooks.deliveries(owner.id, webhook, "", limit)
    if as_json:
        return write_json(list(map(delivery_of, found)))
    if not found:
        return write_line("Nothing was sent to it so far, and nothing waits.")
    return table(COLUMNS, map(_row, found), right=("tries", "status"))


@with_book()
async def resend(
    hub: "Hub",
    webhook: Which,
    delivery: Annotated[str, argument("[DELIVERY]", "As 'webhook deliveries' shows it.")] = "",
    since: Annotated[
        str, value("TIME", "All that was put aside since: 2024-05-21, or 90m, 12h, 7d ago.")
    ] = "",
    everything: Annotated[
        bool, switch("--everything", "With --since: what was delivered as well.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Have what was put aside, or anything that was sent, sent again.

    What is sent again has the same webhook-id, so that a receiver knows it.

    $ orderglot webhook resend wh-0123456789abcdef 000000000042
    $ orderglot webhook resend wh-0123456789abcdef --since 7d
    """
    from orderglot.hub.exchanges import read_since

    if bool(delivery) == bool(since):
        raise Misused(
            "name a delivery, or say --since when: orderglot webhook resend ID --since 7d."
        )
    if everything and not since:
        raise Misused("--everything goes with --since.")
    owner = await hub.seller(seller)
    webhooks = hub.administration.webhooks
    count = 1
    if delivery:
        await webhooks.resend(owner.id, webhook, delivery)
    else:
        moment = read_since(since, owner.timezone)
        assert moment is not None
        count = await webhooks.resend_since(owner.id, webhook, moment, everything=everything)
    if as_json:
        return write_json({"deliveries": count})
    return write_line(f"{counted(count, 'delivery is', 'deliveries are')} sent again.")


@with_book()
async def trigger(
    hub: "Hub",
    type: Annotated[str, argument("TYPE", "Such as order.created.")],
    webhook: Annotated[
        str, value("WEBHOOK", "Only to this one.", "all that are enabled", flag="--webhook")
    ] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Send a sample of an event now, and show what the receiver answers: for who builds one.

    A sample says so by its attribute orderglotsample, and speaks of an order that may not be there.

    Exit code 0: each receiver took it; 1: one did not.

    $ orderglot webhook trigger order.shipped
    $ orderglot webhook trigger order.created --webhook wh-0123456789abcdef
    """
    from orderglot.dialects.orderglot.webhook_shapes import whole_of
    from orderglot.webhooks.triggering import send_sample

    owner = await hub.seller(seller)
    found = await hub.administration.webhooks.endpoints(owner.id)
    named = [one.endpoint.id for one in found if not one.endpoint.disabled]
    if not webhook and not named:
        raise Misused("there is no webhook that is enabled; see 'orderglot webhook add --help'.")
    sent = [
        await send_sample(hub.store, hub.administration.webhooks, owner.id, id, type)
        for id in ([webhook] if webhook else named)
    ]
    if as_json:
        write_json(list(map(whole_of, sent)))
    else:
        for one in sent:
            _show(one)
    if any(one.state != "delivered" for one in sent):
        raise typer.Exit(1)


@with_book()
async def work(
    hub: "Hub", once: Annotated[bool, switch("--once", "Send what is due now, and end.")] = False
) -> None:
    """Send what is due to the webhooks of all sellers, until it is stopped.

    'orderglot serve' does so by itself, unless it has --no-jobs; where several processes do, one of them
    sends at a time. Each event is sent at least once, those of one order in their order. What fails is
    tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then put aside.

    $ orderglot webhook work
    $ orderglot webhook work --once
    """
    from orderglot.jobs.leases import Leases
    from orderglot.jobs.runner import Runner
    from orderglot.jobs.webhooks import delivering

    if once:
        well, failed = await _once(hub)
        return write_line(f"{counted(well, 'try', 'tries')} went well, {failed} failed.")
    write_notice("Sending webhooks; stop with Ctrl-C.")
    return await Runner(Leases(hub.store), [delivering(hub)]).run()


async def _once(hub: "Hub") -> tuple[int, int]:
    """Send what is due now, as soon as nobody else sends; raises Conflict where somebody goes on."""
    from orderglot.core.errors import Conflict
    from orderglot.jobs.leases import LOOK, TERM, Leases
    from orderglot.jobs.webhooks import NAME
    from orderglot.jobs.work import HUB
    from orderglot.webhooks.delivering import Deliverer

    leases, deliverer = Leases(hub.store), Deliverer(hub.store)
    for waited in range(int(TERM / LOOK) + 1):
        if (lease := await leases.take(HUB, NAME)) is not None:
            break
        if waited == 1:
            write_notice(f"Another process sends webhooks; waiting {TERM:g} s for it to end.")
        await leases.sleep(LOOK)
    else:
        raise Conflict("Another process sends webhooks; what is due is sent by that.")
    try:
        return await lease.under(deliverer.settle())
    finally:
        await deliverer.close()
        await lease.release()


def _row(one: "Delivery") -> tuple[object, ...]:
    last = one.attempts[-1] if one.attempts else None
    return (
        one.id,
        one.type,
        one.order,
        one.state,
        one.at.replace(microsecond=0),
        one.due and one.due.replace(microsecond=0),
        len(one.attempts),
        last and last.status,
        last.reason if last else "",
    )


def _show(one: "Delivery") -> None:
    from orderglot.cli.output import indented

    sheet((*zip(COLUMNS, _row(one), strict=True), ("webhook-id", one.message)))
    if one.body:
        write_document(indented(one.body.encode()))
    for attempt in one.attempts:
        answer = attempt.status or "no answer"
        write_line(
            f"{attempt.at:%Y-%m-%d %H:%M:%S}  {answer} after {attempt.ms} ms  {attempt.reason}"
        )
        headers = {
            **attempt.headers,
            **{f"< {name}": of for name, of in attempt.answer_headers.items()},
        }
        sheet((f"  {name}", text) for name, text in headers.items())
        if attempt.answer:
            write_line(attempt.answer)
