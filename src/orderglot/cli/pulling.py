"""A pull as a person asks for it: of everybody's orders, or of one customer's after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        for one in customers or await self._customers():
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

    async def _customers(self) -> list[str]:
        from orderglot.core.errors import Invalid
        from orderglot.sync.whose import whose_orders

        try:
            return await whose_orders(self.book, self.dialect, self.channel)
        except Invalid as error:
            reason = error.problems[0].reason
            raise Misused(f"{reason} Name some with --customer.") from None

    async def pull(self, criteria: Criteria) -> Progress:
        """Pull what is asked for."""
        from orderglot.sync.budget import Budget
        from orderglot.sync.pull import pull
        from orderglot.sync.vendor import calling
        from orderglot.sync.whose import of_customer

        channel = of_customer(self.channel, self.dialect, criteria.customer)
        with telling(self.dialect) as show_progress, seldom_collected():
            async with calling(
                self.dialect,
                channel,
                continued=self.continued,
                notify=write_notice,
                observed=self.observed,
                budget=Budget(self.book, channel),
            ) as vendor:
                return await pull(
                    self.book,
                    vendor,
                    criteria,
                    retry_policy=self.retry_policy,
                    on_progress=show_progress,
                    warn=write_notice,
                )
