"""The recorder never waits and never fails: what it cannot take is counted, and the count is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orderglot.core.errors import Upstream
from orderglot.core.journal import Criteria, first_id
from orderglot.hub.journals import striking
from orderglot.journal import recorder as recording
from orderglot.journal.entries import Entry
from orderglot.journal.keeping import Keep, Kept, cutoff
from orderglot.journal.recorder import Recorder
from orderglot.journal.sqlite import SqliteJournal
from tests.journal.conftest import Opening
from tests.journal.exchanges import ACME, OTHER, exchange

EVERYTHING = Criteria()


class Failing:
    """A journal that fails so many times, and then takes what comes."""

    def __init__(self, kept: Kept, *errors: Exception) -> None:
        self.kept = kept
        self.errors = list(errors)
        self.prune, self.close = kept.prune, kept.close
        self.page, self.show, self.gaps = kept.page, kept.show, kept.gaps
        self.erase, self.compact = kept.erase, kept.compact

    async def write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        await self.kept.write(entries, gaps)


def test_nothing_is_missing_after_a_clean_end(opening: Opening) -> None:
    async def run() -> int:
        recorder = Recorder(opening(), striking())
        for number in range(2_345):
            recorder(exchange(ACME if number % 2 else OTHER))
            if number % 100 == 0:
                await asyncio.sleep(0)
        await recorder.close()
        kept = opening()
        found = [len(await kept.page(one, EVERYTHING, 9_999)) for one in (ACME, OTHER)]
        await kept.close()
        return sum(found)

    assert 2_345 == asyncio.run(run())


def test_within_a_second_it_is_written_without_an_end(opening: Opening) -> None:
    async def run() -> int:
        recorder, kept = Recorder(opening(), striking()), opening()
        recorder(exchange())
        found = 0
        # The time that it takes to make the tables comes on top of it.
        for _ in range(100):
            found = len(await kept.page(ACME, EVERYTHING, 10))
            if found:
                break
            await asyncio.sleep(0.1)
        await recorder.close()
        await kept.close()
        return found

    assert recording.PAUSE < 1
    assert 1 == asyncio.run(run())


def test_what_a_full_queue_drops_is_counted_by_seller_and_shown(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recording, "MOST", 3)

    dropped = list[int]()

    async def run() -> tuple[int, list[int], list[int]]:
        recorder = Recorder(opening(), striking())
        recorder.on_drop = dropped.append
        for caller in (ACME, ACME, ACME, ACME, OTHER, ACME):
            recorder(exchange(caller))
        await recorder.close()
        kept = opening()
        before = datetime.now(UTC) - timedelta(hours=1)
        found = (
            len(await kept.page(ACME, EVERYTHING, 10)),
            [one.dropped for one in await kept.gaps(ACME, before)],
            [one.dropped for one in await kept.gaps(OTHER)],
        )
        assert () == await kept.gaps(ACME, datetime.now(UTC) + timedelta(hours=1))
        await kept.close()
        return found

    assert (3, [2], [1]) == asyncio.run(run())
    assert 3 == sum(dropped)
    assert ["the journal drops exchanges", "exchanges are missing in the journal"] == [
        one.message for one in caplog.records if one.name == "orderglot.journal"
    ]


def test_a_queue_of_large_bodies_is_full_by_its_bytes(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MOST_BYTES", 10_000)

    async def run() -> tuple[int, list[int]]:
        recorder = Recorder(opening(), striking())
        for _ in range(4):
            recorder(exchange(body=b"x" * 6_000))
        await recorder.close()
        kept = opening()
        found = len(await kept.page(ACME, EVERYTHING, 10))
        gaps = [one.dropped for one in await kept.gaps(ACME)]
        await kept.close()
        return found, gaps

    assert (2, [2]) == asyncio.run(run())


def test_what_could_not_be_written_is_written_later(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "AGAIN", 0.01)
    away = [Upstream("The disk is full.")] * 3

    async def run() -> int:
        recorder = Recorder(Failing(opening(), *away), striking())
        recorder(exchange())
        await asyncio.sleep(1)
        recorder(exchange())
        await recorder.close()
        kept = opening()
        found = len(await kept.page(ACME, EVERYTHING, 10))
        await kept.close()
        return found

    assert 2 == asyncio.run(run())


def test_what_can_never_be_written_holds_nothing_up(opening: Opening) -> None:
    async def run() -> tuple[int, list[int]]:
        recorder = Recorder(Failing(opening(), ValueError("odd")), striking())
        recorder(exchange())
        await asyncio.sleep(2 * recording.PAUSE)
        recorder(exchange())
        await recorder.close()
        kept = opening()
        found = len(await kept.page(ACME, EVERYTHING, 10))
        gaps = [one.dropped for one in await kept.gaps(ACME)]
        await kept.close()
        return found, gaps

    assert (1, [1]) == asyncio.run(run())


def test_a_journal_in_which_nothing_can_be_written_is_tried_seldom(
    opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        recorder = Recorder(Failing(opening(), *[ValueError("odd")] * 1_000), striking())
        recorder(exchange())
        await asyncio.sleep(2 * recording.PAUSE)
        await recorder.close()

    asyncio.run(run())
    failed = [one for one in caplog.records if one.message == "exchanges cannot be written"]
    assert 2 <= len(failed) <= 6


def test_a_journal_that_never_answers_ends_all_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(recording, "LAST", 0.2)
    kept = SqliteJournal(tmp_path_factory.mktemp("journal") / "kept")

    class Hanging(Failing):
        async def write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
            await asyncio.sleep(60)

    async def run() -> None:
        recorder = Recorder(Hanging(kept), striking())
        recorder(exchange())
        await recorder.close()

    asyncio.run(run())

    assert "exchanges are missing in the journal" in caplog.messages


def test_what_is_too_old_goes(opening: Opening) -> None:
    now = datetime.now(UTC)
    moments = [now - timedelta(hours=hours) for hours in (23, 12, 1)]
    several = [exchange(id=f"{first_id(one)}00000000000") for one in moments]

    async def run() -> list[str]:
        kept = opening()
        for one in several:
            recorder = Recorder(opening(), striking())
            recorder(one)
            await recorder.close()
        await kept.prune(Keep(age=timedelta(days=2)), now + timedelta(days=3))
        await kept.close()
        left = [row.id for row in await opening().page(ACME, EVERYTHING, 10)]
        again = Recorder(opening(), striking())
        again(several[2])
        await again.close()
        return [*left, *[row.id for row in await opening().page(ACME, EVERYTHING, 10)]]

    assert [several[2].request.id] == asyncio.run(run())


def test_what_is_too_much_goes_the_oldest_first(opening: Opening) -> None:
    import os

    several = [exchange(ACME, body=os.urandom(2_000)) for _ in range(1_500)]

    async def run() -> tuple[list[str], int]:
        recorder = Recorder(opening(), striking())
        for one in several:
            recorder(one)
            while len(recorder._waiting) >= 100:
                recorder._many.set()
                await asyncio.sleep(0.001)
        await recorder.close()
        kept = opening()
        await kept.prune(Keep(size=2_000_000), datetime.now(UTC))
        found = [row.id for row in await kept.page(ACME, EVERYTHING, 9_999)]
        shown = [await kept.show(ACME, id) for id in (found[0], found[-1])]
        await kept.close()
        return found, len(shown)

    found, shown = asyncio.run(run())

    assert 2 == shown
    assert found == [one.request.id for one in reversed(several)][: len(found)]
    assert 300 < len(found) < 1_000


def test_as_many_blocks_go_as_it_takes() -> None:
    blocks = [("a", 10), ("b", 10), ("c", 10), ("d", 10)]

    assert "" == cutoff(blocks, 80, Keep(size=80))
    assert "a" == cutoff(blocks, 100, Keep(size=90))
    assert "c" == cutoff(blocks, 100, Keep(size=40))
    assert "d" == cutoff(blocks, 100, Keep(size=1))
    assert "" == cutoff([], 100, Keep(size=1))


def test_a_journal_in_a_folder_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    path = folder / "book.db.exchanges"

    async def run() -> int:
        recorder = Recorder(SqliteJournal(path), striking())
        recorder(exchange())
        await recorder.close()
        folder.chmod(0o500)
        path.chmod(0o400)
        return len(await SqliteJournal(path).page(ACME, EVERYTHING, 10))

    try:
        assert 1 == asyncio.run(run())
    finally:
        folder.chmod(0o700)


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.db.exchanges"
    path.write_bytes(b"somebody's own " * 100)

    async def run() -> None:
        recorder = Recorder(SqliteJournal(path), striking())
        recorder(exchange())
        await recorder.close()
        with pytest.raises(Upstream, match="cannot be used"):
            await SqliteJournal(path).page(ACME, EVERYTHING, 10)

    asyncio.run(run())
    assert path.read_bytes().startswith(b"somebody's own")
