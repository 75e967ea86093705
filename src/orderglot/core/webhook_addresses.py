"""Addresses of webhooks: which URLs there may be, and which networks nothing is sent to.

Whoever may add an endpoint chooses where this machine connects to. So networks that are not open to
everybody are refused, unless the operator allows them: when an endpoint is added, and each time that a
connection is made, for a name can mean another address by then.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from urllib.parse import SplitResult, urlsplit

from orderglot.core.errors import Rule, invalid
from orderglot.core.webhooks import LONGEST_URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

Resolve = Callable[[str, int], Awaitable[Collection[str]]]
"""Gives the addresses that a host and port have by now; raises OSError where there is none."""

SETTING = "webhook_networks"
"""The setting by which an operator allows networks."""

LOCALHOST = "localhost"
LONGEST_HOST, LONGEST_LABEL = 253, 63

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?")
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")
# What these have in their last bits is an IPv4 address that is reached by them.
_MAPPED = tuple(
    IPv6Network(one) for one in ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
# At the first, clouds tell their machines what is only theirs to know; of the second, Python's
# releases differ in whether it is open.
_CLOSED = (IPv4Network("168.63.129.16/32"), IPv4Network("192.0.0.0/24"))


class Addresses:
    """Which addresses webhooks may be sent to: those of the internet, and of ``networks`` that are allowed.

    Names are looked up by ``resolve``, if there is anything that can.
    """

    def __init__(self, networks: Collection[Network] = (), resolve: Resolve | None = None) -> None:
        self.networks = tuple(networks)
        self.resolve = resolve

    def permits(self, address: str) -> bool:
        """Tell whether a connection may be made to an address."""
        try:
            there = ip_address(address)
        except ValueError:
            return False
        reached = (there, *_inside(there))
        allowed = any(reached[-1] in network for network in self.networks)
        return allowed or all(map(_is_open, reached))

    async def demand(self, url: str) -> None:
        """Raise Invalid, about the field ``url``, where nothing may be sent to a URL.

        A name that has no address by now is let be: it is looked up again for each connection.
        """
        parts = split(url)
        host = parts.hostname or ""
        known = literal(host)
        if known is not None:
            return self._demand(host, (str(known),))
        if host.rstrip(".") == LOCALHOST or host.rstrip(".").endswith(f".{LOCALHOST}"):
            return self._demand(host, ("127.0.0.1",))
        if self.resolve is None:
            return None
        try:
            found = await self.resolve(host, port_of(parts))
        except OSError:
            return None
        return self._demand(host, found)

    def _demand(self, host: str, addresses: Collection[str]) -> None:
        for address in addresses:
            if not self.permits(address):
                raise invalid("url", Rule.CHOICE, refusal(host, address))


def refusal(host: str, address: str) -> str:
    """Say that nothing is sent to a host, because of the address that it has.

    Which one a name has is not told: whoever may add an endpoint need not know this machine's networks.
    """
    spelt = literal(host) is not None
    whose = f"{address} is not one of" if spelt else f"{host[:60]} has none of"
    return (
        f"Nothing is sent to this address: {whose} the internet's. The operator can allow networks"
        f" by the setting {SETTING}."
    )


def split(url: str) -> SplitResult:
    """Take a URL apart; raises Invalid, about the field ``url``, where events cannot be sent to it."""
    if len(url) > LONGEST_URL:
        raise _wrong(url, f"has {len(url):,} characters, and {LONGEST_URL:,} are allowed")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _wrong(url, "has a character that no URL has; write others as %C3%A9 or xn--")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _wrong(url, f"is not an http(s) URL ({error})") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _wrong(url, "is not a URL such as https://shop.example/hooks")
    if parts.username is not None or parts.password is not None:
        raise _wrong(
            parts.hostname or "", "has a user or password in it; the signature shows who sends"
        )
    if parts.fragment or url.endswith("#"):
        raise _wrong(url, "has a fragment (#), which is not sent")
    if port == 0:
        raise _wrong(url, "has the port 0, to which nothing can be sent")
    if ":" not in host and not _is_name(host):
        raise _wrong(url, "names no host")
    return parts


def port_of(parts: SplitResult) -> int:
    """Give the port of a URL, that of its scheme where none is said."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def literal(host: str) -> Address | None:
    """Give the address that a host spells, in any way in which a machine reads one; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *heads, last = map(_number, parts)
        value = sum(one << 8 * (3 - place) for place, one in enumerate(heads))
        if any(one > 255 for one in heads) or last >= 1 << 8 * (4 - len(heads)):
            return None
        return IPv4Address(value + last)
    except (ValueError, AddressValueError):
        return None


def _number(text: str) -> int:
    """Read a part of an address as inet_aton does: hexadecimal, octal or decimal."""
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text[0] == "0" else 10)


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return len(host) <= LONGEST_HOST and all(
        len(one) <= LONGEST_LABEL and _LABEL.fullmatch(one) for one in labels
    )


def _inside(there: Address) -> tuple[Address, ...]:
    """Give the IPv4 address that is reached by way of an IPv6 one, if there is such."""
    if isinstance(there, IPv4Address):
        return ()
    if there.sixtofour is not None:
        return (there.sixtofour,)
    if there.teredo is not None:
        return (there.teredo[1],)
    # The first addresses of all, "no address" and "this machine", carry none.
    if int(there) > 1 and any(there in network for network in _MAPPED):
        return (IPv4Address(int(there) & 0xFFFF_FFFF),)
    return ()


def _is_open(there: Address) -> bool:
    """Tell whether an address is open to everybody on the internet."""
    if isinstance(there, IPv6Address) and any(there in network for network in _MAPPED):
        # What is reached by it decides; the address alone says nothing.
        return int(there) > 1
    closed = there.is_multicast or there.is_reserved or any(there in one for one in _CLOSED)
    site = isinstance(there, IPv6Address) and there.is_site_local
    return there.is_global and not closed and not site


def _wrong(url: str, why: str) -> Exception:
    return invalid("url", Rule.MALFORMED, f"{url[:60]!r} {why}.")
