"""Scope: what a caller sees and may write, in every store alike."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Forbidden, HubError, Invalid, NotFound
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.core.product import Product
from orderglot.core.query import Compare, Not, Operator, Or, Window
from orderglot.core.values import Relation
from tests.stores.shops import Shop

KOLE = (Reference("kole", "K1"),)


def everything(shop: Shop, order: Order, book: Book) -> list[object]:
    """Ask a book in every way for an order, and give all that it tells."""
    hub = Reference("orderglot", str(order.id))
    found: list[object] = [*shop.walked(book=book), shop.run(book.events(order.id))]
    found += shop.run(book.with_po_number(order.po_number, 10))
    for where in (Compare("id", Operator.EQ, order.id), Not(Or(()))):
        page = shop.run(book.page(Window(where=where, total=True)))
        found += [page.orders, page.total]
    for ref in (hub, *order.references):
        found.append(ref.id in shop.run(book.ids_at(ref.dialect)))
        for work in (book.get(ref), book.linked(ref)):
            try:
                found.append(shop.run(work))
            except HubError as error:
                found.append((type(error), error.message.replace(ref.id, "?")))
    return found


def nothing(shop: Shop, order: Order, book: Book) -> list[object]:
    """Give what an empty book tells to the same questions."""
    strange = tuple(replace(ref, id="nobody") for ref in order.references)
    stranger = replace(order, id=1_999_999_999, references=strange)
    return everything(shop, stranger, book)


def test_another_seller_sees_nothing_of_an_order(shop: Shop) -> None:
    order = shop.placed(references=KOLE, po_number="PO-1")
    other = shop.run(shop.store.add_seller("other"))
    book = shop.opened(seller=other.id, test=True)

    assert nothing(shop, order, book) == everything(shop, order, book)
    with pytest.raises(NotFound):
        shop.run(book.change(order))


def test_the_ids_at_a_channel_are_those_of_the_orders_that_match(shop: Shop) -> None:
    for name, dialect, number in (
        ("1", "kole@a", "C1"),
        ("2", "kole@a", "C2"),
        ("3", "kole", "C1"),
    ):
        shop.placed(references=(Reference(dialect, name),), customer=Identity(number=number))
    theirs = Compare("customer.number", Operator.EQ, "C1")

    assert {"1", "2"} == {*shop.run(shop.book.ids_at("kole@a"))}
    assert ("1",) == shop.run(shop.book.ids_at("kole@a", theirs))
    assert () == shop.run(shop.book.ids_at("kole@b"))


def test_two_sellers_may_use_the_same_ids(shop: Shop) -> None:
    other = shop.opened(seller=shop.run(shop.store.add_seller("other")).id)
    mine = shop.placed(references=KOLE, notes="mine", customer=Identity(number="C1"))
    theirs = shop.placed(other, references=KOLE, notes="theirs", customer=Identity(number="C1"))

    assert (mine.id, mine.customer) == (theirs.id, theirs.customer)
    assert ["mine"] == [order.notes for order in shop.walked()]
    assert ["theirs"] == [order.notes for order in shop.walked(book=other)]
    shop.run(shop.book.keep_product(Product(sku="AA1")))
    assert {} == shop.run(other.products(("AA1",)))


def test_another_customer_sees_nothing_of_an_order(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    order = shop.placed(references=KOLE, customer=Identity(id=owner.id), po_number="PO-1")
    nobodys = shop.placed()
    book = shop.opened(customer=other.id, test=True)

    for one in (order, nobodys):
        assert nothing(shop, one, book) == everything(shop, one, book)
        with pytest.raises(NotFound):
            shop.run(book.change(one))
    assert [order] == shop.walked(book=shop.opened(customer=owner.id))


def test_a_customers_order_is_theirs(shop: Shop) -> None:
    owner = shop.customer(number="C1", references=(Reference("kole", "X1"),))
    book = shop.opened(customer=owner.id)
    expected = Identity(id=owner.id, number="C1", references=owner.references)

    assert expected == shop.placed(book).customer
    for named in (
        Identity(id=owner.id),
        Identity(number="C1"),
        Identity(references=(Reference("kole", "X1"),)),
        Identity(references=(Reference("adobe", str(owner.id)),)),
    ):
        assert expected == shop.placed(book, customer=named).customer
        assert [expected] == [one.customer for one in shop.kept(Order(customer=named), book=book)]


def test_a_customer_cannot_write_into_another_customers_name(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    theirs = shop.placed(references=KOLE, customer=Identity(id=owner.id))
    book = shop.opened(customer=other.id)

    for named in (Identity(id=owner.id), Identity(number="C1"), Identity(number="unheard of")):
        with pytest.raises(Forbidden):
            shop.placed(book, customer=named)
        with pytest.raises(Forbidden):
            shop.kept(Order(customer=named), book=book)
    with pytest.raises(Conflict):
        shop.kept(Order(references=KOLE, notes="mine now"), book=book)
    with pytest.raises(Conflict):
        shop.placed(book, references=KOLE)
    assert [theirs] == shop.walked()


def test_a_customer_cannot_give_their_order_away(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    book = shop.opened(customer=owner.id)
    order = shop.placed(book)

    with pytest.raises(Forbidden):
        shop.run(book.change(replace(order, customer=Identity(id=other.id))))
    kept = shop.run(book.change(replace(order, customer=None)))
    assert order.customer == kept.customer


def test_a_customer_can_point_at_their_own_orders_alone(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    theirs = shop.placed(references=KOLE, number="N1", customer=Identity(id=other.id))
    book = shop.opened(customer=owner.id)
    own = shop.placed(book)

    def pointing(**named: object) -> Order:
        link = Link(Relation.RETURN_OF, Identity(**named))  # type: ignore[arg-type]
        return shop.placed(book, links=(link,))

    assert own.id == pointing(id=own.id).links[0].order.id
    refusals = set()
    for named in ({"id": theirs.id}, {"id": 7}, {"references": KOLE}, {"number": "N1"}):
        with pytest.raises(Invalid) as refused:
            pointing(**named)
        refusals.add(refused.value.problems[0].rule)
    assert 1 == len(refusals)


def test_a_customer_sees_themselves_alone(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    book = shop.opened(customer=other.id)

    assert (other,) == shop.run(book.customers())
    assert () == shop.run(book.customers(after=other.id))
    assert other == shop.run(book.customer(Reference("kole", str(other.id))))
    with pytest.raises(NotFound):
        shop.run(book.customer(Reference("kole", str(owner.id))))
    for customer in (owner, Customer(name="new")):
        with pytest.raises(Forbidden):
            shop.run(book.keep_customer(customer))


def test_links_to_what_is_out_of_sight_are_not_shown(shop: Shop) -> None:
    owner = shop.customer(number="C1")
    theirs = shop.placed(customer=Identity(id=owner.id))
    shop.placed(links=(Link(Relation.SPLIT_OF, Identity(id=theirs.id)),))
    book = shop.opened(customer=owner.id)

    assert () == shop.run(book.linked(Reference("kole", str(theirs.id))))


# test orders


def test_what_a_test_caller_places_is_a_test_that_only_test_callers_see(shop: Shop) -> None:
    tester = shop.opened(test=True)
    trial, real = shop.placed(tester, references=KOLE), shop.placed()

    assert (True, False) == (trial.test, real.test)
    assert [real] == shop.walked()
    assert [trial, real] == shop.walked(book=tester)
    assert nothing(shop, trial, shop.opened(customer=7)) == everything(
        shop, trial, shop.opened(customer=7)
    )
    with pytest.raises(NotFound):
        shop.get("kole", "K1")
    with pytest.raises(NotFound):
        shop.run(shop.book.change(trial))
    with pytest.raises(Conflict):
        shop.kept(Order(references=KOLE, notes="real"))


def test_what_a_test_caller_keeps_is_a_test(shop: Shop) -> None:
    assert [True] == [one.test for one in shop.kept(Order(), book=shop.opened(test=True))]


def test_whether_an_order_is_a_test_never_changes(shop: Shop) -> None:
    seller, tester = shop.opened(tests=True), shop.opened(test=True)
    trial, real = shop.placed(tester), shop.placed(references=KOLE)

    assert shop.run(tester.change(replace(trial, test=False))).test
    assert not shop.run(seller.change(replace(real, test=True))).test
    assert [False] == [
        one.test for one in shop.kept(Order(references=KOLE, notes="b"), book=seller)
    ]


def test_a_test_caller_writes_to_test_orders_alone(shop: Shop) -> None:
    owner = shop.customer(number="C1")
    shop.run(shop.book.keep_product(Product(sku="AA1")))
    tester = shop.opened(test=True)
    trial = shop.placed(tester, customer=Identity(number="C1"))
    real = shop.placed(references=KOLE, customer=Identity(id=owner.id))

    assert "mine" == shop.run(tester.change(replace(trial, notes="mine"))).notes
    assert ["same"] == shop.outcomes(replace(real, id=0, version=0), book=tester)
    for write in (
        tester.change(replace(real, notes="mine now")),
        tester.keep(Order(references=KOLE, notes="mine now")),
        tester.keep_customer(replace(owner, name="mine now")),
        tester.keep_customer(Customer(name="new")),
        tester.keep_product(Product(sku="AA1", title="mine now")),
        tester.place(Order(customer=Identity(number="unheard of"))),
    ):
        with pytest.raises(Forbidden):
            shop.run(write)
    assert [real] == shop.walked()
    assert (owner,) == shop.run(shop.book.customers())
    assert [1] == [one.version for one in shop.run(shop.book.every_product())]


def test_a_test_caller_leaves_no_notes(shop: Shop) -> None:
    note = Note(kind="pull", name="kole")

    async def noted(unit: UnitOfWork) -> None:
        unit.note(note)

    async def struck(unit: UnitOfWork) -> None:
        unit.strike(replace(note, version=1))

    shop.together(noted)
    for write in (noted, struck):
        with pytest.raises(Forbidden):
            shop.together(write, shop.opened(test=True))
    assert 1 == len(shop.run(shop.book.notes("pull")))


def test_a_test_order_introduces_its_customer_to_nobody(shop: Shop) -> None:
    owner = shop.customer(number="C1")
    before = shop.placed(customer=Identity(id=owner.id))
    named = Identity(number="C1", references=(Reference("adobe", "7"),))
    shop.placed(shop.opened(test=True), customer=named)

    assert (owner,) == shop.run(shop.book.customers())
    assert before == shop.get("orderglot", str(before.id))


def test_the_seller_in_person_sees_test_orders_and_changes_either(shop: Shop) -> None:
    trial, real = shop.placed(shop.opened(test=True)), shop.placed()
    seller = shop.opened(tests=True)

    assert [trial, real] == shop.walked(book=seller)
    for order in (trial, real):
        assert "seen" == shop.run(seller.change(replace(order, notes="seen"))).notes
    assert not shop.placed(seller).test


def test_a_real_order_does_not_point_at_a_test(shop: Shop) -> None:
    trial = shop.placed(shop.opened(test=True), references=KOLE)
    link = Link(Relation.RETURN_OF, Identity(references=KOLE))

    assert 0 == shop.placed(links=(link,)).links[0].order.id
    with pytest.raises(Invalid):
        shop.placed(links=(Link(Relation.RETURN_OF, Identity(id=trial.id)),))
