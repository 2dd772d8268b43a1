"""What rings: drafts are reminded of once and let go in time; what has expired is
swept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest

import scheduler.bell
from anonymizer.scrub import Scrubbed
from bot.address import Address
from bot.channels.port import Incoming, TryLater
from bot.channels.render import Rendered
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.orders import Decline
from dialogs.words import Picture, Pictured
from scheduler.bell import Bell, Job, every
from storage.port import Write
from storage.repositories.talks import TalkRow, Talks
from tests.bot.line import MORNING, Line, opened_line
from tests.looking import look_into

CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path) as line:
        yield line


async def ring(line: Line) -> None:
    await line.app.bell.ring("drafts")
    await line.app.sender.idle()


async def test_a_draft_is_reminded_of_once_in_neutral_words(line: Line) -> None:
    await line.says(CLEAR)
    line.later(hours=3)
    await ring(line)
    assert len(line.notebook.shown["anna"]) == 1
    line.later(hours=1)
    for _ in range(3):
        await ring(line)
        line.later(hours=1)
    reminders = line.notebook.shown["anna"][1:]
    assert len(reminders) == 1
    assert not any(
        word in reminders[0].text for word in ("专线", "反映", "台账", "减负")
    )


async def test_a_draft_goes_within_a_day_of_its_first_word(line: Line) -> None:
    """However often it is touched: nothing unsent is kept for longer than promised."""
    await line.says(CLEAR)
    for _ in range(11):
        line.later(hours=2)
        await ring(line)
        await line.says("再补一句")
    assert await line.count("talks") == 1
    line.later(hours=2)
    await ring(line)
    assert await line.count("talks") == 0


async def test_nobody_is_reminded_at_night(line: Line) -> None:
    line.later(hours=8)  # 18:17 in Beijing: four hours on it is night
    await line.says(CLEAR)
    line.later(hours=6)
    await ring(line)
    assert len(line.notebook.shown["anna"]) == 1
    line.later(hours=8)  # 08:17
    await ring(line)
    assert len(line.notebook.shown["anna"]) == 2


async def test_pictures_of_a_draft_nobody_finished_go_with_it(line: Line) -> None:
    await line.says(CLEAR)
    event = Pictured(Picture("ab" * 16, 4, 3), line.at)
    scrubbed = Scrubbed(b"picture", "image/png", 4, 3)
    pictures = {event.picture.id: scrubbed}
    await line.app.hotline.hear(
        Incoming("picture", Address("notebook", "anna"), event, scrubbed=pictures)
    )
    assert await line.count("media") == 1
    line.later(hours=25)
    await ring(line)
    assert await line.count("media") == 0 and await line.count("talks") == 0


async def test_marks_of_the_inbox_are_swept_after_days(line: Line) -> None:
    await line.says(CLEAR)
    await line.app.bell.ring("sweep")
    assert await line.count("inbox") == 1
    line.later(days=5)
    await line.app.bell.ring("sweep")
    assert await line.count("inbox") == 0


async def test_a_talk_that_does_not_open_is_dropped_and_stops_no_other(
    line: Line,
) -> None:
    await line.says(CLEAR)
    await line.app.resources.database.commit(
        [Talks.save(TalkRow(b"x" * 32, 1, 0, b"no seal"), 0)]
    )
    line.later(hours=5)
    await ring(line)
    assert await line.count("talks") == 1
    assert len(line.notebook.shown["anna"]) == 2


async def test_codes_of_staff_are_swept_when_their_half_hour_is_over(
    line: Line,
) -> None:
    roster = line.app.roster
    await roster.add("王芳", "operator")
    await roster.code("王芳", "link")
    await line.app.bell.ring("sweep")
    assert await line.count("staff_codes") == 1
    line.later(hours=1)
    await line.app.bell.ring("sweep")
    assert await line.count("staff_codes") == 0


async def test_every_day_the_words_of_old_cases_go_and_no_draft(line: Line) -> None:
    """Drafts are let go by their own ring, which their writers see."""
    await line.says(CLEAR)
    await line.says("送出")
    (entry,) = await line.app.casework.reading.entries(AT_THE_MACHINE)
    await line.app.casework.staff.order(
        entry.case.alias, Decline("不属于减负范围"), AtTheMachine("王芳", "operator")
    )
    line.later(days=181)
    await line.says(CLEAR)
    await line.app.bell.ring("retention")
    rows = await line.app.resources.database.all("SELECT wrapped_key FROM reports")
    assert [row[0] for row in rows] == [None]
    assert await line.count("talks") == 1


async def test_what_cases_owe_rings_within_seconds_of_being_due(tmp_path: Path) -> None:
    """By itself, on the real scheduler, and again and again."""
    async with opened_line(tmp_path) as line:
        await line.says(CLEAR, "送出")
        line.later(hours=26)
        line.app.bell.start()
        try:
            async with asyncio.timeout(10):
                while await line.count(
                    "followups WHERE kind IN ('alert', 'warn', 'breach')"
                ):
                    await asyncio.sleep(0.05)
                before = await line.count("outbox")
                line.later(days=7)
                while await line.count("outbox") == before:
                    await asyncio.sleep(0.05)
        finally:
            line.app.bell.stop()


async def test_a_store_that_refuses_is_asked_again_later(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    await line.says(CLEAR, "送出")
    line.later(hours=26)
    other = look_into(line.settings.data_dir / "jianfu.db", line.settings.keyring)
    other.execute("BEGIN IMMEDIATE")
    await line.app.bell.ring("rounds")
    assert "rounds: Refusing" in caplog.text
    other.execute("ROLLBACK")
    other.close()
    while line.app.resources.database.refusing:
        await asyncio.sleep(0.1)
    await line.app.bell.ring("rounds")
    assert await line.count("clocks WHERE kind = 'breached'") == 1


def bell_of(run: Callable[[datetime], Awaitable[object]], **trigger: float) -> Bell:
    job = Job(name="job", trigger=every(**trigger), run=run)
    return Bell([job], lambda: datetime.now(UTC))


async def test_stopped_in_the_middle_it_reports_no_trouble(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A stop like any other leaves nothing in the log that somebody would have to look
    into.
    """
    begun = asyncio.Event()

    async def run(at: datetime) -> None:
        begun.set()
        await asyncio.Event().wait()

    bell = bell_of(run, seconds=2)
    bell.start()
    await begun.wait()
    bell.stop()
    await asyncio.wait_for(bell.stopped(), 10)
    assert [
        record for record in caplog.records if record.levelno >= logging.WARNING
    ] == []


