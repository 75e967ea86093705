"""Line matching: which line of a vendor's order is which line of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from orderglot.core.order import Line

Name = Callable[[Line], Hashable]


def name_of_lines(*several: tuple[Line, ...]) -> Name | None:
    """Give what tells lines apart in all these lists: id, else number, else None for the SKU."""
    names: tuple[Name, ...] = (lambda line: line.id, lambda line: line.number)
    for name in names:
        if all(_tells_apart(name, lines) for lines in several):
            return name
    return None


def _tells_apart(name: Name, lines: tuple[Line, ...]) -> bool:
    names = [name(line) for line in lines]
    return all(names) and len(set(names)) == len(names)


def named(lines: Iterable[Line], name: Name | None) -> dict[Hashable, Line]:
    """Give lines by what tells them apart; by SKU, the first of one, the second of one."""
    if name is not None:
        return {name(line): line for line in lines}
    counted: Counter[str] = Counter()
    found: dict[Hashable, Line] = {}
    for line in lines:
        counted[line.sku] += 1
        found[line.sku, counted[line.sku]] = line
    return found


def paired(
    before: tuple[Line, ...], mine: tuple[Line, ...], name: Name | None
) -> list[Hashable | None]:
    """Give for each line here the name of the vendor's line that it was, None where of none.

    The same name and SKU make it the same; else the same SKU does, in order. Where both have as many
    lines left and call their goods by different names, the first is the first.
    """
    theirs = list(named(before, name).items())
    pairs: list[Hashable | None] = [None] * len(mine)
    for alike in (_same_name(name), _same_sku):
        _pair(pairs, theirs, mine, alike)
    if pairs.count(None) == len(theirs):
        _pair(pairs, theirs, mine, _share_no_name)
    return pairs


def _pair(
    pairs: list[Hashable | None],
    theirs: list[tuple[Hashable, Line]],
    mine: tuple[Line, ...],
    alike: Callable[[Hashable, Line, Line], bool],
) -> None:
    """Give lines that have none yet the first of theirs that is alike, which is then taken."""
    for place, own in enumerate(mine):
        if pairs[place] is None:
            found = next((pair for pair in theirs if alike(*pair, own)), None)
            if found is not None:
                theirs.remove(found)
                pairs[place] = found[0]


def _same_name(name: Name | None) -> Callable[[Hashable, Line, Line], bool]:
    return lambda key, one, own: name is not None and name(own) == key and _same_goods(one, own)


def _same_sku(_name: Hashable, one: Line, own: Line) -> bool:
    return _same_goods(one, own)


def _share_no_name(_name: Hashable, one: Line, own: Line) -> bool:
    pairs = ((one.sku, own.sku), (one.item_id, own.item_id), (one.upc, own.upc))
    return not any(all(pair) for pair in pairs)


def _same_goods(one: Line, own: Line) -> bool:
    """Tell whether two lines are of the same goods; a wire that carries no SKU names the item."""
    if (one.sku and own.sku) or not one.item_id:
        return one.sku == own.sku
    return one.item_id == own.item_id
