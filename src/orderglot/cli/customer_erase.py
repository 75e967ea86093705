"""``orderglot customer erase``: a person taken out of everything that the book keeps."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, WhichCustomer, with_book
from orderglot.cli.options import switch
from orderglot.cli.output import table, write_json, write_line
from orderglot.cli.progress import showing_progress

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub

NAMES = {
    "customers": "customer",
    "orders": "orders",
    "order_events": "events",
    "answers": "kept answers",
    "notes": "rejects, deliveries and other notes",
    "exchanges": "exchanges of the journal",
}
"""What people call what is erased of, in the order in which it is done."""


@with_book()
async def erase(
    hub: "Hub",
    customer: WhichCustomer,
    dry_run: Annotated[
        bool, switch("--dry-run", "Count what would be erased; write nothing.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Erase a customer: name, addresses, mail, phone, wherever the book has them.

    That is the customer's record, all their orders, live and test ones, the feed, kept answers, what was put aside,
    deliveries of webhooks, and the bodies in the journal. What was ordered and what it comes to stays. Stopped
    or killed, the same command goes on where it was. Backups are files of their own: they are not touched.

    $ orderglot customer erase C1 --dry-run
    $ orderglot customer erase C1
    """
    from orderglot.hub import lookup
    from orderglot.hub.erasing import erase_customer

    owner = await hub.seller(seller)
    found = await lookup.find_customer(hub.book(owner, tests=True, deleted=True), customer)
    with showing_progress("erasing") as on_step:
        done = await erase_customer(hub, owner, found, on_step, dry=dry_run)
    if as_json:
        return write_json({"customer": found.id, "dry_run": dry_run, "erased": done})
    if not done:
        return write_line(f"Nothing of customer {found.id} is left to be erased.")
    rows = [(name, f"{done[key]:,}") for key, name in NAMES.items() if key in done]
    table(("what", "would be erased" if dry_run else "erased"), rows)
    if not dry_run:
        write_line(f"Customer {found.id} is erased; backups and copies made before are not.")
    return None
