"""A process that delivers webhooks until it is killed: ``python -m torture.deliver_process URL``.

It takes no lease, so that whoever comes after it need not wait for the end of one.
"""

from __future__ import annotations

import asyncio
import sys
from ipaddress import ip_network

from orderglot.core.webhook_addresses import Addresses
from orderglot.hub.books import open_store
from orderglot.webhooks.delivering import Deliverer
from orderglot.webhooks.sending import Limits

LIMITS = Limits(connect=1.0, whole=1.0)


async def main(url: str) -> None:
    """Send whatever is due."""
    store = open_store(url)
    deliverer = Deliverer(store, Addresses([ip_network("127.0.0.0/8")]), LIMITS)
    while True:
        rest = await deliverer.run_due()
        await asyncio.sleep(rest)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
