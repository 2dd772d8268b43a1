"""When pushes about one report go out as one message, and how long that waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.hours import seconds, utc
from scheduler.quiet import QuietHours

AFTER_THE_FIRST = 600  # seconds: nothing waits longer for what may follow
ON_ITS_WAY = 60  # seconds that a messenger may take


@dataclass(frozen=True, slots=True)
class Burst:
    """Pushes about one report that wait for each other.

    since: when the first was ordered, seconds since 1970 UTC; late: seconds drawn by
    lot for all of them; at_once: one of them waits for no other. Lies sealed beside
    each of its messages.
    """

    since: int
    late: int
    at_once: bool = False

    def due(self, now: int, gather: int, hours: QuietHours) -> int:
        """When it goes out if something joins it now, in seconds since 1970 UTC: by lot
        a little later, never in quiet hours.

        gather: seconds after the last of them, within `AFTER_THE_FIRST`.
        """
        ready = now
        if not self.at_once:
            ready = min(now + gather, self.since + AFTER_THE_FIRST)
        opens = hours.next_open(utc(ready))
        return seconds(hours.next_open(opens + timedelta(seconds=self.late)))


def out_by(since: int, late: int, hours: QuietHours) -> int:
    """By when a push ordered then has gone out, whatever the lot says and whatever
    joins it, in seconds since 1970 UTC. Nothing of its way is shown to staff before:
    they would learn when a phone rang.

    since: when it was ordered, likewise; late: the most that the lot may say.
    """
    opens = hours.next_open(utc(since + AFTER_THE_FIRST))
    sent = hours.next_open(opens + timedelta(seconds=late))
    return seconds(sent) + ON_ITS_WAY
