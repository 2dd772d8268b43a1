"""Each digest and report is made exactly once, when it is due, and of what was missed
only the latest.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.address import Address
from bot.outbox.messages import OutboxMessages
from bot.reports.bulletins import Bulletins
from bot.reports.press import REPORT_MESSAGE
from bot.settings import Telegram
from dialogs.words import Message
from scheduler.periods import Period, latest, period
from storage.repositories.outbox import Outbox
from storage.repositories.periods import Periods
from tests.bot.line import Line, opened_line

ZONE = ZoneInfo("Asia/Shanghai")


def local(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def test_a_period_is_due_at_half_past_eight_after_its_last_day() -> None:
    assert latest("day", local(23, 8, 29), ZONE).label == "2026-11-22"
    assert latest("day", local(23, 8, 30), ZONE).label == "2026-11-23"
    assert latest("week", local(23, 8, 29), ZONE).label == "2026-W46"
    assert latest("week", local(23, 8, 30), ZONE).label == "2026-W47"
    assert latest("month", local(1, 8, 29, month=12), ZONE).label == "2026-10"
    assert latest("month", local(1, 8, 30, month=12), ZONE).label == "2026-11"


def test_a_week_at_new_year_and_a_short_month() -> None:
    week = period("week", datetime(2027, 1, 1).date(), ZONE)
    assert (week.label, f"{week.first}", f"{week.after}") == (
        "2026-W53",
        "2026-12-28",
        "2027-01-04",
    )
    month = period("month", datetime(2028, 2, 29).date(), ZONE)
    assert (month.label, f"{month.first}", f"{month.after}") == (
        "2028-02",
        "2028-02-01",
        "2028-03-01",
    )


def test_spans_follow_the_zone_over_a_change_of_clocks() -> None:
    paris = period("week", datetime(2026, 3, 29).date(), ZoneInfo("Europe/Paris"))
    first, after = paris.span
    assert after - first == 7 * 86400 - 3600


class Office:
    """Two processes that make reports on one database."""

    def __init__(self, line: Line) -> None:
        self.line, self.made = line, list[str]()
        self.one, self.other = (self._bulletins() for _ in range(2))

    def _bulletins(self) -> Bulletins:
        async def make(of: Period) -> Message:
            await asyncio.sleep(0)  # the other one may be faster
            return Message(REPORT_MESSAGE, {"text": f"{of.name} {of.label}"})

        app = self.line.app
        post, database = (
            OutboxMessages(app.resources.keys.outbox),
            app.resources.database,
        )
        return Bulletins(
            database,
            post=post,
            make=make,
            to=Address("notebook", "staff"),
            settings=self.line.settings,
            hand=app.sender.post,
        )

    async def at(self, now: datetime) -> None:
        self.line.at = now
        for made in await asyncio.gather(self.one.run(now), self.other.run(now)):
            self.made += [one.label for one in made]
        await self.line.app.sender.idle()

    def read(self) -> list[str]:
        return [one.text for one in self.line.notebook.shown.get("staff", [])]


@pytest.fixture
async def office(tmp_path: Path):  # type: ignore[no-untyped-def]
    async with opened_line(tmp_path) as line:
        yield Office(line)


async def test_two_processes_make_each_of_them_once(office: Office) -> None:
    await office.at(local(20))
    assert (
        office.read() == []
    )  # a line that has just begun tells nothing of the time before
    for minute in range(0, 14 * 24 * 60, 10):
        await office.at(local(20, 9, 5) + timedelta(minutes=minute))
    days = [f"day 2026-11-{day}" for day in range(21, 31)] + [
        f"day 2026-12-0{day}" for day in range(1, 5)
    ]
    assert sorted(office.read()) == sorted(
        [*days, "week 2026-W47", "week 2026-W48", "month 2026-11"]
    )
    assert len(office.made) == len(set(office.made)) == 17


async def test_after_downtime_only_the_latest_is_made_and_never_at_night(
    office: Office,
) -> None:
    await office.at(local(20))
    await office.at(local(2, 22, month=12))
    assert office.read() == []
    await office.at(local(3, 8, 10, month=12))
    assert office.read() == ["day 2026-12-02", "week 2026-W48", "month 2026-11"]
    await office.at(local(3, 8, 30, month=12))
    assert office.read()[3:] == ["day 2026-12-03"]


class Chatting(Line):
    """A staff group is set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = self.settings.model_copy(
            update={
                "telegram": Telegram(
                    token=SecretStr("123456:" + "A" * 35), staff_chat_id=-1001
                )
            }
        )


async def test_the_bell_puts_reports_into_the_outbox_for_the_staff_group(
    tmp_path: Path,
) -> None:
    """The joined program: a digest at half past eight, the month's report with its
    files on the first.
    """
    async with opened_line(tmp_path, Chatting) as line:
        await line.app.bell.ring("reports")  # notes where it begins
        line.at = local(1, 8, 31, month=12)
        await line.app.bell.ring("reports")
        await line.app.bell.ring("reports")
        rows = await Outbox(line.app.resources.database).due(
            ["telegram"], int(line.at.timestamp())
        )
        letters = [
            OutboxMessages(line.app.resources.keys.outbox).open(row) for row in rows
        ]
    assert [letter.to for letter in letters] == [Address("telegram", "-1001")] * 3
    assert [letter.message.params["text"][:7] for letter in letters] == [
        "减负专线晨报 ",
        "减负专线周报：",
        "减负专线月报：",
    ]
    names = [name for name, mime, data in letters[2].message.params["files"]]
    assert names == [
        "jianfu-2026-11-1.png",
        "jianfu-2026-11-2.png",
        "jianfu-2026-11.xlsx",
    ]


async def test_a_clock_that_jumps_back_makes_none_again(office: Office) -> None:
    await office.at(local(20))
    await office.at(local(23))
    told = office.read()
    for hours in range(100):
        await office.at(local(23) - timedelta(hours=hours))
    assert office.read() == told
    assert await Periods(office.line.app.resources.database).last("day") == "2026-11-23"
