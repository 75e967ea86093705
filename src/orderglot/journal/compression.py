"""Compression of what belongs together, by zstd, which Python has of its own from 3.14 on."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1
"""A thirtieth of exchanges that are alike is left, for some microseconds each."""


def compressed(content: bytes) -> bytes:
    """Compress some bytes."""
    return zstd.compress(content, LEVEL)


def decompressed(content: bytes) -> bytes:
    """Give compressed bytes as they were."""
    return zstd.decompress(content)
