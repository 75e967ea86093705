"""Lines: the texts of a row read as what they mean, strictly, or refused with the reason.

Every ``read_`` here raises ValueError with a reason that names the field and shows its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from orderglot.core.amounts import LARGEST
from orderglot.core.currencies import DECIMALS
from orderglot.core.quantities import MOST, Quantity, exact
from orderglot.core.totals import worth
from orderglot.files.cells import bare, is_rounded, unwrapped
from orderglot.files.currencies import Currencies
from orderglot.files.numbers import Marks, Number, read_number
from orderglot.wire.values import PLACES, read_amount

ZERO = Decimal(0)
LONGEST_NAME = 250
LONGEST_SHOWN = 40

_PLAIN = re.compile(r"-?[0-9]{1,11}(\.[0-9]{1,2})?", re.ASCII)
"""What leaves no doubt where decimals may stand behind a dot."""

_WHOLE = re.compile("-?[0-9]{1,18}", re.ASCII)
_QUANTUM = Decimal(1).scaleb(-PLACES)
_A_NUMBER = "a number such as 12, 1.5 or -3"

SOLD, RETURNED, RETURNED_FREE, ADJUSTED = "sold", "returned", "returned free", "adjusted"
"""What has become of the goods of a line."""

MONEY_OF_LINES = ("price", "amount")

Sign = tuple[str, Currencies]
"""A text of money, and the currencies that what stands in it can mean."""

Worth = tuple[Quantity, Decimal | None, Decimal | None, str]
"""A quantity, the price of a piece, what the line comes to, and what has become of the goods.

Price and sum are None where they are not known.
"""


class Signs:
    """The currencies that the money of lines stands with; nobody looks before there is one."""

    def __init__(self, marks: Marks) -> None:
        self.seen = False
        self._marks = marks

    def read(self, texts: tuple[str, ...]) -> Sign | None:
        """Give what the money of a line stands with, None where nothing does."""
        for text in texts[1:]:
            found = read_money("amount", text, self._marks)
            if found is not None and found.currencies is not None:
                return text.strip(), found.currencies
        return None


def reader_of_worths(marks: Marks, signs: Signs) -> Callable[[tuple[str, ...]], Worth]:
    """Make the function that reads how many pieces a line has, at which price, and its sum, exactly.

    The sum is the product, unless the line says its own.
    """

    def amount(what: str, text: str) -> Decimal | None:
        if marks.dotted and _PLAIN.fullmatch(text):
            return read_amount(text) or ZERO
        found = read_money(what, text, marks)
        if found is None:
            return None
        signs.seen = signs.seen or found.currencies is not None
        return found.amount

    def read_worth(texts: tuple[str, ...]) -> Worth:
        quantity, price, *amounts = texts
        pieces = _read_ordered(quantity, marks)
        each = amount("price", price)
        total = amount("amount", amounts[0]) if amounts else None
        if total is None and each is not None:
            total = worth(pieces, each) or ZERO  # never a negative zero
        elif each is None and total is not None:
            each = _each(total, pieces)
        if total is not None and abs(total) >= LARGEST:
            raise ValueError(f"{short(quantity)} pieces at {short(price)} are too much money")
        return pieces, each, total, _become(pieces, each, total)

    return read_worth


def agrees(pieces: Quantity, each: Decimal, total: Decimal) -> bool:
    """Tell whether an amount is quantity times price; of what is measured, in its own decimals."""
    product = worth(pieces, each)
    if isinstance(pieces, int) or abs(product) >= LARGEST:
        return product == total
    return product.quantize(total, ROUND_HALF_UP) == total


def _each(total: Decimal, pieces: Quantity) -> Decimal | None:
    """Give the price of a piece where it comes out even."""
    if not pieces:
        return None
    each = total / pieces
    return each if each * pieces == total and each == each.quantize(_QUANTUM) else None


def _become(pieces: Quantity, each: Decimal | None, total: Decimal | None) -> str:
    if each is not None and each < 0:
        return ADJUSTED
    if pieces >= 0:
        return SOLD
    return RETURNED_FREE if each is not None and not each and not total else RETURNED


def _read_ordered(text: str, marks: Marks) -> Quantity:
    if _WHOLE.fullmatch(text):
        return int(text)
    found = read_quantity("quantity", text, marks)
    if found is None:
        raise ValueError("it has no quantity")
    return found


def read_quantity(what: str, text: str, marks: Marks) -> Quantity | None:
    """Read how much of something; nothing as None."""
    if not text.strip():
        return None
    try:
        found = read_number(unwrapped(text), marks)
    except ValueError as error:
        doubt = str(error)
        why = doubt if "--decimal" in doubt else f"is not {_A_NUMBER}"
        raise ValueError(f"the {what} {short(text)} {why}") from None
    if found.currencies is not None or found.amount.copy_abs() >= MOST:
        raise ValueError(f"the {what} {short(text)} is not {_A_NUMBER}")
    try:
        return exact(found.amount)
    except ValueError as error:
        raise ValueError(f"the {what} {short(text)} {error}") from None


def read_money(what: str, text: str, marks: Marks) -> Number | None:
    """Read an amount of money; nothing as None."""
    if not text.strip():
        return None
    try:
        found = read_number(unwrapped(text), marks)
        return Number(read_amount(found.amount) or ZERO, found.currencies)
    except ValueError as error:
        raise ValueError(f"the {what} {short(text)} {error}") from None


def read_sku(text: str) -> str:
    """Read a SKU, blanks around it and all; nothing is none yet."""
    name = unwrapped(text)
    name = name.removeprefix("'")
    if is_rounded(name.strip()):
        raise ValueError(rounded("SKU", name.strip()))
    return read_name("SKU", name) if name and not name.isspace() else ""


def read_number_of(what: str, text: str) -> str:
    """Read the number that something goes by, without blanks around it and a spreadsheet's signs."""
    name = bare(text)
    if is_rounded(name):
        raise ValueError(rounded(what, name))
    return read_name(what, name)


def rounded(what: str, name: str) -> str:
    """Explain why a number that a spreadsheet has rounded is none."""
    return (
        f"the {what} {short(name)} was rounded by a spreadsheet, so others may read the same; "
        "export the file again with that column as text"
    )


def read_name(what: str, text: str) -> str:
    """Read what something is known by, exactly as it stands; blanks alone are no name."""
    if len(text) > LONGEST_NAME:
        raise ValueError(f"{what} is longer than {LONGEST_NAME} characters")
    if not text or text.isspace():
        raise ValueError(f"it has no {what}")
    return text


def read_currency(text: str) -> str:
    """Read an ISO 4217 code, whatever its case."""
    code = text.strip().upper()
    if code not in DECIMALS:
        raise ValueError(f"the currency {short(text)} is not a code such as GBP")
    return code


def short(text: str) -> str:
    """Show a text, or as much of it as tells which it is."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "...")
