"""Orders that point at each other, as clients say it."""

from __future__ import annotations

from tests.life.doors import SITE, Doors, behind_doors


async def parent_of(doors: Doors, id: int, parent: int) -> tuple[int, bytes]:
    """Let a Catalyst client say which order another one renews."""
    response = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{id}", {"parentId": parent})
    return response.status, response.body


def test_an_order_renews_one_that_is_there() -> None:
    async def trial(doors: Doors) -> None:
        first, second = await doors.kole_order(), await doors.kole_order(po_number="PO-2")

        assert (204, b"") == await parent_of(doors, second, first)
        assert first == (await doors.catalyst(second))["parentId"]

    behind_doors(trial)


def test_an_order_renews_none_that_nobody_has() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        status, body = await parent_of(doors, id, 424242)

        assert 400 == status
        assert b"parentId: There is no order 424242 on this site." in body
        assert not (await doors.order(id)).links

    behind_doors(trial)


def test_no_order_comes_from_itself_be_it_by_way_of_others() -> None:
    async def trial(doors: Doors) -> None:
        ids = [await doors.kole_order(po_number=f"PO-{number}") for number in range(3)]
        for one, other in zip(ids[1:], ids, strict=False):
            assert (204, b"") == await parent_of(doors, one, other)

        for target in ids:
            status, body = await parent_of(doors, ids[0], target)
            assert 400 == status
            assert b"parentId: Order %d cannot come from itself" % ids[0] in body
        assert not (await doors.order(ids[0])).links

    behind_doors(trial)
