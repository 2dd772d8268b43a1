"""A clock that may be wrong: what cannot be undone waits and says so, the rest goes
on; all goes on with the clock put right, a supervisor's word, or 48 hours of running.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import Clock, opened
from bot.cli import time as verb
from bot.ops.timewatch import KEPT_RIGHT, LONGEST_PAUSE, doubt
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.orders import Accept, Assign, Decline
from storage.repositories.time import TimeRow
from tests.bot.line import MORNING, Line

CLEAR = "街道要求我们社区同一份台账每周报五次"
WANG = AtTheMachine("王芳", "operator")
JOBS = ("pulse", "rounds", "holds", "drafts", "sweep", "retention")
HOUR = 3600


class WatchedLine(Line):
    """Its clock is a machine's: nobody vouches for it. ran: seconds, whatever the
    clock says; declined, open: aliases of its two cases.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = Clock()
        self.clock.source = lambda: self.at
        self.ran = 0.0
        self.declined = ""
        self.open = ""

    async def runs(self, **time: float) -> None:
        """So much time passes, and all rings."""
        self.ran += timedelta(**time).total_seconds()
        self.later(**time)
        for name in JOBS:
            await self.app.bell.ring(name)
        await self.app.sender.look()
        await self.app.sender.idle()

    async def kept(self) -> dict[str, int]:
        """All that time alone destroys, and what it does to units."""
        return {
            "keys": await self.count("reports WHERE wrapped_key IS NOT NULL"),
            "addresses": await self.count("reports WHERE address IS NOT NULL"),
            "drafts": await self.count("talks"),
            "steps": await self.count("clocks WHERE kind = 'breached'"),
        }

    async def audited(self, kind: str) -> int:
        return await self.count(f"audit WHERE kind = '{kind}'")


@asynccontextmanager
async def started(line: WatchedLine) -> AsyncIterator[WatchedLine]:
    """`jianfu serve`, as far as its clock goes."""
    async with opened(line.settings, line.make, line.clock) as line.app:
        line.app.time._monotonic = lambda: line.ran
        await line.runs(seconds=0)
        yield line


@pytest.fixture
async def line(tmp_path: Path) -> WatchedLine:
    """A declined case, one that its unit has, and a draft. It does not serve."""
    line = WatchedLine(tmp_path)
    async with started(line):
        orders = line.app.casework.staff.order
        await line.says(CLEAR, "送出", chat="anna")
        (first,) = await line.app.casework.reading.entries(AT_THE_MACHINE)
        line.declined = first.case.alias
        await orders(line.declined, Decline("不属于减负范围"), WANG)
        await line.says("区里让我们装了七个软件天天打卡", "送出", chat="bert")
        entries = await line.app.casework.reading.entries(AT_THE_MACHINE)
        (line.open,) = {one.case.alias for one in entries} - {line.declined}
        await orders(line.open, Accept(), WANG)
        await orders(line.open, Assign("文新街道", new=True), WANG)
        await line.says("再说一件，同一份表报三遍", chat="carl")
        await line.app.roster.add("李明", "supervisor")
        await line.app.roster.add("王芳", "operator")
        await line.runs(minutes=1)
    return line


# ── far ahead ─────────────────────────────────────────────────────────────────────────


async def test_a_start_400_days_ahead_destroys_nothing(
    line: WatchedLine, caplog: pytest.LogCaptureFixture
) -> None:
    """F2. Neither at the start, nor while it runs, nor after another start."""
    line.later(days=400)
    async with started(line):
        before = await line.kept()
        assert before["keys"] == 2 and before["drafts"] == 1 and not before["steps"]
        for _ in range(20):
            await line.runs(hours=1)
        await line.says(CLEAR, "送出", chat="dora")  # proves nothing
        assert (await line.kept())["keys"] == 3
    assert "hours after the last record" in caplog.text
    async with started(line):
        await line.runs(hours=1)
        kept = await line.kept()
        assert kept["keys"] == 3 and kept["addresses"] == before["addresses"] + 1
        assert kept["steps"] == 0


async def test_the_clock_put_right_it_goes_on_at_once(line: WatchedLine) -> None:
    line.later(days=400)
    async with started(line):
        line.later(days=-400)
        await line.runs(minutes=1)
        assert not line.app.time.is_doubted(line.at)
        for _ in range(8):  # the unit's time runs out, day by day
            await line.runs(days=1)
        assert (await line.kept())["steps"] > 0


async def test_48_hours_of_running_are_believed(line: WatchedLine) -> None:
    """And leave an audit line."""
    line.later(days=400)
    async with started(line):
        for _ in range(95):
            await line.runs(minutes=30)
        assert (await line.kept())["keys"] == 2
        for _ in range(2):
            await line.runs(minutes=30)
        assert await line.audited("time.waited") == 1
        await line.runs(minutes=6)
        assert (await line.kept())["keys"] == 1  # the declined case has had its time


async def test_48_hours_do_not_count_over_a_leap(line: WatchedLine) -> None:
    line.later(days=400)
    async with started(line):
        for _ in range(47):
            await line.runs(hours=1)
        line.later(days=50)
        for _ in range(4):
            await line.runs(hours=1)
        assert (await line.kept())["keys"] == 2


