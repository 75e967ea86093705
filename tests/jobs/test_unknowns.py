"""Placements that ended unknown: listed by channel, with the orders that somebody has to look for."""

from __future__ import annotations

import pytest

from orderglot.cli.jobs_report import tell
from orderglot.core.order import Order
from orderglot.core.ports import UnitOfWork
from orderglot.jobs.unknowns import unknown_placements
from orderglot.stores import document
from orderglot.sync.matching import name_of
from orderglot.sync.notes import PLACING, Placing, noted
from tests.clock import NOON
from tests.stores.shops import Shop


def test_orders_that_were_sent_and_never_answered_are_listed_and_those_refused_are_not(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, refused = shop.placed(po_number="lost"), shop.placed(po_number="refused")

    async def send(unit: UnitOfWork) -> None:
        for order in (lost, refused):
            unit.note(noted(PLACING, name_of(order.id, "kole@there"), sent(order, refused), None))

    shop.together(send)
    found = shop.run(unknown_placements(shop.opened(tests=True)))
    tell(found)

    assert {"kole@there": [lost.id]} == found
    printed = " ".join(capsys.readouterr().out.split())
    assert f"'orderglot place {lost.id} --with kole --at there --is ID' or '--absent'" in printed


def sent(order: Order, refused: Order) -> Placing:
    return Placing(
        dialect="kole",
        channel="kole@there",
        key="k",
        begun=NOON,
        sent=NOON,
        order=document.write(order),
        refused=order is refused,
    )
