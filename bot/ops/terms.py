"""The terms by which time is counted, as the settings choose them: rules, calendar,
time zone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.settings import OperatorError, Settings, written
from dialogs.case.rules import Rules, RulesError, parse
from dialogs.case.worktime import Terms
from scheduler.calendar import CalendarError, WorkCalendar, local_days

Made = TypeVar("Made")


def terms_of(settings: Settings) -> Terms:
    """Raises: OperatorError, naming the file and the key that is wrong."""
    rules = (
        _made("规则文件", settings.rules, parse) if settings.rules else Rules.default()
    )
    calendar = (
        _made("本地日历", settings.calendar, local_days)
        if settings.calendar
        else WorkCalendar()
    )
    return Terms(rules, calendar, ZoneInfo(settings.timezone))


def _made(what: str, path: Path, make: Callable[[str], Made]) -> Made:
    text = written(what, path)
    try:
        return make(text)
    except (RulesError, CalendarError) as error:
        raise OperatorError(f"{what} {path}：{error}") from None
    except (ValueError, RecursionError):  # numbers and tables without end
        raise OperatorError(
            f"{what} {path} 读不懂：请照 docs/clocks.md 检查写法"
        ) from None
