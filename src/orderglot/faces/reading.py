"""Reading: the bytes of a client's requests, as they come in, into requests one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, parse_url

from orderglot.core.errors import HubError
from orderglot.faces.dispatcher import Dispatcher, plain
from orderglot.faces.patience import BODY, HEAD
from orderglot.wire.message import Request, Response

MOST_HEAD = 2**16
MOST_HEADERS = 200

TOO_LONG = plain(431, "The head of the request is too long.")
NO_REQUEST = plain(400, "This is no HTTP request.")


class Refused(Exception):
    """The request is answered before it is whole, and nothing more is heard."""


class Line(Protocol):
    """What the requests come in on."""

    peer: str
    scheme: str
    here: str

    def take(self, request: Request, *, last: bool) -> None:
        """Answer a request when its turn comes."""
        ...

    def refuse(self, refusal: Response) -> None:
        """Say no when the turn of that comes, and hear nothing more."""
        ...

    def invite(self) -> None:
        """Ask for the body whose sender waits to be asked."""
        ...


class Reader:
    """Reads the requests of one line; what httptools calls says what it has found."""

    def __init__(self, line: Line, dispatcher: Dispatcher) -> None:
        self.line = line
        self.dispatcher = dispatcher
        self.parser = HttpRequestParser(self)
        self.awaits = HEAD
        self.begun = self.invited = self.last = self.deaf = False
        self.since: float | None = None
        """Since when what is awaited has been awaited; None where nobody has looked since."""
        self.refusal: Response | None = None
        self.url = b""
        self.method = self.path = self.query = ""
        self.headers: dict[str, str] = {}
        self.fields = self.unread = self.size = 0
        self.pieces: list[bytes] = []

    def read(self, data: bytes) -> None:
        """Take bytes in; what is still not whole must not have too many of them."""
        if not self.deaf:
            self.unread += len(data)
            self._read(data)
        if not self.deaf and (self.unread > MOST_HEAD or self.fields > MOST_HEADERS):
            self.line.refuse(TOO_LONG)

    def _read(self, data: bytes) -> None:
        rest: bytes | memoryview = data
        try:
            while True:
                try:
                    return self.parser.feed_data(rest)
                except HttpParserUpgrade as upgrade:
                    rest = memoryview(rest)[upgrade.args[0] :]
                    self._pass_over_upgrade()
        except HttpParserError:
            # Behind the last request nobody listens, be it what it may.
            if not self.deaf:
                self.line.refuse(self.refusal or NO_REQUEST)

    def _pass_over_upgrade(self) -> None:
        """Read the head that would rather speak another protocol as if it had not said so."""
        first = f"{self.method} {self.url.decode('latin-1')} HTTP/{self.parser.get_http_version()}"
        fields = [f"{name}: {text}" for name, text in self.headers.items() if name != "upgrade"]
        self.parser = HttpRequestParser(self)
        self.parser.feed_data("\r\n".join([first, *fields, "", ""]).encode("latin-1"))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.begun = True
        self.url, self.headers, self.fields = b"", {}, 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what stands behind a body is none, and a proxy may not have looked at it."""
        self.fields += 1
        if self.awaits == HEAD:
            key, text, headers = _lower(name), value.decode("latin-1"), self.headers
            headers[key] = f"{headers[key]}, {text}" if key in headers else text

    def on_headers_complete(self) -> None:
        """Know the head."""
        headers = self.headers
        if self.fields > MOST_HEADERS or (self.unread > MOST_HEAD and self._is_too_long()):
            self._break_off(TOO_LONG)
        self.method = self.parser.get_method().decode("ascii")
        self.path, self.query = _target(self.url)
        if self.parser.should_upgrade():
            if "upgrade" not in headers:
                self._break_off(NO_REQUEST)
            return
        self.last = not self.parser.should_keep_alive() or (
            "connection" in headers and self.parser.get_http_version() == "1.0"
        )
        self._await(BODY)
        self.fields = self.size = 0
        self.pieces = []
        if "content-length" in headers:
            self._check_size(int(headers["content-length"]))
        # A client of HTTP/1.0 would take the invitation for the answer.
        waits = headers.get("expect", "").lower() == "100-continue"
        if waits and self.parser.get_http_version() != "1.0":
            self.invited = True
            self.line.invite()

    def _is_too_long(self) -> bool:
        return len(self.url) + sum(len(n) + len(v) for n, v in self.headers.items()) > MOST_HEAD

    def on_body(self, piece: bytes) -> None:
        """Take a piece of a body; what stands beside the pieces has its limit like a head."""
        self.unread = 0
        self.size += len(piece)
        self._check_size(self.size)
        self.pieces.append(piece)

    def _check_size(self, size: int) -> None:
        try:
            self.dispatcher.check_size(self.method, self.path, size)
        except HubError as error:
            self._break_off(self.dispatcher.refuse(error, self._request(b"")))

    def _break_off(self, refusal: Response) -> None:
        self.refusal = refusal
        raise Refused

    def on_message_complete(self) -> None:
        """Know the request whole, and answer when its turn comes."""
        if self.parser.should_upgrade():
            return
        self._await(HEAD)
        self.begun = self.invited = False
        self.deaf = self.last
        body = b"".join(self.pieces) if self.pieces else b""
        self.line.take(self._request(body), last=self.last)

    def _request(self, body: bytes) -> Request:
        return self.dispatcher.request(
            self.method,
            self.path,
            self.query,
            self.headers,
            body,
            peer=self.line.peer,
            scheme=self.line.scheme,
            here=self.line.here,
        )

    def _await(self, what: str) -> None:
        self.awaits, self.since, self.unread = what, None, 0


def _target(url: bytes) -> tuple[str, str]:
    """Take path and query, as sent, out of a target; raises where it is none."""
    if not url.startswith(b"/") or b"#" in url:
        parsed = parse_url(url)
        return (parsed.path or b"/").decode("latin-1"), (parsed.query or b"").decode("latin-1")
    path, _, query = url.decode("latin-1").partition("?")
    return path, query


@lru_cache(maxsize=1024)
def _lower(name: bytes) -> str:
    return name.decode("latin-1").lower()
