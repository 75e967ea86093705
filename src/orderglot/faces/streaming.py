"""Streaming: how a body that goes on is sent, for as long as somebody takes it in."""

from __future__ import annotations

import asyncio
import logging

from orderglot.faces.pages import Receive, Send
from orderglot.wire.message import Stream

LAST = 1.0
"""So many seconds a stream that is to end has for the piece that is being sent."""

log = logging.getLogger("orderglot.http")


async def send_stream(stream: Stream, receive: Receive, send: Send, unread: float) -> None:
    """Send a stream behind its head, until it ends, its client is gone, or reads nothing for so many seconds."""
    sending = asyncio.create_task(_send(stream, send, unread))
    others = (asyncio.create_task(_gone(receive)), asyncio.create_task(_ending(stream)))
    try:
        await asyncio.wait((sending, *others), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, *others):
            task.cancel()
        await asyncio.gather(sending, *others, return_exceptions=True)
        stream.close()


async def _send(stream: Stream, send: Send, unread: float) -> None:
    try:
        async for piece in stream.pieces:
            async with asyncio.timeout(unread):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        log.info("a stream was read no more")
    except OSError:
        # Some servers tell by this that the client is gone.
        return
    except Exception:
        log.exception("unforeseen")


async def _ending(stream: Stream) -> None:
    """Wait until the stream is to end, and a while longer, so that it ends between two pieces if it can."""
    await stream.ending()
    await asyncio.sleep(LAST)


async def _gone(receive: Receive) -> None:
    """Wait until the client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
