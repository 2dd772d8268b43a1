"""The morning's digest: where cases stand, what is late, what is due, which wait
longest.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.people.member import AtTheMachine
from bot.reports.digest import digest
from dialogs.case.orders import Accept, Decline
from scheduler.periods import latest
from tests.bot.line import MORNING, Line, opened_line


async def read(line: Line, hidden: frozenset[bytes] = frozenset()) -> str:
    async def visible(case: bytes) -> bool:
        return case not in hidden

    of = latest("day", line.at, ZoneInfo(line.settings.timezone))
    return await digest(of, line.at, line.app.resources.database, visible)


async def file(line: Line, chat: str) -> str:
    await line.says("同一份台账每周报五次", chat=chat)
    await line.presses("send", chat=chat)
    rows = await line.app.resources.database.all(
        "SELECT alias FROM cases ORDER BY opened_hour DESC, alias"
    )
    return str(rows[0][0])


async def test_an_empty_line_says_so(tmp_path: Path) -> None:
    async with opened_line(tmp_path) as line:
        assert await read(line) == (
            "减负专线晨报 11月23日（周一）\n昨天新收0件，办结0件。\n在办0件\n"
            "超期0件\n今天到期0件"
        )


async def test_what_is_late_due_and_oldest_is_named_by_alias(tmp_path: Path) -> None:
    async with opened_line(tmp_path) as line:
        first = await file(line, "anna")
        line.later(hours=5)
        second = await file(line, "bert")
        await line.app.casework.staff.order(
            second, Decline("不在范围"), AtTheMachine("李工", "operator")
        )
        line.later(hours=3)
        third = await file(line, "carl")
        line.at = MORNING.replace(hour=0, minute=31) + timedelta(days=1)  # 08:31
        assert await read(line) == (
            "减负专线晨报 11月24日（周二）\n"
            "昨天新收3件，办结0件。\n"
            "在办2件：待受理2\n"
            "超期0件\n"
            f"今天到期2件：{first}（待受理，11:00前）、{third}（待受理，19:00前）\n"
            f"最久的：{first}（待受理，22小时）、{third}（待受理，14小时）"
        )
        await line.app.casework.staff.order(
            third, Accept(), AtTheMachine("李工", "operator")
        )
        line.later(days=1)
        late = f"超期1件：{first}（待受理，超21小时）"
        assert late in await read(line)
        [row] = await line.app.resources.database.all(
            "SELECT id FROM cases WHERE alias = :name", name=first
        )
        seen = await read(line, frozenset([row[0]]))
        assert "超期1件\n" in seen and first not in seen
