"""Listening: events as they come, from a book or from our own API, and forwarded to a program nearby."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from secrets import token_bytes
from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.event_types import type_of
from orderglot.core.ports import Book
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import SCHEME, newest
from orderglot.dialects.orderglot.events import LIST_FEED, Listing, write_cloud_event
from orderglot.dialects.orderglot.tables import SELLER
from orderglot.faces.client import Client
from orderglot.webhooks.sending import Answer, Limits, Line, signed
from orderglot.wire import json
from orderglot.wire.message import fill

LOOKS = 0.5
"""After so many seconds it is looked again whether an event has come."""

WAIT = 20
"""So many seconds our own API is asked to wait for one."""

SHORTEST, LONGEST = 24, 64
"""Between so many bytes a secret has, by Standard Webhooks."""

Item = Mapping[str, Any]
"""An event as CloudEvents has it in JSON."""

ANYWHERE = Addresses([ip_network("0.0.0.0/0"), ip_network("::/0")])
"""Whoever forwards to a program of his own names its address himself."""


async def of_book(book: Book, last: int, types: frozenset[str]) -> AsyncIterator[Item]:
    """Give the events of a book behind a number, of some types or of all, as they come."""
    source = fill(SELLER, name=(await book.seller()).name)
    while True:
        feed = await book.feed(last, 100)
        last = feed.after
        for event in feed.events:
            kind = type_of(event)
            if not types or kind in types:
                yield json.read(json.write(write_cloud_event(source, kind, event)))
        if not feed.more:
            await asyncio.sleep(LOOKS)


async def of_api(client: Client, last: int, types: frozenset[str]) -> AsyncIterator[Item]:
    """Give the events of our own API behind a number, of some types or of all, as they come."""
    listing = Listing(after=last, types=types, limit=100, wait=WAIT)
    while True:
        page = await _page(client, listing)
        for item in page["items"]:
            yield item
        listing = replace(listing, after=int(page["next"]))


async def newest_of_api(client: Client) -> int:
    """Give the number of the newest event that our own API has."""

    async def given(number: int) -> bool:
        try:
            page = await _page(client, Listing(after=number, limit=1))
        except Invalid:
            return False
        return int(page["next"]) >= number

    return await newest(given)


async def _page(client: Client, listing: Listing) -> Any:
    response = await client.ask(LIST_FEED.request.write(listing))
    if (error := client.dialect.faults.read(response)) is not None:
        raise error
    return json.read(response.body)


def read_secret(text: str) -> str:
    """Give a secret that signs, a new one for ""; raises Invalid where it is none."""
    if not text:
        return SCHEME + b64encode(token_bytes(32)).decode()
    try:
        length = len(b64decode(text.removeprefix(SCHEME), validate=True))
    except ValueError:
        length = 0
    if not text.startswith(SCHEME) or not SHORTEST <= length <= LONGEST:
        reason = f"This is no secret: {SCHEME} and {SHORTEST} to {LONGEST} bytes in base64."
        raise invalid("--secret", Rule.MALFORMED, reason)
    return text


class Forwarding:
    """A program nearby that gets each event, signed."""

    def __init__(self, url: str, secret: str, limits: Limits | None = None) -> None:
        self._secret = secret
        self._line = Line(url, ANYWHERE, limits or Limits())

    async def forward(self, item: Item) -> Answer:
        """Send an event, and give what is answered; raises Failed where nothing is."""
        body = json.write(item)
        message = f"msg_listen_{item['id']}"
        headers = signed(message, datetime.now(UTC), body.decode(), (self._secret,))
        return await self._line.post(headers, body)

    async def close(self) -> None:
        """Close every connection."""
        await self._line.close()
