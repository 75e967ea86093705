"""Fingerprints of secrets: how they are told from each other, and what an earlier one of a key is good for."""

from __future__ import annotations

import hmac
from hashlib import sha256

from msgspec.structs import replace

from orderglot.core.keyring import Credential

KEY = "key"
"""The kind of what the seller hands out."""

FORMER = "former"
"""The kind of a fingerprint that a key had before: it says of which key, and for how long."""

REFUSED = "This key or token is not known, has expired or was ended."
NOBODY = "0" * 64


def fingerprint(secret: str) -> str:
    """Give the SHA-256 of a secret, by which it is found and told."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_same(found: Credential | None, shown: str) -> bool:
    """Tell in constant time whether what was found has the fingerprint that was shown."""
    return hmac.compare_digest(found.fingerprint if found else NOBODY, shown)


def rolled_to(key: Credential, former: Credential) -> Credential:
    """Give a key as its former secret shows it: good as long as both are."""
    ends = [one for one in (key.expires, former.expires) if one is not None]
    shown, caller = former.fingerprint, replace(key.caller, former=True)
    return replace(key, fingerprint=shown, caller=caller, expires=min(ends, default=None))
