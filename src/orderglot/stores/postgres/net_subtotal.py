"""The net subtotal in PostgreSQL, word by word what ``core.shown_sums.net_subtotal`` says."""

from __future__ import annotations

from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import LEAST, MOST


def fitting(number: str) -> str:
    """Cut a number down to what 64 bits hold: one order with a larger one fails no list."""
    return f"(CASE WHEN {number} > {MOST} THEN {MOST} WHEN {number} < {LEAST} THEN {LEAST} ELSE {number} END)::bigint"


def net_subtotal(document: str) -> str:
    """Say the net subtotal of a document in whole millionths."""
    return fragment(
        "(SELECT",
        fitting("floor(v.value * 1000000)"),
        "FROM (SELECT CASE",
        "WHEN s.net - s.more IN (s.subtotal,",
        "greatest(s.subtotal - s.gone, least(s.subtotal, 0))) THEN s.net",
        "ELSE s.subtotal END AS value FROM",
        f"(SELECT {_parts(document)}) AS s) AS v)",
    )


def _parts(document: str) -> str:
    total = _amount(document, "totals", "total")
    subtotal = _amount(document, "totals", "subtotal")
    beside = [
        _or_nothing(_amount(document, "totals", name))
        for name in ("shipping", "charges", "taxable_charges", "tax")
    ]
    included = f"coalesce(({document} #>> '{{details,prices_include_tax}}')::boolean, FALSE)"
    more = fragment(
        _or_nothing(_amount(document, "totals", "duty")),
        f"- CASE WHEN {included} THEN {beside[-1]} ELSE 0 END",
    )
    off = [_amount(document, *path) for path in (("totals", "discount"), ("discount", "amount"))]
    gone = fragment(
        f"coalesce({', '.join(off)}, {_allowances(document)}, 0) +",
        _or_nothing(_amount(document, "discount", "voucher_amount")),
    )
    net = f"{total} - {' - '.join(beside)}"
    return f"{subtotal} AS subtotal, {net} AS net, {more} AS more, {gone} AS gone"


def _allowances(document: str) -> str:
    """Say what all allowances of an order come to, NULL where one is not known or there is none."""
    amount = "(a.value ->> 'amount')::numeric"
    return fragment(
        f"(SELECT CASE WHEN count(*) = count({amount}) THEN sum({amount}) END",
        f"FROM jsonb_array_elements({document} #> '{{details,allowance_charges}}') AS a(value)",
        "WHERE (a.value ->> 'charge') IS DISTINCT FROM 'true')",
    )


def _amount(document: str, *path: str) -> str:
    return f"({document} #>> '{{{','.join(path)}}}')::numeric"


def _or_nothing(amount: str) -> str:
    return f"coalesce({amount}, 0)"
