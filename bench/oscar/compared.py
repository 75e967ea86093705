"""The figures of the comparison with django-oscar-api."""

from __future__ import annotations

from msgspec import Struct

from bench.rounds import Figures, Spread


class Compared(Struct, frozen=True, kw_only=True):
    """Figures by call; ``times`` is how many times Oscar's rate each dialect's is."""

    orders: int
    connections: int
    oscar: dict[str, Figures]
    ours: dict[str, dict[str, Figures]]
    times: dict[str, dict[str, Spread]]
    memory: float
    """Oscar's largest worker in MB."""
    notes: dict[str, str]
    """How each thing is done with Oscar."""
