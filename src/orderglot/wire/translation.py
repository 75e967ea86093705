"""Translation: one vendor's orders as another would have written them, and what that cost."""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.errors import Invalid, Unsupported
from orderglot.wire.bodies import Held, Write
from orderglot.wire.changes import LOSSES, Change, changes
from orderglot.wire.dialect import Dialect

HEAD = b"HTTP/"


class Translation(Struct, frozen=True):
    """What came out: the body, and for each order in it what became of its fields.

    ``asked`` where what went in was a request for a new order.
    """

    body: bytes
    fates: tuple[tuple[Change, ...], ...]
    asked: bool = False

    @property
    def text(self) -> str:
        """The body as a text."""
        return self.body.decode()

    @property
    def losses(self) -> tuple[Change, ...]:
        """What the second wire could not carry of all that the first one had."""
        return tuple(change for each in self.fates for change in each if change.fate in LOSSES)

    @property
    def whole(self) -> bool:
        """Tell whether nothing was lost."""
        return not self.losses


def translate(held: Held, target: Dialect, form: str = "") -> Translation:
    """Write orders as a vendor does; what became of them is found by reading that again.

    Raises Unsupported where the vendor has no such form.
    """
    body = _writer(target, form)(held.orders)
    arrived = target.bodies.read(body).orders
    fates = (changes(one, other) for one, other in zip(held.orders, arrived, strict=True))
    return Translation(body, tuple(fates), held.asked)


def read(body: bytes, source: Dialect) -> Held:
    """Read the orders of a vendor's body; raises Invalid where there is none to be read."""
    if not body.strip():
        raise Invalid(message="this is empty; give a body with an order in it.")
    if body.startswith(HEAD):
        raise Invalid(message="this begins with headers; give the body alone.")
    try:
        held = source.bodies.read(body)
    except Invalid as error:
        reason = f"this cannot be read as an order of {source.title}: {error.message}"
        raise Invalid(message=reason) from error
    if not held.orders:
        raise Invalid(
            message=f"there is no order of {source.title} in this; check whose order it is."
        )
    return held


def _writer(target: Dialect, form: str) -> Write:
    forms = target.bodies.write
    if form and form not in forms:
        raise Unsupported(f"{target.title} has no {form.upper()}; leave the format out.")
    return forms[form or next(iter(forms))]
