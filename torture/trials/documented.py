"""What Schemathesis makes of the OpenAPI documents: every answer is as the document says."""

from __future__ import annotations

from bench.malformed import malformed
from orderglot import demo
from torture.connections import HOST
from torture.harness import Ground
from torture.server_process import serving
from torture.stores import Sqlite

REQUESTS = 200


def run(ground: Ground) -> None:
    """Ask a served demo in every dialect that it has a document of."""
    folder = ground.place()
    url = Sqlite().new(folder)
    for name in demo.names():
        what = f"malformed requests by Schemathesis, {name}"
        with ground.row(what) as row, serving(row, folder, url, "--demo") as served:
            found = malformed(
                f"http://{HOST}:{served.port}", name, ground.many(REQUESTS), first=ground.seed
            )
            row.survive(found.survived)
            for seen in found.seen:
                row.lose(seen)
            for _ in range(found.failed - len(found.seen)):
                row.lose("a failure like those")
            row.note("statuses from 500 on", found.server_errors)
