"""Two-way tables: a vendor's codes and the canon's values, written once, turned round by machine."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

Code = TypeVar("Code", bound=Hashable)
Canon = TypeVar("Canon", bound=Hashable)


class Both(Generic[Code, Canon]):
    """A table that reads both ways.

    ``pairs`` maps the vendor's codes to canonical values. Where several codes mean one value,
    ``back`` must say which of them is written; where the vendor has no code for a value, ``as_``
    says which other value stands in. Anything undecided is an error when the table is made.
    """

    def __init__(
        self,
        pairs: Mapping[Code, Canon],
        *,
        back: Mapping[Canon, Code] | None = None,
        as_: Mapping[Canon, Canon] | None = None,
    ) -> None:
        self.codes = dict(pairs)
        self.canon = _turned(self.codes, back or {})
        for value, stand_in in (as_ or {}).items():
            if value in self.canon:
                raise ValueError(f"{value!r} has a code of its own and needs no stand-in")
            self.canon[value] = self.canon[stand_in]

    def read(self, code: Code) -> Canon | None:
        """Give the canonical value of a vendor's code, None for one that is not in the table."""
        return self.codes.get(code)

    def write(self, value: Canon) -> Code:
        """Give the vendor's code for a canonical value; raises KeyError where there is none."""
        return self.canon[value]

    def rounded(self, value: Canon) -> Canon:
        """Give what is left of a value once it was written and read again."""
        return self.codes[self.canon[value]]


def _turned(codes: Mapping[Code, Canon], back: Mapping[Canon, Code]) -> dict[Canon, Code]:
    turned: dict[Canon, Code] = {}
    for code, value in codes.items():
        if value in back:
            if codes.get(back[value]) != value:
                raise ValueError(f"{back[value]!r} does not mean {value!r}")
            turned[value] = back[value]
        elif value in turned:
            raise ValueError(
                f"{turned[value]!r} and {code!r} both mean {value!r}: say which is written"
            )
        else:
            turned[value] = code
    unused = set(back) - set(turned)
    if unused:
        raise ValueError(f"nothing means {unused!r}")
    return turned
