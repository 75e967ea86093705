"""The job that pulls a channel: what changed at the vendor since the last time, with a certificate."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orderglot.core.errors import NotFound
from orderglot.hub.opening import Hub
from orderglot.jobs.leases import WHO, Lease
from orderglot.jobs.work import Outcome
from orderglot.sync.budget import Budget
from orderglot.sync.certificate import Certificate, Code
from orderglot.sync.continuation import begun, is_continued
from orderglot.sync.criteria import Criteria
from orderglot.sync.pages import RetryPolicy
from orderglot.sync.pull import pull
from orderglot.sync.vendor import calling
from orderglot.sync.whose import of_customer, whose_orders

if TYPE_CHECKING:
    from orderglot.jobs.channels import Scheduled

PERSIST = RetryPolicy(longest=60.0)
"""A vendor that fails for longer is asked again by the next run."""

COUNTED = ("new", "changed", "same", "aside", "conflicts")

log = logging.getLogger("orderglot.jobs")


async def pull_due(hub: Hub, one: Scheduled, lease: Lease) -> Outcome:
    """Pull what changed; raises Upstream where the vendor fails for too long."""
    owner = await hub.seller(one.seller.name)
    observed = hub.observed(one.dialect, one.channel.reference, owner.id)
    book = hub.book(owner, deleted=True, who=WHO, observed=observed, fence=lease.fence)
    found, unknown = list[Certificate](), list[str]()
    async with begun(hub.store, owner, one.channel) as (owner, _):
        continued = is_continued(owner, one.channel)
        for customer in await whose_orders(book, one.dialect, one.channel):
            channel = of_customer(one.channel, one.dialect, customer)
            criteria = Criteria(url=channel.url, customer=customer, since_last=True)
            async with calling(
                one.dialect,
                channel,
                continued=continued,
                notify=_notice,
                observed=observed,
                budget=Budget(book, channel),
            ) as vendor:
                try:
                    done = await pull(book, vendor, criteria, retry_policy=PERSIST, warn=_notice)
                except NotFound:
                    if not customer:
                        raise
                    unknown.append(customer)
                else:
                    found += [done.certificate] if done.certificate else []
    return _outcome(found, unknown)


def _outcome(found: Sequence[Certificate], unknown: Sequence[str]) -> Outcome:
    counts = Counter[str]()
    for one in found:
        counts.update({name: getattr(one, name) for name in COUNTED})
    sentences = list(dict.fromkeys(one.sentence for one in found))
    sentences += [f"The vendor has no customer {', '.join(unknown)}."] if unknown else []
    code = max((one.code for one in found), default=Code.WHOLE)
    return Outcome(
        code=max(int(code), Code.ASIDE if unknown else 0),
        counts={name: count for name, count in counts.items() if count},
        sentence=" ".join(sentences),
    )


def _notice(text: str) -> None:
    log.info(text)
