"""Opening: the file or the two files of an import, and how their rows are to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.counting import counted
from orderglot.core.errors import Rule, invalid
from orderglot.files.columns import found_in, has_column, read_mapping, recognise
from orderglot.files.detection import dollar_in, plan_of
from orderglot.files.field_names import REQUIRED
from orderglot.files.joined_headers import Headers
from orderglot.files.lines import read_currency
from orderglot.files.plan import ImportOptions, Plan
from orderglot.files.remarks import Remarks
from orderglot.files.rows import Rows, open_rows
from orderglot.files.sample import Sample
from orderglot.files.sources import FILE


class Opened(Struct, frozen=True, kw_only=True):
    """A file of order lines with its first rows read, and its headers where they are another file."""

    path: Path
    sample: Sample
    plan: Plan
    remarks: Remarks
    headers: Headers | None = None

    @property
    def rows(self) -> Rows:
        """The rows of the lines."""
        return self.sample.rows

    def in_currency(self, sellers: str) -> Opened:
        """Give it with the currency of orders that name none: its own, else the seller's.

        Raises Invalid where neither is known, and an order names none.
        """
        if self.plan.currency:
            return self
        if not sellers and not self._names_currencies():
            dollar = dollar_in(self.sample)
            hint = f"; {dollar!r} is written in many countries" if dollar else ""
            reason = f"the file names none{hint}: give one such as --currency USD."
            raise invalid("currency", Rule.REQUIRED, reason)
        return replace(self, plan=replace(self.plan, currency=sellers))

    def _names_currencies(self) -> bool:
        column = self.sample.column("currency")
        return bool(column) and all(text.strip() for text in column)

    @property
    def currency(self) -> str:
        """The currency that the file is in, mostly: what a seller has who is made for it."""
        currencies = Counter(text for text in self.sample.column("currency") if text.strip())
        for text, _ in currencies.most_common():
            try:
                return self.plan.currency or read_currency(text)
            except ValueError:
                continue
        return self.plan.currency


@contextmanager
def opened(paths: Sequence[Path], options: ImportOptions) -> Iterator[Opened]:
    """Open a file of order lines, or one of lines and one of headers in either order.

    Raises NotFound or Invalid where they cannot be read or be understood, or something must be
    asked first.
    """
    mapping = read_mapping(options.columns)
    required = tuple(field for field in REQUIRED if field != "sku" or not options.sku)
    worth = partial(found_in, mapping=mapping, required=required)
    remarks = Remarks()
    with ExitStack() as stack:
        files = [
            (
                path,
                stack.enter_context(
                    open_rows(path, encoding=options.encoding, worth=worth, enough=len(required))
                ),
            )
            for path in paths
        ]
        path, rows = files[0] if len(files) == 1 else _lines_of(files, mapping, required)
        others = [one for one in files if one[1] is not rows]
        _note_before(rows, remarks)
        wanted = _mapping_of(rows, [rows for _, rows in others], mapping)
        sample = Sample(rows, recognise(rows.header, wanted, required))
        remarks.excused = frozenset(f"{FILE}.{name}" for name in sample.columns.left_out)
        headers = _headers(stack, *others[0], rows, mapping) if others else None
        beside = [headers[1]] if headers else []
        plan = plan_of(sample, options, remarks, beside)
        if plan.stand_in is not None:
            remarks.stand_in = sample.columns.names[plan.stand_in]
        if headers is not None:
            headers[0].fill(headers[1])
        yield Opened(
            path=path,
            sample=sample,
            plan=plan,
            remarks=remarks,
            headers=headers[0] if headers else None,
        )


def _lines_of(
    files: Sequence[tuple[Path, Rows]], mapping: Mapping[str, str], required: Sequence[str]
) -> tuple[Path, Rows]:
    """Tell which of two files has the lines; raises Invalid where both or none have."""
    having = [one for one in files if found_in(one[1].header, mapping, required) == len(required)]
    if len(having) != 1:
        what = "both have" if having else "none has"
        names = " and ".join(path.name for path, _ in files)
        reason = f"of {names} {what} the columns of lines ({', '.join(required)})."
        raise invalid("files", Rule.MALFORMED, reason)
    return having[0]


def _headers(
    stack: ExitStack, path: Path, rows: Rows, lines: Rows, mapping: Mapping[str, str]
) -> tuple[Headers, Sample]:
    wanted = _mapping_of(rows, [lines], mapping)
    sample = Sample(rows, recognise(rows.header, wanted, ("order",)))
    return stack.enter_context(closing(Headers(path.name))), sample


def _mapping_of(rows: Rows, others: Sequence[Rows], mapping: Mapping[str, str]) -> dict[str, str]:
    """Give what is mapped of one file: all but the columns that the other file alone has."""
    return {
        field: column
        for field, column in mapping.items()
        if has_column(rows.header, column)
        or not any(has_column(one.header, column) for one in others)
    }


def _note_before(rows: Rows, remarks: Remarks) -> None:
    before = len(rows.head.before)
    if before:
        stood = "stood" if before > 1 else "stands"
        remarks.facts.append(
            f"{counted(before, 'line')} {stood} before the header, which is line {rows.head.line}."
        )
