"""Links: what the steps are told by which an order points at another one, or no more."""

from __future__ import annotations

from collections.abc import Callable

from orderglot.core import steps
from orderglot.core.errors import NotFound, Rule
from orderglot.core.linking import RELATIONS
from orderglot.core.order import Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.steps import Work
from orderglot.core.values import Relation
from orderglot.dialects.orderglot.step_requests import Read, Taken
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.form import Form


def _reading(name: str, of: Callable[[Reference, Relation], Work]) -> Read:
    def read(form: Form) -> Taken:
        word = form.choice("as", RELATIONS, required=True)
        other = form.inside("order")
        id, dialect = other.text("id"), other.text("dialect") or NAME
        if not id:
            form.refuse("order.id", Rule.REQUIRED, "Say which order it points at.")
        relation = RELATIONS.get(word, Relation.REFERS_TO)
        ref = Reference(dialect, id)
        step = of(ref, relation)

        async def work(unit: UnitOfWork, order: Order) -> Order:
            found = await unit.get(ref)
            if dialect != NAME and ref not in found.references:
                what = f"No order is known here by the id {id[:60]!r} of dialect {dialect[:60]!r}."
                raise NotFound(what)
            return await step(unit, order)

        return Taken(work, name, form.text("reason"))

    return read


read_link = _reading("link", steps.linking_to)
read_unlink = _reading("unlink", steps.unlinking_from)
