"""``orderglot jobs``: work that runs by itself, how it is doing, and what people want of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import AsJson, Group, Misused, SellerName, group, person, with_book
from orderglot.cli.jobs_report import (
    COLUMNS,
    RUN_COLUMNS,
    job_members,
    job_row,
    run_members,
    run_row,
    tell,
)
from orderglot.cli.options import argument, switch
from orderglot.cli.output import listing, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.ports import Book
    from orderglot.hub.opening import Hub


class ListingGroup(Group):
    """A group of commands that lists where none of them is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; flags alone are those of the list."""
        flags_alone = not args or (args[0].startswith("-") and "--help" not in args)
        return super().parse_args(ctx, ["list", *args] if flags_alone else args)


app = group(
    """Jobs: work that runs by itself beside 'orderglot serve'.

    Alone it lists them: what each channel of the configuration pulls, places and is told, and how the last
    run ended. docs/jobs.md says how they are set.

    $ orderglot jobs
    $ orderglot jobs --json
    """
)
app.info.cls = ListingGroup

Name = Annotated[str, argument("NAME", "As 'orderglot jobs' has it, such as wholesaler.pull.")]
OfHub = Annotated[bool, switch("--operator", "Those of the hub itself, which are no seller's.")]


async def _book(hub: "Hub", seller: str | None, *, operator: bool) -> "Book":
    from orderglot.jobs.leases import Leases

    owner = 0 if operator else (await hub.seller(seller)).id
    return Leases(hub.store).book(owner)


@app.command("list")
@with_book(reads=True)
async def list_jobs(
    hub: "Hub",
    operator: OfHub = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs: what each does, how its last run went, and when the next one is due.

    Below it stands of how many orders nobody knows whether a vendor has them; 'orderglot place ORDER'
    with --is ID or --absent settles each.

    $ orderglot jobs list
    $ orderglot jobs list --operator
    $ orderglot jobs list --json
    """
    from orderglot.core.jobs import jobs_of
    from orderglot.jobs.unknowns import unknown_placements

    book = await _book(hub, seller, operator=operator)
    found = await jobs_of(book)
    if as_json:
        return write_json([job_members(one, book.now()) for one in found])
    if not found:
        return write_line("There are no jobs; docs/jobs.md says how a channel gets some.")
    rows = [job_row(one) for one in found]
    listing(rows, COLUMNS, tuple, as_json=False)
    tell({} if operator else await unknown_placements(book))
    return None


@app.command("runs")
@with_book(reads=True)
async def runs(
    hub: "Hub",
    name: Name,
    operator: OfHub = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of a job, the latest first: when, how long, what came of it, why it failed.

    $ orderglot jobs runs wholesaler.pull
    $ orderglot jobs runs wholesaler.pull --json
    """
    from orderglot.core.jobs import runs_of

    found = await runs_of(await _book(hub, seller, operator=operator), name)
    if as_json:
        return write_json([run_members(one) for one in found])
    if not found:
        return write_line("It has not run yet.")
    return listing([run_row(one) for one in found], RUN_COLUMNS, tuple, as_json=False)


@app.command("run")
@with_book()
async def run(hub: "Hub", name: Name, as_json: AsJson = False) -> None:
    """Run a job here and now, also one that is paused, and say what came of it.

    Exit code 0: done; 4: something was put aside; 1: it failed. Where it runs at this moment elsewhere,
    that is said, and nothing is done.

    $ orderglot jobs run wholesaler.pull
    $ orderglot jobs run tidy
    """
    import os

    from orderglot.core.errors import Conflict, Invalid, NotFound
    from orderglot.core.jobs import ASKED
    from orderglot.jobs.assembly import works
    from orderglot.jobs.leases import Leases
    from orderglot.jobs.runner import Runner
    from orderglot.jobs.states import plan

    try:
        found = {one.name: one for one in await works(hub, os.environ)}
    except Invalid as error:
        raise Misused(error.message) from None
    if name not in found:
        raise NotFound(f"The configuration has no job {name[:60]!r}; there are {', '.join(found)}.")
    leases, work = Leases(hub.store), found[name]
    await plan(leases.book(work.seller), work)
    lease = await leases.take(work.seller, name)
    if lease is None:
        raise Conflict(f"{name} runs elsewhere at this moment; see 'orderglot jobs'.")
    await hub.store.act(work.seller, ASKED, name)
    try:
        done = await Runner(leases, [work]).perform(work, lease)
    finally:
        await lease.release()
    if as_json:
        write_json(run_members(done))
    else:
        listing([run_row(done)], RUN_COLUMNS, tuple, as_json=False)
    if done.code:
        raise typer.Exit(done.code)


@app.command("pause")
@with_book()
async def pause(hub: "Hub", name: Name, operator: OfHub = False, seller: SellerName = None) -> None:
    """Let a job run no more by itself until it is resumed; a run that is under way goes on.

    $ orderglot jobs pause wholesaler.place
    """
    await _change(hub, name, seller, operator=operator, paused=True)
    write_line(f"{name} is paused; 'orderglot jobs resume {name}' lets it go on.")


@app.command("resume")
@with_book()
async def resume(
    hub: "Hub", name: Name, operator: OfHub = False, seller: SellerName = None
) -> None:
    """Let a job that was paused run again when it is due.

    $ orderglot jobs resume wholesaler.place
    """
    await _change(hub, name, seller, operator=operator, paused=False)
    write_line(f"{name} runs again when it is due.")


@app.command("forget")
@with_book()
async def forget(hub: "Hub", name: Name, seller: SellerName = None) -> None:
    """Take a job that no configuration has any more out of the list, with its runs.

    One that some process still runs comes back when that process begins anew.

    $ orderglot jobs forget wholesaler.pull
    """
    from orderglot.core.jobs import forget as forgotten

    book = await _book(hub, seller, operator=False)
    await forgotten(book, name, person())
    write_line(f"{name} is forgotten, with its runs.")


async def _change(
    hub: "Hub", name: str, seller: str | None, *, operator: bool, paused: bool
) -> None:
    from orderglot.core.jobs import change

    book = await _book(hub, seller, operator=operator)
    await change(book, name, paused=paused, person=person())


@app.command("work")
@with_book()
async def work(hub: "Hub") -> None:
    """Run what is due, for as long as this runs: for who serves with --no-jobs.

    Any number of these, and of 'orderglot serve', on any number of machines share the jobs of a book.

    $ orderglot jobs work
    """
    import asyncio
    import os
    import signal

    from orderglot.core.errors import Invalid
    from orderglot.jobs.assembly import works
    from orderglot.jobs.leases import Leases
    from orderglot.jobs.runner import Runner

    try:
        found = await works(hub, os.environ)
    except Invalid as error:
        raise Misused(error.message) from None
    running = asyncio.create_task(Runner(Leases(hub.store), found).run())
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, running.cancel)
    write_line(f"Running what is due of {', '.join(one.name for one in found)}. Stop with Ctrl-C.")
    await asyncio.wait({running})
