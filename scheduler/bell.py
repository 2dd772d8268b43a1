"""Rings when something is due. It decides nothing: what falls due goes in at the same
door as a message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.port import StorageError
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media
from storage.repositories.staff import StaffList
from storage.repositories.talks import TalkRow, Talks
from storage.repositories.telegram import TelegramChats
from storage.repositories.web import WebBubbles, WebSessions
from storage.sqlite import SQLiteDatabase

log = logging.getLogger(__name__)
REDELIVERY = timedelta(days=3)  # platforms repeat an update for at most two
LOOK_EVERY = 2  # seconds between two looks for what cases owe
LATE = 3600  # seconds a missed ring is still worth ringing


class Bell:
    """Every two seconds: what cases owe. Every minute: drafts, reports. Every hour:
    what has expired.

    Every day: what has been kept long enough.
    """

    def __init__(
        self,
        database: SQLiteDatabase,
        ring: Callable[[TalkRow, datetime], Awaitable[None]],
        rounds: Callable[[datetime], Awaitable[int]],
        now: Callable[[], datetime],
        timezone: str,
        reports: Callable[[datetime], Awaitable[object]] | None = None,
        retain: Callable[[datetime], Awaitable[object]] | None = None,
    ) -> None:
        """ring: a talk that is due; rounds: cases; reports: digests and reports, where
        anybody reads them.

        retain: removes what is over its time.
        """
        self._database, self._ring, self._rounds, self._now = (
            database,
            ring,
            rounds,
            now,
        )
        self._reports, self._retain, self._talks = reports, retain, Talks(database)
        self._scheduler = AsyncIOScheduler(timezone=timezone)
        for job, every in (
            (self.cases, {"seconds": LOOK_EVERY}),
            (self.drafts, {"minutes": 1}),
            *(((self.reports, {"minutes": 1}),) if reports else ()),
            (self.sweep, {"hours": 1}),
            *(((self.retain, {"days": 1}),) if retain else ()),
        ):
            self._scheduler.add_job(
                self._until_stopped,
                "interval",
                args=(job,),
                **every,
                next_run_time=datetime.now(
                    UTC
                ),  # the scheduler goes by the wall clock, whatever ours says
                coalesce=True,
                max_instances=1,
                misfire_grace_time=LATE,
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    @staticmethod
    async def _until_stopped(job: Callable[[], Awaitable[None]]) -> None:
        """A stop in the middle is no trouble to report: what was left rings after the
        next start.
        """
        with suppress(asyncio.CancelledError):
            await job()

    async def cases(self) -> None:
        """Ring what cases owe by now."""
        try:
            await self._rounds(self._now())
        except StorageError as error:
            log.warning("rounds: %s", type(error).__name__)

    async def drafts(self) -> None:
        """Remind of drafts once, and let go of those whose time is over."""
        now = self._now()
        try:
            for row in await self._talks.due(int(now.timestamp())):
                await self._ring(row, now)
        except StorageError as error:
            log.warning("drafts: %s", type(error).__name__)

    async def reports(self) -> None:
        """Hand out the digest and the reports that are due."""
        try:
            if self._reports is not None:
                await self._reports(self._now())
        except StorageError as error:
            log.warning("reports: %s", type(error).__name__)

    async def sweep(self) -> None:
        """Delete what has expired: inbox marks, draft pictures, sessions and bubbles,
        staff's codes.
        """
        now = int(self._now().timestamp())
        try:
            await self._database.commit(
                [
                    Inbox.sweep((now - int(REDELIVERY.total_seconds())) // 86400),
                    Media.sweep(now),
                    WebBubbles.sweep(now),
                    WebSessions.sweep(now),
                    TelegramChats.sweep(now),
                    *StaffList.sweep(now),
                ]
            )
            await self._database.tidy()
        except StorageError as error:
            log.warning("sweep: %s", type(error).__name__)

    async def retain(self) -> None:
        """Remove what has been kept long enough."""
        try:
            if self._retain is not None:
                await self._retain(self._now())
        except StorageError as error:
            log.warning("retention: %s", type(error).__name__)
