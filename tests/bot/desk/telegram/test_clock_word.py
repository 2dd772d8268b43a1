"""The clock is in doubt: a supervisor hears of it on Telegram, and his word counts
there, asked twice; nobody else's does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Clock
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.persons import Group, Person
from tests.botapi.server import BotApi


@pytest.fixture
async def office(tmp_path: Path, server: BotApi, group: Group) -> AsyncIterator[Office]:
    """Its clock is a machine's: nobody vouches for it."""
    with closing(Office(tmp_path, server, group)) as office:
        clock = Clock()
        clock.source = lambda: office.at
        office.clock = clock
        async with running(office):
            yield office


async def leaps(office: Office, days: int) -> None:
    office.at += timedelta(days=days)
    await office.app.bell.ring("pulse")


async def doubted(office: Office) -> Person:
    """Three days ahead of the last record. Returns: the supervisor, who was told."""
    boss = await office.staff("王主管", "supervisor")
    await office.files_and_rings()
    await leaps(office, 0)
    await leaps(office, 3)
    told = await boss.sees("可能不准")
    assert told.labels == ("时钟没错",)
    return boss


async def audited(office: Office) -> int:
    return await office.count("audit WHERE kind = 'time.confirmed'")


async def test_two_taps_of_a_supervisor_confirm_the_clock(office: Office) -> None:
    """The first shows what time it is here; the second is in the audit chain, and
    pressing once more finds nothing in doubt.
    """
    boss = await doubted(office)
    boss.presses("时钟没错")
    asked = await boss.sees("服务器现在是 2026-11-26 10:17")
    assert office.app.time.is_doubted(office.at) and await audited(office) == 0
    taps = [boss.presses("对得上", on=asked) for _ in range(2)]
    await boss.sees("已确认：现在是 2026-11-26 10:17")
    assert not office.app.time.is_doubted(office.at) and await audited(office) == 1
    answers = [await tap.answer() or "" for tap in taps]
    assert "时钟没有可疑的地方，不用确认。" in answers


async def test_a_clock_that_moved_since_is_not_the_one_that_was_asked_about(
    office: Office,
) -> None:
    boss = await doubted(office)
    boss.presses("时钟没错")
    asked = await boss.sees("服务器现在是")
    await leaps(office, 400)
    pressed = boss.presses("对得上", on=asked)
    assert "没有照办" in (await pressed.answer() or "")
    assert office.app.time.is_doubted(office.at) and await audited(office) == 0


async def test_nobody_else_s_word_counts(office: Office, group: Group) -> None:
    """Not by a forged press either."""
    boss = await doubted(office)
    one = await office.staff("李明")
    told = await boss.sees("可能不准")
    await office.files_and_rings()
    card = office.card(await office.topic())
    for data in ("s:clock", f"s:clock:{int(office.at.timestamp())}"):
        pressed = one.press_data(data, card.id, group)
        assert await pressed.answer() == "时钟对不对，由主管确认。"
    assert told.buttons[0].data == "s:clock" and await audited(office) == 0


async def test_where_no_supervisor_is_reached_the_group_hears_of_it(
    office: Office, group: Group
) -> None:
    await office.files_and_rings()
    await leaps(office, 0)
    await leaps(office, 3)
    await group.sees("可能不准")
