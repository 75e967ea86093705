"""Numbers: amounts and quantities as people write them, read by the mark that parts their decimals.

``1,234.50`` and ``1.234,50`` say by themselves which mark that is; ``1.500`` says it only beside
others, or by a flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from orderglot.files.currencies import Currencies, currencies_of

DOT, COMMA = ".", ","
EITHER = "?"
LONGEST = 50

_SIGN = r"[+\-\u2212\u2013]"
_CURRENCY = r"(?:[^\W\d_]{1,4}\.? ?)?[^\w\s.,()+\-\u2212\u2013'\u2019]?"
_WRITTEN = re.compile(
    rf"\s*(?P<open>\()?\s*(?P<first>{_SIGN})?\s*(?P<before>{_CURRENCY})\s*(?P<second>{_SIGN})?\s*"
    rf"(?P<digits>[0-9][0-9.,'\u2019\s]*|[.,][0-9]+)(?P<even>(?<=[.,]){_SIGN}{{1,2}})?"
    rf"\s*(?P<after>{_CURRENCY})\s*(?P<last>{_SIGN})?\s*(?P<close>\))?\s*"
)
_GROUPS = {
    mark: re.compile(
        rf"(?P<whole>[0-9]+|[0-9]{{1,3}}(?:[{other}'\u2019\s](?:[0-9]{{2,3}}[{other}])*[0-9]{{3}})+)?"
        rf"(?:[{mark}](?P<part>[0-9]*))?"
    )
    for mark, other in ((DOT, COMMA), (COMMA, DOT))
}


class Written(Struct, frozen=True):
    """A number taken apart: its digits with their marks, whether it is below zero, its currency."""

    digits: str
    negative: bool
    currency: str


def taken_apart(text: str) -> Written:
    """Take a number apart: ``($5.00)``, ``-5.00 €``, ``USD 5``; raises ValueError for no number."""
    found = _WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or bool(found["open"]) != bool(found["close"]):
        raise ValueError("is not a number such as 1250.95")
    signs = [sign for sign in (found["first"], found["second"], found["last"]) if sign]
    before, after = found["before"].strip(), found["after"].strip()
    if len(signs) + bool(found["open"]) > 1 or (before and after):
        raise ValueError("is not a number such as 1250.95")
    negative = bool(found["open"]) or bool(signs and signs[0] != "+")
    return Written(found["digits"].strip(), negative, before or after)


def clue(digits: str) -> str:
    """Tell which mark parts the decimals of a number, "" where none stands in it, ``?`` in doubt."""
    dots, commas = digits.count(DOT), digits.count(COMMA)
    if dots and commas:
        return max(DOT, COMMA, key=digits.rfind)
    if not dots and not commas:
        return ""
    mark, other = (DOT, COMMA) if dots else (COMMA, DOT)
    if dots + commas > 1:
        return other
    whole, _, rest = digits.partition(mark)
    return EITHER if len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0" else mark


def clues(texts: Iterable[str]) -> dict[str, str]:
    """Give the clues of some texts, each with the first text that gives it; no numbers give none."""
    found: dict[str, str] = {}
    for text in texts:
        try:
            found.setdefault(clue(taken_apart(text).digits), text)
        except ValueError:
            continue
    found.pop("", None)
    return found


def read_digits(digits: str, mark: str) -> Decimal:
    """Read digits by the mark that parts their decimals; raises ValueError where they break it."""
    found = _GROUPS[mark].fullmatch(digits)
    if found is None or not (found["whole"] or found["part"]):
        raise ValueError(f"is not a number whose decimals stand behind {mark!r}")
    whole = re.sub("[^0-9]", "", found["whole"] or "")
    return Decimal(f"{whole or '0'}.{found['part'] or '0'}" if found["part"] else whole or "0")


class Marks(Struct, frozen=True):
    """Which mark parts the decimals of a file's numbers.

    ``decimal`` is the one where there may be doubt, "" where nobody knows. With ``strict`` a person
    has set it, and no number may be written otherwise; else each is read as it says itself, but
    for one that is written as none of those before.
    """

    decimal: str = ""
    strict: bool = False
    seen: frozenset[str] = frozenset()

    @property
    def dotted(self) -> bool:
        """Tell whether decimals may stand behind a dot."""
        return self.decimal == DOT if self.strict else not self.seen or DOT in self.seen

    def mark_of(self, digits: str) -> str:
        """Give the mark of a number; raises ValueError where that is in doubt."""
        if self.strict:
            return self.decimal
        shown = clue(digits)
        if shown == EITHER:
            if not self.decimal:
                raise ValueError(
                    "can be read in two ways; say which with --decimal . or --decimal ,"
                )
            return self.decimal
        if shown and self.seen and shown not in self.seen:
            raise ValueError(
                f"has its decimals behind {shown!r}, as no number before it in this file; "
                "say which is meant with --decimal . or --decimal ,"
            )
        return shown or self.decimal or DOT


class Number(Struct, frozen=True):
    """An amount, and the currencies that what stands with it can mean; None where nothing does."""

    amount: Decimal
    currencies: Currencies | None


def read_number(text: str, marks: Marks) -> Number:
    """Read a number as it is written; raises ValueError with the reason where it is none."""
    written = taken_apart(text)
    amount = read_digits(written.digits, marks.mark_of(written.digits))
    if written.negative and amount:
        amount = amount.copy_negate()
    if not written.currency:
        return Number(amount, None)
    meant = currencies_of(written.currency)
    if not meant:
        raise ValueError(f"stands with {written.currency!r}, which is no currency")
    return Number(amount, meant)
