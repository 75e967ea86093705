"""Addresses: what is not open to everybody is refused, when it is set and each time that it is dialled."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection
from ipaddress import ip_network
from typing import Any

import pytest
import trustme

from orderglot.core.errors import Invalid
from orderglot.core.webhook_addresses import Addresses, literal
from orderglot.webhooks import sending
from orderglot.webhooks.sending import Failed, Limits, Line
from tests.webhooks.receiver import Receiver

CLOSED = [
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("0.0.0.0", "0.1.2.3", "192.0.0.192", "168.63.129.16", "198.18.0.1", "192.0.2.1"),
    *("224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    *("64:ff9b::a9fe:a9fe", "2001:db8::1", "::ffff:169.254.169.254", "100::1"),
]
OPEN = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]

SPELLINGS = [
    *("2130706433", "0x7f000001", "0x7F.0.0.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1"),
    *("127.0.0.1.", "0x7f.1", "00000177.0.0.01", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[0:0:0:0:0:0:0:1]", "localhost", "LocalHost", "localhost.", "a.localhost", "0"),
    *("[64:ff9b::7f00:1]", "127.0.0.1:8400", "[::1]:80", "3232235777", "[fe80::1%25eth0]"),
]


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_open_to_everybody_is_refused(address: str) -> None:
    assert not Addresses().permits(address)
    shown = f"[{address}]" if ":" in address else address
    if "%" not in address:
        assert "url" == refused(f"http://{shown}/hooks")


@pytest.mark.parametrize("address", OPEN)
def test_what_is_open_is_not(address: str) -> None:
    assert Addresses().permits(address)
    shown = f"[{address}]" if ":" in address else address
    asyncio.run(Addresses().demand(f"https://{shown}/hooks?a=b"))


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_however_it_is_spelt(scheme: str, host: str) -> None:
    assert "url" == refused(f"{scheme}://{host}/hooks")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "erp.example",
            "//erp.example/",
            "ftp://erp.example/",
            "file:///etc/passwd",
            "http://",
        ),
        *(
            "http:///x",
            "http://user:password@erp.example/",
            "http://user@erp.example/",
            "https://:80/",
        ),
        *("https://erp.example/#part", "https://erp.example/#", "https://erp.example:0/"),
        *("https://erp.example:99999/", "https://erp.example:x/", "https://bücher.example/"),
        *("https://erp.example/a b", "https://erp.example/\n", "https://erp.example\\@127.0.0.1/"),
        *(
            "https://a..example/",
            "https://[::1/",
            "https://\uff11\uff12\uff17.0.0.1/",
            "https://" + "a" * 3_000,
        ),
        *("https://exa mple/", "https://-a.example/", "https://" + "a" * 64 + ".example/"),
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert "url" == refused(url)


def test_passwords_in_urls_are_not_repeated() -> None:
    with pytest.raises(Invalid) as raised:
        asyncio.run(Addresses().demand("https://user:hunter22@erp.example/"))
    assert "hunter22" not in raised.value.message


def test_the_operator_allows_networks() -> None:
    allowed = Addresses([ip_network("127.0.0.0/8"), ip_network("fd00::/8")])
    assert all(map(allowed.permits, ("127.0.0.1", "::ffff:127.0.0.1", "fd00::1", "8.8.8.8")))
    assert not any(map(allowed.permits, ("10.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1")))
    asyncio.run(allowed.demand("http://localhost:3000/"))


@pytest.mark.parametrize(
    "number", ["1.2.3.4.5", "256.1.1.1", "1.2.3.256", "0x100000000", "09", "a"]
)
def test_what_spells_no_address_is_a_name(number: str) -> None:
    assert literal(number) is None


def test_a_name_is_looked_up_when_it_is_set() -> None:
    assert "url" == refused("https://erp.example/", Dns(["10.0.0.1"]))
    assert "url" == refused("https://erp.example/", Dns(["8.8.8.8", "10.0.0.1"]))
    asyncio.run(Addresses((), Dns(["8.8.8.8"])).demand("https://erp.example/"))
    asyncio.run(Addresses((), Dns([])).demand("https://not-yet.example/"))


class Dns:
    """A name server that answers one thing after the other, and the last one for good."""

    def __init__(self, *answers: Collection[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Collection[str]:
        self.asked.append((host, port))
        found = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if not found:
            raise OSError("no such name")
        return found


def refused(url: str, dns: Dns | None = None) -> str:
    """Give the field that is refused."""
    with pytest.raises(Invalid) as raised:
        asyncio.run(Addresses((), dns).demand(url))
    (problem,) = raised.value.problems
    assert problem.reason.endswith(".")
    return problem.field


ONE = [ip_network("127.0.0.1/32")]
QUICK = Limits(connect=1.0, whole=1.0)


def posted(
    dns: Dns, times: int = 1, networks: Any = ONE, response: Any = None
) -> tuple[Receiver, list[str]]:
    """Post to a name some times, on a new connection each; gives who was there, and what failed."""

    async def post() -> tuple[Receiver, list[str]]:
        failed = []
        async with Receiver().listening() as receiver:
            url = f"http://erp.example:{receiver.port}/hooks"
            for _ in range(times):
                line = Line(url, Addresses(networks, dns), QUICK)
                try:
                    await line.post({}, b"{}")
                except Failed as error:
                    failed.append(str(error))
                await line.close()
        return receiver, failed

    return asyncio.run(post())


def test_the_name_is_looked_up_for_each_connection_and_just_that_address_dialled() -> None:
    dns = Dns(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"])
    receiver, (failed,) = posted(dns, 3)
    assert 2 == len(receiver.got)
    assert "erp.example has none of the internet's" in failed
    assert "webhook_networks" in failed
    assert "127.0.0.2" not in failed
    assert 3 == len(dns.asked)
    (host,) = {one.headers["host"] for one in receiver.got}
    assert f"erp.example:{receiver.port}" == host


def test_a_name_that_came_to_mean_this_machine_is_not_dialled() -> None:
    dns = Dns(["8.8.8.8"], ["127.0.0.1"])

    async def rebound() -> list[str]:
        failed = []
        async with Receiver().listening() as receiver:
            addresses = Addresses((), dns)
            url = f"http://erp.example:{receiver.port}/hooks"
            await addresses.demand(url)
            line = Line(url, addresses, QUICK)
            with pytest.raises(Failed) as raised:
                await line.post({}, b"{}")
            failed.append(str(raised.value))
            assert 0 == receiver.connections
        return failed

    (failed,) = asyncio.run(rebound())
    assert "erp.example has none of the internet's" in failed


def test_of_several_addresses_those_that_are_permitted_are_dialled_until_one_answers() -> None:
    receiver, failed = posted(
        Dns(["10.0.0.1", "127.0.0.2", "127.0.0.1"]), networks=[ip_network("127.0.0.0/8")]
    )
    assert [] == failed
    assert 1 == len(receiver.got)


def test_a_name_without_an_address_is_a_failure_and_no_more() -> None:
    _, (failed,) = posted(Dns([]))
    assert "the name erp.example is not found" in failed


@pytest.mark.parametrize("name", ["erp.example", "other.example"])
def test_tls_goes_by_the_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    asked = list[str | None]()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("erp.example").configure_cert(server)
    server.sni_callback = lambda _socket, sni, _context: asked.append(sni)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    monkeypatch.setattr(sending, "_trusted", lambda: trusted)

    async def post() -> str:
        receiver = Receiver()
        listening = await asyncio.start_server(receiver._serve, "127.0.0.1", 0, ssl=server)
        port = listening.sockets[0].getsockname()[1]
        line = Line(f"https://{name}:{port}/hooks", Addresses(ONE, Dns(["127.0.0.1"])), QUICK)
        try:
            await line.post({}, b"{}")
        except Failed as error:
            return str(error)
        finally:
            await line.close()
            listening.close()
        return ""

    failed = asyncio.run(post())
    assert [name] == asked
    assert (name == "erp.example") == (not failed)
    if failed:
        assert "certificate" in failed
