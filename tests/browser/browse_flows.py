"""What people do in the console from beginning to end, each with scripts and without."""

from __future__ import annotations

from secrets import token_hex

from playwright.sync_api import expect

from tests.browser.book import known_to_kole
from tests.browser.person import HOME, Person

ASKED = """<order><po_number>PO-7</po_number>
<ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
<ship_to_address><company>Sample</company><address_1>2 Sample Road</address_1><city>Reno</city>
<state>NV</state><zipcode>89501</zipcode><country>US</country></ship_to_address>
<items><item><sku>AA124</sku><quantity>24</quantity></item></items></order>"""


def test_a_link_signs_in_once(person: Person) -> None:
    link = person.book.link(person.base)

    person.page.goto(link)
    person.click("Sign in")

    assert "Today" == person.heading
    person.click("Sign out")
    person.page.goto(link)
    person.click("Sign in")
    person.see("This link is not good any more")


def test_a_password_signs_in_and_a_wrong_one_does_not(person: Person) -> None:
    person.go("/orderglot/")
    person.page.get_by_label("Name").fill("admin")
    person.page.get_by_label("Password").fill("something else")
    person.click("Sign in")
    person.see("This name and password do not belong together.")

    person.sign_in("admin")

    assert (f"{HOME}/today", "Today") == (person.path, person.heading)


def test_a_viewer_is_refused_what_an_operator_may(person: Person) -> None:
    order = person.book.order()
    person.sign_in("viewer")

    person.go(f"/orders/{order.id}")
    expect(person.page.get_by_role("link", name="Ship…")).to_have_count(0)
    answer = person.go(f"/orders/{order.id}/steps/ship")

    assert 403 == answer.status
    person.see("This takes the role operator, and yours for acme is viewer")
    assert 1 == person.book.now(order).version


def test_a_session_that_ended_leads_back_to_where_somebody_was(person: Person) -> None:
    order = person.book.order()
    person.sign_in()
    person.go(f"/orders/{order.id}")

    person.book.let_an_hour_pass()
    person.click("Hold…")

    assert "Sign in to the console" == person.page.locator("h2").inner_text()
    person.sign_in()
    assert f"{HOME}/orders/{order.id}/steps/hold" == person.path


def test_a_step_that_a_session_ended_before_is_not_taken(person: Person) -> None:
    order = person.book.order()
    person.sign_in()
    person.go(f"/orders/{order.id}/steps/hold")
    person.page.get_by_label("Reason").fill("Address unclear")

    person.book.let_an_hour_pass()
    person.click("Hold")

    assert "Sign in to the console" == person.page.locator("h2").inner_text()
    assert person.book.now(order).status == order.status


def test_an_order_is_found_by_its_po_by_an_id_of_kole_and_by_a_name(person: Person) -> None:
    buyer = f"Falkenrath {token_hex(4)}"
    order = person.book.order(buyer, **known_to_kole(token_hex(4)))
    person.sign_in()

    for sought in (order.po_number, order.references[0].id, buyer):
        find = person.page.get_by_label("Find an order")
        find.fill(sought)
        find.press("Enter")
        person.see(f"found by “{sought}”")
        person.main.get_by_role("link", name=order.number, exact=True).first.click()
        assert f"{HOME}/orders/{order.id}" == person.path


def test_half_an_order_is_shipped_and_kodaris_is_told(person: Person) -> None:
    order = person.book.order()
    person.sign_in()
    person.go(f"/orders/{order.id}")

    person.click("Ship…")
    person.page.get_by_label("How much of 84406B").fill("12")
    person.page.get_by_label("How much of 82494L").fill("6")
    person.page.get_by_label("Carrier").fill("UPS")
    person.page.get_by_label("Tracking number").fill("1Z999AA10123456784")
    person.click("See what it will do")
    person.see("What it will do", "part shipped 18 of 36")
    assert order.version == person.book.now(order).version
    person.click("Ship")

    person.see("part shipped 18 of 36")
    person.click("kodaris")
    person.page.wait_for_url("**/as/kodaris*")
    body = person.page.locator("pre").inner_text()
    assert '"Partly Shipped"' in body
    assert "partly shipped" == person.book.now(order).status


def test_what_cannot_be_shipped_is_said_and_nothing_is(person: Person) -> None:
    order = person.book.order()
    person.sign_in()
    person.go(f"/orders/{order.id}/steps/ship")

    person.page.get_by_label("How much of 84406B").fill("25")
    person.click("Ship")

    person.see("This cannot be done so.")
    assert "25" == person.page.get_by_label("How much of 84406B").input_value()
    assert order.version == person.book.now(order).version


def test_several_orders_are_held_at_once(person: Person) -> None:
    orders = [person.book.order(source="bulk-hold") for _ in range(3)]
    person.sign_in()
    person.go("/orders?filter=source+%3D+%22bulk-hold%22+AND+status+%3D+processing")

    for order in orders:
        person.page.get_by_label(f"Choose {order.number}", exact=True).check()
    person.click("Hold…")
    person.see("Hold 3 orders")
    person.page.get_by_label("Reason").fill("Stocktaking")
    person.click("Hold 3")

    person.see("3 of 3 done.")
    assert {"on hold"} == {person.book.now(one).status for one in orders}


def test_a_body_is_translated_and_one_that_is_none_is_refused(person: Person) -> None:
    person.sign_in("viewer")
    person.click("Workbench")
    person.page.locator("select[name=from]").select_option("kole")
    person.page.locator("select[name=to]").select_option("adobe")
    person.page.get_by_label("A body of").fill(ASKED)
    person.click("Translate")

    person.see("As Adobe", "What became of it", "left out")
    assert '"lineItems"' in person.page.locator("pre").inner_text()

    person.page.get_by_label("A body of").fill("<order>")
    person.click("Translate")
    person.see("Nothing came out.", "would answer")
    assert "<order>" == person.page.get_by_label("A body of").input_value()
