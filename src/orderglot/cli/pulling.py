"""A pull as a person asks for it: of everybody's orders, or of one customer's after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orderglot.cli.command import Misused
from orderglot.cli.garbage import seldom_collected
from orderglot.cli.output import write_notice
from orderglot.cli.pull_report import End, report, telling

if TYPE_CHECKING:
    from datetime import datetime

    from orderglot.core.ports import Book
    from orderglot.faces.recording import Observed
    from orderglot.sync.channel import Channel
    from orderglot.sync.criteria import Criteria
    from orderglot.sync.pages import RetryPolicy
    from orderglot.sync.pull import Progress
    from orderglot.wire.dialect import Dialect


async def _customers(pulling: Pulling) -> list[str]:
    """Give whose orders to ask for where nobody says: "" for everybody's.

    Where the vendor lists a customer's orders alone, that is every customer whom it knows.
    """
    from orderglot.hub import lookup

    dialect = pulling.dialect
    if not dialect.customer:
        return [""]
    if own := pulling.channel.credentials.get(dialect.customer):
        return [own]
    known = [
        reference.id
        async for customer in lookup.customers(pulling.book)
        for reference in customer.references
        if reference.dialect in (dialect.name, pulling.channel.reference)
    ]
    if not known:
        raise Misused(
            f"{dialect.title} lists the orders of one customer at a time; name some with --customer."
        )
    return known


@dataclass
class Pulling:
    """A vendor's channel, and the book that its orders go to."""

    book: Book
    dialect: Dialect
    channel: Channel
    retry_policy: RetryPolicy
    quiet: bool
    continued: bool = False
    observed: Observed | None = None

    async def pull_each(
        self, customers: list[str] | None, since: datetime | None, *, last: bool
    ) -> list[End]:
        """Pull some customers' orders, of all that there are for none; gives how each pull ended.

        One whom the vendor does not have is told, and stops none of those behind it.
        """
        from orderglot.core.errors import NotFound
        from orderglot.sync.criteria import Criteria

        ends = list[End]()
        for one in customers or await _customers(self):
            criteria = Criteria(url=self.channel.url, customer=one, since=since, since_last=last)
            try:
                done = await self.pull(criteria)
            except NotFound as error:
                if not one:
                    raise
                write_notice(f"{self.dialect.title} has no customer {one}: {error.message}")
                ends.append(End(one, error=error.message))
            else:
                ends.append(End(one, done))
                if not self.quiet:
                    report(done, self.dialect)
        return ends

    async def pull(self, criteria: Criteria) -> Progress:
        """Pull what is asked for."""
        from orderglot.sync.pull import pull
        from orderglot.sync.vendor import calling

        channel = self.channel
        if self.dialect.customer and criteria.customer:
            named = {**channel.credentials, self.dialect.customer: criteria.customer}
            channel = replace(channel, credentials=named)
        with telling(self.dialect) as show_progress, seldom_collected():
            async with calling(
                self.dialect,
                channel,
                continued=self.continued,
                notify=write_notice,
                observed=self.observed,
            ) as vendor:
                return await pull(
                    self.book,
                    vendor,
                    criteria,
                    retry_policy=self.retry_policy,
                    on_progress=show_progress,
                    warn=write_notice,
                )
