"""Addressing: whose word on hosts and clients is taken, and what links are made of."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orderglot.faces.addressing import Addressing, BadHost, Origin
from orderglot.faces.proxies import read_networks
from tests.faces.connections import LAST_HELLO, run_flow, statuses
from tests.faces.test_asgi import echoing, messages_of, scope

CLIENT, PROXY, FAR_PROXY = "203.0.113.9", "10.0.0.1", "10.0.0.2"


def origin(
    *, peer: str = PROXY, version: str = "1.1", addressing: Addressing | None = None, **headers: Any
) -> Origin:
    """Tell where a request comes from, whose proxies are 10.0.0.0/8 and an IPv6 network."""
    trusting = addressing or Addressing(proxies=read_networks(("10.0.0.0/8", "2001:db8::/32")))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"host": "orders.example", **named}
    return trusting.origin(peer, "http", "192.0.2.7:8400", version, given)


def test_without_proxies_nothing_is_believed() -> None:
    given: Any = {"forwarded": "for=1.2.3.4;host=evil.example", "x_forwarded_for": "1.2.3.4"}

    assert Origin(PROXY, "http://orders.example") == origin(addressing=Addressing(), **given)


def test_of_a_stranger_nothing_is_believed() -> None:
    given: Any = {
        "x_forwarded_for": "1.2.3.4",
        "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "https",
        "x_forwarded_prefix": "/evil",
        "forwarded": "for=1.2.3.4;host=evil.example;proto=https",
    }
    assert Origin(CLIENT, "http://orders.example") == origin(peer=CLIENT, **given)


@pytest.mark.parametrize(
    ("peer", "given", "found"),
    [
        (PROXY, {"x_forwarded_for": CLIENT}, Origin(CLIENT, "http://orders.example")),
        (
            PROXY,
            {"x_forwarded_for": CLIENT, "x_forwarded_proto": "https"},
            Origin(CLIENT, "https://orders.example"),
        ),
        (
            PROXY,
            {
                "host": "127.0.0.1:8400",
                "x_forwarded_for": CLIENT,
                "x_forwarded_proto": "https",
                "x_forwarded_host": "shop.example:8443",
                "x_forwarded_prefix": "/hub/",
            },
            Origin(CLIENT, "https://shop.example:8443/hub"),
        ),
        # What a stranger wrote stands before what the proxies saw.
        (
            PROXY,
            {
                "x_forwarded_for": f"1.2.3.4, {CLIENT}",
                "x_forwarded_host": "evil.example, shop.example",
                "x_forwarded_proto": "http, https",
            },
            Origin(CLIENT, "https://shop.example"),
        ),
        # Through two proxies that are trusted: what the outer one saw counts.
        (
            PROXY,
            {
                "x_forwarded_for": f"1.2.3.4, {CLIENT}, {FAR_PROXY}",
                "x_forwarded_host": "evil.example, shop.example, inner.example",
                "x_forwarded_proto": "https",
            },
            Origin(CLIENT, "https://shop.example"),
        ),
        (PROXY, {"x_forwarded_for": FAR_PROXY}, Origin(FAR_PROXY, "http://orders.example")),
        (PROXY, {"x_forwarded_for": f"{CLIENT}:5123"}, Origin(CLIENT, "http://orders.example")),
        (PROXY, {"x_forwarded_for": "unknown"}, Origin(PROXY, "http://orders.example")),
        (
            PROXY,
            {"x_forwarded_for": f"{CLIENT}, nonsense"},
            Origin(PROXY, "http://orders.example"),
        ),
        (PROXY, {"x_forwarded_for": ""}, Origin(PROXY, "http://orders.example")),
        (PROXY, {"x_forwarded_proto": "gopher"}, Origin(PROXY, "http://orders.example")),
        (PROXY, {"x_forwarded_prefix": '/"><x'}, Origin(PROXY, "http://orders.example")),
        (PROXY, {"x_forwarded_prefix": "//evil"}, Origin(PROXY, "http://orders.example")),
        (
            PROXY,
            {"x_forwarded_for": "2001:db9::7"},
            Origin("2001:db9::7", "http://orders.example"),
        ),
        ("2001:db8::1", {"x_forwarded_for": CLIENT}, Origin(CLIENT, "http://orders.example")),
        (f"::ffff:{PROXY}", {"x_forwarded_for": CLIENT}, Origin(CLIENT, "http://orders.example")),
        (
            PROXY,
            {"forwarded": f"for={CLIENT};proto=https;host=shop.example"},
            Origin(CLIENT, "https://shop.example"),
        ),
        (
            PROXY,
            {"forwarded": f'For="{CLIENT}:4711" ; HOST="shop.example:8443"; by=_me;Proto=HTTPS'},
            Origin(CLIENT, "https://shop.example:8443"),
        ),
        (
            PROXY,
            {"forwarded": 'for="[2001:db9::7]:80";host=shop.example'},
            Origin("2001:db9::7", "http://shop.example"),
        ),
        (
            PROXY,
            {
                "forwarded": (
                    f"for=1.2.3.4;host=evil.example, for={CLIENT};host=shop.example;proto=https,"
                    f" for={FAR_PROXY};host=inner.example"
                )
            },
            Origin(CLIENT, "https://shop.example"),
        ),
        (PROXY, {"forwarded": "for=_hidden"}, Origin(PROXY, "http://orders.example")),
        (PROXY, {"forwarded": "for=1.2.3.4;;;=\x00"}, Origin(PROXY, "http://orders.example")),
        # The standard header counts where there are both.
        (
            PROXY,
            {"forwarded": f"for={CLIENT}", "x_forwarded_for": "1.2.3.4"},
            Origin(CLIENT, "http://orders.example"),
        ),
    ],
)
def test_a_trusted_proxy_is_believed(peer: str, given: Any, found: Origin) -> None:
    assert found == origin(peer=peer, **given)


def test_the_public_address_begins_links_whatever_proxies_say() -> None:
    addressing = Addressing("https://hub.example/shop/", proxies=read_networks(("10.0.0.0/8",)))
    given: Any = {
        "x_forwarded_for": CLIENT,
        "x_forwarded_host": "a.example",
        "x_forwarded_prefix": "/x",
    }

    assert Origin(CLIENT, "https://hub.example/shop") == origin(addressing=addressing, **given)


@pytest.mark.parametrize(
    ("host", "authority"),
    [
        ("shop.example", "shop.example"),
        ("Shop.Example:8400", "shop.example:8400"),
        ("[::1]:80", "[::1]:80"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("under_score.example", "under_score.example"),
        ("shop.example:", "shop.example"),
    ],
)
def test_links_begin_with_the_host_that_was_asked(host: str, authority: str) -> None:
    assert f"http://{authority}" == origin(host=host).base


MALFORMED = [
    "",
    " ",
    "a b",
    "a, a",
    "a,b",
    "evil.example/path",
    "user@evil.example",
    'evil.example/"><script>',
    "a:port",
    "a:99999",
    "a:1:2",
    "[::1",
    "::1",
    "a\\b",
    "ä.example",
    "a" * 256,
]


@pytest.mark.parametrize("public", ["", "https://hub.example"])
@pytest.mark.parametrize("host", MALFORMED)
def test_a_host_that_is_none_is_refused(host: str, public: str) -> None:
    with pytest.raises(BadHost, match="send one Host header"):
        origin(host=host, addressing=Addressing(public))


@pytest.mark.parametrize("host", MALFORMED[1:])
def test_a_host_that_is_none_is_refused_from_a_proxy_as_well(host: str) -> None:
    quoted = re.sub(r'(["\\])', r"\\\1", host)

    with pytest.raises(BadHost):
        origin(forwarded=f'host="{quoted}"')


@pytest.mark.parametrize(
    ("hosts", "host", "served"),
    [
        (("shop.example",), "shop.example", True),
        (("shop.example",), "SHOP.example:8443", True),
        (("Shop.Example:8443",), "shop.example:8443", True),
        (("shop.example:8443",), "shop.example", False),
        (("shop.example",), "evil.example", False),
        (("shop.example",), "xshop.example", False),
        (("[::1]",), "[::1]:8400", True),
        (("[::1]:8400",), "[::1]:8401", False),
        (("a.example", "b.example"), "b.example", True),
    ],
)
def test_where_hosts_are_named_others_are_refused(
    hosts: tuple[str, ...], host: str, served: bool
) -> None:
    addressing = Addressing(hosts=hosts)
    if served:
        assert origin(host=host, addressing=addressing).base
    else:
        with pytest.raises(BadHost, match="not served here"):
            origin(host=host, addressing=addressing)


def test_the_host_that_a_proxy_was_asked_for_is_the_one_that_must_be_served() -> None:
    addressing = Addressing(hosts=("shop.example",), proxies=read_networks(("10.0.0.0/8",)))

    found = origin(addressing=addressing, host="127.0.0.1:8400", x_forwarded_host="shop.example")
    assert "http://shop.example" == found.base
    with pytest.raises(BadHost):
        origin(addressing=addressing, host="shop.example", x_forwarded_host="evil.example")


@pytest.mark.parametrize("version", ["1", "1.0"])
def test_a_client_of_http_1_0_that_names_no_host_is_told_the_address_it_called(
    version: str,
) -> None:
    found = origin(version=version, host="", addressing=Addressing(hosts=("shop.example",)))

    assert "http://192.0.2.7:8400" == found.base


@pytest.mark.parametrize("network", ["ten", "10.0.0.0/33", "10.0.0.0/8/8", ""])
def test_what_is_no_network_is_refused_by_its_name(network: str) -> None:
    with pytest.raises(ValueError, match=f"^{network}$"):
        read_networks(("10.0.0.1", network))


# Over a real socket.

BASE = echoing(lambda request: f"{request.base} {request.peer}")


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"Host:\r\n",
        b"Host: a.example\r\nHost: a.example\r\n",
        b"Host: a.example\r\nHost:\r\n",
        b"Host: a b\r\n",
        b"Host: evil.example/x\r\n",
    ],
    ids=["missing", "empty", "doubled", "doubled and empty", "two words", "a path"],
)
def test_a_request_without_one_proper_host_gets_400(lines: bytes) -> None:
    request = LAST_HELLO.replace(b"Host: orders.example\r\n", lines)

    received = run_flow(lambda peer: peer.exchange(request))

    assert [400] == statuses(received)
    assert b"Host" in received
    assert b"evil" not in received


def test_links_and_peer_come_from_the_proxy_that_is_trusted() -> None:
    forwarded = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
    request = LAST_HELLO[:-2] + forwarded + b"\r\n"

    def received(*networks: str) -> Any:
        addressing = Addressing(proxies=read_networks(networks))
        return run_flow(lambda peer: peer.exchange(request), BASE, addressing=addressing)

    assert b'"https://orders.example 203.0.113.9"' in received("127.0.0.0/8")
    assert b'"http://orders.example 127.0.0.1"' in received("10.0.0.0/8")


def test_in_http_2_the_authority_is_the_host() -> None:
    shown = echoing(lambda request: request.base)

    _, body = messages_of(
        shown,
        scope(http_version="2", headers=[(b"host", b"shop.example")]),
        {"type": "http.request"},
    )

    assert b'"http://shop.example"' == body["body"]


def test_a_request_keeps_no_more_of_its_peer_than_where_it_is() -> None:
    _, body = messages_of(echoing(lambda request: request.peer), scope(client=("203.0.113.9", 5)))

    assert b'"203.0.113.9"' == body["body"]
