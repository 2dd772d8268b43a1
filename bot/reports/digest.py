"""The digest of a morning: where the cases stand, what is late, what is due today,
which wait the longest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from bot.hours import DAY, HOUR, ending, seconds
from dialogs.case.life import FINISHED, STATES, State
from scheduler.periods import Period, midnight
from storage.port import Database
from storage.repositories.statistics import StandingCase, Statistics

MOST_NAMED = 5  # cases by alias in a line
WEEKDAYS = "一二三四五六日"
OPEN_STATES = [state for state in State if state not in FINISHED]

# whether everybody who reads the digest may know of a case
Visible = Callable[[bytes], Awaitable[bool]]


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
    statistics = Statistics(database)
    at = seconds(now)
    states = [state.value for state in OPEN_STATES]
    tomorrow = now.astimezone(of.zone).date() + timedelta(days=1)
    end = midnight(tomorrow, of.zone)
    late = await statistics.overdue(at, states)
    due = await statistics.due(at, end, states)
    oldest = await statistics.oldest(states, MOST_NAMED)

    def overdue(case: StandingCase) -> str:
        return f"超{_long(at - (case.due or at))}"

    def until(case: StandingCase) -> str:
        return f"{_clock(case.due or end, of)}前"

    def waiting(case: StandingCase) -> str:
        return _long(at - case.opened)

    lines = [
        f"减负专线晨报 {called(of.after)}",
        await _yesterday(of, statistics),
        await _in_hand(statistics),
        f"超期{len(late)}件" + await _named(late, overdue, visible),
        f"今天到期{len(due)}件" + await _named(due, until, visible),
    ]
    if waits := await _named(oldest, waiting, visible):
        lines.append(f"最久的{waits}")
    return "\n".join(lines)


async def _yesterday(of: Period, statistics: Statistics) -> str:
    every = [state.value for state in State]
    begins, ends = of.span
    counts: Counter[str] = Counter()
    for one in await statistics.happenings(begins, ends, every, ("closed",)):
        counts[one.what] += one.n
    return f"昨天新收{counts['filed']}件，办结{counts['closed']}件。"


async def _in_hand(statistics: Statistics) -> str:
    counts = await statistics.by_state()
    opened = {state: counts.get(state.value, 0) for state in OPEN_STATES}
    listed = [f"{STATES[state]}{n}" for state, n in opened.items() if n]
    words = f"在办{sum(opened.values())}件"
    return f"{words}：{'，'.join(listed)}" if listed else words


async def _named(
    cases: Sequence[StandingCase],
    words: Callable[[StandingCase], str],
    visible: Visible,
) -> str:
    """Those that may be known, by alias; "" where there is none."""
    known = [case for case in cases if await visible(case.id)][:MOST_NAMED]
    if not known:
        return ""
    listed = [
        f"{case.alias}（{STATES[State(case.state)]}，{words(case)}）" for case in known
    ]
    more = "……" if len(known) < len(cases) else ""
    return f"：{'、'.join(listed)}{more}"


def _long(span: int) -> str:
    """span: seconds."""
    return f"{span // DAY}天" if span >= DAY else f"{span // HOUR}小时"


def _clock(at: int, of: Period) -> str:
    _, clock = ending(datetime.fromtimestamp(at, of.zone), of.zone)
    return clock
