"""A real Chromium in front of a real server, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.book import OrderBook
from tests.browser.chromium import chromium
from tests.browser.person import Person
from tests.cli.program import serving


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take whether the pictures of the docs are made anew."""
    parser.addoption("--pictures", action="store_true", help="make the pictures of the docs anew")


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> OrderBook:
    """Keep one book for all tests of a process; each test has orders of its own in it."""
    made = OrderBook(f"sqlite:///{tmp_path_factory.mktemp('book')}/book.db")
    made.fill()
    return made


@pytest.fixture(scope="session")
def base(book: OrderBook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the book."""
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(folder, "--database", book.url, "--no-jobs") as served:
        yield served.base


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine."""
    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=chromium())
        yield found
        found.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Tell whether the browser runs scripts."""
    return bool(request.param)


@pytest.fixture
def window(browser: Browser, base: str, scripts: bool) -> Iterator[BrowserContext]:
    """Open a window of nobody's."""
    size = {"width": 1320, "height": 900}
    with browser.new_context(
        base_url=base,
        java_script_enabled=scripts,
        viewport={"width": size["width"], "height": size["height"]},
        timezone_id="Europe/London",
        locale="en-GB",
        reduced_motion="reduce",
    ) as opened:
        opened.set_default_timeout(10_000)
        yield opened


@pytest.fixture
def person(window: BrowserContext, book: OrderBook, base: str) -> Iterator[Person]:
    """Sit somebody at the window, for whom nothing may go wrong unseen."""
    sitting = Person(window.new_page(), book, base)
    yield sitting
    assert [] == sitting.wrong
