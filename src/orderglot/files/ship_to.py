"""Ship-to: where an order goes to, and those of its lines that go elsewhere, out of address columns."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.addresses import Address
from orderglot.core.order import Order
from orderglot.core.parties import Party, Role
from orderglot.files.address_names import SHIP_TO
from orderglot.files.addresses import AddressReader
from orderglot.files.detail_columns import DetailCells, entries
from orderglot.files.head_details import NO_LINE_DETAILS, NO_ORDER_DETAILS

SECOND = 2
"""The number of the first place beside the order's own."""


def with_ship_to(order: Order, cells: DetailCells, read: AddressReader) -> Order:
    """Give an order the address that it goes to, and its lines further ones where its rows differ.

    ``read`` reads an address out of all members. A row that says none is of the order's address.
    """
    found = entries(cells, tuple(SHIP_TO))
    if not found:
        return order
    (first, _), *further = found.items()
    order = replace(order, ship_to=_address(first, read))
    lines = list(order.lines)
    parties = list[Party]()
    for number, (texts, places) in enumerate(further, SECOND):
        parties.append(Party(role=Role.SHIP_TO, number=f"{number}", address=_address(texts, read)))
        for place in places:
            line = lines[place]
            of_line = replace(line.details or NO_LINE_DETAILS, ship_to=f"{number}")
            lines[place] = replace(line, details=of_line)
    if not parties:
        return order
    details = replace(order.details or NO_ORDER_DETAILS, parties=tuple(parties))
    return replace(order, lines=tuple(lines), details=details)


def _address(texts: tuple[str | None, ...], read: AddressReader) -> Address | None:
    return read(tuple(text or "" for text in texts))
