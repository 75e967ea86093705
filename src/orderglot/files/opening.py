"""Opening: the file or the two files of an import, and how their rows are to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.counting import counted
from orderglot.core.errors import Rule, invalid
from orderglot.files.columns import found_in, has_column, read_mapping, recognise
from orderglot.files.detection import currencies_by_order, dollar_in, only_currency, plan_of
from orderglot.files.field_names import REQUIRED
from orderglot.files.joined_headers import Headers
from orderglot.files.layouts.known import PLAIN, TRACKING, demand_layout, layout_of, read_shape
from orderglot.files.layouts.reshaping import Reshaped
from orderglot.files.layouts.shop_layout import NO_SHOP, ShopLayout, with_columns
from orderglot.files.lines import read_currency, short
from orderglot.files.plan import ImportOptions, Plan
from orderglot.files.remarks import Remarks
from orderglot.files.rows import Rows, open_rows
from orderglot.files.sample import Sample
from orderglot.files.sources import FILE
from orderglot.files.text import LONGEST_LINE

OF_GOODS = ("sku", "quantity", "title", "price")
OF_HEADERS = ("created", "customer", "status", "total", "shipping", "country", "city")
"""What shows that a file has lines of orders, or their headers."""


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

    @property
    def columns(self) -> dict[str, str]:
        """The column that each field was taken from, those of the headers behind those of the lines."""
        own = self.plan.columns
        columns = {field: own.name(field) for field in own.at}
        beside = self.headers.columns if self.headers else {}
        return {
            **columns,
            **{field: name for field, name in beside.items() if field not in columns},
        }

    def in_currency(self, sellers: str) -> Opened:
        """Give it with the currency of orders that name none: its own, else the seller's.

        Raises Invalid where neither is known, and an order names none.
        """
        if self.plan.currency:
            return self
        named = currencies_by_order(self.sample)
        if sellers or (named and all(named.values())):
            return replace(self, plan=replace(self.plan, currency=sellers))
        if code := only_currency(self.sample, named):
            self.remarks.facts.append(
                f"Orders that name no currency have no amounts, and are taken to be in {code} as all others."
            )
            return replace(self, plan=replace(self.plan, currency=code))
        dollar = dollar_in(self.sample)
        hint = f"; {dollar!r} is written in many countries" if dollar else ""
        without = next((number for number, code in named.items() if not code), "")
        who = f"order {short(without)} names none" if any(named.values()) else "the file names none"
        reason = f"{who}{hint}: give one such as --currency USD."
        raise invalid("currency", Rule.REQUIRED, reason)

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
    shape = read_shape(options.shape)
    required = tuple(field for field in REQUIRED if field != "sku" or not options.sku)
    worth = partial(_worth, mapping=mapping, required=required, shape=shape)
    remarks = Remarks()
    with ExitStack() as stack:
        files = [
            (
                path,
                stack.enter_context(
                    open_rows(
                        path,
                        encoding=options.encoding,
                        sheet=options.sheet,
                        worth=worth,
                        enough=len(required),
                    )
                ),
            )
            for path in paths
        ]
        path, rows = files[0] if len(files) == 1 else _lines_of(files, worth, len(required))
        others = [one for one in files if one[1] is not rows]
        if others:
            lines, headers_in = short(path.name), short(others[0][0].name)
            remarks.facts.append(f"{lines} has the lines, {headers_in} the headers.")
        for one in files:
            _note_before(one[1], remarks)
            demand_layout(one[1].header, shape)
        if not others:
            _demand_lines(path, rows, mapping)
        sample = _sample(rows, [rows for _, rows in others], mapping, required, options, remarks)
        headers = None
        if others:
            path_of_headers, rows_of_headers = others[0]
            headers = (
                stack.enter_context(closing(Headers(path_of_headers.name))),
                _sample(rows_of_headers, [rows], mapping, ("order",), options, remarks),
            )
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


def _worth(
    names: Sequence[str], mapping: Mapping[str, str], required: Sequence[str], shape: str
) -> int:
    """Count the required fields that a header has; one of a shop's lines has them all."""
    if (shop := _shop_of(names, shape)) is not NO_SHOP:
        names = [*names, *shop.derived]
        mapping = with_columns(mapping, shop.mapping(names))
        if shop.reshape is not None:
            return len(required)
    return found_in(names, mapping, required)


