"""Cut whole invoices, among them every oddity, out of Online Retail II, and count what is in them.

    python cut_invoices.py online-retail-2009-2010.csv.gz

writes `online-retail-cut.csv.gz`, `online-retail-cut.json` (the cut's counts) and
`online-retail-whole.json` (the whole file's) beside this script. The same file in gives the same
bytes out: nothing is drawn at random, and the gzip carries no time and no name.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SHORT = 60
"""An invoice of at most so many lines is preferred, so that the cut stays small."""

NAMED = {
    "489434": "the first invoice",
    "538171": "the last invoice",
    "537434": "the longest invoice",
    "C496350": "a cancellation with a positive quantity",
    "519017": "the lowest quantity",
    "497946": "the highest quantity",
    "512771": "the highest price",
    "533027": "the highest total",
    "519195": "one stock code in upper and in lower case",
    "497819": "free of charge, yet with a customer",
    "497843": "free of charge, yet with a customer",
    "521901": "two minutes that are 2 apart",
    "520878": "two minutes that are 4 apart",
    "529368": "two minutes that are 9 apart",
    "515459": "the same line in the same minute as 515460 and 515461",
    "515460": "the same line in the same minute as 515459 and 515461",
    "515461": "the same line in the same minute as 515459 and 515460",
}
TANGLED = ("530263", "513369", "495544", "507058", "530665", "524402", "C509622", "C516149")
"""Invoices whose lines stand apart; those that stand between them are cut, too."""

MOVED = ("12417", "12422", "12423", "12431", "12745")
"""The customers who have invoices in two countries."""


class Line(NamedTuple):
    """One line of the file: where it stands, its bytes, and what they say."""

    place: int
    raw: bytes
    invoice: str
    sku: str
    description: str
    quantity: int
    minute: str
    price: Decimal
    customer: str
    country: str


Lines = list[Line]
Invoices = dict[str, Lines]

OF_LINES: dict[str, Callable[[Line], bool]] = {
    "lines": lambda line: bool(line.raw),
    "negative_lines": lambda line: line.quantity < 0,
    "negative_lines_not_cancelled": lambda line: line.quantity < 0 and line.invoice[0] != "C",
    "positive_lines_cancelled": lambda line: line.quantity > 0 and line.invoice[0] == "C",
    "priceless_lines": lambda line: line.price <= 0,
    "negative_price_lines": lambda line: line.price < 0,
    "three_decimal_lines": lambda line: line.price.as_tuple().exponent == -3,
    "lines_without_description": lambda line: not line.description,
    "lines_with_blank_before_description": lambda line: line.description.startswith(" "),
    "lines_with_blank_after_description": lambda line: line.description.endswith(" "),
    "lines_with_comma": lambda line: "," in line.description,
    "lines_with_quote": lambda line: '"' in line.description,
    "lines_with_backslash": lambda line: "\\" in line.description,
    "lines_not_ascii": lambda line: not line.raw.isascii(),
    "lines_with_blank_after_sku": lambda line: line.sku.endswith(" "),
    "lines_with_lower_case_sku": lambda line: line.sku != line.sku.upper(),
}
OF_INVOICES: dict[str, Callable[[Lines], bool]] = {
    "invoices": bool,
    "cancellations": lambda invoice: invoice[0].invoice[0] == "C",
    "adjustments": lambda invoice: invoice[0].invoice[0] == "A",
    "invoices_without_customer": lambda invoice: not any(line.customer for line in invoice),
    "invoices_of_14911": lambda invoice: invoice[0].customer == "14911",
    "invoices_of_two_customers": lambda invoice: differ(line.customer for line in invoice) > 1,
    "invoices_of_two_countries": lambda invoice: differ(line.country for line in invoice) > 1,
    "two_minute_invoices": lambda invoice: differ(line.minute for line in invoice) == 2,
    "tangled_invoices": lambda invoice: invoice[-1].place - invoice[0].place >= len(invoice),
    "invoices_of_one_line": lambda invoice: len(invoice) == 1,
    "invoices_all_free": lambda invoice: {line.price == 0 for line in invoice} == {True},
    "invoices_partly_free": lambda invoice: {line.price == 0 for line in invoice} == {True, False},
    "invoices_with_sku_twice": lambda invoice: differ(line.sku for line in invoice) < len(invoice),
    "invoices_with_sku_at_two_prices": lambda invoice: (
        differ(line.sku for line in invoice) < differ((line.sku, line.price) for line in invoice)
    ),
    "invoices_with_identical_lines": lambda invoice: (
        differ(line.raw for line in invoice) < len(invoice)
    ),
}
WANTED = {
    "adjustments": 3,
    "invoices_of_14911": 50,
    "two_minute_invoices": 8,
    "three_decimal_lines": 14,
    "invoices_partly_free": 6,
    "invoices_with_sku_twice": 6,
    "invoices_with_sku_at_two_prices": 4,
    "invoices_with_identical_lines": 6,
    "lines_with_blank_before_description": 3,
    "lines_with_comma": 3,
    "lines_with_quote": 3,
    "lines_with_backslash": 3,
    "lines_not_ascii": 2,
    "lines_with_blank_after_sku": 1,
}
"""How many invoices of a test above, or with such a line, are cut (at least; others bring more)."""


def differ(values: Iterable[object]) -> int:
    """Count the different ones."""
    return len(set(values))


def read(content: bytes) -> Invoices:
    """Gather the lines by invoice, both in the order of the file."""
    raws = content.splitlines(keepends=True)[1:]
    rows = csv.reader(raw.decode() for raw in raws)
    invoices: Invoices = defaultdict(list)
    for place, (raw, row) in enumerate(zip(raws, rows, strict=True)):
        number, sku, text, quantity, minute, price, customer, country = row
        what = (sku, text, int(quantity), minute, Decimal(price), customer, country)
        invoices[number].append(Line(place, raw, number, *what))
    return dict(invoices)


def kind(invoice: Lines) -> str:
    """Describe which kind of number it has, and what all its lines lack."""
    letter = re.sub(r"\d", "", invoice[0].invoice)
    customer = "known" if invoice[0].customer else "unknown"
    way = "returned" if all(line.quantity < 0 for line in invoice) else "sold"
    price = "priced" if any(line.price for line in invoice) else "free"
    text = "described" if any(line.description for line in invoice) else "undescribed"
    return f"{letter} {customer} {way} {price} {text}"


def shapes(invoice: Lines) -> Iterator[str]:
    """Yield the shape of each stock code that is not five digits and up to two capitals."""
    for line in invoice:
        if not re.fullmatch(r"\d{5}[A-Z]{0,2}", line.sku):
            yield re.sub(r"[a-z]+", "a", re.sub(r"\d+", "9", line.sku))


def passes(invoice: Lines, name: str) -> bool:
    """Tell whether the invoice, or one of its lines, passes the test of that name."""
    if name in OF_INVOICES:
        return OF_INVOICES[name](invoice)
    return any(map(OF_LINES[name], invoice))


def labels(invoice: Lines) -> Iterator[tuple[str, int]]:
    """Yield what the invoice is an example of, and how many examples of that are cut."""
    yield kind(invoice), 8
    yield invoice[0].minute[:7], 3
    yield invoice[0].country, 2
    if invoice[0].customer in MOVED:
        yield f"{invoice[0].customer} in {invoice[0].country}", 2
    yield from ((shape, 2) for shape in shapes(invoice))
    yield from ((name, n) for name, n in WANTED.items() if passes(invoice, name))


def choose(invoices: Invoices) -> set[str]:
    """Choose the numbers of the invoices to cut."""
    groups: dict[tuple[str, int], list[Lines]] = defaultdict(list)
    for invoice in invoices.values():
        for label in set(labels(invoice)):
            groups[label].append(invoice)
    picked = chain.from_iterable(spread(group, n) for (_, n), group in groups.items())
    tangled = chain.from_iterable(tangle(invoices, number) for number in TANGLED)
    return {*NAMED, *tangled, *(invoice[0].invoice for invoice in picked)}


def spread(group: list[Lines], n: int) -> list[Lines]:
    """Take so many short invoices evenly from the group, or the shortest if too few are short."""
    short = [invoice for invoice in group if len(invoice) <= SHORT]
    if len(short) < n:
        return sorted(group, key=len)[:n]
    return [short[i * len(short) // n] for i in range(n)]


def tangle(invoices: Invoices, number: str) -> set[str]:
    """Find the invoice and those with a line between its first and its last."""
    first, *_, last = invoices[number]
    lines = chain(*invoices.values())
    return {line.invoice for line in lines if first.place <= line.place <= last.place}


def count(invoices: Invoices) -> dict[str, int | str]:
    """Count the file exactly; sums of money are written as text."""
    lines = list(chain(*invoices.values()))
    longest = max(invoices.values(), key=len)
    first = invoices["489434"]
    return {
        **{name: sum(map(test, lines)) for name, test in OF_LINES.items()},
        **{name: sum(map(test, invoices.values())) for name, test in OF_INVOICES.items()},
        **count_parties(lines),
        "longest_invoice": longest[0].invoice,
        "longest_invoice_lines": len(longest),
        "total": str(total(lines)),
        "invoice_489434_lines": len(first),
        "invoice_489434_total": str(total(first)),
        "invoice_489434_customer": first[0].customer,
    }


def count_parties(lines: Lines) -> dict[str, int]:
    """Count who buys and where."""
    pairs = {(line.customer, line.country) for line in lines if line.customer}
    countries = Counter(customer for customer, _ in pairs)
    return {
        "customers": len(countries),
        "customers_in_two_countries": sum(n > 1 for n in countries.values()),
        "countries": differ(line.country for line in lines),
    }


def total(lines: Lines) -> Decimal:
    """Sum Quantity times Price."""
    return sum((line.quantity * line.price for line in lines), Decimal())


def cut(content: bytes, chosen: set[str]) -> bytes:
    """Keep the header and the lines of the chosen invoices, in order, byte for byte."""
    header, *lines = content.splitlines(keepends=True)
    return header + b"".join(line for line in lines if line.split(b",")[0].decode() in chosen)


def pack(content: bytes) -> bytes:
    """Compress without a time and a name."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def main(whole: Path) -> None:
    """Write the cut and both counts."""
    content = gzip.decompress(whole.read_bytes())
    invoices = read(content)
    part = cut(content, choose(invoices))
    (HERE / "online-retail-cut.csv.gz").write_bytes(pack(part))
    for name, counted in (("cut", read(part)), ("whole", invoices)):
        text = json.dumps(count(counted), indent=2)
        (HERE / f"online-retail-{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
