"""Serve a floor: ``python -m bench.floors kole --database sqlite:///book.db``.

``orderglot serve``'s own function serves it, so that server and settings are the same on both sides.
The workers, which answer, import nothing of ``orderglot``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.floors.asgi import Asgi
from bench.floors.served import load_fixed, load_floor

HOST = "127.0.0.1"


def main() -> None:
    """Serve what the command line says until it is ended."""
    # The workers import this module anew, and have no use for these.
    from orderglot.cli.http_server import serve
    from orderglot.cli.listening import allow_connections, held
    from orderglot.config import Config

    arguments = _arguments()
    connections = allow_connections()
    with held(HOST, 0) as place:
        ready = partial(_announce, arguments.floor, place.port)
        serve(Config(workers=arguments.workers), _loader(arguments), place, connections, ready)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("floor", help="a dialect, or 'fixed' for one response to everything")
    parser.add_argument("--database", default="", help="the URL of an order book")
    parser.add_argument("--workers", type=int, default=1, help="how many processes answer")
    parser.add_argument("--commits", default="grouped", choices=("grouped", "single"))
    parser.add_argument("--response", default="", help="the file with the fixed response")
    return parser.parse_args()


def _loader(arguments: Any) -> Callable[[], Asgi]:
    if arguments.floor == "fixed":
        return partial(load_fixed, arguments.response)
    return partial(
        load_floor, arguments.floor, arguments.database, grouped=arguments.commits == "grouped"
    )


def _announce(floor: str, port: int) -> None:
    print(f"The floor {floor}. Stop with Ctrl-C.")
    print(f"http://{HOST}:{port}", flush=True)


if __name__ == "__main__":
    main()
