"""The console by keyboard: the keys of the list, and every flow without a mouse."""

from __future__ import annotations

import pytest

from tests.browser.book import PASSWORD
from tests.browser.person import HOME, Person

MOST_TABS = 80
"""Whatever a page has is reached by so many presses."""


def tab_to(person: Person, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    called = "Boolean(document.activeElement) && (document.activeElement.labels?.[0]?.textContent || document.activeElement.ariaLabel || document.activeElement.textContent).trim()"
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        found = str(person.page.evaluate(called))
        if found.removesuffix("…") == name or found == name:
            shown = "getComputedStyle(document.activeElement).outlineStyle"
            assert "none" != person.page.evaluate(shown), name
            return
    pytest.fail(f"{name} is not reached by Tab.")


@pytest.mark.parametrize("scripts", [True], indirect=True)
class TestKeys:
    def test_the_list_is_walked_chosen_from_and_opened(self, person: Person) -> None:
        orders = [person.book.order(source="by-keys") for _ in range(3)]
        person.sign_in()
        person.go("/orders?filter=source+%3D+%22by-keys%22&sort=created")
        press = person.page.keyboard.press

        for key in ("j", "j", "j", "k", "x"):
            press(key)
        chosen = person.page.locator("input[name=order]:checked")
        assert [str(orders[1].id)] == [one.input_value() for one in chosen.all()]
        press("Enter")

        person.page.wait_for_url(f"**/orders/{orders[1].id}")
        press("/")
        person.page.keyboard.type("jkx/")
        assert "jkx/" == person.page.get_by_label("Find an order").input_value()

    def test_an_order_is_found_and_shipped_by_keyboard_alone(self, person: Person) -> None:
        order = person.book.order()
        keys = person.page.keyboard
        person.go("/orderglot/")
        keys.type("operator")
        tab_to(person, "Password")
        keys.type(PASSWORD)
        keys.press("Enter")
        person.page.wait_for_url(f"**{HOME}/today")

        keys.press("/")
        keys.type(order.number)
        keys.press("Enter")
        person.page.wait_for_url("**q=*")
        keys.press("j")
        keys.press("Enter")
        person.page.wait_for_url(f"**/orders/{order.id}")
        tab_to(person, "Ship")
        keys.press("Enter")
        person.page.wait_for_url("**/steps/ship")
        tab_to(person, "How much of 84406B")
        keys.press("Control+A")
        keys.type("12")
        tab_to(person, "See what it will do")
        keys.press("Space")
        person.see("What it will do")
        tab_to(person, "Ship")
        keys.press("Space")

        person.page.wait_for_url(f"**/orders/{order.id}")
        assert "partly shipped" == person.book.now(order).status

    def test_orders_are_held_by_keyboard_alone(self, person: Person) -> None:
        orders = [person.book.order(source="held-by-keys") for _ in range(2)]
        keys = person.page.keyboard
        person.sign_in()
        person.go("/orders?filter=source+%3D+%22held-by-keys%22")

        for key in ("j", "x", "j", "x"):
            keys.press(key)
        tab_to(person, "Hold")
        keys.press("Enter")
        person.see("Hold 2 orders")
        tab_to(person, "Reason, which stands in each order's history")
        keys.type("Stocktaking")
        keys.press("Enter")

        person.see("2 of 2 done.")
        assert {"on hold"} == {person.book.now(one).status for one in orders}

    def test_the_first_tab_leads_past_what_every_page_has(self, person: Person) -> None:
        person.sign_in()
        tab_to(person, "To the content")
        person.page.keyboard.press("Enter")

        assert "main" == person.page.evaluate("document.activeElement.id")
