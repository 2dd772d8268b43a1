"""Rings jobs again and again. It decides nothing and knows none of them: whoever joins
the program hands them over.

APScheduler rings them, which waits by the wall clock. That may be put right at any
time; so it is watched by the monotonic one. A clock that leaps ahead makes a job ring
once, however many rings it skipped; a clock that is put back makes every job ring at
once, where it would else be silent for as long.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from storage.port import StorageError

log = logging.getLogger(__name__)
CLOCK_EVERY = 5.0  # seconds between two looks whether the clock was put right
PUT_RIGHT = timedelta(seconds=2)  # less is the clock being kept right
# seconds, beside twice its interval, for which a job may do without success: what has
# piled up may take it minutes
PATIENCE = 300.0

# A job that is still at work when it should ring again is no trouble: it rings next
# time. What goes wrong in a job is told by the bell itself.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Every(BaseTrigger):  # type: ignore[misc] # apscheduler has no types
    """Rings at once, then after each `interval`. Skipped rings are made up for by one.

    APScheduler's own interval trigger counts every ring that a leaping clock skipped:
    400 days of half seconds are 69 million, and nothing else runs meanwhile.
    """

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    @property
    def seconds(self) -> float:
        return self.interval.total_seconds()

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime:
        if previous_fire_time is None:
            return now
        following: datetime = previous_fire_time + self.interval
        if following > now or previous_fire_time == now:
            return following
        return now


def every(**interval: float) -> Every:
    """A trigger for `every(seconds=2)`; keywords as of timedelta."""
    return Every(timedelta(**interval))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done again and again; while it is at work it does not ring again.

    name: for the log, one per job. run: is handed the program's time, UTC; a
    StorageError of it is logged and ends only this ring.
    """

    name: str
    trigger: Every
    run: Callable[[datetime], Awaitable[object]]

    @property
    def within(self) -> float:
        """Seconds within which it must have succeeded again."""
        return 2 * self.trigger.seconds + PATIENCE


@dataclass(frozen=True, slots=True)
class Beat:
    """When a job succeeded last. age: seconds since then, or since the bell was
    started; within: after so many something is wrong.
    """

    job: str
    age: float
    within: float

    @property
    def is_silent(self) -> bool:
        return self.age > self.within


class Bell:
    """Construct once, add jobs, start once."""

    def __init__(
        self,
        jobs: Sequence[Job],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: the time that jobs are handed; monotonic: seconds, by which heartbeats
        are told. Rings themselves go by the machine's clocks.
        """
        self._now = now
        self._monotonic = monotonic
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._jobs: dict[str, Job] = {}
        self._succeeded: dict[str, float] = {}
        self._watch: asyncio.Task[None] | None = None
        self._ringing: set[asyncio.Task[Any]] = set()
        for job in jobs:
            self.add(job)

    def add(self, job: Job) -> None:
        """Ring this one, too, as soon as the bell is started. A job of the same name
        is replaced.
        """
        self._jobs[job.name] = job
        if self._watch is not None:
            self._succeeded[job.name] = self._monotonic()
        self._scheduler.add_job(
            self._until_stopped,
            job.trigger,
            args=(job.name,),
            id=job.name,
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def job(self, name: str) -> Job:
        """Raises: KeyError, if no job has this name."""
        return self._jobs[name]

    def beats(self) -> list[Beat]:
        """One for each job; none before the bell is started."""
        now = self._monotonic()
        return [
            Beat(name, now - self._succeeded[name], job.within)
            for name, job in self._jobs.items()
            if name in self._succeeded
        ]

    def silent(self) -> list[str]:
        """Names of jobs that have not succeeded for too long."""
        return [beat.job for beat in self.beats() if beat.is_silent]

    async def ring(self, name: str) -> None:
        """Ring this job now, whatever the clock says, and wait until it is done."""
        job = self._jobs[name]
        try:
            await job.run(self._now())
        except StorageError as error:
            log.warning("%s: %s", name, type(error).__name__)
        # a bug in one job silences no other; content-free by the type alone
        except Exception as error:
            incident, kind = secrets.token_hex(4), type(error).__name__
            log.error("incident %s: %s: %s", incident, name, kind)
        else:
            self._succeeded[name] = self._monotonic()

    def start(self) -> None:
        self._succeeded = dict.fromkeys(self._jobs, self._monotonic())
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_clock())

    def stop(self) -> None:
        """What is being done is cancelled; it rings after the next start."""
        if self._watch is not None:
            self._watch.cancel()
        self._scheduler.shutdown(wait=False)

    async def stopped(self) -> None:
        """Until nothing is at work any more; what a stop cancelled may still let go of
        what it holds.
        """
        if self._ringing:
            await asyncio.wait(self._ringing)

    async def _until_stopped(self, name: str) -> None:
        """A stop in the middle is no trouble to report."""
        task = asyncio.current_task()
        assert task is not None  # the scheduler makes one for each ring
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)
        with suppress(asyncio.CancelledError):
            await self.ring(name)

    async def _watch_clock(self) -> None:
        """Not a job: a clock that was put back would silence it with all others."""
        loop = asyncio.get_running_loop()
        before = datetime.now(UTC)
        looked = loop.time()
        while True:
            await asyncio.sleep(CLOCK_EVERY)
            passed = timedelta(seconds=loop.time() - looked)
            now = datetime.now(UTC)
            if abs(now - before - passed) > PUT_RIGHT:
                log.warning("the clock was put right: every job rings now")
                for name in self._jobs:
                    self._scheduler.modify_job(name, next_run_time=now)
            before = now
            looked = loop.time()
