"""What rings: drafts are reminded of once and let go in time; what has expired is
swept.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from anonymizer.scrub import Scrubbed
from bot.address import Address
from bot.channels.port import Incoming
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.orders import Decline
from dialogs.words import Picture, Pictured
from scheduler.bell import Bell
from storage.repositories.talks import TalkRow, Talks
from tests.bot.line import Line, opened_line

CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path) as line:
        yield line


async def ring(line: Line) -> None:
    await line.app.bell.drafts()
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
    await line.app.bell.sweep()
    assert await line.count("inbox") == 1
    line.later(days=5)
    await line.app.bell.sweep()
    assert await line.count("inbox") == 0


async def test_a_talk_that_does_not_open_is_dropped_and_stops_no_other(
    line: Line,
) -> None:
    await line.says(CLEAR)
    await line.app.parts.database.commit(
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
    await line.app.bell.sweep()
    assert await line.count("staff_codes") == 1
    line.later(hours=1)
    await line.app.bell.sweep()
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
    await line.app.bell.retain()
    rows = await line.app.parts.database.all("SELECT wrapped_key FROM reports")
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
    other = sqlite3.connect(line.settings.data_dir / "jianfu.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await line.app.bell.cases()
    assert "rounds: Refusing" in caplog.text
    other.execute("ROLLBACK")
    other.close()
    while line.app.parts.database.refusing:
        await asyncio.sleep(0.1)
    await line.app.bell.cases()
    assert await line.count("clocks WHERE kind = 'breached'") == 1


async def test_stopped_in_the_middle_it_reports_no_trouble(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """A stop like any other leaves nothing in the log that somebody would have to look
    into.
    """
    begun = asyncio.Event()

    async def rounds(at: object) -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    parts = line.app.parts
    bell = Bell(
        parts.database,
        line.app.hotline.ring,
        rounds,
        parts.now,
        parts.settings.timezone,
    )
    bell.start()
    await begun.wait()
    bell.stop()
    await asyncio.sleep(0.05)
    assert [
        record for record in caplog.records if record.levelno >= logging.WARNING
    ] == []
