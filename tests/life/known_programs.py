"""The shortest known programs, each of which shows one mistake that the state machine is there for.

A program is what clients write one step after the other; what stands in one step is written at once.
They begin behind what every book of the machine has: 1 is an order of ten seats, 3 one of another offer.
"""

from __future__ import annotations

from tests.life.book_machine import OneBook
from tests.life.book_model import GOODS
from tests.life.drawn_writes import OTHER_CUSTOMER
from tests.life.writes.adobe import AdobeBuys, AdobeReturns, AdobeSwitches
from tests.life.writes.catalyst import CatalystPuts
from tests.life.writes.changes import Corrects, Moves
from tests.life.writes.goods import Divides
from tests.life.writes.kole import KoleOrders
from tests.life.writes.komet import KometAdds
from tests.life.writes.orderglot import OwnChanges
from tests.life.writes.seller import Steps
from tests.life.writes.write import Write

Program = tuple[tuple[Write, ...], ...]

NEW = 5
"""The key of the first order that a program makes."""


def put(key: int, target: int, status: str) -> Write:
    return CatalystPuts(key, target, "statusTypeId", status)


PROGRAMS: dict[str, Program] = {
    "keep_lines_back": ((put(NEW, 1, "cancelled"),),),
    "sell_what_comes_back": ((AdobeReturns(NEW, 1, quantity=2),),),
    "give_nothing_back": ((AdobeReturns(NEW, 1, quantity=4),), (put(6, NEW, "cancelled"),)),
    "give_up_what_was_switched": (
        (AdobeSwitches(NEW, 1, quantity=4),),
        (put(6, 1, "cancelled"),),
    ),
    "switch_seats_of_nobody": ((AdobeSwitches(NEW, 1, quantity=4),),),
    "bill_what_was_billed": ((KoleOrders(NEW, quantity=24),), (Corrects(6, NEW, quantity=25),)),
    "price_everything_anew": (
        (KoleOrders(NEW, quantity=200),),
        (Corrects(6, NEW, what="add", quantity=300),),
    ),
    "part_what_is_linked": (
        (AdobeReturns(NEW, 1, quantity=2),),
        (Moves(6, 1, customer=OTHER_CUSTOMER),),
    ),
    "hold_nothing": ((KometAdds(NEW, -2), KometAdds(6, -2)),),
    "return_what_was_cancelled": (
        (put(NEW, 1, "cancelled"),),
        (AdobeReturns(6, 1, quantity=2),),
    ),
    "revive_by_a_number": (
        (KoleOrders(NEW, quantity=4),),
        (Corrects(6, NEW, what="add", quantity=4),),
        (Steps(7, NEW, name="cancel", quantity=4),),
        (put(8, NEW, "completed"),),
    ),
    "keep_carts_apart": ((KometAdds(NEW, -2),), (KometAdds(6, -2),)),
    "keep_lines_that_a_patch_leaves_out": (
        (KoleOrders(NEW, quantity=24),),
        (OwnChanges(6, NEW, what="further", quantity=4),),
        (OwnChanges(7, NEW, what="quantity", quantity=24),),
    ),
    "ship_all_by_command": (
        (KoleOrders(NEW, quantity=24),),
        (Steps(6, NEW, name="ship", quantity=4, way="command"),),
    ),
    "split_more_in_python": (
        (KoleOrders(NEW, quantity=24),),
        (Divides(6, NEW, name="split", quantity=4, way="python"),),
    ),
}
"""By the name of the mistake."""


BOUGHT = (AdobeBuys(NEW, quantity=10),), (Steps(6, NEW, name="cancel", quantity=2),)
ORDERED = (KoleOrders(NEW, quantity=24),), (Steps(6, NEW, name="cancel", quantity=2),)

PARTLY_CANCELLED: dict[str, Program] = {
    "seats, then returned": (*BOUGHT, (AdobeReturns(7, NEW, quantity=8),)),
    "seats, completed, returned": (
        *BOUGHT,
        (put(7, NEW, "completed"),),
        (AdobeReturns(8, NEW, quantity=8),),
    ),
    "seats, shipped, returned": (
        *BOUGHT,
        (put(7, NEW, "shipped"),),
        (AdobeReturns(8, NEW, quantity=8),),
    ),
    "seats, completed, returned twice": (
        *BOUGHT,
        (put(7, NEW, "completed"),),
        (AdobeReturns(8, NEW, quantity=3),),
        (AdobeReturns(9, NEW, quantity=5),),
    ),
    "seats, all switched": (*BOUGHT, (AdobeSwitches(7, NEW, quantity=8),)),
    "seats, more switched than there are": (*BOUGHT, (AdobeSwitches(7, NEW, quantity=10),)),
    "goods, some returned": (*ORDERED, (AdobeReturns(7, NEW, quantity=4, sku=GOODS),)),
    "goods, all returned": (*ORDERED, (AdobeReturns(7, NEW, quantity=22, sku=GOODS),)),
    "goods, completed, returned": (
        *ORDERED,
        (put(7, NEW, "completed"),),
        (AdobeReturns(8, NEW, quantity=22, sku=GOODS),),
    ),
}
"""What becomes of an order of which a part was cancelled before anybody counted what went out."""


def follow(machine: type[OneBook], program: Program) -> None:
    """Write what a program says to a new book, and look at every face after each step."""
    book = machine()
    try:
        book.the_doors_open()
        for step in program:
            book.try_out(list(step))
    finally:
        book.teardown()
