"""Reconciliation: what becomes of an order here when the word of its vendor has changed.

Three orders are compared member by member: the vendor's last state, his state now, and ours. What he
did not change leaves ours as it is; what he changed and we did not is taken; what both changed is a
conflict, and the side that is master of it wins. Clocks are never compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.boxes import unpacked
from orderglot.core.line_matching import name_of_lines, named, paired
from orderglot.core.line_numbers import following, last_number
from orderglot.core.order import Line, Link, Order
from orderglot.core.resumming import followed
from orderglot.core.totals import repriced
from orderglot.core.unknown_members import holds_unknown, reconciled

OWN = frozenset(
    {
        *("id", "version", "references", "test", "number", "customer"),
        *("created", "modified", "received", "entered_by"),
    }
)
"""Members of an order in which each side keeps its own view: they are never taken over."""

OWN_OF_LINE = frozenset({"number", "id", "created"})
"""The same of a line."""


class Conflict(Struct, frozen=True):
    """A member that both sides changed: its dotted name, and what each side has."""

    field: str
    ours: Any
    theirs: Any


class Reconciled(Struct, frozen=True, kw_only=True):
    """An order as both sides have left it.

    ``taken`` names the members that are the vendor's now; ``hidden`` the parts that he showed once
    and shows no more, which stay.
    """

    order: Order
    taken: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    hidden: tuple[str, ...] = ()


def reconcile(
    last: Order,
    theirs: Order,
    ours: Order,
    *,
    carried: Callable[[Order], Order] = lambda order: order,
    ours_win: bool,
    unsure: bool = False,
) -> Reconciled:
    """Take over what a vendor has changed since his last state.

    ``carried`` gives an order as his wire carries it: what differs from his last state by that alone
    was not changed here. ``unsure`` says that his last state is not known and ``last`` is made of
    ours, which was changed here: then whatever differs may be a change of both sides.
    """
    return _Reconciliation(ours_win, unsure).order(last, theirs, ours, carried(ours))


class _Reconciliation:
    """One comparison under way, and what it has come to so far."""

    def __init__(self, ours_win: bool, unsure: bool) -> None:
        self.ours_win = ours_win
        self.unsure = unsure
        self.taken: list[str] = []
        self.conflicts: list[Conflict] = []
        self.hidden: list[str] = []
        self.last_line = 0

    def order(self, last: Order, theirs: Order, ours: Order, seen: Order) -> Reconciled:
        changed: dict[str, Any] = {}
        self.last_line = last_number(ours)
        for name in Order.__struct_fields__:
            before, now = getattr(last, name), getattr(theirs, name)
            if name in OWN or before == now:
                continue
            mine, shown = getattr(ours, name), getattr(seen, name)
            if name == "totals" and _are_other_goods(
                theirs.lines, changed.get("lines", ours.lines)
            ):
                # What he takes is for goods that do not stand here.
                continue
            changed[name] = self._member(name, before, now, mine, shown)
        order = replace(ours, **changed) if changed else ours
        if "lines" in changed and theirs.totals.total is None:
            # What it comes to is not shown, and would be what it came to before.
            order = followed(order, ours)
        return Reconciled(
            order=order,
            taken=tuple(self.taken),
            conflicts=tuple(self.conflicts),
            hidden=tuple(self.hidden),
        )

    def _member(self, name: str, before: Any, now: Any, mine: Any, shown: Any) -> Any:
        if name == "lines":
            return self._lines(before, now, mine, shown)
        if name == "links":
            return self._links(before, now, mine)
        if name == "extras":
            return self._extras(before, now, mine)
        return self._value(name, before, now, mine, shown)

    def _value(self, path: str, before: Any, now: Any, mine: Any, shown: Any) -> Any:
        """Reconcile a member; a part of several members each by itself."""
        if before == now or mine == now:
            return mine
        if holds_unknown(path):
            # Nothing depends on them, so they are as they come.
            return reconciled(before, now, mine)
        if part := _kind_of_part(before, now, mine):
            return self._part(path, part, before, now, mine, shown)
        if self.unsure or (mine != before and shown != before):
            self.conflicts.append(Conflict(path, mine, now))
            if self.ours_win:
                return mine
        self.taken.append(path)
        return now

    def _part(
        self, path: str, part: type[Struct], before: Any, now: Any, mine: Any, shown: Any
    ) -> Any:
        """Reconcile an address and the like; one that is not shown any more stays whole."""
        empty = part()
        if now in (None, empty) and before not in (None, empty):
            self.hidden.append(path)
            return mine
        before, now, shown = before or empty, now or empty, shown or empty
        own = mine or empty
        changed = self._members(path, part.__struct_fields__, before, now, own, shown)
        result = replace(own, **changed)
        return mine if result == own else result

    def _members(
        self, path: str, names: Iterable[str], before: Any, now: Any, mine: Any, shown: Any
    ) -> dict[str, Any]:
        """Reconcile those members of a part that have changed."""
        return {
            name: self._value(
                f"{path}.{name}",
                *(getattr(one, name) for one in (before, now, mine, shown)),
            )
            for name in names
            if getattr(before, name) != getattr(now, name)
        }

    def _links(
        self, before: tuple[Link, ...], now: tuple[Link, ...], mine: tuple[Link, ...]
    ) -> tuple[Link, ...]:
        """Take the links that came, and let go of those that went."""
        added = tuple(link for link in now if not _has(link, (*before, *mine)))
        gone = tuple(link for link in before if not _has(link, now))
        left = tuple(link for link in mine if not _has(link, gone))
        if added or left != mine:
            self.taken.append("links")
        return left + added

    def _extras(
        self, before: dict[str, Any], now: dict[str, Any], mine: dict[str, Any]
    ) -> dict[str, Any]:
        """Reconcile each extra by itself; None is one that is not there."""
        result = dict(mine)
        for name in sorted(before.keys() | now.keys()):
            own = mine.get(name)
            value = self._value(f"extras.{name}", before.get(name), now.get(name), own, own)
            if value is None:
                result.pop(name, None)
            else:
                result[name] = value
        return result

    def _lines(
        self,
        before: tuple[Line, ...],
        now: tuple[Line, ...],
        mine: tuple[Line, ...],
        shown: tuple[Line, ...],
    ) -> tuple[Line, ...]:
        """Reconcile each line with the vendor's same line."""
        if not now:
            self.hidden.append("lines")
            return mine
        name = name_of_lines(before, now)
        old, new = named(before, name), named(now, name)
        pairs = paired(before, mine, name)
        seen = shown if len(shown) == len(mine) else mine
        left: list[Line] = []
        for own, as_seen, key in zip(mine, seen, pairs, strict=True):
            kept = own if key is None else self._line(own, as_seen, old.get(key), new.get(key))
            left += [kept] if kept else []
        taken = {key for key in pairs if key is not None}
        added = [line for key, line in new.items() if key not in old and key not in taken]
        return (*left, *following(self._added(added), self.last_line))

    def _added(self, lines: list[Line]) -> list[Line]:
        """Give the lines that the vendor has added and that are taken over."""
        if lines and self.unsure:
            self.conflicts.append(Conflict("lines", None, ", ".join(line.sku for line in lines)))
            if self.ours_win:
                return []
        if lines:
            self.taken.append("lines")
        return lines

    def _line(self, own: Line, seen: Line, before: Line | None, now: Line | None) -> Line | None:
        if before is None:
            return own
        path = f"lines[{own.number or own.sku}]"
        if now is None:
            return self._removed(path, own, seen, before)
        if before.quantity != now.quantity and unpacked(own).quantity == seen.quantity:
            # A vendor who knows no boxes wants more or less pieces.
            own = unpacked(own)
        names = [name for name in Line.__struct_fields__ if name not in OWN_OF_LINE]
        changed = self._members(path, names, before, now, own, seen)
        line = replace(own, **changed) if changed else own
        return repriced(line, own) if now.total is None else line

    def _removed(self, path: str, own: Line, seen: Line, before: Line) -> Line | None:
        """Let go of a line that the vendor has taken out, unless it was changed here."""
        goods = _goods(before)
        if self.unsure or (_goods(own) != goods and _goods(seen) != goods):
            self.conflicts.append(Conflict(path, own.quantity, None))
            if self.ours_win:
                return own
        self.taken.append(path)
        return None


def _kind_of_part(*values: Any) -> type[Struct] | None:
    """Give the type of a member that has members itself, None of any other."""
    return next((type(value) for value in values if isinstance(value, Struct)), None)


def _has(link: Link, links: Iterable[Link]) -> bool:
    return any(link.relation is one.relation and _same_order(link, one) for one in links)


def _same_order(link: Link, other: Link) -> bool:
    one, two = link.order, other.order
    if one.references and two.references:
        return not set(one.references).isdisjoint(two.references)
    return (one.id, one.number) == (two.id, two.number)


def _are_other_goods(theirs: Iterable[Line], ours: Iterable[Line]) -> bool:
    """Tell whether a vendor who shows lines has more or less of something than is here."""
    there, here = (sorted(unpacked(line).quantity for line in lines) for lines in (theirs, ours))
    return bool(there) and there != here


def _goods(line: Line) -> tuple[object, ...]:
    return line.sku, line.quantity, line.unit_price
