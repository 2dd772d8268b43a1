"""Whether the clock can be relied on. What cannot be undone waits while it cannot.

The clock is in doubt while it stands before the last audit line, or more than 48 hours
after it: it may be wrong, or the hotline was closed for long, and nobody but a person
knows which. Doubt ends when the clock is put right, with a supervisor's word, or after
48 hours of running. What is written in doubt proves nothing: the line that was the last
one when it began goes on counting.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.hours import DAY, seconds
from dialogs.case.refusals import Refusal, refusals
from scheduler.bell import Beat, Job, every
from storage.port import Audit, Changes, Database, Write
from storage.repositories.beats import BeatRow, Beats
from storage.repositories.outbox import Outbox
from storage.repositories.time import Time, TimeRow

log = logging.getLogger(__name__)
LOOK_EVERY = 30  # seconds
LONGEST_PAUSE = 48 * 3600  # seconds that may pass without an audit line
RUNS_FOR = 48 * 3600  # seconds of running after which the clock is believed
KEPT_RIGHT = 300  # seconds by which a clock that is kept right may move

TIME_REMEDY = "请对时；时钟没错，就请主管运行 jianfu time confirm"
Direction = Literal["before", "after"]
refusals(
    time_not_doubted="时钟没有可疑的地方，不用确认。",
    time_for_supervisors="时钟对不对，由主管确认。",
)


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """by: seconds between the clock and what was last relied on; at: when that was,
    seconds since 1970 UTC.
    """

    direction: Direction
    by: int
    at: int

    @property
    def span(self) -> str:
        """About how much it is, in Chinese."""
        if self.by >= DAY:
            return f"{self.by // DAY}天"
        if self.by >= 3600:
            return f"{self.by // 3600}小时"
        return f"{max(1, self.by // 60)}分钟"

    @property
    def said(self) -> str:
        """What is amiss, in Chinese, without what follows from it."""
        where = "还早" if self.direction == "before" else "晚了"
        return f"时钟比最后一条记录{where}{self.span}"


def doubt(known: TimeRow, now: int) -> ClockDoubt | None:
    """Pure. now: seconds since 1970 UTC. None: it can be relied on."""
    proved = max(known.sure, known.line_at)
    youngest = max(proved, known.last_at)
    if proved == 0:
        return None
    if now > proved + LONGEST_PAUSE:
        return ClockDoubt("after", now - proved, proved)
    if now < youngest - KEPT_RIGHT:
        return ClockDoubt("before", youngest - now, youngest)
    return None


Tell = Callable[[ClockDoubt], Awaitable[Sequence[Write]]]


async def _nobody(found: ClockDoubt) -> Sequence[Write]:
    return ()


class TimeWatch:
    """Construct once, `look` before anything is done, `looking` while serving."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        is_watched: bool,
        tell: Tell = _nobody,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """is_watched: False where whoever turns the clock vouches for it; tell: hands
        out what lets staff know, for the commit that notes it; monotonic: seconds.
        """
        self._database = database
        self._time = Time(database)
        self._now = now
        self._is_watched = is_watched
        self._tell = tell
        self._monotonic = monotonic
        self._known: TimeRow | None = None
        self._looked: tuple[float, int] | None = None  # monotonic, and the clock's
        self._in_doubt = False

    # ── asking ────────────────────────────────────────────────────────────────────────

    def doubt(self, at: datetime | None = None) -> ClockDoubt | None:
        """As far as is known from the last look, for this moment's time."""
        if not self._is_watched or self._known is None:
            return None
        return doubt(self._known, seconds(at or self._now()))

    def is_doubted(self, at: datetime) -> bool:
        """Whether what cannot be undone must wait; also while nobody could look."""
        is_unknown = self._is_watched and self._known is None
        return is_unknown or self.doubt(at) is not None

    def waiting(
        self, run: Callable[[datetime], Awaitable[object]]
    ) -> Callable[[datetime], Awaitable[object]]:
        """The same work, left out while the clock is in doubt."""

        async def unless_doubted(at: datetime) -> object:
            return None if self.is_doubted(at) else await run(at)

        return unless_doubted

    # ── looking ───────────────────────────────────────────────────────────────────────

    async def look(self) -> None:
        """Before this process writes anything: doubt that begins is noted, so that
        nothing it writes will prove the clock right. Raises: StorageError.
        """
        self._known = await self._time.load()
        found = self.doubt()
        if found is not None and self._known.line is None:
            await self._database.commit([Time.doubted(self._known, 0, told=False)])
            self._known = await self._time.load()

    def looking(self, beats: Callable[[], Sequence[Beat]]) -> Job:
        """Looks again while serving, and writes down how the jobs are."""

        async def run(at: datetime) -> None:
            moment = seconds(at)
            rows = [
                BeatRow(beat.job, moment - int(beat.age), int(beat.within))
                for beat in beats()
            ]
            noted = await self._noted(at)
            await self._database.commit([*Beats.replace(rows), *noted])
            self._known = await self._time.load()

        return Job(name="pulse", trigger=every(seconds=LOOK_EVERY), run=run)

    async def _noted(self, at: datetime) -> Changes:
        """What is known of the time from now on."""
        now = seconds(at)
        is_first = self._looked is None
        ran, leapt = self._since_last_look(now)
        was_put_back = is_first or leapt < -KEPT_RIGHT
        put_back: Changes = [Outbox.bring_forward(now)] if was_put_back else []
        if not self._is_watched:
            return put_back
        self._known = known = await self._time.load()
        found = doubt(known, now)
        self._log(found)
        if found is None:
            return [*put_back, Time.relied_on(now)]
        waited = 0 if abs(leapt) > KEPT_RIGHT else known.waited + ran
        if waited >= RUNS_FOR:
            log.warning("the clock is believed after 48 hours of running")
            return [*put_back, *_believed(found, now, "time.waited", None)]
        letters = () if known.told else await self._tell(found)
        return [*put_back, Time.doubted(known, waited, told=True), *letters]

    def _since_last_look(self, now: int) -> tuple[int, int]:
        """Seconds that passed, and by how many more or less the clock moved."""
        moment = self._monotonic()
        before, self._looked = self._looked, (moment, now)
        if before is None:
            return 0, 0
        ran = int(moment - before[0])
        return ran, now - before[1] - ran

    def _log(self, found: ClockDoubt | None) -> None:
        """Each change once."""
        if found is not None and not self._in_doubt:
            log.error(
                "the clock stands %d hours %s the last record: what cannot be undone"
                " waits for a supervisor (jianfu time confirm), or for 48 hours of"
                " running",
                found.by // 3600,
                found.direction,
            )
        if found is None and self._in_doubt:
            log.warning("the clock is believed again")
        self._in_doubt = found is not None

    async def rely(self) -> None:
        """Something that cannot be undone was done by this clock. Raises:
        StorageError.
        """
        if self._is_watched and self.doubt() is None:
            await self._database.commit([Time.relied_on(seconds(self._now()))])

    # ── a supervisor's word ───────────────────────────────────────────────────────────

    async def confirm(self, by: bytes | None, also: Sequence[Write] = ()) -> ClockDoubt:
        """The clock is right: what waited may go on. by: the supervisor's id; also:
        goes into the same commit.

        Raises: Refusal, where nothing is in doubt; StorageError.
        """
        known = await self._time.load()
        now = seconds(self._now())
        found = doubt(known, now)
        if found is None:
            raise Refusal("time_not_doubted")
        believed = _believed(found, now, "time.confirmed", by)
        await self._database.commit([*believed, *also])
        self._known = await self._time.load()
        return found


def _believed(found: ClockDoubt, now: int, kind: str, by: bytes | None) -> Changes:
    content = json.dumps({"direction": found.direction, "by": found.by})
    return [Time.relied_on(now), Audit(now, kind, None, by, content)]
