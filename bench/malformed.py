"""Malformed requests by Schemathesis, out of the OpenAPI document that a server gives of itself.

    .venv/bin/python -m bench.malformed [--count N] [--seed N] [DIALECT ...]

Each response is checked against the document: no status from 500 on, none that is not documented, and
media type, headers and body as documented. A demo is served for it on this machine. Most requests have
a good key, and every second one has ids of orders that are there, so that they get past both.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from msgspec import Struct, field
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from orderglot import demo, dialects
from orderglot.faces.http import HttpTransport
from orderglot.wire.dialect import Dialect, Session
from orderglot.wire.message import Request
from orderglot.wire.operation import Operation
from orderglot.wire.shape import SecurityScheme
from tests.cli.program import serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
AT_ONCE = 50
"""So many requests an operation gets in one round."""

MOST_ROUNDS = 10_000
MOST_SEEN = 20
"""So many failures are reported in full."""

Headers = Mapping[str, str]


class Figures(Struct):
    """What was tried, the statuses of the responses, and the failures."""

    tried: int = 0
    failed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    seen: list[str] = field(default_factory=list)

    @property
    def survived(self) -> int:
        """How many were answered as documented."""
        return self.tried - self.failed

    @property
    def server_errors(self) -> int:
        """How many were answered with a status from 500 on."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


