"""The members that our own answers and our clients' requests are known to have, by the shapes."""

from __future__ import annotations

from orderglot.dialects.orderglot import (
    batch_shapes,
    placement_shapes,
    record_shapes,
    reject_shapes,
    step_shapes,
)
from orderglot.dialects.orderglot.shapes import Change, NewOrder, Order, Page
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.known_members import Known, known_members

ORDER = known_members(Order, NAME)
PAGE = known_members(Page, NAME)
NEW = known_members(NewOrder, NAME, client=True)
CHANGE = known_members(Change, NAME, client=True)
CUSTOMER = known_members(record_shapes.Customer, NAME)
PRODUCT = known_members(record_shapes.Product, NAME)
CHANGED_CUSTOMER = known_members(record_shapes.ChangedCustomer, NAME, client=True)
CHANGED_PRODUCT = known_members(record_shapes.ChangedProduct, NAME, client=True)
BATCH = known_members(batch_shapes.Batch, NAME, client=True)
RETRY = known_members(reject_shapes.Retry, NAME, client=True)
DROP_REJECTS = known_members(reject_shapes.DropAll, NAME, client=True)
CHECKED = known_members(reject_shapes.Checked, NAME)
CORRECT = known_members(reject_shapes.Correct, NAME, client=True)
MAP_WORD = known_members(reject_shapes.MapWord, NAME, client=True)
NEW_MAPPING = known_members(reject_shapes.NewMapping, NAME, client=True)
PLACE = known_members(placement_shapes.Place, NAME, client=True)
SETTLE_PLACEMENT = known_members(placement_shapes.Settle, NAME, client=True)
SETTLE = known_members(reject_shapes.Settle, NAME, client=True)
MADE = known_members(step_shapes.Made, NAME)
STEPS = {
    name: known_members(shape, NAME, client=True) if shape else Known(NAME, client=True)
    for name, shape in step_shapes.STEPS.items()
}
