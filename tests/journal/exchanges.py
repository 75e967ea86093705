"""Exchanges for the tests of the journal."""

from __future__ import annotations

from orderglot.core.caller import Caller
from orderglot.faces.exchange_ids import ExchangeIds
from orderglot.wire.exchange import Direction, Exchange
from orderglot.wire.message import Request, Response
from orderglot.wire.trace import Trace

ACME = Caller(seller=1, name="kole:X00001")
OTHER = Caller(seller=2, name="kole:X00002")

ids = ExchangeIds()


def exchange(
    caller: Caller | None = ACME,
    *,
    id: str = "",
    direction: Direction = "in",
    dialect: str = "kole",
    operation: str = "getOrder",
    method: str = "GET",
    path: str = "/orders/7",
    query: str = "",
    body: bytes = b"",
    status: int = 200,
    answer: bytes = b"<order/>",
    orders: tuple[int, ...] = (),
    reason: str = "",
) -> Exchange:
    """Give an exchange; with status 0 no answer came."""
    request = Request(
        method=method,
        path=path,
        query=query,
        headers={"host": "orders.example", "accept": "*/*"},
        body=body,
        base="http://orders.example",
        peer="192.0.2.7",
        id=id or ids(),
    )
    headers = {"content-type": "application/xml"}
    return Exchange(
        direction=direction,
        request=request,
        response=Response(status=status, headers=headers, body=answer) if status else None,
        trace=Trace(
            dialect=dialect, operation=operation, caller=caller, orders=orders, reason=reason
        ),
        took=0.0125,
    )
