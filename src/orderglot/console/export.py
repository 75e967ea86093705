"""The orders that are asked for as a file to take along, sent while it is written, in constant memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from orderglot.console.api import Api
from orderglot.console.orders import Asking, filter_of, read_asking
from orderglot.console.rendering import HEADERS
from orderglot.console.visits import Visit
from orderglot.core.acts import Person
from orderglot.core.errors import NotFound
from orderglot.core.order import Order
from orderglot.dialects.orderglot.expanding import ExpandedPage
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, ORDERS
from orderglot.files.whole.exporting import FORMATS, closing, writer_of

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
}

PIECE = 2**18
"""So many bytes at most are sent at once."""

Pages = AsyncIterator[Sequence[Order]]


class ExportPage:
    """What the list of orders finds, all of it, as a file."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def give(self, request: Request, visit: Visit) -> Response:
        """Send the file; ``lines=yes`` has a row for each line of an order.

        Raises NotFound for a format that there is not, Invalid for a filter that is not understood,
        Unsupported where what the format needs is not installed.
        """
        form = str(request.path_params["format"])
        if form not in FORMATS:
            raise NotFound(f"There is no format {form[:20]!r}; there are {', '.join(FORMATS)}.")
        asking, name = read_asking(request), f"{visit.seller.name}-orders.{form}"
        lines = request.query_params.get("lines") == "yes" and form != "jsonl"
        # What is refused is refused before anything is sent.
        await self._page(visit, asking, 1, "")
        pieces = _pieces(self._pages(visit, asking), form, lines=lines)
        first = await anext(pieces, b"")
        await self._write_down(visit, name, asking)
        headers = HEADERS | {"content-disposition": f'attachment; filename="{_plain(name)}"'}
        return StreamingResponse(_behind(first, pieces), headers=headers, media_type=TYPES[form])

    async def _pages(self, visit: Visit, asking: Asking) -> Pages:
        after: str | None = ""
        while after is not None:
            found = await self._page(visit, asking, LONGEST_PAGE, after)
            yield found.orders
            after = found.next.after if found.next else None

    async def _page(self, visit: Visit, asking: Asking, limit: int, after: str) -> ExpandedPage:
        query = {"filter": filter_of(visit, asking), "q": asking.q, "sort": asking.sort}
        found: ExpandedPage = await self.api.read(
            visit.caller, ORDERS, **query, after=after, limit=str(limit)
        )
        return found

    async def _write_down(self, visit: Visit, name: str, asking: Asking) -> None:
        """Write down who took orders out of the book."""
        by = Person(visit.caller.name, visit.peer)
        asked = {"filter": filter_of(visit, asking), "q": asking.q}
        named = {name: text for name, text in asked.items() if text}
        await self.api.store.acting(by).act(visit.seller.id, "orders.exported", name, named)


async def _pieces(pages: Pages, form: str, *, lines: bool) -> AsyncIterator[bytes]:
    """Write orders into a file that has no name, and give what is in it as it grows."""
    sent = 0
    with TemporaryFile() as file:
        writer = writer_of(form, file, lines=lines)
        with closing(writer):
            async for orders in pages:
                writer.write(orders)
                # A workbook is put together at its end, and nothing of it is there before.
                for piece in _grown(file, sent):
                    sent += len(piece)
                    yield piece
        for piece in _grown(file, sent):
            sent += len(piece)
            yield piece


def _grown(file: IO[bytes], sent: int) -> Sequence[bytes]:
    """Read what stands in a file behind what was sent, and go back to where it is written."""
    end = file.tell()
    file.seek(sent)
    pieces = list(iter(lambda: file.read(PIECE), b""))
    file.seek(end)
    return pieces


async def _behind(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _plain(name: str) -> str:
    """Give a file's name as any system takes it."""
    return "".join(
        one if one.isascii() and (one.isalnum() or one in "-._") else "-" for one in name
    )