async def test_a_job_that_is_at_work_does_not_ring_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However long it takes; it rings on afterwards, and nobody is bothered with it."""
    rings, free = 0, asyncio.Event()

    async def run(at: datetime) -> None:
        nonlocal rings
        rings += 1
        await free.wait()

    bell = bell_of(run, seconds=0.02)
    bell.start()
    try:
        await asyncio.sleep(0.2)
        assert rings == 1
        free.set()
        async with asyncio.timeout(10):
            while rings < 3:
                await asyncio.sleep(0.01)
    finally:
        bell.stop()
    assert caplog.records == []


async def test_a_bug_in_a_job_is_told_by_its_type_and_silences_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rings = 0

    async def run(at: datetime) -> None:
        nonlocal rings
        rings += 1
        raise KeyError("王芳")

    bell = bell_of(run, seconds=0.02)
    bell.start()
    try:
        async with asyncio.timeout(10):
            while rings < 3:
                await asyncio.sleep(0.01)
    finally:
        bell.stop()
    assert "job: KeyError" in caplog.text
    assert "王芳" not in caplog.text


async def test_a_clock_that_leaps_or_is_put_back_changes_no_rhythm() -> None:
    """Jobs are handed the program's time and wait by another: neither 400 days ahead
    nor two days back makes one ring more often or not at all.
    """
    handed: list[datetime] = []
    times = iter(MORNING + timedelta(days=days) for days in (0, 400, 398, -2, -1, 0))

    async def run(at: datetime) -> None:
        handed.append(at)

    job = Job(name="job", trigger=every(seconds=0.05), run=run)
    bell = Bell([job], lambda: next(times, MORNING))
    bell.start()
    try:
        await asyncio.sleep(0.5)
    finally:
        bell.stop()
        await bell.stopped()
    assert 6 <= len(handed) <= 11
    assert handed[3] == MORNING - timedelta(days=2)


def test_a_clock_that_leaps_ahead_makes_a_job_ring_once() -> None:
    """400 days of half seconds are made up for by one ring, found at once."""
    trigger = every(seconds=0.5)
    before = datetime(2026, 11, 23, tzinfo=UTC)
    now = before + timedelta(days=400)
    assert trigger.get_next_fire_time(None, before) == before
    assert trigger.get_next_fire_time(before, now) == now
    assert trigger.get_next_fire_time(now, now) == now + timedelta(seconds=0.5)


@pytest.mark.parametrize("put", [timedelta(hours=-3), timedelta(days=400)])
async def test_a_clock_that_is_put_right_silences_no_job(
    put: timedelta, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Put back, a job would else be silent until the clock says again what it said."""
    rung = asyncio.Event()
    by = timedelta(0)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            now = datetime.now(tz) + by
            return cls.combine(now.date(), now.time(), now.tzinfo)

    async def run(at: datetime) -> None:
        rung.set()

    clocks = apscheduler.schedulers.base, apscheduler.executors.base, scheduler.bell
    for module in clocks:
        monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr(scheduler.bell, "CLOCK_EVERY", 0.05)
    bell = bell_of(run, hours=1)
    bell.start()
    try:
        await asyncio.wait_for(rung.wait(), 10)
        rung.clear()
        by = put
        await asyncio.wait_for(rung.wait(), 10)
    finally:
        bell.stop()
    assert "the clock was put right" in caplog.text


