"""Comparing: an order of the book with what its vendor says of it, in one line for each difference.

What a vendor's wire cannot show is no difference, nor is what one of the two does not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from orderglot.core.order import Address, Line, Order, id_at
from orderglot.core.values import Status
from orderglot.sync.changes_since import changes_since
from orderglot.sync.goods import counted
from orderglot.sync.vendor import Source
from orderglot.wire.dialect import Can
from orderglot.wire.loss import carried, in_its_boxes, loses

OFF = frozenset({Status.CANCELLED, Status.FAILED})
PARTIES = ("ship_to", "bill_to")
PLACE = ("line_1", "line_2", "city", "state", "postal_code", "country")
ADDRESS = ("company", "first_name", "last_name", *PLACE)

Name = Callable[[Line], str]


def differences(
    source: Source, ours: Order, theirs: Order, sent: Order | None = None
) -> tuple[str, ...]:
    """Describe how what a vendor has differs from an order of the book.

    ``theirs`` has the ids as his dialect reads them. ``sent`` is the order as it was when he was
    sent it: what his wire carries and does not show, he is taken to have as it was sent.
    """
    can, dialect = source.dialect.can, source.dialect.name
    ours, sent = in_its_boxes(ours, can), sent and in_its_boxes(sent, can)
    seen = carried(source.outgoing(ours), dialect, can)
    return (
        *_ended(ours, theirs),
        *_goods(can, ours, theirs, sent),
        *_prices(can, ours, theirs),
        *_sums(can, ours, theirs),
        *_customers(seen, theirs, dialect),
        *_owners(ours, sent),
        *(line for party in PARTIES for line in _addresses(can, party, (ours, seen), theirs, sent)),
        *(changes_since(can, ours, seen, theirs, sent) if sent is not None else ()),
    )


def another(source: Source, ours: Order, theirs: Order) -> bool:
    """Tell whether a vendor's order is plainly another one: its own PO number, or other goods."""
    seen = carried(ours, source.dialect.name, source.dialect.can)
    if seen.po_number and theirs.po_number:
        return seen.po_number.strip() != theirs.po_number.strip()
    names = _named_by(source.dialect.can, ours, theirs)
    if names is None or not theirs.lines:
        return False
    return counted(ours.lines, names).keys().isdisjoint(counted(theirs.lines, names))


def is_off(order: Order) -> bool:
    """Tell whether an order is not to be delivered any more."""
    return order.status in OFF or order.deleted is not None


def _ended(ours: Order, theirs: Order) -> Iterator[str]:
    if is_off(ours) and not is_off(theirs):
        state = "deleted" if ours.deleted is not None else ours.status
        yield f"here it is {state}, and they have it as {theirs.status}"
    elif is_off(theirs) and not is_off(ours):
        yield f"they have it as {theirs.status}, and here it is {ours.status}"


def _goods(can: Can, ours: Order, theirs: Order, sent: Order | None) -> Iterator[str]:
    """Count the pieces of everything, in what the vendor shows or else in what he was sent."""
    names = _named_by(can, ours, theirs)
    if not loses(can, "lines.quantity"):
        yield from _counts(ours.lines, theirs.lines, names or (lambda _line: "the goods"))
    if names is None and sent is not None:
        yield from _counts(ours.lines, sent.lines, _sku)


def _counts(ours: Iterable[Line], theirs: Iterable[Line], names: Name) -> Iterator[str]:
    here, there = counted(ours, names), counted(theirs, names)
    for name in here | there:
        if here[name] != there[name]:
            yield f"they have {there[name]} of {name}, here {'is' if here[name] == 1 else 'are'} {here[name]}"


def _named_by(can: Can, ours: Order, theirs: Order) -> Name | None:
    """Give what both sides call goods by, None where there is no such thing."""
    lines = (*ours.lines, *theirs.lines)
    for member, name in (("sku", _sku), ("item_id", _item), ("upc", _upc)):
        if not loses(can, f"lines.{member}") and all(map(name, lines)):
            return name
    return None


def _sku(line: Line) -> str:
    return line.sku.strip().upper()


def _item(line: Line) -> str:
    return line.item_id.strip()


