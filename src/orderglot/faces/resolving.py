"""Resolving: the addresses that a name has by now, as this machine finds them."""

from __future__ import annotations

import asyncio
import socket


async def look_up(host: str, port: int) -> tuple[str, ...]:
    """Give the addresses of a host, each once; raises OSError where there is none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host[:60]!r} is no name of a host") from error
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
