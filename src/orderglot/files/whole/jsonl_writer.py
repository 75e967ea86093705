"""JSON lines: each order whole on a line of its own, as a book keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from orderglot.core.order import Order
from orderglot.files.whole.writer import Destination
from orderglot.wire import json


class JsonlWriter:
    """Writes orders as JSON lines."""

    def __init__(self, file: Destination) -> None:
        self.rows = 0
        self._file = file

    def write(self, orders: Sequence[Order]) -> None:
        """Write some more orders."""
        self._file.writelines(map(_line, orders))
        self.rows += len(orders)

    def close(self) -> None:
        """Write no more."""


def _line(order: Order) -> bytes:
    document = json.write(order)
    # That an order has no lines is written, too: by its lines a whole order is known.
    end = b"}\n" if order.lines else b',"lines":[]}\n'
    return document[:-1] + end if len(document) > 2 else b'{"lines":[]}\n'
