"""Serve a floor: ``python -m bench.floors kole --database sqlite:///book.db``."""

from __future__ import annotations

import argparse
import os
import socket
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

QUEUE = 2048


def main() -> None:
    """Serve what the command line says until it is ended."""
    said = _arguments()
    # The processes that serve are told so, as they are begun anew.
    os.environ["BENCH_FLOOR"] = said.floor
    os.environ["BENCH_DATABASE"] = said.database
    os.environ["BENCH_COMMITS"] = said.commits
    os.environ["BENCH_ANSWER"] = said.answer
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind(("127.0.0.1", 0))
    line.listen(QUEUE)
    print(f"The floor {said.floor} at http://127.0.0.1:{line.getsockname()[1]}")
    print("Stop with Ctrl-C.", flush=True)
    _serve(line, said.workers)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("floor", help="a dialect, or 'fixed' for one answer to everything")
    parser.add_argument("--database", default="", help="the URL of an order book")
    parser.add_argument("--workers", type=int, default=1, help="how many processes answer")
    parser.add_argument("--commits", default="grouped", choices=("grouped", "single"))
    parser.add_argument("--answer", default="", help="the file with the fixed answer")
    return parser.parse_args()


def _serve(line: socket.socket, workers: int) -> None:
    config = uvicorn.Config(
        "bench.floors.served:application",
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        workers=workers,
    )
    if workers > 1:
        Multiprocess(config, [line]).run()
    else:
        uvicorn.Server(config).run([line])


if __name__ == "__main__":
    main()
