"""Triggering: a sample is sent to one endpoint at once, for whoever waits for what it answers."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.webhooks import Delivery, Webhooks
from orderglot.stores.store import BookStore
from orderglot.webhooks.attempting import attempt
from orderglot.webhooks.keeping import Done, keep
from orderglot.webhooks.payload import body_of, sample_of
from orderglot.webhooks.sending import Limits, Line


async def send_sample(
    store: BookStore,
    webhooks: Webhooks,
    seller: int,
    id: str,
    type: str,
    limits: Limits | None = None,
) -> Delivery:
    """Send a sample of a type to an endpoint, and give what came of it.

    Where it fails, whoever delivers tries it again, as any other. Raises what ``Webhooks.trigger`` does.
    """
    delivery = await webhooks.trigger(seller, id, type)
    endpoint = (await webhooks.endpoint(seller, id)).endpoint
    book = store.of(Caller(seller=seller, name="orderglot", unlimited=True))
    signing = await store.webhooks.signing(seller, id)
    event = sample_of(type, delivery.at)
    body = body_of((await book.seller()).name, event, endpoint.body, delivery.message)
    line = Line(endpoint.url, store.webhooks.addresses, limits or Limits())
    try:
        outcome = await attempt(line, replace(delivery, body=body), signing, book.now())
    finally:
        await line.close()
    await book.transact(lambda unit: keep(unit, id, Done((outcome,), (), 0)))
    return outcome.delivery
