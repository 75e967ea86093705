"""Wicked words: what a hostile client puts in the place of names, operators and values."""

from __future__ import annotations

from orderglot.dialects.catalyst.fields import MEMBERS
from orderglot.dialects.catalyst.relations import every_asked

OPERATORS = (
    *("$lt", "$lte", "$gt", "$gte", "$ne", "$neq", "$in", "$nin", "$contains", "$beginsWith"),
    *("$and", "$or", "$not", "$where", "$exists", "$endsWith", "$GT", "$", "$$gt", "gt", ""),
)
SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE orders; --",
    '" OR ""="',
    "') UNION SELECT document FROM orders --",
    "1) OR (1=1",
    "x' OR seller = 2 OR 'x'='",
    "%' OR name LIKE '%",
    "?1", ":a", "@a", "$1",
    "sqlite_master", "o.document", "NULL", "CURRENT_TIMESTAMP", "json_extract(o.document,'$')",
    "\\' OR 1=1 --", "0x31", "/* */", "1;SELECT sleep(9)", "randomblob(1000000000)",
)  # fmt: skip
TEXTS = (
    *("", " ", "0", "-0", "a", "N1000007", "Online Shop", "US", "Shipped", "null", "true"),
    *("\0", "a\0b", "\ud800", "\udfff\ud800", "é", "e\u0301", "ß", "İ", "😀", "\u202e", "\ufeff"),
    *("\\", "\\u0000", "'", '"', "`", "%", "_", "*", "[", "]", "{", "}", "\n", "\r\n", "\x1b[0m"),
    *("a" * 500, "é" * 200, "%" * 300, "'" * 99, "\\" * 98, "(" * 200),
)
DATES = (
    *("2013-06-10", "2014-09-03T07:00:00", "2015-01-01T00:00:00.000Z", "9999-12-31", "0001-01-01"),
    *("2010-02-30", "2010-02-29T25:61:61", "10000-01-01", "-0001-01-01", "2010-1-1", "2010-W01-1"),
    *("2010-01-01T00:00:00+99:99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *(
        "20100101",
        "today",
        "2010-01-01 ",
        "2010-01-01T00:00:00.1234567890123Z",
        "\u0662\u0660\u0661\u0660-\u0660\u0661-\u0660\u0661",
    ),
)
NUMBERS = (
    *("0", "-0", "1", "-1", "40", "40.5", "1e3", "1E-3", ".5", "5.", "+7", "007", "1000007"),
    *(
        str(2**31),
        str(2**63 - 1),
        str(2**63),
        str(-(2**63)),
        "9" * 40,
        "9" * 400,
        "1" + "0" * 5_000,
    ),
    *("1e18", "1e19", "1e308", "1e309", "1e9999", "1e99999", "-1e9999", "1e-9999", "0e9999"),
    *(
        "0." + "0" * 300 + "1",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "1_000",
        "1,5",
        "--1",
        "\u0661\u0662",
    ),
)
NAMES = (
    *(member.name for member in MEMBERS),
    *every_asked(),
    *("colour", "customer", "status", "status.", ".status", "status.label.x", "customer..lastName"),
    *("__class__", "o.document", "document", "seller", "extras.catalyst.x", "native:kole"),
    *(
        "lines.sku",
        "links.order.id",
        "totals.total",
        "whole:number",
        "id ",
        " ID",
        "id\0",
        "\u0130d",
    ),
)
