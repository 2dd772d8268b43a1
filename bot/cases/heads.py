"""The daily heads of the audit chain: drawn after each midnight, shown to everybody,
quoted to each reporter in their story.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, time, tzinfo

from bot.hours import seconds
from dialogs.case.story import QuotedHead
from dialogs.case.worktime import ONE_DAY
from storage.port import Database, Stale
from storage.repositories.heads import AuditHead, Heads

# hex digits that a reporter is told: 160 bits, so that nobody finds two chains for one
QUOTED_DIGITS = 40
REMEMBERED = 4096  # cases of which it is remembered which head stands for them


class AuditHeads:
    """Draws heads and knows them. Those that are known are kept in memory: a few bytes
    for each day.
    """

    def __init__(
        self, database: Database, zone: tzinfo, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._stored = Heads(database)
        self._zone = zone
        self._now = now
        self._known: list[AuditHead] = []
        self._covering: dict[bytes, AuditHead] = {}

    async def run(self, at: datetime) -> None:
        """Draw the head of the day that ended last, unless it is there. Days on which
        nothing ran have none: the next head stands for them, too. Nor has any day
        before the chain began. Raises: StorageError.
        """
        midnight = datetime.combine(at.astimezone(self._zone), time(), self._zone)
        day = (midnight - ONE_DAY).date()
        await self._catch_up()
        began = await self._stored.began()
        is_before_all = began is None or began >= seconds(midnight)
        if is_before_all or any(head.day == day for head in self._known):
            return
        with suppress(Stale):  # another process was faster
            await self._database.commit(Heads.draw(day, seconds(midnight)))
        await self._catch_up()

    async def all(self) -> Sequence[AuditHead]:
        """Every head, oldest first."""
        yesterday = self._now().astimezone(self._zone).date() - ONE_DAY
        if not self._known or self._known[-1].day != yesterday:
            await self._catch_up()
        return self._known

    async def quoted(self, case: bytes, filed_hour: int) -> QuotedHead | None:
        """What a reporter is told of the first head that stands for their filing; None
        before there is one.

        Args:
            case: id of the case that the report was filed as.
        """
        head = self._covering.get(case) or await self._first_with(case, filed_hour)
        if head is None:
            return None
        if len(self._covering) >= REMEMBERED:
            self._covering.clear()
        self._covering[case] = head
        return QuotedHead(head.day, head.code(QUOTED_DIGITS))

    async def _first_with(self, case: bytes, filed_hour: int) -> AuditHead | None:
        """It is the line that counts, not the time: it is looked for in the days
        around, since what came before midnight may be written after it.
        """
        heads = await self.all()
        by_time = bisect_right(heads, filed_hour, key=lambda head: head.at)
        near = heads[: by_time + 2]
        if not near:
            return None
        after = heads[by_time - 3].seq if by_time >= 3 else 0
        line = await self._stored.filing(case, after, near[-1].seq)
        if line is None:
            return None
        return next(head for head in near if head.seq >= line)

    async def _catch_up(self) -> None:
        last = self._known[-1].seq if self._known else 0
        for head in await self._stored.since(last):
            if not self._known or head.seq > self._known[-1].seq:
                self._known.append(head)
