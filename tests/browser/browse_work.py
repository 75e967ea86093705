"""What people do beyond an order: a partner comes in, his request is read, a reject is mended, a list is taken along."""

from __future__ import annotations

import subprocess
from pathlib import Path
from secrets import randbelow, token_hex

from msgspec.structs import replace
from playwright.sync_api import expect

from orderglot.hub.opening import Hub
from orderglot.sync.rejects import put_aside
from tests.browser.book import OrderBook
from tests.browser.person import HOME, Person
from tests.conformance.specimens import book_of


def pasted(line: str) -> str:
    """Paste a line into a shell, and give what it prints."""
    done = subprocess.run(
        ("bash", "-c", line), capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout


def made_partner(person: Person, name: str) -> str:
    """Make a partner with a key of our own API, and give the line for the first request."""
    person.sign_in("admin")
    person.click("Partners")
    person.click("New partner")
    person.page.locator("select[name=dialect]").select_option("orderglot")
    person.page.locator("input[name=number]").fill(token_hex(4))
    person.page.locator("input[name=name]").fill(name)
    person.click("Make the partner")
    person.see("It is shown this one time.")
    return person.page.locator("pre").nth(1).inner_text()


def test_a_partner_is_made_and_seen_as_soon_as_it_asks(person: Person, scripts: bool) -> None:
    line = made_partner(person, "Quayside Books")
    person.click("Wait for the first request")
    person.see("waiting for the first request")
    assert "Quayside Books" == person.heading

    assert "items" in pasted(line)

    # With scripts the page looks by itself.
    if not scripts:
        person.click("Look again")
    expect(person.page.locator("#checklist li", has_text="The first request")).not_to_contain_text(
        "waiting", timeout=15_000
    )


def test_a_live_request_is_followed_to_its_bytes(person: Person, scripts: bool) -> None:
    line = made_partner(person, "Harrow Lane")
    person.click("Traffic")
    if scripts:
        person.see("live")

    mark = token_hex(6)
    pasted(line.replace("/orders", f"/orders/{mark}"))

    row = person.page.get_by_role("row", name=mark)
    if not scripts:
        # What came is written a moment behind its answer.
        for _ in range(40):
            if row.count():
                break
            person.click("Look again")
    row.wait_for()
    row.get_by_role("link").first.click()
    person.see("They sent", "We answered", "Refused.")
    sent = person.page.locator("pre").first.inner_text()
    assert mark in sent
    assert "***" in sent


def reject(book: OrderBook, id: str) -> str:
    """Put aside an order whose total is a word; gives its body with a number in place of that."""
    (like,) = [one for one in book_of("orderglot").rejects if "eleven" in one.reason]
    body = like.answers[0].body.replace(b"7002", id.encode())
    answers = (replace(like.answers[0], body=body),)
    one = replace(like, id=id, po_number=f"PO-E{id}", answers=answers)

    async def work(hub: Hub) -> None:
        opened = hub.book(await hub.seller("acme"))
        await opened.transact(lambda unit: put_aside(unit, (one,)))

    book.with_hub(work)
    return body.decode().replace('"eleven"', "11.04")


def test_a_reject_is_mended_and_the_order_arrives(person: Person) -> None:
    id = str(randbelow(10**8) + 10**8)
    mended = reject(person.book, id)
    person.sign_in()
    person.click("Problems")
    person.page.locator("section", has_text="eleven").get_by_role("link", name=id).click()
    person.see("It cannot be taken in yet")
    person.page.get_by_label("Body").fill(mended)

    person.click("Read it")
    person.see("ready to be taken in", f"E-{id}")
    person.click("Take it in")

    person.see("It is an order of the book now.")
    person.go(f"/orders?q=E-{id}")
    person.see(f"E-{id}")


def test_what_is_found_is_taken_along_as_a_file(person: Person, tmp_path: Path) -> None:
    mark = f"export-{token_hex(4)}"
    orders = [person.book.order(source=mark) for _ in range(2)]
    person.sign_in("viewer")
    person.go(f"/orders?filter=source+%3D+%22{mark}%22")

    with person.page.expect_download() as coming:
        person.click("CSV")
    coming.value.save_as(tmp_path / "orders.csv")

    text = (tmp_path / "orders.csv").read_text("utf-8")
    assert "acme-orders.csv" == coming.value.suggested_filename
    assert [True, True] == [one.number in text for one in orders]
    assert 3 == len(text.splitlines())
    assert person.path.startswith(f"{HOME}/orders")
