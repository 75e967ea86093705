"""Dialling: a name is looked up for each connection, and one of just those addresses is connected to.

Whoever owns a name may have it mean another address between two looks. So what was looked up is what is
checked, and what was checked is what is dialled; TLS and the Host header go by the name.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore2

from orderglot.core.webhook_addresses import Addresses, literal, refusal
from orderglot.faces.resolving import look_up


class NotAllowed(httpcore2.ConnectError):
    """A name has no address by now to which anything may be sent."""


class Stream(httpcore2.AsyncNetworkStream):
    """A connection over asyncio alone; how long each step may take, whoever sends decides for all of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        """Read what is there, b"" at the end."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Write all of it."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close the connection, and wait for nobody."""
        self._writer.close()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        """Speak TLS from now on; the certificate has to be one of that name."""
        try:
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """Tell whether the other side has closed the connection, and of TLS what was agreed on."""
        if info == "is_readable":
            return self._reader.at_eof()
        return self._writer.get_extra_info(info)


class Dialling(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that are permitted, and to no others."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._resolve = addresses.resolve or look_up

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that answers, among those that are permitted."""
        failed: Exception | None = None
        for address in await self._permitted(host, port):
            try:
                async with asyncio.timeout(timeout):
                    return Stream(*await asyncio.open_connection(address, port))
            except TimeoutError as error:
                failed = httpcore2.ConnectTimeout(str(error))
            except OSError as error:
                failed = httpcore2.ConnectError(_why(error))
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


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
