"""A store that cannot be reached: each dialect says so in its own form, and not where it is."""

from __future__ import annotations

import asyncio

from orderglot.core.errors import Upstream
from orderglot.faces.server import Server
from orderglot.stores.postgres import PostgresStore
from orderglot.wire.dialect import OPEN, Dialect
from tests.conformance.specimens import welcome

NOWHERE = "postgresql://me:hush@127.0.0.1:1/orders"


def test_an_outage_is_told_in_the_vendors_form_and_not_where(dialect: Dialect) -> None:
    server = Server(dialect, PostgresStore(NOWHERE))
    asked = [
        one
        for one in welcome(dialect.name)
        if one.operation and one.operation.endpoint.right != OPEN
    ]
    assert asked
    for specimen in asked:
        response = asyncio.run(server(specimen.request))
        error = dialect.faults.read(response)

        assert Upstream is type(error)
        for secret in (b"127.0.0.1", b"hush", b"postgres"):
            assert secret not in response.body.lower()
