"""Handing over: the line with which a partner's program begins, as the demo has it for each dialect."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request

from orderglot import demo
from orderglot.core.customer import Customer, identity
from orderglot.core.order import native
from orderglot.dialects.orderglot.key_shapes import Key
from orderglot.hub.dialects import chosen_one


def first_line(request: Request, key: Key, customer: Customer, secret: str) -> str:
    """Write the shell line with which the partner who has a key begins; ``secret`` is within single quotes."""
    fields = chosen_one(key.dialect).auth.fields
    values = (key.id.partition(":")[2], secret)
    credential = {name: value for name, value in zip(fields, values, strict=True) if name}
    # Whatever an id has in it, it ends no quotation.
    named = quote(native(identity(customer), key.dialect), safe="")
    base = str(request.state.base).replace("'", "%27")
    return demo.first(key.dialect, base, credential, named)
