"""Filters in the language of AIP-160, as people and scripts write them: ``status = shipped AND total > 40``.

https://google.aip.dev/160
"""

from orderglot.wire.aip160.asked import ACT, EXCHANGE, ORDER, Asked, asked_of
from orderglot.wire.aip160.reading import read_filter
from orderglot.wire.aip160.sorting import read_sort, write_sort
from orderglot.wire.aip160.writing import write_filter

__all__ = [
    "ACT",
    "EXCHANGE",
    "ORDER",
    "Asked",
    "asked_of",
    "read_filter",
    "read_sort",
    "write_filter",
    "write_sort",
]
