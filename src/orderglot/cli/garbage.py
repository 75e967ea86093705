"""Garbage: how often Python looks for cycles while a command makes very many things."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 500_000
"""So many things are made, and stay, before Python looks for cycles among them."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for cycles seldom, and among what is new alone.

    An import or a pull makes very many things and hardly a cycle: looking as often as Python would by
    itself takes up to a tenth of the time.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
