"""Links in answers that are kept: written for no address, and given the one that is asked.

An answer that is given again may be asked for at another address than the first time, as behind a
proxy that has moved.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.wire.message import Response

NOWHERE = "http://7e3b1d90c2.address.invalid"
"""What stands in a kept answer where the address goes."""

_NOWHERE = NOWHERE.encode()


def addressed(response: Response, base: str) -> Response:
    """Give a kept answer with the links of an address."""
    return replace(
        response,
        headers={name: text.replace(NOWHERE, base) for name, text in response.headers.items()},
        body=response.body.replace(_NOWHERE, base.encode()),
    )
