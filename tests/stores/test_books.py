"""Books: what placing, keeping, changing and finding orders means, in every store alike."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.order import Address, Identity, Line, Link, Order, Reference, Totals, Unknown
from orderglot.core.ports import Book, Outcome, UnitOfWork
from orderglot.core.product import Product, Tier
from orderglot.core.query import And, Compare, Operator, Sort, Window
from orderglot.core.values import Relation, Status
from orderglot.stores.store import BookStore
from tests.clock import HOUR, NOON
from tests.full_records import full
from tests.stores.shops import Shop
from tests.strategies import WILD

KOLE = (Reference("kole", "K1"),)


def known(*names: str) -> tuple[Reference, ...]:
    """Give references written as ``dialect:id``."""
    return tuple(Reference(*name.split(":")) for name in names)


def linked(shop: Shop, order: Order, book: Book | None = None) -> list[int]:
    found = shop.run((book or shop.book).linked(Reference("orderglot", str(order.id))))
    return [order.id for order in found]


# place


def test_the_newest_orders_of_a_po_number_are_found_the_newest_first(shop: Shop) -> None:
    first, _, second, third = [shop.placed(po_number=po) for po in ("A", "B", "A", "A")]

    assert [third, second, first] == list(shop.run(shop.book.with_po_number("A", 3)))
    assert [third, second] == list(shop.run(shop.book.with_po_number("A", 2)))
    assert () == shop.run(shop.book.with_po_number("a", 3))
    assert () == shop.run(shop.book.with_po_number("\0", 3))


def test_a_placed_order_has_the_next_hub_id_version_1_and_the_time(shop: Shop) -> None:
    first, second = shop.placed(notes="Ring twice"), shop.placed()

    assert (1_000_000_001, 1_000_000_002) == (first.id, second.id)
    assert (1, NOON, NOON, "Ring twice") == (
        first.version,
        first.created,
        first.modified,
        first.notes,
    )
    assert [first, second] == shop.walked()


def test_what_a_vendor_says_of_time_stays(shop: Shop) -> None:
    placed = shop.placed(created=NOON - 2 * HOUR, modified=NOON - HOUR)

    assert (NOON - 2 * HOUR, NOON - HOUR) == (placed.created, placed.modified)


def test_a_full_order_comes_back_as_it_went_in(shop: Shop) -> None:
    (kept,) = shop.kept(replace(full(Order, 1), links=()))

    assert kept == shop.get("orderglot", str(kept.id), shop.opened(deleted=True))
    assert replace(full(Order, 1), links=(), id=kept.id, version=1, customer=None) == replace(
        kept, customer=None
    )


def test_an_amount_keeps_its_zeros(shop: Shop) -> None:
    shop.placed(totals=Totals(tax=Decimal("1.50")), references=KOLE)

    assert "1.50" == str(shop.get("kole", "K1").totals.tax)


def test_a_name_that_no_store_can_keep_is_refused(shop: Shop) -> None:
    for odd in (Order(references=known("kole:\ud800")), Order(customer=Identity(number="\ud800"))):
        for write in (shop.book.place, shop.book.keep):
            with pytest.raises(Invalid):
                shop.run(write(odd))
    assert [] == shop.walked()


def test_a_second_order_with_the_same_reference_is_a_conflict(shop: Shop) -> None:
    shop.placed(references=KOLE)

    with pytest.raises(Conflict):
        shop.placed(references=KOLE)
    assert 1 == len(shop.walked())


def test_a_hub_id_is_never_one_that_a_vendor_uses(shop: Shop) -> None:
    first = shop.placed().id
    vendors = {first + more for more in (1, 2, 3, 7, 150)}
    shop.kept(*(Order(references=known(f"kole:{id}")) for id in vendors))
    ids = [shop.placed().id for _ in range(250)]

    assert vendors.isdisjoint(ids)
    assert len(ids) == len(set(ids))


def test_an_id_that_became_a_vendors_meanwhile_is_a_conflict_at_the_end(shop: Shop) -> None:
    async def work(unit: UnitOfWork) -> None:
        placed = await unit.place(Order())
        await shop.book.keep(Order(references=known(f"kole:{placed.id}")))

    with pytest.raises(Conflict):
        shop.together(work)
    assert 1 == len(shop.walked())


def test_a_reference_that_became_an_id_meanwhile_is_a_conflict_at_the_end(shop: Shop) -> None:
    # Another process hands out other numbers.
    other = BookStore(shop.backend, shop.clock).of(shop.book.caller)
    next_one = shop.placed(other).id + 1

    async def work(unit: UnitOfWork) -> None:
        await unit.keep(Order(references=known(f"kole:{next_one}")))
        assert next_one == (await other.place(Order())).id

    with pytest.raises(Conflict):
        shop.together(work)
    assert 2 == len(shop.walked())


def test_a_text_that_no_database_can_keep_is_refused_by_its_fields_name(shop: Shop) -> None:
    for text in ("a\0b", "half \ud83d a pair"):
        with pytest.raises(Invalid) as refused:
            shop.placed(lines=(Line(sku="AA1", title=text),))

        assert ["lines.title"] == [problem.field for problem in refused.value.problems]
        with pytest.raises(Invalid):
            shop.customer(name=text)
        with pytest.raises(Invalid):
            shop.run(shop.book.keep_product(Product(sku="AA1", title=text)))
    assert [] == shop.walked()


def test_extras_may_be_nested_as_deep_as_any_database_reads_them(shop: Shop) -> None:
    deep = functools.reduce(lambda inner, _: [inner], range(98), list[object]())
    kept = shop.placed(extras={"kole.x": deep}, notes="deep")

    assert [kept] == shop.walked(Compare("lines.sku", Operator.NE, "AA1"))


def test_a_text_about_nul_is_no_nul(shop: Shop) -> None:
    assert r"\u0000 NaN Infinity" == shop.placed(notes=r"\u0000 NaN Infinity").notes


DEEP = functools.reduce(lambda inner, _: [inner], range(5_000), list[object]())


@pytest.mark.parametrize(
    "value",
    [Decimal("NaN"), Decimal("-Infinity"), iter(()), DEEP, 10**5_000],
    ids=["nan", "infinity", "iterator", "deep", "long"],
)
def test_what_is_no_json_is_refused(shop: Shop, value: object) -> None:
    with pytest.raises(Invalid):
        shop.placed(extras={"kole.x": value})


# get


def test_an_order_goes_by_its_reference_and_by_the_hub_id_where_it_has_none(shop: Shop) -> None:
    order = shop.placed(references=KOLE)

    assert order == shop.get("kole", "K1")
    assert order == shop.get("adobe", str(order.id))
    with pytest.raises(NotFound):
        shop.get("kole", str(order.id))
    with pytest.raises(NotFound):
        shop.get("adobe", "K1")


@pytest.mark.parametrize(
    "id",
    [
        "",
        "0",
        "1",
        "-1000000001",
        " 1000000001",
        "\u0661000000001",
        "1e9",
        "9" * 30,
        "a\0",
        "\udcff",
    ],
)
def test_an_unknown_order_is_not_found(shop: Shop, id: str) -> None:
    shop.placed()

    with pytest.raises(NotFound):
        shop.get("kole", id)
    with pytest.raises(NotFound):
        shop.run(shop.book.customer(Reference("kole", id)))


# keep


def test_an_order_that_is_kept_again_unchanged_is_the_same(shop: Shop) -> None:
    order = Order(references=KOLE, notes="a", customer=Identity(number="C1"))

    assert ["new"] == shop.outcomes(order)
    shop.clock.forward()
    assert ["same"] == shop.outcomes(order)
    assert [(1, "kept")] == shop.happened(shop.get("kole", "K1"))


def test_an_order_that_is_kept_again_with_other_content_is_changed(shop: Shop) -> None:
    shop.kept(Order(references=KOLE, notes="a"))
    later = shop.clock.forward()
    (kept,) = shop.kept(Order(references=KOLE, notes="b"))

    assert ("b", 2, NOON, later) == (kept.notes, kept.version, kept.created, kept.modified)
    assert [kept] == shop.walked()
    assert [(1, "kept"), (2, "kept")] == shop.happened(kept)


def test_an_older_version_changes_nothing(shop: Shop) -> None:
    (kept,) = shop.kept(Order(references=KOLE, notes="new", modified=NOON))

    assert ["same"] == shop.outcomes(Order(references=KOLE, notes="old", modified=NOON - HOUR))
    assert [kept] == shop.walked()


def test_the_hubs_own_change_stands_until_the_vendor_has_a_newer_version(shop: Shop) -> None:
    (kept,) = shop.kept(Order(references=KOLE, notes="vendor's", modified=NOON - HOUR))
    shop.run(shop.book.change(replace(kept, notes="hub's")))

    assert ["same"] == shop.outcomes(Order(references=KOLE, notes="v", modified=NOON - HOUR))
    assert "hub's" == shop.get("kole", "K1").notes


def test_keeping_leaves_what_the_sender_cannot_know(shop: Shop) -> None:
    (kept,) = shop.kept(
        Order(
            references=known("kole:K1", "adobe:A1"),
            number="N1",
            customer=Identity(number="C1"),
            extras={"adobe.x": 1, "kole.y": 2},
        )
    )
    (again,) = shop.kept(Order(references=KOLE, notes="b", extras={"kole.z": 3}))

    assert kept.id == again.id
    assert (kept.references, kept.number, kept.customer) == (
        again.references,
        again.number,
        again.customer,
    )
    assert {"adobe.x": 1, "kole.z": 3} == again.extras


def test_an_order_is_found_by_any_of_its_references_and_gets_the_others(shop: Shop) -> None:
    (kept,) = shop.kept(Order(references=KOLE))
    (again,) = shop.kept(Order(references=known("adobe:A1", "kole:K1")))

    assert kept.id == again.id
    assert again == shop.get("adobe", "A1")


def test_a_vendors_new_id_for_an_order_takes_the_place_of_its_old_one(shop: Shop) -> None:
    shop.kept(Order(references=known("kole:K1", "adobe:A1")))
    (again,) = shop.kept(Order(references=known("kole:K2", "adobe:A1")))

    assert {*known("kole:K2", "adobe:A1")} == {*again.references}
    with pytest.raises(NotFound):
        shop.get("kole", "K1")


def test_an_order_that_comes_twice_in_one_call_is_one(shop: Shop) -> None:
    order = Order(references=KOLE, notes="a")

    assert ["new", "same", "changed"] == shop.outcomes(order, order, replace(order, notes="b"))
    assert ["b"] == [kept.notes for kept in shop.walked()]
    assert [(1, "kept"), (2, "kept")] == shop.happened(shop.get("kole", "K1"))


def test_orders_without_a_reference_are_always_new(shop: Shop) -> None:
    assert ["new", "new"] == shop.outcomes(Order(number="1"), Order(number="1"))


def test_references_of_two_orders_on_one_are_a_conflict_and_nothing_is_kept(shop: Shop) -> None:
    shop.kept(Order(references=KOLE), Order(references=known("adobe:A1")))

    with pytest.raises(Conflict):
        shop.kept(Order(notes="new"), Order(references=known("kole:K1", "adobe:A1")))
    assert 2 == len(shop.walked())


def test_a_reference_that_another_order_goes_by_is_a_conflict(shop: Shop) -> None:
    placed = shop.placed()

    with pytest.raises(Conflict, match=str(placed.id)):
        shop.kept(Order(references=known(f"kole:{placed.id}")))
    assert [placed] == shop.walked()


def test_the_same_number_at_two_vendors_is_no_clash(shop: Shop) -> None:
    (first,) = shop.kept(Order(references=known("kole:1000000002")))
    (second,) = shop.kept(Order(references=known("kole:1000000001")))

    assert [first, second] == [shop.get("kole", "1000000002"), shop.get("kole", "1000000001")]


def test_the_ids_of_another_hub_can_all_be_kept(shop: Shop) -> None:
    names = [f"kole:{1_000_000_001 + n * 7 % 300}" for n in range(300)]
    for start in (0, 100, 200):
        shop.kept(*(Order(references=known(name)) for name in names[start : start + 100]))

    assert set(names) == {f"kole:{order.references[0].id}" for order in shop.walked()}
    assert 300 == len({order.id for order in shop.walked()})


# customers


def test_a_customer_is_found_by_reference_then_by_number_else_made(shop: Shop) -> None:
    known_one = shop.customer(name="Gifts", number="C1", references=known("kole:X1"))
    by_reference, by_number, unknown = shop.kept(
        Order(customer=Identity(references=known("kole:X1"))),
        Order(customer=Identity(number="C1")),
        Order(
            customer=Identity(number="C2"),
            bill_to=Address(first_name="Ann", last_name="Lee", email="ann@shop.example"),
            currency="EUR",
        ),
    )

    for order in (by_reference, by_number):
        assert Identity(id=known_one.id, number="C1", references=known("kole:X1")) == order.customer
    made = shop.run(shop.book.customers(after=known_one.id))[0]
    assert unknown.customer == Identity(id=made.id, number="C2")
    assert ("Ann Lee", "ann@shop.example", "EUR") == (made.name, made.email, made.currency)


def test_the_same_unknown_customer_is_made_once(shop: Shop) -> None:
    shop.kept(*(Order(customer=Identity(number="C1")) for _ in range(3)))
    shop.kept(Order(customer=Identity(number="C1")))

    assert 1 == len(shop.run(shop.book.customers()))


def test_an_identity_that_names_nobody_is_no_customer(shop: Shop) -> None:
    assert shop.placed(customer=Identity()).customer is None
    assert () == shop.run(shop.book.customers())


def test_an_order_for_a_hub_id_that_nobody_has_is_refused(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.placed(customer=Identity(id=100_001))


def test_a_placed_order_may_name_its_customer_by_the_hubs_id(shop: Shop) -> None:
    customer = shop.customer(name="Gifts")
    order = shop.placed(customer=Identity(references=known(f"kole:{customer.id}")))

    assert Identity(id=customer.id) == order.customer


def test_a_customers_new_reference_is_in_all_their_orders(shop: Shop) -> None:
    customer = shop.customer(name="Gifts", number="C1")
    first, second = [shop.placed(customer=Identity(id=customer.id)) for _ in range(2)]
    other = shop.placed()
    shop.run(shop.book.keep_customer(replace(customer, references=known("kole:X1"))))

    expected = Identity(id=customer.id, number="C1", references=known("kole:X1"))
    assert [expected, expected, None] == [order.customer for order in shop.walked()]
    assert [first.version, second.version, other.version] == [
        order.version for order in shop.walked()
    ]
    where = Compare("customer.references.id", Operator.EQ, "X1")
    assert [first.id, second.id] == [order.id for order in shop.walked(where)]


def test_nothing_else_of_an_order_changes_when_its_customer_does(shop: Shop) -> None:
    (order,) = shop.kept(replace(full(Order, 1), links=(), notes=" ".join(WILD)))
    assert order.customer is not None
    (customer,) = shop.run(shop.book.customers())
    shop.run(shop.book.keep_customer(replace(customer, number="C9")))

    expected = replace(order, customer=replace(order.customer, number="C9"))
    assert [expected] == shop.walked(book=shop.opened(deleted=True))


def test_a_customer_learns_a_reference_from_an_order(shop: Shop) -> None:
    customer = shop.customer(name="Gifts", number="C1", references=known("kole:X1"))
    before = shop.placed(customer=Identity(id=customer.id))
    shop.kept(Order(customer=Identity(number="C1", references=known("adobe:7", "kole:X2"))))

    expected = known("kole:X1", "adobe:7")
    assert expected == shop.run(shop.book.customer(Reference("adobe", "7"))).references
    after = shop.get("orderglot", str(before.id)).customer
    assert after is not None
    assert expected == after.references


def test_a_customer_who_is_renamed_meanwhile_is_so_in_new_and_changed_orders(shop: Shop) -> None:
    customer = shop.customer(number="C1")
    before = shop.placed(customer=Identity(id=customer.id))
    renamed = replace(customer, references=known("kole:X1"))

    async def all_at_once() -> None:
        await asyncio.gather(
            shop.book.keep_customer(renamed),
            shop.book.place(Order(customer=Identity(id=customer.id))),
            shop.book.change(replace(before, notes="changed")),
            shop.book.keep(Order(customer=Identity(number="C1"))),
        )

    shop.run(all_at_once())
    assert [known("kole:X1")] * 3 == [
        order.customer.references for order in shop.walked() if order.customer
    ]


def test_a_customer_changes_by_version(shop: Shop) -> None:
    customer = shop.customer(name="Gifts")
    changed = shop.run(shop.book.keep_customer(replace(customer, name="Presents")))

    assert (2, "Presents") == (changed.version, changed.name)
    assert changed == shop.run(shop.book.customer(Reference("kole", str(customer.id))))
    with pytest.raises(Conflict):
        shop.run(shop.book.keep_customer(replace(customer, name="Trinkets")))
    with pytest.raises(NotFound):
        shop.run(shop.book.keep_customer(replace(customer, id=customer.id + 50)))


def test_two_customers_never_share_a_number_or_a_reference(shop: Shop) -> None:
    shop.customer(number="C1", references=known("kole:X1"))
    other = shop.customer(number="C2")

    for clash in (Customer(number="C1"), Customer(references=known("kole:X1"))):
        with pytest.raises(Conflict):
            shop.run(shop.book.keep_customer(clash))
        with pytest.raises(Conflict):
            shop.run(shop.book.keep_customer(replace(clash, id=other.id)))
    with pytest.raises(Conflict):
        shop.run(shop.book.keep_customer(Customer(references=known(f"kole:{other.id}"))))


def test_customers_come_by_rising_id(shop: Shop) -> None:
    ids = [shop.customer(name=str(n)).id for n in range(5)]

    assert ids[:2] == [one.id for one in shop.run(shop.book.customers(limit=2))]
    assert ids[2:4] == [one.id for one in shop.run(shop.book.customers(after=ids[1], limit=2))]
    assert () == shop.run(shop.book.customers(after=ids[-1]))


# change


def test_a_change_makes_a_new_version_and_an_event(shop: Shop) -> None:
    placed = shop.placed(notes="a")
    later = shop.clock.forward()
    changed = shop.run(
        shop.book.change(replace(placed, notes="b", status=Status.SHIPPED), "shipped")
    )

    assert (2, "b", NOON, later) == (
        changed.version,
        changed.notes,
        changed.created,
        changed.modified,
    )
    assert [changed] == shop.walked()
    assert [changed] == shop.walked(Compare("status", Operator.EQ, "shipped"))
    assert [(1, "placed"), (2, "shipped")] == shop.happened(placed)
    assert ["kole:X1"] * 2 == [event.who for event in shop.run(shop.book.events(placed.id))]


def test_what_clients_send_beyond_the_page_is_kept_and_named_in_the_event(shop: Shop) -> None:
    wild = {"deep": [1, {"ß😀": Decimal("2.50")}], "null": None}
    one = Unknown("kole", ("gift",), wild, client=True)
    line = Line(sku="AA124", unknown=(Unknown("kole", ("carbon",), 1),))
    placed = shop.placed(unknown=(one,), lines=(line,))
    more = (one, Unknown("kole", ("dock", 0, "floor"), "7", client=True))
    changed = shop.run(shop.book.change(replace(placed, unknown=more), "changed"))

    assert [changed] == shop.walked()
    assert [{"unknown": ["unknown.kole.gift"]}, {"unknown": ["unknown.kole.dock[1].floor"]}] == [
        event.details for event in shop.run(shop.book.events(placed.id))
    ]


def test_a_change_of_nothing_that_anybody_knows_of_leaves_its_time(shop: Shop) -> None:
    placed = shop.placed()
    one = (Unknown("kole", ("gift",), 1),)

    changed = shop.run(shop.book.change(replace(placed, unknown=one), touches=False))

    assert (placed.version + 1, placed.modified, one) == (
        changed.version,
        changed.modified,
        changed.unknown,
    )


def test_of_two_changes_to_one_version_the_second_is_a_conflict(shop: Shop) -> None:
    placed = shop.placed()
    shop.run(shop.book.change(replace(placed, notes="first")))

    with pytest.raises(Conflict):
        shop.run(shop.book.change(replace(placed, notes="second")))
    assert ["first"] == [order.notes for order in shop.walked()]


def test_of_two_changes_at_once_one_is_a_conflict(shop: Shop) -> None:
    placed = shop.placed()

    async def both() -> list[object]:
        changes = (shop.book.change(replace(placed, notes=notes)) for notes in ("a", "b"))
        return await asyncio.gather(*changes, return_exceptions=True)

    results = shop.run(both())
    assert 1 == sum(isinstance(result, Conflict) for result in results)
    assert 2 == shop.walked()[0].version


def test_an_order_that_is_not_there_cannot_be_changed(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.run(shop.book.change(Order(id=1_000_000_001, version=1)))


def test_a_changed_reference_is_the_only_one_afterwards(shop: Shop) -> None:
    placed = shop.placed(references=KOLE)
    changed = shop.run(shop.book.change(replace(placed, references=known("kole:K2"))))

    assert changed == shop.get("kole", "K2")
    with pytest.raises(NotFound):
        shop.get("kole", "K1")
    assert 2 == len({changed.id, shop.placed(references=KOLE).id})


# links


def returned(*names: str, number: str = "", id: int = 0) -> tuple[Link, ...]:
    named = Identity(id=id, number=number, references=known(*names))
    return (Link(Relation.RETURN_OF, named),)


def test_linked_orders_are_found_both_ways_without_the_order_itself(shop: Shop) -> None:
    first = shop.placed(references=KOLE)
    second = shop.placed(links=returned("kole:K1"))
    third = shop.placed(links=returned(id=first.id) + returned(id=second.id))

    assert [second.id, third.id] == linked(shop, first)
    assert [first.id, third.id] == linked(shop, second)
    assert [first.id, second.id] == linked(shop, third)
    assert Identity(id=first.id, references=KOLE) == second.links[0].order


def test_an_order_may_refer_to_itself_but_not_come_from_itself(shop: Shop) -> None:
    order = shop.placed()
    to_itself = Link(Relation.REFERS_TO, Identity(id=order.id))
    referring = shop.run(shop.book.change(replace(order, links=(to_itself,))))

    assert [] == linked(shop, order)
    with pytest.raises(Invalid, match="cannot come from itself"):
        shop.run(shop.book.change(replace(referring, links=returned(id=order.id))))


def test_a_link_may_come_before_the_order_it_points_at(shop: Shop) -> None:
    by_reference, by_number = shop.kept(
        Order(links=returned("kole:K1")), Order(links=returned(number="N1"))
    )
    assert 0 == by_reference.links[0].order.id
    (original,) = shop.kept(Order(references=KOLE, number="N1"))

    assert [by_reference.id, by_number.id] == linked(shop, original)
    for order in shop.walked()[:2]:
        assert Identity(id=original.id, number="N1", references=KOLE) == order.links[0].order
        assert 1 == order.version


def test_links_inside_one_call_point_either_way(shop: Shop) -> None:
    first, second, third = shop.kept(
        Order(references=known("kole:1"), links=returned("kole:2")),
        Order(references=known("kole:2"), links=returned("kole:3")),
        Order(references=known("kole:3"), links=returned("kole:1")),
    )

    assert [second.id, third.id] == linked(shop, first)
    assert [second.id, third.id, first.id] == [
        order.links[0].order.id for order in (first, second, third)
    ]


def test_a_new_name_is_in_the_orders_that_point_there(shop: Shop) -> None:
    target = shop.placed()
    pointing = shop.placed(links=returned(id=target.id))
    shop.run(shop.book.change(replace(target, references=KOLE, number="N1")))

    found = shop.get("orderglot", str(pointing.id))
    assert Identity(id=target.id, number="N1", references=KOLE) == found.links[0].order


def test_a_link_that_is_taken_off_links_no_more(shop: Shop) -> None:
    target = shop.placed()
    pointing = shop.placed(links=returned(id=target.id))
    shop.run(shop.book.change(replace(pointing, links=())))

    assert [] == linked(shop, target)


def test_a_link_to_a_hub_id_that_nobody_has_is_refused(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.placed(links=returned(id=1_000_000_099))


# units


def test_a_unit_sees_what_it_has_written_and_others_do_not(shop: Shop) -> None:
    async def work(unit: UnitOfWork) -> Order:
        placed = await unit.place(Order(references=KOLE, customer=Identity(number="C1")))
        assert placed == await unit.get(KOLE[0])
        changed = await unit.change(replace(placed, notes="b"))
        assert changed == await unit.get(Reference("orderglot", str(placed.id)))
        assert changed.customer is not None
        customer = await unit.customer(Reference("kole", str(changed.customer.id)))
        await unit.keep_customer(replace(customer, references=known("kole:X1")))
        assert "X1" == (await unit.customer(Reference("kole", "X1"))).references[0].id
        product = await unit.keep_product(Product(sku="AA1"))
        assert {"AA1": product} == await unit.products(("AA1", "BB2"))
        for nothing in (
            shop.book.get(KOLE[0]),
            shop.book.customer(Reference("kole", str(customer.id))),
        ):
            with pytest.raises(NotFound):
                await nothing
        assert {} == await shop.book.products(("AA1",))
        return await unit.get(KOLE[0])

    order = shop.together(work)

    assert (2, "b") == (order.version, order.notes)
    assert [order] == shop.walked()
    assert order.customer is not None
    assert known("kole:X1") == order.customer.references
    assert [(1, "placed"), (2, "changed")] == shop.happened(order)


def test_a_unit_that_fails_leaves_nothing(shop: Shop) -> None:
    async def work(unit: UnitOfWork) -> None:
        await unit.place(Order(customer=Identity(number="C1")))
        await unit.keep_product(Product(sku="AA1"))
        raise Conflict("Something else went wrong.")

    with pytest.raises(Conflict):
        shop.together(work)
    assert [] == shop.walked()
    assert () == shop.run(shop.book.customers())
    assert {} == shop.run(shop.book.products(("AA1",)))


def test_a_unit_inside_a_unit_ends_with_the_outer_one(shop: Shop) -> None:
    async def work(unit: UnitOfWork) -> None:
        async with unit.together() as inner:
            await inner.place(Order())
        raise Conflict("Something else went wrong.")

    with pytest.raises(Conflict):
        shop.together(work)
    assert [] == shop.walked()


def test_what_somebody_else_changed_meanwhile_is_a_conflict_at_the_end(shop: Shop) -> None:
    placed = shop.placed()

    async def work(unit: UnitOfWork) -> None:
        await unit.place(Order(references=KOLE))
        await unit.change(replace(placed, notes="mine"))
        await shop.book.change(replace(placed, notes="theirs"))

    with pytest.raises(Conflict):
        shop.together(work)
    assert ["theirs"] == [order.notes for order in shop.walked()]


def test_two_who_keep_the_same_order_at_once_keep_one(shop: Shop) -> None:
    async def all_at_once() -> list[Outcome]:
        order = Order(references=KOLE, customer=Identity(number="C1"))
        kept = await asyncio.gather(*(shop.book.keep(order) for _ in range(2)))
        return [one.outcome for each in kept for one in each]

    assert ["new", "same"] == sorted(shop.run(all_at_once()))
    assert 1 == len(shop.walked())
    assert 1 == len(shop.run(shop.book.customers()))


# products


def test_a_product_is_put_in_the_place_of_the_one_with_its_sku(shop: Shop) -> None:
    tiers = (Tier(quantity=1, price=Decimal("1.50")),)
    first = shop.run(shop.book.keep_product(Product(sku="AA1", tiers=tiers)))
    second = shop.run(shop.book.keep_product(Product(sku="AA1", title="Glass ball")))

    assert (1, 2) == (first.version, second.version)
    assert {"AA1": second} == shop.run(shop.book.products(("AA1", "nothing", "a\0")))
    with pytest.raises(Conflict):
        shop.run(shop.book.keep_product(first))


def test_of_two_versions_at_once_one_is_a_conflict(shop: Shop) -> None:
    customer = shop.customer(name="a")
    product = shop.run(shop.book.keep_product(Product(sku="AA1")))
    changes: list[Callable[[str], Awaitable[object]]] = [
        lambda text: shop.book.keep_customer(replace(customer, name=text)),
        lambda text: shop.book.keep_product(replace(product, title=text)),
        lambda text: shop.store.change_seller(replace(shop.seller, title=text)),
    ]

    async def both(change: Callable[[str], Awaitable[object]]) -> list[object]:
        return list(await asyncio.gather(change("b"), change("c"), return_exceptions=True))

    for change in changes:
        results = shop.run(both(change))
        assert 1 == sum(isinstance(result, Conflict) for result in results)


def test_products_come_by_rising_sku(shop: Shop) -> None:
    for sku in ("b", "Ä", "a", "B", "10", "9"):
        shop.run(shop.book.keep_product(Product(sku=sku)))

    skus = [product.sku for product in shop.run(shop.book.every_product())]
    assert ["10", "9", "B", "a", "b", "Ä"] == skus
    after = shop.run(shop.book.every_product(after="B", limit=2))
    assert ["a", "b"] == [product.sku for product in after]


# walk and page


def test_a_walk_goes_from_the_oldest_to_the_newest(shop: Shop) -> None:
    for hours in (3, 1, 2, 1):
        shop.placed(created=NOON + hours * HOUR, notes=str(hours))

    assert ["1", "1", "2", "3"] == [order.notes for order in shop.walked()]


def test_a_walk_meets_every_order_once_while_others_arrive(shop: Shop) -> None:
    before = [shop.placed(created=NOON + n % 7 * HOUR).id for n in range(250)]

    async def walk() -> list[int]:
        met = list[int]()
        async for order in shop.book.walk():
            if len(met) % 50 == 0:
                await shop.book.place(Order(created=NOON + len(met) % 9 * HOUR))
            met.append(order.id)
        return met

    met = shop.run(walk())
    assert set(before) <= set(met)
    assert len(met) == len(set(met))


def test_the_pages_of_a_list_do_not_shift_when_orders_arrive(shop: Shop) -> None:
    ids = [shop.placed(created=NOON + n * HOUR).id for n in range(4)]
    newest_first = Window(sort=(Sort("created", True),), limit=2)
    first = shop.run(shop.book.page(newest_first))
    shop.placed(created=NOON + 9 * HOUR)
    assert first.next is not None
    second = shop.run(shop.book.page(first.next))

    assert ids[::-1] == [order.id for page in (first, second) for order in page.orders]
    assert 2 == first.next.offset
    assert second.next is None


def test_a_page_tells_how_many_there_are_when_asked(shop: Shop) -> None:
    for n in range(5):
        shop.placed(notes=str(n % 2))
    where = Compare("notes", Operator.EQ, "0")

    assert (3, 1) == (
        shop.run(shop.book.page(Window(where=where, limit=1, total=True))).total,
        len(shop.run(shop.book.page(Window(where=where, limit=1))).orders),
    )
    shop.placed(notes="0")
    assert 4 == shop.run(shop.book.page(Window(where=where, total=True))).total
    assert shop.run(shop.book.page(Window())).total is None
    assert 6 == shop.run(shop.book.page(Window(where=And(()), limit=0, total=True))).total