def _upc(line: Line) -> str:
    return line.upc.strip()


def _prices(can: Can, ours: Order, theirs: Order) -> Iterator[str]:
    """Compare what a piece costs, and where that is not known what goods cost together."""
    names = _named_by(can, ours, theirs)
    if names is None:
        return
    counts = [counted(order.lines, names) for order in (ours, theirs)]
    same = {name for name in counts[0] if counts[0][name] == counts[1][name]}
    compared = set[str]()
    for what, price in (("", _piece), (" in all", _together)):
        here, there = (_priced(order.lines, names, price) for order in (ours, theirs))
        for name in here:
            comparable = name in there and name not in compared and (not what or name in same)
            if comparable and here[name] != there[name]:
                compared.add(name)
                yield (
                    f"they take {_text_of(there[name])} for {name}{what}, here it is "
                    f"{_text_of(here[name])}"
                )


def _piece(line: Line) -> Decimal | None:
    if line.unit_price is not None or line.pricing is None:
        return line.unit_price
    return line.pricing.discounted_price


def _together(line: Line) -> Decimal | None:
    return line.total


def _priced(
    lines: Iterable[Line], names: Name, price: Callable[[Line], Decimal | None]
) -> Mapping[str, list[Decimal]]:
    """Give the prices of each of the goods; goods of which one is not known are left out."""
    found: defaultdict[str, set[Decimal | None]] = defaultdict(set)
    for line in lines:
        found[names(line)].add(price(line))
    return {
        name: sorted(one for one in prices if one is not None)
        for name, prices in found.items()
        if None not in prices
    }


def _text_of(amounts: Iterable[Decimal]) -> str:
    return " and ".join(f"{amount:f}" for amount in amounts)


def _sums(can: Can, ours: Order, theirs: Order) -> Iterator[str]:
    if ours.currency and theirs.currency and ours.currency != theirs.currency:
        yield f"they have it in {theirs.currency}, here it is in {ours.currency}"
    here, there = _total(ours), _total(theirs)
    rounded = can.rounds.get("totals.total")
    unknown = rounded(None) if rounded else None
    if here is not None and there not in (None, unknown) and here != there:
        yield f"they take {there:f} for all of it, here it is {here:f}"


def _total(order: Order) -> Decimal | None:
    if order.totals.total is None and order.invoice is not None:
        return order.invoice.due.total
    return order.totals.total


def _customers(seen: Order, theirs: Order, dialect: str) -> Iterator[str]:
    here = id_at(seen.customer, dialect) if seen.customer else ""
    there = id_at(theirs.customer, dialect) if theirs.customer else ""
    if here and there and here != there:
        yield f"they have it as customer {there}'s, here it is {here}'s"


def _owners(ours: Order, sent: Order | None) -> Iterator[str]:
    here, there = ours.customer, sent.customer if sent else None
    if here and there and here.id != there.id:
        yield (
            f"it was sent as customer {there.number or there.id}'s, here it is "
            f"{here.number or here.id}'s"
        )


def _addresses(
    can: Can, party: str, ours: tuple[Order, Order], theirs: Order, sent: Order | None
) -> Iterator[str]:
    """Compare the parts of an address that a new order carries.

    ``ours`` is the order of the book, and that as the wire carries it.
    """
    whole, seen = (getattr(one, party) or Address() for one in ours)
    there = getattr(theirs, party) or Address()
    taken = [name for name in ADDRESS if f"{party}.{name}" in can.takes]
    shown = [name for name in taken if not loses(can, f"{party}.{name}")]
    if there == Address() and any(getattr(seen, name) for name in shown):
        yield f"{party}: they have no address"
        return
    yield from _parts(party, shown, seen, there)
    if sent is not None:
        hidden = [name for name in taken if name not in shown]
        yield from _parts(party, hidden, whole, getattr(sent, party) or Address())


def _parts(party: str, names: Iterable[str], here: Address, there: Address) -> Iterator[str]:
    for name in names:
        mine, theirs = getattr(here, name), getattr(there, name)
        if mine and _plain(mine) != _plain(theirs):
            yield f"{party}.{name}: they have {theirs or 'nothing'}, here is {mine}"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
