"""The digest of a morning: where the cases stand, what is late, what is due today,
which wait the longest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from bot.hours import ending, seconds
from bot.reports.bulletins import Period, midnight
from dialogs.case.life import FINISHED, STATES, State
from storage.port import Database
from storage.repositories.statistics import Standing, Statistics

NAMED = 5  # cases by alias in a line
WEEKDAYS = "一二三四五六日"
HOUR, DAY = 3600, 86400
OPEN = [state for state in State if state not in FINISHED]

Visible = Callable[
    [bytes], Awaitable[bool]
]  # whether everybody who reads the digest may know of a case


async def everybody(case: bytes) -> bool:
    return True


def called(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


async def digest(
    of: Period, now: datetime, database: Database, visible: Visible = everybody
) -> str:
    """In a few lines. A case that somebody may not know of is counted, and
    not named.
    """
    statistics, at = Statistics(database), seconds(now)
    states = await statistics.by_state()
    opened = {state: states[state.value] for state in OPEN if states.get(state.value)}
    values = [state.value for state in OPEN]
    end = midnight(now.astimezone(of.zone).date() + timedelta(days=1), of.zone)
    late = await statistics.overdue(at, values)
    due = await statistics.due(at, end, values)
    oldest = await statistics.oldest(values, NAMED)
    moved = await statistics.happenings(
        *of.span, [state.value for state in State], ("closed",)
    )
    count = {
        what: sum(one.n for one in moved if one.what == what)
        for what in ("filed", "closed")
    }

    async def named(cases: Sequence[Standing], words: Callable[[Standing], str]) -> str:
        known = [one for one in cases if await visible(one.id)][:NAMED]
        more = "……" if len(known) < len(cases) and known else ""
        listed = "、".join(
            f"{one.alias}（{STATES[State(one.state)]}，{words(one)}）" for one in known
        )
        return f"：{listed}{more}" if listed else ""

    lines = [
        f"减负专线晨报 {called(of.after)}",
        f"昨天新收{count['filed']}件，办结{count['closed']}件。",
        f"在办{sum(opened.values())}件" + _states(opened),
        f"超期{len(late)}件"
        + await named(late, lambda one: f"超{_long(at - (one.due or at))}"),
        f"今天到期{len(due)}件"
        + await named(due, lambda one: f"{_clock(one.due or end, of)}前"),
    ]
    if waits := await named(oldest, lambda one: _long(at - one.opened)):
        lines.append(f"最久的{waits}")
    return "\n".join(lines)


def _states(opened: dict[State, int]) -> str:
    listed = "，".join(f"{STATES[state]}{n}" for state, n in opened.items())
    return f"：{listed}" if listed else ""


def _long(span: int) -> str:
    return f"{span // DAY}天" if span >= DAY else f"{span // HOUR}小时"


def _clock(at: int, of: Period) -> str:
    return ending(datetime.fromtimestamp(at, of.zone), of.zone)[1]
