"""``orderglot orders``: cancelling an order, at once or once whoever has to agree has done so."""

from typing import TYPE_CHECKING, Annotated, Literal

from orderglot.cli.command import AsJson, Misused, SellerName, WhichOrder, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.order_steps import Lines, Reason, changed, quantities, report
from orderglot.cli.output import write_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orderglot.core.cancellation_requests import CancellationRequest
    from orderglot.core.order import Order
    from orderglot.hub.opening import Hub

By = Annotated[str, value("NAME", "Who says so.", "whoever says this command", flag="--by")]


@with_book()
async def cancel(
    hub: "Hub",
    order: WhichOrder,
    line: Lines = None,
    ask: Annotated[
        bool, switch("--ask", "Only ask for it; whoever has to agree answers afterwards.")
    ] = False,
    by: By = "",
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Cancel what of an order did not go out: some of its lines, or all of it.

    With --ask nothing is cancelled yet; until there is an answer, nothing of it is placed with a
    vendor, shipped, corrected or completed.

    $ orderglot orders cancel 1000000001 --line 2=5 --reason "sold out"
    $ orderglot orders cancel 1000000001 --ask --reason "ordered twice"
    """
    from orderglot.core import steps

    if by and not ask:
        raise Misused("--by: it goes with --ask.")
    wanted = quantities(line)
    if ask:
        name, work = "ask", steps.asking_to_cancel(reason, wanted, by)
    else:
        name, work = "cancel", steps.cancelling_for(reason, wanted)
    _report(await changed(hub, seller, order, name, work, why=reason), as_json)


@with_book()
async def answer(
    hub: "Hub",
    order: WhichOrder,
    how: Annotated[
        Literal["accept", "refuse", "too-late"],
        argument("ANSWER", "accept, refuse, or too-late where it went out meanwhile."),
    ],
    by: By = "",
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Answer the request to cancel an order: accepted, what is left of it is cancelled.

    Where nothing is left of it any more, it was too late.

    $ orderglot orders answer-cancellation 1000000001 accept
    $ orderglot orders answer-cancellation 1000000001 refuse --reason packed
    """
    from orderglot.core import steps
    from orderglot.core.cancellation_requests import CancellationState

    states = {
        "accept": CancellationState.ACCEPTED,
        "refuse": CancellationState.REFUSED,
        "too-late": CancellationState.TOO_LATE,
    }
    work = steps.answering(states[how], reason, by)
    _report(await changed(hub, seller, order, "answer", work, why=reason), as_json)


def _report(order: "Order", as_json: bool) -> None:
    """Print how an order stands, and what became of the latest request to cancel it."""
    report(order, as_json)
    requests = order.details.cancellations if order.details else ()
    if requests and not as_json:
        write_line(spelled(requests[-1], order))


def spelled(request: "CancellationRequest", order: "Order") -> str:
    """Write who asked for what to be cancelled, when and why, and what was answered."""
    return "; ".join(_parts(request, order)) + "."


def _parts(request: "CancellationRequest", order: "Order") -> "Iterator[str]":
    skus = {line.number: line.sku for line in order.lines}
    what = ", ".join(
        f"{one.quantity} of {skus.get(one.number) or one.number}" for one in request.lines
    )
    asked = f"cancellation of {what or 'all that is left'} asked"
    yield _step(asked, request.asked, request.asked_by, request.reason)
    if request.answered is not None:
        yield _step(str(request.state), request.answered, request.answered_by, request.answer)


def _step(what: str, at: "datetime | None", who: str, why: str) -> str:
    day = f"{at:%Y-%m-%d}" if at else ""
    done = " ".join(filter(None, (what, day, who and f"by {who}")))
    return f"{done}: {why}" if why else done
