"""The program: its commands, and its help."""

from typing import Annotated

import typer

from orderglot.cli import (
    cancellations,
    console,
    customers,
    database,
    jobs,
    keys,
    log,
    order_changes,
    order_goods,
    order_list,
    orders,
    placements,
    products,
    rejects,
    rejects_editing,
    sellers,
    values,
    webhook_deliveries,
    webhooks,
)
from orderglot.cli.change import change
from orderglot.cli.command import group
from orderglot.cli.demo import demo
from orderglot.cli.duplicates import duplicates
from orderglot.cli.events import events
from orderglot.cli.export import export
from orderglot.cli.import_lines import load
from orderglot.cli.link import link
from orderglot.cli.listen import listen
from orderglot.cli.openapi import openapi
from orderglot.cli.place import place
from orderglot.cli.pull import pull
from orderglot.cli.sample_files import samples
from orderglot.cli.serve import serve
from orderglot.cli.show import show
from orderglot.cli.summary import summary
from orderglot.cli.translate import translate

app = group(
    """One order book that speaks every partner's order API.

    $ orderglot serve --demo
    $ orderglot import lines.csv --seller acme
    $ orderglot book
    """,
    completes=True,
)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("samples")(samples)
app.command("import")(load)
app.command("export")(export)
app.command("pull")(pull)
app.command("place")(place)
app.command("book")(summary)
app.command("show")(show)
app.command("events")(events)
app.command("listen")(listen)
app.command("duplicates")(duplicates)
app.command("change")(change)
app.command("link")(link)
app.command("openapi")(openapi)
app.command("translate")(translate)
orders.app.command("list")(order_list.list_orders)
orders.app.command("cancel")(cancellations.cancel)
orders.app.command("answer-cancellation")(cancellations.answer)
orders.app.command("correct")(order_changes.correct)
orders.app.command("reprice")(order_changes.reprice)
orders.app.command("move")(order_changes.move)
orders.app.command("note")(order_changes.note)
orders.app.command("delete")(order_changes.delete)
orders.app.command("split")(order_goods.split)
orders.app.command("return")(order_goods.take_back)
orders.app.command("exchange")(order_goods.exchange)
app.add_typer(orders.app, name="orders")
app.add_typer(sellers.app, name="seller")
app.add_typer(customers.app, name="customer")
app.add_typer(products.app, name="product")
webhooks.app.command("deliveries")(webhook_deliveries.deliveries)
webhooks.app.command("resend")(webhook_deliveries.resend)
webhooks.app.command("trigger")(webhook_deliveries.trigger)
webhooks.app.command("work")(webhook_deliveries.work)
rejects.app.command("edit")(rejects_editing.edit)
rejects.app.command("check")(rejects_editing.check)
rejects.app.command("withdraw")(rejects_editing.withdraw)
rejects.app.command("map")(rejects_editing.map_word)
app.add_typer(rejects.app, name="rejects")
app.add_typer(values.app, name="values")
app.add_typer(placements.app, name="placements")
app.add_typer(keys.app, name="key")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(console.app, name="console")
app.add_typer(log.app, name="log")
app.add_typer(jobs.app, name="jobs")
app.add_typer(database.app, name="database")


def _print_version(wanted: bool) -> None:
    if wanted:
        from orderglot.cli.output import write_line
        from orderglot.hub.version import version

        write_line(f"orderglot {version()}")
        raise typer.Exit


@app.callback()
def orderglot(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Stand before every command."""
