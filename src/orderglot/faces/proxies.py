"""Proxies: what those that are trusted say of the client and of the address it used.

Of ``Forwarded`` (RFC 7239) and ``X-Forwarded-For``, ``-Proto``, ``-Host`` and ``-Prefix`` nothing is
believed unless the connection comes from a trusted address; where both are there, the standard one
counts. Each proxy adds what it saw at the end, so the lists are read from there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PREFIX = re.compile(r"(/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*/?")
_PAIR = re.compile(r'\s*([A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^\s";,]*)\s*(;|,|$)')


class Forwarded(Struct, frozen=True):
    """What is known of the client behind the proxies; empty where they do not say."""

    client: str
    scheme: str = ""
    host: str = ""
    prefix: str = ""


class Hop(Struct, frozen=True):
    """What one proxy added to ``Forwarded``: who asked it, and by which address."""

    client: str = ""
    scheme: str = ""
    host: str = ""


class Proxies:
    """The networks whose word on a client is taken."""

    def __init__(self, networks: Collection[Network]) -> None:
        self.networks = tuple(networks)
        # The same few proxies hold all connections, so that this is nearly always known.
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def _trusts(self, peer: str) -> bool:
        address = _address(peer)
        return address is not None and any(address in network for network in self.networks)

    def read(self, peer: str, headers: Mapping[str, str]) -> Forwarded | None:
        """Tell what a trusted proxy says of its client; None where the peer is no such proxy."""
        if not self.trusts(peer):
            return None
        if "forwarded" in headers:
            return self._standard(peer, _hops(headers["forwarded"]))
        return self._customary(peer, headers)

    def _standard(self, peer: str, hops: list[Hop]) -> Forwarded:
        client, count = self._client(peer, [hop.client for hop in hops])
        seen = hops[-count] if count else Hop()
        return Forwarded(client, _scheme(seen.scheme), seen.host)

    def _customary(self, peer: str, headers: Mapping[str, str]) -> Forwarded:
        client, count = self._client(peer, _listed(headers, "for"))
        values = {name: _nth_last(_listed(headers, name), count) for name in ("proto", "host")}
        prefix = _nth_last(_listed(headers, "prefix"), count)
        return Forwarded(client, _scheme(values["proto"]), values["host"], read_prefix(prefix))

    def _client(self, peer: str, clients: list[str]) -> tuple[str, int]:
        """Follow the proxies' clients from the last one on to the first that is not trusted.

        Gives it, and how many of the entries were followed. An entry that is no address ends the
        search at the proxy that added it: whatever stands before it may be invented.
        """
        client, count = peer, 0
        for entry in reversed(clients):
            if not self.trusts(client):
                break
            address = _address(entry)
            count += 1
            if address is None:
                break
            client = str(address)
        return client, count


def read_networks(texts: Collection[str]) -> tuple[Network, ...]:
    """Read addresses and networks like ``10.0.0.0/8``; raises ValueError naming one that is none."""
    networks: list[Network] = []
    for text in texts:
        try:
            networks.append(ip_network(text.strip(), strict=False))
        except ValueError:
            raise ValueError(text) from None
    return tuple(networks)


def read_prefix(text: str) -> str:
    """Read the path under which a proxy offers all this, without a slash at the end; "" for none."""
    return text.rstrip("/") if _PREFIX.fullmatch(text) else ""


def _scheme(text: str) -> str:
    return text.lower() if text.lower() in ("http", "https") else ""


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    text = headers.get(f"x-forwarded-{name}", "")
    return [entry.strip() for entry in text.split(",")] if text else []


def _nth_last(entries: list[str], count: int) -> str:
    """Give the entry of the outermost proxy that is trusted; one that all share counts for each."""
    return entries[-min(max(count, 1), len(entries))] if entries else ""


def _hops(text: str) -> list[Hop]:
    """Read ``for=192.0.2.60;proto=http, for="[2001:db8::1]"``; what is malformed says nothing."""
    hops: list[Hop] = []
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None:
            return []
        name, value, behind = found.groups()
        pairs[name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value
        at = found.end()
        if behind != ";":
            hops.append(Hop(pairs.get("for", ""), pairs.get("proto", ""), pairs.get("host", "")))
            pairs = {}
    return hops


def _address(text: str) -> Address | None:
    """Read ``192.0.2.1``, ``192.0.2.1:80``, ``2001:db8::1`` or ``[2001:db8::1]:80``."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that takes both families tells an address of the old one in the form of the new.
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
