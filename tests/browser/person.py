"""A person at a browser: signs in, reads, fills in and clicks."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from tests.browser.book import PASSWORD, OrderBook

HOME = "/orderglot/live/acme"


class Person:
    """Somebody at one page of a browser; ``wrong`` is what the browser complained about."""

    def __init__(self, page: Page, book: OrderBook, base: str) -> None:
        self.page = page
        self.book = book
        self.base = base
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heed)
        page.on("response", self._watch)

    def _heed(self, message: ConsoleMessage) -> None:
        # What is refused by status is looked at by the test.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    def _watch(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.status} {response.url}")

    def go(self, path: str) -> Response:
        """Go to a page of the seller's, or to another one that begins with /orderglot/."""
        there = path if path.startswith("/orderglot/") else f"{HOME}{path}"
        found = self.page.goto(there)
        assert found is not None
        return found

    def sign_in(self, role: str = "operator") -> None:
        """Sign in by name and password, where the form is or at the front."""
        if "/sign-in" not in self.page.url:
            self.go("/orderglot/")
        self.page.get_by_label("Name").fill(role)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.click("Sign in")

    def click(self, name: str) -> None:
        """Click a button or a link by what stands on it."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        button.or_(link).first.click()

    def see(self, *texts: str) -> None:
        """Wait until texts are to be seen in the page's main part."""
        for text in texts:
            self.main.get_by_text(text).filter(visible=True).first.wait_for()

    @property
    def main(self) -> Locator:
        """The part of the page that is its own."""
        return self.page.locator("main")

    @property
    def heading(self) -> str:
        """What the page is called."""
        return self.page.locator("h1").inner_text()

    @property
    def path(self) -> str:
        """Where the browser is, without the address of the server."""
        return self.page.url.removeprefix(self.base)
