"""Compression of what belongs together, by zstd, which Python has of its own from 3.14 on."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = -3
"""A fifth of orders of one kind is left, in two thirds of the time of the first level, which leaves a seventh."""


def compressed(content: bytes) -> bytes:
    """Compress some bytes."""
    return zstd.compress(content, LEVEL)


def decompressed(content: bytes) -> bytes:
    """Give compressed bytes as they were."""
    return zstd.decompress(content)
