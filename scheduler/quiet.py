"""Quiet hours: when nobody is disturbed who has not just spoken to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` on and before `ends`: whole local hours, 0-23, mostly over
    midnight. Where both are equal there are none.
    """

    begins: int
    ends: int
    zone: ZoneInfo

    def hold(self, at: datetime) -> bool:
        """Whether it is quiet at that moment."""
        hour = at.astimezone(self.zone).hour
        if self.begins > self.ends:
            return hour >= self.begins or hour < self.ends
        return self.begins <= hour < self.ends

    def next_open(self, at: datetime) -> datetime:
        """The first moment from `at` on at which somebody may be disturbed."""
        if not self.hold(at):
            return at
        local = at.astimezone(self.zone)
        morning = local + timedelta(days=1) if local.hour >= self.ends else local
        opens = morning.replace(hour=self.ends, minute=0, second=0, microsecond=0)
        return opens.astimezone(UTC)
