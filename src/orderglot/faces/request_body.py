"""The body of a request: read as it comes, decoded, and refused where it is too large or too slow."""

from __future__ import annotations

import zlib
from asyncio import timeout
from collections.abc import Mapping

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.faces.pages import Receive

CODINGS = ("gzip", "deflate")
ACCEPTED = {"accept-encoding": ", ".join(CODINGS)}
"""What a refusal of another coding says of those that are understood (RFC 9110 12.5.3)."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class UnknownCoding(Exception):
    """The body has a ``Content-Encoding`` that is not understood; the message names it."""


class TooSlow(Exception):
    """The body did not come in time."""


class Broken(Exception):
    """The client closed the connection, or sent something that is no body, before the request was complete."""


class Inflater:
    """Decodes gzip, and deflate with or without its envelope."""

    def __init__(self, coding: str) -> None:
        self.coding = coding
        self.inner: zlib._Decompress | None = None

    def decode(self, piece: bytes, room: int) -> bytes:
        """Decode a piece; raises Invalid where it is not coded so."""
        if not piece:
            return b""
        if self.inner is None:
            self.inner = zlib.decompressobj(self._window(piece[0]))
        try:
            # One byte more than there is room for shows that it is too much.
            return self.inner.decompress(piece, room + 1)
        except zlib.error:
            raise self._refusal() from None

    def check_end(self) -> None:
        """Raise Invalid where the last piece did not end the body, or something stood behind it."""
        if self.inner is None or not self.inner.eof or self.inner.unused_data:
            raise self._refusal()

    def _window(self, first: int) -> int:
        if self.coding == "gzip":
            return _GZIP
        # Many clients send what HTTP calls deflate without its envelope, which begins like this.
        return _ZLIB if first & 0x0F == zlib.DEFLATED else _RAW

    def _refusal(self) -> Invalid:
        reason = f"the body is not coded as {self.coding}, as the header says."
        return invalid("Content-Encoding", Rule.MALFORMED, reason)


def decoder_of(headers: Mapping[str, str]) -> Inflater | None:
    """Give what decodes a request's body, None where it is plain; raises UnknownCoding."""
    coding = headers.get("content-encoding", "").strip().lower().removeprefix("x-")
    if coding in ("", "identity"):
        return None
    if coding not in CODINGS:
        raise UnknownCoding(coding[:40])
    return Inflater(coding)


async def read_body(
    receive: Receive, headers: Mapping[str, str], most: int, seconds: float
) -> bytes:
    """Read a request's body to its end, decoded; it may have ``most`` bytes, coded and decoded.

    A body that says its length is refused before it is read, any other one as soon as it has come
    to be too large. Raises Invalid, UnknownCoding, TooSlow or Broken.
    """
    decoder = decoder_of(headers)
    length = None
    if "content-length" in headers:
        _check_size(int(headers["content-length"]), most)
        # Beside chunks the length means nothing (RFC 9112 6.1).
        length = None if "transfer-encoding" in headers else int(headers["content-length"])
    try:
        async with timeout(seconds):
            return await _read(receive, decoder, most, length)
    except TimeoutError:
        raise TooSlow from None


async def _read(receive: Receive, decoder: Inflater | None, most: int, length: int | None) -> bytes:
    pieces: list[bytes] = []
    coded = size = 0
    more = length != 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Broken
        piece, more = message.get("body", b""), message.get("more_body", False)
        coded += len(piece)
        # To be told of the end takes another turn of the server's threads, which nobody needs.
        more = more and (length is None or coded < length)
        _check_size(coded, most)
        if decoder is not None:
            piece = decoder.decode(piece, most - size)
            size += len(piece)
            _check_size(size, most)
        pieces.append(piece)
    if decoder is not None and coded:
        decoder.check_end()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise invalid("body", Rule.SIZE, f"The body may have {most} bytes.")
