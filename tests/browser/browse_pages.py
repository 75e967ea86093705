"""Every page in both themes and two widths: nothing that axe finds, nothing beside the screen; and their pictures."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.browser.book import OrderBook
from tests.browser.browse_flows import ASKED
from tests.browser.person import HOME, Person

PICTURES = Path(__file__).parents[2] / "docs/console"
HEAVIEST = 100_000
"""So many bytes has a picture at most."""

NARROW, BROAD = 390, 1320
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

PAGES = {
    "sign-in": "/orderglot/sign-in",
    "orders": f"{HOME}/orders",
    "found-nothing": f"{HOME}/orders?q=nothing-of-this-name",
    "misunderstood": f"{HOME}/orders?filter=total+%3E",
    "no-test-orders": "/orderglot/test/acme/orders",
    "order": f"{HOME}/orders/{{order}}",
    "as-kodaris": f"{HOME}/orders/{{order}}/as/kodaris?beside=kole",
    "ship": f"{HOME}/orders/{{order}}/steps/ship",
    "hold": f"{HOME}/orders/{{order}}/steps/hold",
    "today": f"{HOME}/today",
    "traffic": f"{HOME}/traffic",
    "problems": f"{HOME}/problems",
    "partners": f"{HOME}/partners",
    "new-partner": f"{HOME}/partners/new",
    "channels": f"{HOME}/channels",
    "webhooks": f"{HOME}/webhooks",
    "place": f"{HOME}/orders/{{order}}/place",
    "workbench-empty": f"{HOME}/workbench",
    "system": f"{HOME}/system",
    "refused": f"{HOME}/orders/1",
}
"""The pages that are looked at, by the names of their pictures; ``{order}`` is an order's id."""

PICTURED = frozenset({"today", "orders", "order", "as-kodaris", "ship"})
"""Those that docs/console.md shows."""

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture(scope="session")
def shown(book: OrderBook) -> int:
    """Put an order into the book that has something on each of its pages, and give its id."""
    return book.order("Marlow & Daughters", notes="Ring the bell twice.").id


@pytest.mark.parametrize("scripts", [True], indirect=True)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(
    person: Person, shown: int, name: str, request: pytest.FixtureRequest
) -> None:
    if name != "sign-in":
        person.sign_in("admin")
    person.go(PAGES[name].format(order=shown))

    looked_at(person, name)
    if name in PICTURED and request.config.getoption("--pictures"):
        picture(person, name)


@pytest.mark.parametrize("scripts", [True], indirect=True)
def test_what_forms_lead_to_is_for_everybody(
    person: Person, shown: int, request: pytest.FixtureRequest
) -> None:
    person.sign_in("admin")
    person.go(f"/orders/{shown}/steps/ship")
    person.page.get_by_label("How much of 84406B").fill("12")
    person.click("See what it will do")
    person.see("What it will do")
    looked_at(person, "preview")
    person.page.get_by_label("How much of 84406B").fill("many")
    person.click("Look again")
    person.see("This cannot be done so.")
    looked_at(person, "refused-step")
    person.go("/orders")
    person.page.get_by_label("Choose", exact=False).nth(1).check()
    person.click("Hold…")
    person.see("Hold 1 order")
    looked_at(person, "bulk")
    person.go("/workbench")
    person.page.get_by_label("A body of").fill(ASKED)
    person.click("Translate")
    person.see("What became of it")
    looked_at(person, "workbench")
    if request.config.getoption("--pictures"):
        picture(person, "workbench")


def looked_at(person: Person, name: str) -> None:
    """Look at the page as it is in each theme and width."""
    for width in (NARROW, BROAD):
        person.page.set_viewport_size({"width": width, "height": 900})
        beside = person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beside <= 0, f"{name} is {beside} pixels wider than {width}"
        for theme in THEMES:
            person.page.emulate_media(color_scheme=theme)
            found = Axe().run(person.page, options=RULES)
            assert found.response["passes"], "axe has looked at nothing"
            report = f"{name}, {width}, {theme}: {found.generate_report()}"
            assert 0 == found.violations_count, report
    for menu in person.page.locator("details:not([open]) > summary").all():
        if menu.is_visible():
            menu.click()
            opened = Axe().run(person.page, context="details[open]", options=RULES)
            assert 0 == opened.violations_count, f"{name}, opened: {opened.generate_report()}"
            person.page.keyboard.press("Escape")


def picture(person: Person, name: str) -> None:
    """Make the picture of a page anew, in 64 colours."""
    person.page.set_viewport_size({"width": BROAD, "height": 820})
    person.page.emulate_media(color_scheme="light")
    person.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    with Image.open(BytesIO(person.page.screenshot())) as taken:
        small = taken.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    PICTURES.mkdir(exist_ok=True)
    small.save(PICTURES / f"{name}.png", optimize=True)
    assert (PICTURES / f"{name}.png").stat().st_size < HEAVIEST