def malformed(
    url: str,
    name: str,
    count: int,
    *,
    prove: Callable[[], Headers] | None = None,
    known: Mapping[str, str] | None = None,
    first: int = 7,
    modes: Sequence[GenerationMode] = (GenerationMode.NEGATIVE,),
) -> Figures:
    """Send so many requests of a dialect to the server at a URL, as malformed as Schemathesis can.

    ``prove`` gives the headers of a caller, ``known`` the ids of what is there by the names of their
    parameters, such as ``customer_id``; without them, both are the demo's. ``first`` is the seed.
    """
    figures = Figures()
    without_keys, whole = _documents(url, name)
    ids = {_short(one): value for one, value in (known or shown(name, url)).items()}
    prove = prove or partial(proven, url, name)
    share = min(AT_ONCE, -(-count // len(whole) // len(modes)))
    with ExitStack() as stack:
        # Each operation has a login of its own, as one of them may end it, and has it before the
        # first login fails, for the server limits failed logins.
        sessions = {one.label: stack.enter_context(_session(prove())) for one in whole}
        for number in range(first, first + MOST_ROUNDS):
            before = figures.tried
            for one in whole if number % 4 == 0 else without_keys:
                attempt = partial(
                    _try, url=url, session=sessions[one.label], ids=ids, figures=figures
                )
                strategy = one.as_strategy(generation_mode=modes[number % len(modes)])
                _round(strategy, min(share, count - figures.tried), number, attempt)
            if figures.tried in (count, before):
                break
    return figures


def _session(headers: Headers) -> requests.Session:
    """Open a session that sends the same headers with every request."""
    session = requests.Session()
    session.trust_env = False
    session.headers.update(headers)
    return session


def _documents(url: str, name: str) -> tuple[list[Any], list[Any]]:
    """Give a document's operations without and with their need for a key.

    Where the document says that a key is needed, Schemathesis often leaves it out.
    """
    with _session({}) as session:
        document = session.get(f"{url}/openapi/{name}.json", timeout=30).json()
    whole = _operations(document)
    for methods in document["paths"].values():
        for call in methods.values():
            call["security"] = []
    return _operations(document), whole


def _operations(document: Any) -> list[Any]:
    schema = schemathesis.openapi.from_dict(copy.deepcopy(document))
    every: Any = schema.get_all_operations()
    return [found.ok() for found in every]


def _round(strategy: Any, most: int, number: int, attempt: Callable[[Case[Any]], None]) -> None:
    """Generate requests and send them; failures are not minimised."""
    if most < 1:
        return

    @seed(number)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def draw(case: Case[Any]) -> None:
        attempt(case)

    # Some requests have nothing that could be malformed.
    with suppress(Unsatisfiable):
        draw()


def _try(
    case: Case[Any],
    *,
    url: str,
    session: requests.Session,
    ids: Mapping[str, str],
    figures: Figures,
) -> None:
    """Send one request and check its response against the document."""
    if figures.tried % 2:
        _use_known_ids(case, ids)
    if offers := _offers(case):
        case.headers["Accept"] = offers[figures.tried // 2 % len(offers)]
    figures.tried += 1
    try:
        response = case.call(base_url=url, session=session, timeout=30)
        figures.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
    except (FailureGroup, requests.RequestException) as error:
        figures.failed += 1
        if len(figures.seen) < MOST_SEEN:
            figures.seen.append(f"{case.operation.label}: {error}")


def _offers(case: Case[Any]) -> list[str]:
    """Give the media types that an operation answers in when all goes well."""
    responses = case.operation.definition.raw["responses"]
    answers = [answer for status, answer in responses.items() if status.startswith("2")]
    return [media for answer in answers for media in answer.get("content", ())]


def _use_known_ids(case: Case[Any], ids: Mapping[str, str]) -> None:
    """Replace the ids in a request's path and query by ids that are there."""
    for name in case.path_parameters or ():
        case.path_parameters[name] = ids.get(_short(name), case.path_parameters[name])
    for name in case.query or ():
        if name.lower().endswith("id"):
            case.query[name] = ids.get(_short(name), case.query[name])


def _short(name: str) -> str:
    """Normalise the name of an id, so that ``customerId``, ``customer_id`` and ``customer`` are one."""
    return name.lower().replace("_", "").removesuffix("id")


def shown(name: str, url: str) -> dict[str, str]:
    """Give the ids of what is there in a dialect's demo."""
    return {one: str(value) for one, value in demo.examples(name, url).items()}


def proven(url: str, name: str) -> Headers:
    """Log in at a server with a dialect's demo credential; gives the headers that prove it."""
    dialect = dialects.dialect(name)
    auth = dialect.auth

    async def prove() -> Headers:
        session = Session(demo.credential(name, auth.fields), lambda: datetime.now(UTC))
        async with HttpTransport(url) as transport:
            flow = auth.login(session, 0)
            try:
                request = None if flow is None else next(flow)
                while flow is not None and request is not None:
                    request = flow.send(await transport(request))
            except StopIteration:
                pass
        proof = auth.authenticate(Request(method="GET", path="/"), session).headers
        places = {
            place.name.lower() for one in dialect.operations for place in _proofs(dialect, one)
        }
        return {one: value for one, value in proof.items() if one in {*places, "authorization"}}

    return asyncio.run(prove())


def _proofs(dialect: Dialect, operation: Operation[Any, Any]) -> Iterator[SecurityScheme]:
    for way in dialect.auth.security(operation):
        yield from way


def report(url: str, names: list[str], count: int, first: int) -> Iterator[Figures]:
    """Try each dialect and print its figures."""
    print(f"{'dialect':10} {'tried':>8} {'survived':>8} {'5xx':>5} {'a second':>8}  statuses")
    for name in names:
        began = time.perf_counter()
        figures = malformed(url, name, count, first=first)
        pace = figures.tried / (time.perf_counter() - began)
        statuses = ", ".join(f"{one}: {times}" for one, times in sorted(figures.statuses.items()))
        print(
            f"{name:10} {figures.tried:8,} {figures.survived:8,} {figures.server_errors:5,}"
            f" {pace:8,.0f}  {statuses}",
            flush=True,
        )
        print(*figures.seen, sep="\n", end="")
        yield figures


def main(words: list[str]) -> int:
    """Serve a demo and try some dialects, all of them for none; gives 1 if anything failed."""
    parser = argparse.ArgumentParser("python -m bench.malformed", description=__doc__)
    parser.add_argument("dialects", nargs="*", default=dialects.names(), metavar="DIALECT")
    parser.add_argument("--count", type=int, default=2_000, help="so many requests a dialect")
    parser.add_argument("--seed", type=int, default=7, help="which requests are drawn")
    asked = parser.parse_args(words)
    with TemporaryDirectory() as place, serving(Path(place), "--demo") as server:
        tried = list(report(server.base, list(asked.dialects), asked.count, asked.seed))
    return 1 if any(figures.failed for figures in tried) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
