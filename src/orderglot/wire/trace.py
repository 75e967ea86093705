"""The trace: what comes to light about a request while it is answered, beside the answer itself."""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.caller import Caller


class Trace(Struct, kw_only=True, gc=False):
    """Whose request it is, what it asks, which orders it touched, and why it was refused.

    ``key`` is the public part of the credential, or the channel that we asked. ``orders`` are the
    hub's ids of those read one by one, made or changed; a list touches none. A batch has touched what
    its requests have, and its ``reason`` says how many of them were refused. ``kept`` tells whether
    the exchange is one that a journal keeps: the hub's own pages are not.
    """

    dialect: str = ""
    operation: str = ""
    caller: Caller | None = None
    key: str = ""
    orders: tuple[int, ...] = ()
    reason: str = ""
    kept: bool = True
