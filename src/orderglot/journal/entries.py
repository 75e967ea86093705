"""Entries: an exchange as it waits to be written, and how many of them become rows and blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from orderglot.core.journal import Bytes
from orderglot.journal.compression import compressed, decompressed
from orderglot.wire.exchange import Exchange
from orderglot.wire.striking import Struck

COLUMNS = (
    *("seller", "id", "direction", "dialect", "operation", "customer", "key", "peer", "method"),
    *("path", "status", "took", "orders", "reason", "block", "place"),
)
"""The columns of a row; ``took`` is in microseconds, and ``place`` where in its block the bytes are."""

BLOCK = ("seller", "id", "last", "size", "orders", "content")
"""The columns of a block: its first and its last exchange, and the orders of all of them."""

GAP = ("seller", "id", "dropped")

LONGEST_REASON = 2_000
LONGEST_PATH = 8_000

MOST_IN_A_BLOCK = 512
"""To show one exchange, all of its block is read."""

LARGEST_BLOCK = 4 * 2**20
"""A block ends with the exchange by which it has so many bytes."""

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(list[Bytes]).decode


class Entry(Struct, gc=False):
    """An exchange that waits: its row without a place, the orders that it touched, and its bytes."""

    seller: int
    id: str
    row: tuple[Any, ...]
    orders: str
    packed: bytes


def entry_of(exchange: Exchange, struck: Struck) -> Entry:
    """Make the entry of an exchange out of what of it may be kept."""
    request, response, trace = exchange.request, exchange.response, exchange.trace
    caller = trace.caller
    seller = customer = 0
    key = trace.key
    if caller is not None:
        seller, customer, key = caller.seller, caller.customer or 0, key or caller.name
    orders = _named(trace.orders) if trace.orders else ""
    row = (
        seller,
        request.id,
        exchange.direction,
        trace.dialect,
        trace.operation,
        customer,
        key,
        request.peer or (request.base if exchange.direction == "out" else ""),
        request.method,
        struck.path[:LONGEST_PATH],
        0 if response is None else response.status,
        int(exchange.took * 1_000_000),
        orders,
        _writable(struck.reason[:LONGEST_REASON]) if struck.reason else "",
    )
    packed = encode(
        (
            request.base,
            struck.query,
            struck.headers,
            struck.body,
            struck.answer_headers,
            struck.answer,
        )
    )
    return Entry(seller, request.id, row, orders, packed)


def _named(orders: tuple[int, ...]) -> str:
    """Write ids of orders so that one is found between two blanks."""
    return f" {orders[0]} " if len(orders) == 1 else f" {' '.join(map(str, orders))} "


def _writable(text: str) -> str:
    """Give a text without what no database has: halves of characters, and the sign of number 0."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class Batch(NamedTuple):
    """What is written at once."""

    rows: list[tuple[Any, ...]]
    blocks: list[tuple[Any, ...]]
    gaps: Sequence[tuple[int, str, int]]


def batch_of(entries: Iterable[Entry], gaps: Sequence[tuple[int, str, int]] = ()) -> Batch:
    """Put the bytes of each seller's entries together in blocks."""
    by_seller: dict[int, list[Entry]] = {}
    for entry in entries:
        by_seller.setdefault(entry.seller, []).append(entry)
    batch = Batch([], [], gaps)
    for several in by_seller.values():
        for few in _pieces(several):
            _add(batch, few)
    return batch


def _pieces(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    piece, size = list[Entry](), 0
    for entry in entries:
        piece.append(entry)
        size += len(entry.packed)
        if len(piece) == MOST_IN_A_BLOCK or size >= LARGEST_BLOCK:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _add(batch: Batch, entries: list[Entry]) -> None:
    first, last = min(one.id for one in entries), max(one.id for one in entries)
    batch.rows.extend((*one.row, first, place) for place, one in enumerate(entries))
    # The header of a list of so many elements, as MessagePack has it.
    packed = b"\xdd" + len(entries).to_bytes(4) + b"".join(one.packed for one in entries)
    content = compressed(packed)
    orders = " ".join(dict.fromkeys(one.orders.strip() for one in entries if one.orders))
    named = f" {orders} " if orders else ""
    batch.blocks.append((entries[0].seller, first, last, len(content), named, content))


def bytes_of(content: bytes, place: int) -> Bytes:
    """Give one exchange's bytes out of a block."""
    return decode(decompressed(content))[place]
