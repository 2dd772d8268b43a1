"""By what time is counted in this deployment."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.settings import Settings
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms
from scheduler.calendar import WorkCalendar


def terms_of(settings: Settings) -> Terms:
    return Terms(Rules.default(), WorkCalendar(), ZoneInfo(settings.timezone))