async def test_a_leap_while_it_serves_is_noticed_before_anything_rings(
    line: WatchedLine,
) -> None:
    async with started(line):
        line.later(days=400)
        for name in ("rounds", "retention", "sweep", "drafts", "pulse", "rounds"):
            await line.app.bell.ring(name)
        kept = await line.kept()
    assert kept["keys"] == 2 and kept["drafts"] == 1 and kept["steps"] == 0


# ── put back ──────────────────────────────────────────────────────────────────────────


async def test_a_clock_put_back_silences_no_push(line: WatchedLine) -> None:
    """F1: opened two days ahead, then put right."""
    line.later(days=2)
    async with started(line):
        orders = line.app.casework.staff.order
        await line.says("镇里一周开五次会，都要我们去", "送出", chat="dora")
        entries = await line.app.casework.reading.entries(AT_THE_MACHINE)
        known = {line.declined, line.open}
        (alias,) = {one.case.alias for one in entries} - known
        shown = len(line.notebook.shown["dora"])
        await orders(alias, Accept(), WANG)
        line.later(days=-2)
        for _ in range(60):
            await line.runs(minutes=1)
        assert len(line.notebook.shown["dora"]) > shown
        await orders(alias, Assign("文新街道", new=True), WANG)
        shown = len(line.notebook.shown["dora"])
        for _ in range(60):
            await line.runs(minutes=1)
        assert len(line.notebook.shown["dora"]) > shown


async def test_before_the_last_audit_line_it_waits_too(line: WatchedLine) -> None:
    line.later(days=-400)
    async with started(line):
        found = line.app.time.doubt()
        assert found is not None and found.direction == "before"
        await line.app.roster.disable("王芳")  # an audit line of then proves nothing
        await line.runs(hours=1)
        assert line.app.time.is_doubted(line.at)


async def test_a_clock_that_is_kept_right_is_not_doubted(line: WatchedLine) -> None:
    async with started(line):
        line.later(seconds=-200)
        await line.runs(seconds=1)
        line.later(hours=40)
        await line.runs(seconds=1)
        assert not line.app.time.is_doubted(line.at)


# ── who is told, and who decides ──────────────────────────────────────────────────────


class Terminal:
    def __init__(self, line: WatchedLine, capsys: pytest.CaptureFixture[str]) -> None:
        self._line = line
        self._capsys = capsys

    async def types(self, *words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        verb.arguments(parser)
        code = await verb.work(parser.parse_args(words), self._line.app)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


async def test_a_supervisors_word_lets_it_go_on(
    line: WatchedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    line.later(days=400)
    async with started(line):
        terminal = Terminal(line, capsys)
        code, out, _ = await terminal.types("show", "--as", "李明")
        assert code == 0 and "时钟比最后一条记录晚了400天" in out
        assert "jianfu time confirm" in out
        code, _, err = await terminal.types("confirm", "--as", "王芳")
        assert code == 1 and "由主管确认" in err
        code, out, _ = await terminal.types("confirm", "--as", "李明")
        assert code == 0 and "已确认" in out
        assert await line.audited("time.confirmed") == 1
        code, _, err = await terminal.types("confirm", "--as", "李明")
        assert code == 1 and "不用确认" in err
        await line.runs(minutes=6)
        assert (await line.kept())["keys"] == 1


async def test_the_word_of_another_process_is_heard(line: WatchedLine) -> None:
    """It serves, and a supervisor types elsewhere."""
    line.later(days=400)
    async with started(line):
        serving = line.app
        async with opened(line.settings, line.make, line.clock) as typed:
            member = await typed.roster.named("李明")
            assert member is not None
            await typed.time.confirm(bytes.fromhex(member.staff.id))
        line.app = serving
        await line.runs(minutes=6)
        assert (await line.kept())["keys"] == 1


async def test_it_is_logged_once_each_way(
    line: WatchedLine, caplog: pytest.LogCaptureFixture
) -> None:
    line.later(days=400)
    async with started(line):
        await line.runs(minutes=1)
        line.later(days=-400)
        await line.runs(minutes=1)
    lines = [one.message for one in caplog.records if one.name == "bot.ops.timewatch"]
    assert len(lines) == 2
    assert caplog.records[0].levelno >= logging.WARNING
    assert "jianfu time confirm" in lines[0] and "believed again" in lines[1]


# ── pure ──────────────────────────────────────────────────────────────────────────────

NOW = int(MORNING.timestamp())


def known(sure: int, line_at: int, last_at: int | None = None) -> TimeRow:
    last = line_at if last_at is None else last_at
    return TimeRow(sure, None, 0, 0, line_at, 1, last)


@given(st.integers(-3 * LONGEST_PAUSE, 3 * LONGEST_PAUSE))
def test_doubt_is_by_the_last_line_alone(passed: int) -> None:
    found = doubt(known(0, NOW), NOW + passed)
    if passed > LONGEST_PAUSE:
        assert found is not None and found.direction == "after"
    elif passed < -KEPT_RIGHT:
        assert found is not None and found.direction == "before"
    else:
        assert found is None


def test_a_new_database_is_not_doubted() -> None:
    assert doubt(known(0, 0), NOW) is None


def test_what_was_relied_on_counts_as_a_line_does() -> None:
    assert doubt(known(NOW, NOW - 30 * 24 * HOUR), NOW + HOUR) is None
    assert doubt(known(NOW - 30 * 24 * HOUR, NOW), NOW + HOUR) is None