async def test_a_job_that_succeeds_no_more_falls_silent() -> None:
    """One that fails rings, but its heart does not beat."""
    moment, fails = 1000.0, False

    async def run(at: datetime) -> None:
        if fails:
            raise KeyError("王芳")

    job = Job(name="job", trigger=every(minutes=1), run=run)
    bell = Bell([job], lambda: MORNING, lambda: moment)
    assert bell.beats() == [] and bell.silent() == []
    bell.start()
    try:
        await asyncio.sleep(0)
        moment += 419
        assert bell.silent() == []
        await bell.ring("job")
        fails = True
        moment += 400
        await bell.ring("job")
        assert bell.silent() == []
        moment += 21
        assert bell.silent() == ["job"]
        fails = False
        await bell.ring("job")
        assert bell.silent() == []
    finally:
        bell.stop()


async def test_a_reminder_that_an_outage_kept_until_night_waits_for_the_morning(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quiet hours are asked where a message leaves."""
    line.later(hours=6)  # 16:17 in Beijing
    await line.says(CLEAR)
    line.later(hours=4)  # 20:17
    send, tries = line.notebook.send, 0

    async def unreachable(
        to: Address, message: Rendered, key: bytes
    ) -> Sequence[Write]:
        nonlocal tries
        tries += 1
        line.later(hours=3)  # 23:17
        raise TryLater(0.1)

    monkeypatch.setattr(line.notebook, "send", unreachable)
    await ring(line)
    monkeypatch.setattr(line.notebook, "send", send)
    await line.app.sender.look()
    await line.app.sender.idle()
    assert tries == 1 and len(line.notebook.shown["anna"]) == 1
    line.later(hours=10)  # 09:17
    await line.app.sender.look()
    await line.app.sender.idle()
    assert len(line.notebook.shown["anna"]) == 2
