"""An order of a book, written as the server face of a dialect of that name would give it to a client."""

from __future__ import annotations

from orderglot.core.keyring import Keyring
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.faces import rendering
from orderglot.hub.dialects import chosen_one
from orderglot.wire.message import Response


async def written(
    order: Order, book: Book, keyring: Keyring, name: str, base: str, form: str = ""
) -> Response:
    """Write an order in a dialect; raises Invalid where there is none of that name.

    Raises Unsupported where the dialect cannot give one order, or not in that ``form``.
    """
    return await rendering.written(order, book, keyring, chosen_one(name), base, form)
