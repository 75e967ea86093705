"""Fingerprints: whether a request is the same as one that came before, however it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from orderglot.core.errors import HubError
from orderglot.wire import json, xml
from orderglot.wire.message import Request, essence, once, pairs
from orderglot.wire.shape import FORM

_encode = msgspec.json.Encoder(decimal_format="number", order="deterministic").encode


def fingerprint(request: Request, proofs: Collection[str] = ()) -> str:
    """Give a digest of what a request asks for: its method, its query and what its body says.

    Blanks, escapes and the order of members make no difference, nor do the arguments and members
    named ``proofs``, which say who is calling: a client may have logged in again meanwhile.
    """
    arguments = [pair for pair in pairs(request.query) if pair[0] not in proofs]
    digest = hashlib.sha256(_encode((request.method, arguments)))
    digest.update(canonical(request, proofs))
    return digest.hexdigest()


def canonical(request: Request, proofs: Collection[str] = ()) -> bytes:
    """Write what a body says in one way; what is neither JSON, XML nor a form stays as it is."""
    body = request.body
    begins = body.removeprefix(json.BYTE_ORDER_MARK).lstrip()[:1]
    try:
        if begins in (b"{", b"["):
            return _canonical(json.read_sent(body), proofs)
        if begins == b"<":
            return _canonical(xml.read(body), proofs)
        if essence(request.headers.get("content-type", "")) == FORM:
            return _canonical(once(pairs(body.decode("utf-8", errors="replace"))), proofs)
    except HubError:
        pass
    return body


def _canonical(value: Any, proofs: Collection[str]) -> bytes:
    if isinstance(value, Mapping) and proofs:
        value = {name: inner for name, inner in value.items() if name not in proofs}
    return _encode(value)
