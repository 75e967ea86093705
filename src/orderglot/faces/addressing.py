"""Addressing: who sent a request and to which address, as far as that can be believed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from msgspec import Struct

from orderglot.faces.proxies import Network, Proxies

MOST_PORT = 65_535

_WITHOUT_HOST = ("1", "1.0", "0.9")
"""The versions of HTTP whose clients need not name a host, as servers write them."""

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,255})(?::(\d{0,5}))?")


class BadHost(Exception):
    """The request does not say properly for which host it is meant; the message is for its sender."""


class Origin(Struct, frozen=True):
    """From where a request came, and the address that its sender knows this server by."""

    peer: str
    base: str


class Addressing:
    """What the operator says of the addresses in front.

    ``public_url`` is the address that clients know, and begins all links. ``hosts`` are the hosts
    that may be asked for, each with its port or at any; none stands for all. ``proxies`` are the
    networks of the proxies that are believed.
    """

    def __init__(
        self, public_url: str = "", hosts: Collection[str] = (), proxies: Collection[Network] = ()
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self.hosts = frozenset(host.lower() for host in hosts)
        self.proxies = Proxies(proxies) if proxies else None

    def origin(
        self, peer: str, scheme: str, here: str, version: str, headers: Mapping[str, str]
    ) -> Origin:
        """Tell from where a request came and to which address it was sent.

        ``here`` is the authority of the connection itself, for clients of HTTP/1.0 that name none.
        Raises BadHost.
        """
        forwarded = self.proxies.read(peer, headers) if self.proxies else None
        host = headers.get("host", "")
        if not host and version in _WITHOUT_HOST:
            return Origin(peer, self.public_url or f"{scheme}://{here}")
        authority = read_authority(host)
        if forwarded is None:
            return Origin(peer, self.address(scheme, authority))
        if forwarded.host:
            authority = read_authority(forwarded.host)
        return Origin(
            forwarded.client, self.address(forwarded.scheme or scheme, authority, forwarded.prefix)
        )

    def address(self, scheme: str, authority: str, prefix: str = "") -> str:
        """Give the address that links begin with; raises BadHost where the host is not served."""
        if self.hosts and not {authority, _without_port(authority)} & self.hosts:
            raise BadHost("The request is meant for a host that is not served here.")
        return self.public_url or f"{scheme}://{authority}{prefix}"


@lru_cache(maxsize=256)
def read_authority(text: str) -> str:
    """Read ``HOST`` or ``HOST:PORT``; raises BadHost where it is neither, or nothing."""
    if not text:
        raise BadHost("The request names no host; send one Host header.")
    found = _AUTHORITY.fullmatch(text)
    if found is None or int(found[2] or 0) > MOST_PORT:
        raise BadHost("The request's host is malformed; send one Host header, like HOST:PORT.")
    return text.rstrip(":").lower()


def _without_port(authority: str) -> str:
    host, _, port = authority.rpartition(":")
    return host if port.isdigit() and host else authority
