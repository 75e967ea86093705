"""Detection: how a file is to be read, by its options, else by what its first rows show.

What they do not show is asked for; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from orderglot.core.errors import Rule, invalid
from orderglot.core.time_zones import zone_of
from orderglot.files import dates, numbers
from orderglot.files.columns import Columns
from orderglot.files.currencies import Currencies, currencies_of, only_one
from orderglot.files.dates import DateOrder, reader_of_times
from orderglot.files.detail_names import DAYS, NUMBERS, TIMES
from orderglot.files.field_names import MONEY_PARTS
from orderglot.files.layouts.shop_layout import NO_SHOP
from orderglot.files.lines import (
    Signs,
    read_currency,
    reader_of_worths,
    short,
)
from orderglot.files.numbers import COMMA, DOT, Marks
from orderglot.files.plan import ImportOptions, Plan
from orderglot.files.prices import demand_price
from orderglot.files.remarks import Remarks
from orderglot.files.sample import Sample
from orderglot.files.scopes import are_hundredths, scopes_of
from orderglot.files.sources import read_source

Samples = Sequence[Sample]

IN_NUMBERS = ("quantity", "price", "amount", *MONEY_PARTS, *NUMBERS)
IN_TIMES = ("created", *TIMES)
IN_DATES = (*IN_TIMES, *DAYS)


def plan_of(
    sample: Sample, options: ImportOptions, remarks: Remarks, beside: Sequence[Sample] = ()
) -> Plan:
    """Decide how a file is read, and the one beside it; raises Invalid for what has to be asked."""
    samples = (sample, *beside)
    marks = _marks(samples, options, remarks)
    order = _date_order(samples, options, remarks)
    zone = zone_of(options.timezone or options.sellers_timezone)
    _note_zone(samples, options, remarks)
    columns, scopes = scopes_of(sample, marks, remarks)
    demand_price(sample, columns, marks)
    signs = Signs(marks)
    return Plan(
        columns=columns,
        delimiter=sample.rows.delimiter,
        quoted=sample.rows.quoted,
        width=len(sample.rows.header),
        shop=sample.shop,
        marks=marks,
        zone=zone,
        read_time=reader_of_times(zone, order),
        read_worth=reader_of_worths(marks, signs),
        signs=signs,
        currency=_currency(sample, options),
        scopes=scopes,
        hundredths=are_hundredths(sample, marks),
        fill_down=options.fill_down or (sample.shop is NO_SHOP and _fills_down(sample)),
        shipping_tells=any(one.shop.shipping_tells for one in samples),
        stand_in=_stand_in(columns, options.sku or _own_stand_in(sample)),
        partial=options.partial,
        source=read_source(options.source),
    )


def _marks(samples: Samples, options: ImportOptions, remarks: Remarks) -> Marks:
    """Decide what parts the decimals of the file's numbers."""
    if options.decimal:
        if options.decimal not in (DOT, COMMA):
            raise invalid("decimal", Rule.CHOICE, f"{options.decimal[:10]!r} is neither . nor ,.")
        return Marks(options.decimal, strict=True)
    clues = numbers.clues(text.strip().removesuffix("%") for text in _texts(samples, *IN_NUMBERS))
    doubtful = clues.pop(numbers.EITHER, "")
    decimal = next(iter(clues)) if len(clues) == 1 else ""
    if doubtful and not decimal:
        found = _place(samples, IN_NUMBERS, doubtful)
        one, other = (numbers.read_digits(_digits(doubtful), mark) for mark in (DOT, COMMA))
        reason = (
            f"{doubtful.strip()!r}{found} can be {one.normalize():f} or {other.normalize():f}; "
            "say what parts decimals with --decimal . or --decimal ,"
        )
        raise invalid("decimal", Rule.REQUIRED, f"{reason}.")
    if doubtful:
        shown = next(iter(clues.values())).strip()
        remarks.facts.append(
            f"{doubtful.strip()!r} and the like are read with {decimal!r} before decimals, as the file "
            f"has {shown!r}."
        )
    return Marks(decimal, seen=frozenset(clues))


def _texts(samples: Samples, *fields: str) -> Iterator[str]:
    return chain.from_iterable(sample.texts(*fields) for sample in samples)


def _digits(text: str) -> str:
    return numbers.taken_apart(text).digits


