"""``orderglot rejects edit|check|withdraw|map``: what was put aside, put right by a person."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, Misused, SellerName, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import write_json, write_line, write_notice
from orderglot.cli.rejects import Name, report_tried

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub
    from orderglot.wire.operation import Looked

WRONG = 4
"""The exit code where it still cannot be an order: what was corrected is kept."""

File = Annotated[
    Path | None, value("FILE", "The whole body as it should be, - for standard input.")
]
Which = Annotated[
    int | None, value("N", "Which of the vendor's answers, from 1.", "the last", flag="--answer")
]


@with_book()
async def edit(
    hub: "Hub",
    name: Name,
    file: File = None,
    answer: Which = None,
    retry: Annotated[
        bool, switch("--retry", "Put the order into the book if nothing is wrong any more.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Correct the body in which one came; it is read at once, and it is said what is still wrong.

    On a terminal it is opened in the editor of $VISUAL or $EDITOR. What the vendor sent is kept beside
    it. While the vendor sends the same again, the correction holds; once it sends something newer, the
    correction is obsolete, and a pull says so. Exit code 4: it still cannot be an order.

    $ orderglot rejects edit kole@wholesaler/0123456789ab
    $ orderglot rejects edit kole@wholesaler/0123456789ab --file new.xml --retry
    """
    from orderglot.core.rejects import Chosen, reject_named
    from orderglot.sync.corrections import answer_number

    book = hub.book(await hub.seller(seller))
    _, reject = await reject_named(book, name)
    if not reject.answers:
        raise Misused("nothing of the vendor's answer was kept; pull again.")
    there = reject.in_force[answer_number(reject, answer) - 1]
    body = _edited(there.body, there.content_type) if file is None else _read(file)
    if body == there.body:
        write_notice("Nothing was changed.")
        looked = await hub.retries.check(book.caller, name)
    else:
        looked = await hub.retries.correct(book.caller, name, body, answer)
    if not retry or looked.problems:
        return _report(name, looked, as_json=as_json)
    taken, left = await hub.retries.retry(book.caller, Chosen(), name)
    if as_json:
        write_json({"taken": taken, "left": left})
    return report_tried(taken, left, quiet=as_json)


@with_book()
async def check(hub: "Hub", name: Name, seller: SellerName = None, as_json: AsJson = False) -> None:
    """Read one once more, as it was corrected, and say what is wrong or what it would be; nothing is kept.

    $ orderglot rejects check kole@wholesaler/0123456789ab
    """
    caller = hub.book(await hub.seller(seller)).caller
    _report(name, await hub.retries.check(caller, name), as_json=as_json)


@with_book()
async def withdraw(hub: "Hub", name: Name, seller: SellerName = None) -> None:
    """Take a correction back; what the vendor sent stays aside.

    $ orderglot rejects withdraw kole@wholesaler/0123456789ab
    """
    await hub.retries.withdraw(hub.book(await hub.seller(seller)).caller, name)
    write_line(f"{name} is as it came.")


@with_book()
async def map_word(
    hub: "Hub",
    name: Name,
    to: Annotated[str, argument("TO", "What it stands for: a word of ours, or of the vendor's.")],
    field: Annotated[
        str, value("MEMBER", "In which member, where several words are unknown.")
    ] = "",
    word: Annotated[str, value("VALUE", "Which value of it.", flag="--value")] = "",
    everywhere: Annotated[
        bool, switch("--dialect", "For all channels of the dialect, not for this one alone.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Say what a word stands for that no list knows, from now on; the rest of the channel is tried again.

    $ orderglot rejects map kole@wholesaler/0123456789ab shipped
    $ orderglot rejects map kole@wholesaler/0123456789ab USD --field currency
    """
    from orderglot.core.rejects import reject_named
    from orderglot.core.value_mappings import described

    book = hub.book(await hub.seller(seller))
    _, reject = await reject_named(book, name)
    whose = reject.dialect if everywhere else ""
    mapped = await hub.retries.map_word(book.caller, name, to, field, word, whose)
    if as_json:
        what = described(mapped.mapping)
        write_json({"mapping": what, "taken": mapped.taken, "left": mapped.left})
    else:
        one = mapped.mapping
        write_line(f"{one.field} {one.value} of {one.whose} stands for {one.to} from now on.")
    return report_tried(mapped.taken, mapped.left, quiet=as_json)


def _report(name: str, looked: "Looked", *, as_json: bool) -> None:
    """Tell what is still wrong with one, or what it would be."""
    import typer

    if as_json:
        problems = [{"field": one.field, "reason": one.reason} for one in looked.problems]
        words = [{"field": field, "value": word} for field, word in looked.words]
        write_json({"problems": problems, "order": looked.order, "words": words})
    elif looked.order is None:
        write_line(f"{name} cannot be an order yet:")
        for one in looked.problems:
            write_line(f"  {one.field}: {one.reason}" if one.field else f"  {one.reason}")
    else:
        order = looked.order
        what = ", ".join(filter(None, (order.number, order.po_number, f"{order.status}")))
        lines = f"{len(order.lines)} lines" if len(order.lines) != 1 else "1 line"
        write_line(
            f"{name} would be an order: {what}, {lines}, {order.totals.total} {order.currency}"
        )
        write_line(f"Put it into the book with 'orderglot rejects retry {name}'.")
    for field, word in looked.words if not as_json else ():
        write_line(
            f"No list knows {field} {word!r}; say what it stands for with 'orderglot rejects map {name} "
            f"WORD --field {field}'."
        )
    if looked.order is None:
        raise typer.Exit(WRONG)


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _edited(body: bytes, media: str) -> bytes:
    """Have a person edit a body; raises Misused where nobody is there, or it was given up."""
    import shlex
    import subprocess
    import tempfile

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Misused("--file: give the corrected body in a FILE, or - for standard input.")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    suffix = ".xml" if "xml" in media else ".json" if "json" in media else ".txt"
    with tempfile.TemporaryDirectory(prefix="orderglot-") as folder:
        path = Path(folder, f"reject{suffix}")
        path.write_bytes(body)
        path.chmod(0o600)
        try:
            code = subprocess.call([*shlex.split(editor), str(path)])  # noqa: S603
        except (OSError, ValueError) as error:
            raise Misused(f"$EDITOR: {editor[:60]!r} cannot be run: {error}.") from None
        if code:
            raise Misused(f"$EDITOR: {editor[:60]!r} ended with {code}; nothing was corrected.")
        return path.read_bytes()
