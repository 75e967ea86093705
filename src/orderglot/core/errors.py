"""The closed family of errors: every way in which Orderglot says no.

    HubError
    ├── Invalid           what was asked is malformed or breaks a rule of the trade
    ├── NotFound          there is no such thing, or it is not the caller's to see
    │   └── Gone              it was there, and has been cleared away
    ├── Conflict          it clashes with what is there: a version, an identity, a repeated key
    │   └── Overtaken     it did so because somebody else was faster
    ├── Unauthenticated   nobody knows who is asking
    ├── Forbidden         the caller is known, and may not
    ├── TooMany           too many requests; try again later
    ├── Unsupported       the operation or method is not offered
    └── Upstream          somebody we depend on (a vendor, a database) failed us
        └── Damaged       something in the book cannot be read, however often it is tried

None of them knows HTTP: how a vendor writes each is the business of that dialect's ``faults.py``.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Rule(StrEnum):
    """Which rule a value breaks; a dialect's faults turn it into that vendor's own code."""

    REQUIRED = "required"
    UNEXPECTED = "unexpected"
    MALFORMED = "malformed"
    LENGTH = "length"
    RANGE = "range"
    CHOICE = "choice"
    SIZE = "size"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    PACK = "pack"
    CURRENCY = "currency"
    READ_ONLY = "read-only"
    MISMATCH = "mismatch"
    INELIGIBLE = "ineligible"
    SPENT = "spent"
    EXPIRED = "expired"
    STATE = "state"


MOST_PROBLEMS = 100
"""So many are reported at once; a request with more mistakes starts with these."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request: which field, which rule, and why in a sentence."""

    field: str
    rule: Rule
    reason: str
    line: int | None = None
    """The number of the order line that it concerns, where it concerns one."""
    code: str = ""
    """The vendor's own code for it, where it came from a vendor or only one vendor has such a rule."""


class HubError(Exception):
    """Anything that Orderglot refuses or cannot do, with a message that says what to do next."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        """The vendor's own code for it, where one vendor tells apart what the family does not."""


class Invalid(HubError):
    """What was asked is malformed or breaks a rule; ``problems`` names every field and reason."""

    def __init__(self, *problems: Problem, message: str = "", code: str = "") -> None:
        self.problems = problems[:MOST_PROBLEMS]
        super().__init__(message or "; ".join(map(sentence, self.problems)), code=code)


class NotFound(HubError):
    """There is no such thing, or it is not the caller's to see: the two are never distinguished."""


class Gone(NotFound):
    """It was there, and has been cleared away; ``onward`` says where to go on."""

    def __init__(self, message: str, *, onward: str = "", code: str = "") -> None:
        super().__init__(message, code=code)
        self.onward = onward


class Conflict(HubError):
    """The request clashes with what is there: another version, a taken identity, a reused key."""


class Overtaken(Conflict):
    """Somebody else was faster; what is done all over again, from what is there by now, may go well."""


class Unauthenticated(HubError):
    """The request does not prove who is asking."""


class Forbidden(HubError):
    """The caller is known and may not do this."""


class TooMany(HubError):
    """The caller has asked too often; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1, code: str = "") -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unsupported(HubError):
    """The operation is not offered; ``allow`` lists the methods that are."""

    def __init__(self, message: str, *, allow: tuple[str, ...] = (), code: str = "") -> None:
        super().__init__(message, code=code)
        self.allow = allow


class Upstream(HubError):
    """A vendor or a database that we depend on failed, or answered what makes no sense.

    After ``retry_after`` seconds it may be tried again. With ``in_doubt`` it is not known whether what
    was being written has been kept; otherwise nothing has been.
    """

    def __init__(
        self, message: str, *, retry_after: int = 5, in_doubt: bool = False, code: str = ""
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
        self.in_doubt = in_doubt


class Damaged(Upstream):
    """Something in the order book cannot be read: somebody has to restore it first."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=3_600)


KINDS: tuple[type[HubError], ...] = (
    Invalid,
    NotFound,
    Conflict,
    Unauthenticated,
    Forbidden,
    TooMany,
    Unsupported,
    Upstream,
)


def sentence(problem: Problem) -> str:
    """Say a problem in one line: the field, then the reason."""
    return f"{problem.field}: {problem.reason}" if problem.field else problem.reason


def invalid(field: str, rule: Rule, reason: str, *, code: str = "") -> Invalid:
    """Make the error for one bad field."""
    return Invalid(Problem(field, rule, reason, code=code))