def _date_order(samples: Samples, options: ImportOptions, remarks: Remarks) -> DateOrder:
    """Decide in which order the file's dates have day, month and year."""
    if options.dates:
        if options.dates not in dates.ORDERS:
            raise invalid("dates", Rule.CHOICE, f"{options.dates[:10]!r} is not dmy, mdy or ymd.")
        return DateOrder(options.dates, strict=True)
    clues = dates.clues(_texts(samples, *IN_DATES))
    doubtful = clues.pop(dates.EITHER, "")
    order = next(iter(clues)) if len(clues) == 1 else ""
    if doubtful and not order:
        where = _place(samples, IN_DATES, doubtful)
        reason = f"{doubtful.strip()!r}{where} can be read in two ways; say which with --dates"
        raise invalid("dates", Rule.REQUIRED, f"{reason} dmy, mdy or ymd.")
    if doubtful:
        shown = next(iter(clues.values())).strip()
        remarks.facts.append(f"Dates are read as {order}, as the file has {shown!r}.")
    return DateOrder(order, seen=frozenset(clues))


def _place(samples: Samples, fields: tuple[str, ...], text: str) -> str:
    lines = (sample.line_of(field, text) for sample in samples for field in fields)
    line = next((line for line in lines if line), 0)
    return f" on line {line}" if line else ""


def _note_zone(samples: Samples, options: ImportOptions, remarks: Remarks) -> None:
    if not options.timezone and any(map(dates.lacks_zone, _texts(samples, *IN_TIMES))):
        taken = f"{own}, the seller's" if (own := options.sellers_timezone) else "UTC"
        remarks.facts.append(
            f"Times without a zone are taken as {taken}; --timezone names another."
        )


def _fills_down(sample: Sample) -> bool:
    """Tell whether each order's number stands on its first row alone, with blanks below it."""
    given = sample.column("order")
    names = [name for text in given if (name := text.strip())]
    if len(names) == len(given) or len(set(names)) != len(names):
        return False
    goods = zip(given, sample.column("quantity"), strict=True)
    return any(not text.strip() and quantity.strip() for text, quantity in goods)


def _stand_in(columns: Columns, wanted: str) -> int | None:
    """Find the column that stands in for a SKU: the one that is wanted, else the title."""
    if not wanted:
        return columns.at.get("title")
    if wanted in columns.at:
        return columns.at[wanted]
    if wanted in columns.names:
        return columns.names.index(wanted)
    alike = [n for n, name in enumerate(columns.names) if name.casefold() == wanted.casefold()]
    if len(alike) != 1:
        names = ", ".join(map(short, columns.names))
        raise invalid("sku", Rule.UNKNOWN, f"there is no column {wanted[:40]!r}: {names}.")
    return alike[0]


def _own_stand_in(sample: Sample) -> str:
    """Give the column that the layout of the file's shop has stand in for a SKU."""
    found = sample.shop.among(sample.shop.stand_in, sample.columns.names)
    return next(iter(found), "")


def _currency(sample: Sample, options: ImportOptions) -> str:
    """Decide the currency of orders that name none: the option, else what all amounts say."""
    if options.currency:
        return currency_code(options.currency)
    signs = list(_signs(sample))
    if sample.shop.dollar and signs and all(sample.shop.dollar in meant for meant in signs):
        return sample.shop.dollar
    return only_one(signs)


def _signs(sample: Sample) -> Iterator[Currencies]:
    for text in sample.texts("price", "amount"):
        try:
            written = numbers.taken_apart(text)
        except ValueError:
            continue
        if written.currency and (meant := currencies_of(written.currency)):
            yield meant


def currencies_by_order(sample: Sample) -> dict[str, str]:
    """Give the text of each order's currency in its column, "" of one that names none."""
    named = dict[str, str]()
    for number, text in zip(sample.numbers(), sample.column("currency"), strict=False):
        named[number] = named.get(number) or text.strip()
    return named


def only_currency(sample: Sample, named: Mapping[str, str]) -> str:
    """Give the one currency that is named, where orders that name none have no amounts; else "".

    So market places write orders that were cancelled before anybody paid.
    """
    codes = {code.upper() for code in named.values() if code}
    if len(codes) != 1:
        return ""
    numbers_of_rows = sample.numbers()
    for field in ("price", "amount", *MONEY_PARTS):
        for number, text in zip(numbers_of_rows, sample.column(field), strict=False):
            if not named[number] and text.strip(" 0.,"):
                return ""
    return currency_code(codes.pop())


def dollar_in(sample: Sample) -> str:
    """Give a text of money in the file whose currency could be one of several, else ""."""
    for text in sample.texts("price", "amount"):
        try:
            written = numbers.taken_apart(text)
        except ValueError:
            continue
        if len(currencies_of(written.currency)) > 1:
            return written.currency
    return ""


def currency_code(code: str) -> str:
    """Read a currency that a person names; raises Invalid for what is none."""
    try:
        return read_currency(code)
    except ValueError as error:
        raise invalid("currency", Rule.CURRENCY, f"{error}.") from None
