"""The layout of a row: at which places its fields stand, and which of the columns are kept beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from orderglot.files.columns import Columns
from orderglot.files.detail_names import DETAILS
from orderglot.files.field_names import FIELDS, MONEY_PARTS, OF_LINES, QUANTITIES, TAXES
from orderglot.files.lines import MONEY_OF_LINES

ABSENT = -1

Column = Sequence[str]


class Layout:
    """Where everything stands in the rows of a file; a field without a column is blank in each.

    ``beside`` are the columns that are kept as they are until their order is complete: those of no
    field, then those of money, then what few lines say.
    """

    def __init__(self, columns: Columns) -> None:
        at = columns.at
        priced = [field for field in MONEY_OF_LINES if field != "amount" or field in at]
        names = ("order", "sku", "title", "created")
        self.of_lines = itemgetter(*(at.get(field, ABSENT) for field in names))
        self.of_worths = itemgetter(*(at.get(field, ABSENT) for field in ("quantity", *priced)))
        self.fields = [one for one in FIELDS if one in at and one not in (*OF_LINES, *MONEY_PARTS)]
        self.money = [field for field in MONEY_PARTS if field in at]
        self.extras = list(columns.others.values())
        self._heads = [at[field] for field in self.fields]
        self._beside = [*columns.others, *(at[field] for field in self.money)]
        self.ids = self._place_of("line_id", at)
        """Which of the columns beside has the ids of lines."""
        self.units = self._place_of("unit", at)
        self.quantities = [
            (member.removesuffix("_quantity"), place)
            for member in QUANTITIES
            if (place := self._place_of(member, at)) is not None
        ]
        """Which have what has become of how much, each by its member of the details."""

        self.taxes = [
            (one, place) for one in TAXES if (place := self._place_of(one, at)) is not None
        ]
        """Which have the tax on a line, each by its field."""
        self.details = [
            (one, place) for one in DETAILS if (place := self._place_of(one, at)) is not None
        ]
        """Which have what few orders and lines say, each by its field."""

    def _place_of(self, field: str, at: Mapping[str, int]) -> int | None:
        if field not in at:
            return None
        self._beside.append(at[field])
        return len(self._beside) - 1

    def heads(self, columns: Sequence[Column]) -> list[Column]:
        """Give the columns of what all rows of an order say."""
        return [columns[place] for place in self._heads]

    def beside(self, columns: Sequence[Column]) -> list[Column]:
        """Give the columns that are kept as they are."""
        return [columns[place] for place in self._beside]
