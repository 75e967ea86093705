"""Malformed requests that Schemathesis derives from the OpenAPI documents: answers are as documented."""

from __future__ import annotations

from bench.malformed import malformed
from orderglot import demo
from torture.connections import HOST
from torture.harness import Harness
from torture.server_process import serving

REQUESTS = 200


def run(harness: Harness) -> None:
    """Send them to a served demo, in every dialect that it has a document of."""
    folder = harness.new_folder()
    url = harness.store.new(folder)
    for name in demo.names():
        what = f"malformed requests by Schemathesis, {name}, {harness.store.name}"
        with harness.row(what) as row, serving(row, folder, url, "--demo") as served:
            found = malformed(
                f"http://{HOST}:{served.port}", name, harness.scaled(REQUESTS), first=harness.seed
            )
            row.survive(found.survived)
            for seen in found.seen:
                row.lose(seen)
            for _ in range(found.failed - len(found.seen)):
                row.lose("a failure like those")
            row.note("statuses from 500 on", found.server_errors)
