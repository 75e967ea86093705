"""Dialling: a name is looked up for each connection, and one of just those addresses is connected to.

Whoever owns a name may have it mean another address between two looks. So what was looked up is what is
checked, and what was checked is what is dialled; TLS and the Host header go by the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore2

from orderglot.core.webhook_addresses import Addresses, literal, refusal


async def look_up(host: str, port: int) -> tuple[str, ...]:
    """Give the addresses that this machine finds for a host by now; raises OSError where there is none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host[:60]!r} is no name of a host") from error
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class NotAllowed(httpcore2.ConnectError):
    """A name has no address by now to which anything may be sent."""


class Dialling(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that are permitted, and to no others."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._resolve = addresses.resolve or look_up
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that answers, among those that are permitted."""
        failed: Exception | None = None
        for address in await self._permitted(host, port):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore2.ConnectError(f"{host} has no address")

    async def _permitted(self, host: str, port: int) -> tuple[str, ...]:
        """Give the addresses of a host that are permitted; raises NotAllowed where it has none but others."""
        known = literal(host)
        try:
            found = (str(known),) if known is not None else await self._resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} is not found: {error}") from error
        permitted = tuple(one for one in found if self._addresses.permits(one))
        for address in found if not permitted else ():
            raise NotAllowed(refusal(host, address))
        return permitted
