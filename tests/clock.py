"""A clock that stands still until it is put forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """Tells one time, until it is put forward."""

    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time

    def forward(self, by: timedelta = HOUR) -> datetime:
        self.time += by
        return self.time
