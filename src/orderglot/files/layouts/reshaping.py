"""Reshaping: the rows of a shop's file as rows of lines, by its layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from orderglot.files.field_names import plain
from orderglot.files.layouts.shop_layout import Derived, ShopLayout
from orderglot.files.rows import Reject, Stride


class Reshaped:
    """What a layout makes of the rows of a file; the columns of the file stay where they are."""

    def __init__(self, layout: ShopLayout, header: Sequence[str]) -> None:
        self.layout = layout
        at = {plain(name): place for place, name in enumerate(header)}
        self._derived = [_read(one, at) for one in layout.derived.values()]
        self._cleaned = [
            (at[name], clean)
            for column, clean in layout.cleaned.items()
            if (name := plain(column)) in at
        ]
        wide = (*header, *layout.derived)
        self._shape = layout.reshape(wide) if layout.reshape else None
        self.header = (*wide, *(self._shape.columns if self._shape else ()))

    def rows(self, rows: Iterable[Stride | Reject]) -> Iterator[Stride | Reject]:
        """Give the rows in the new shape, in their order."""
        wide = (self._wide(one) if isinstance(one, Stride) else one for one in rows)
        return self._shape.rows(wide) if self._shape else wide

    def _wide(self, stride: Stride) -> Stride:
        columns = list(stride.columns)
        more = [derive(columns, len(stride.texts)) for derive in self._derived]
        for place, clean in self._cleaned:
            columns[place] = [clean(text) for text in columns[place]]
        return Stride(stride.numbers, stride.texts, [*columns, *more])


Columns = Sequence[Sequence[str]]


def _read(derived: Derived, at: dict[str, int]) -> Callable[[Columns, int], list[str]]:
    """Make the function that reckons a column; of a column that is not there nothing is known."""
    places = [at.get(plain(name)) for name in derived.out_of]

    def derive(columns: Columns, count: int) -> list[str]:
        known = [columns[place] if place is not None else ("",) * count for place in places]
        return [derived.reckon(*texts) for texts in zip(*known, strict=True)]

    return derive