def _shop_of(header: Sequence[str], shape: str) -> ShopLayout:
    return NO_SHOP if shape in (PLAIN, TRACKING) else layout_of(header, shape)


def _lines_of(
    files: Sequence[tuple[Path, Rows]], worth: Callable[[Sequence[str]], int], enough: int
) -> tuple[Path, Rows]:
    """Tell which of two files has the lines; raises Invalid where both or none have."""
    having = [one for one in files if worth(one[1].header) >= enough]
    if len(having) != 1:
        what = "both have" if having else "none has"
        names = " and ".join(path.name for path, _ in files)
        one_by_one = "; import them one after the other" if having else ""
        reason = f"of {names} {what} the columns of lines ({', '.join(REQUIRED)}){one_by_one}."
        raise invalid("files", Rule.MALFORMED, reason)
    return having[0]


def _demand_lines(path: Path, rows: Rows, mapping: Mapping[str, str]) -> None:
    """Raise Invalid for a file that has headers of orders, and nothing of lines."""
    header = rows.header
    packed = _shop_of(header, "").reshape is not None
    of_orders = found_in(header, mapping, ("order",)) and found_in(header, mapping, OF_HEADERS)
    if of_orders and not packed and not found_in(header, mapping, OF_GOODS):
        tracking = found_in(header, mapping, ("tracking",))
        reason = (
            f"{path.name} has headers of orders and no lines (no sku, no quantity); give the "
            f"file of lines with it: orderglot import {path.name} LINES, or map the columns."
            f"{' To add its tracking numbers to orders, say --from tracking.' if tracking else ''}"
        )
        raise invalid("files", Rule.MALFORMED, reason)


def _sample(
    rows: Rows,
    others: Sequence[Rows],
    mapping: Mapping[str, str],
    required: Sequence[str],
    options: ImportOptions,
    remarks: Remarks,
) -> Sample:
    """Read the first rows of a file, in the layout of its shop where it is a shop's."""
    wanted = _mapping_of(rows, others, mapping)
    shop = _shop_of(rows.header, read_shape(options.shape))
    reshaped = None if shop is NO_SHOP else Reshaped(shop, rows.header)
    header = reshaped.header if reshaped else rows.header
    if reshaped:
        known = f"The columns are read as those of {shop.name}; --from plain does not."
        remarks.facts += [known] if known not in remarks.facts else []
        wanted = with_columns(wanted, shop.mapping(header))
    if shop.reshape is not None:
        rows.longest = LONGEST_LINE  # a cell may hold all lines of an order
    rows.quoted = shop.quoted or rows.delimiter != "\t"
    columns = recognise(header, wanted, required)
    left_out = columns.left_out | shop.among(shop.as_text, header)
    remarks.excused |= {f"{FILE}.{name}" for name in left_out}
    return Sample(rows, columns, reshaped, mapping)


def _mapping_of(rows: Rows, others: Sequence[Rows], mapping: Mapping[str, str]) -> dict[str, str]:
    """Give what is mapped of one file: all but the columns that the other file alone has."""
    return {
        field: column
        for field, column in mapping.items()
        if has_column(rows.header, column)
        or not any(has_column(one.header, column) for one in others)
    }


def _note_before(rows: Rows, remarks: Remarks) -> None:
    if rows.of:
        remarks.facts.append(f"{short(rows.of)} is what is read.")
    before = len(rows.head.before)
    if before:
        stood = "stood" if before > 1 else "stands"
        remarks.facts.append(
            f"{counted(before, 'line')} {stood} before the header, which is line {rows.head.line}."
        )
