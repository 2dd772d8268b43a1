"""The lease of a database: one process sends, rings and polls; a second sender would
send everything twice.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from datetime import datetime

from bot.hours import seconds
from bot.settings import OperatorError
from scheduler.bell import Job, every
from storage.port import Database, StorageError
from storage.repositories.leases import Leases

log = logging.getLogger(__name__)
LEASE_NAME = "serve"
LEASE_SECONDS = 30  # seconds
LATER_THAN_ANY = 1 << 40  # seconds since 1970


class Lease:
    """Held by this process until it is released, or somebody else takes it over."""

    def __init__(self, database: Database) -> None:
        self._leases = Leases(database)
        self._holder = secrets.token_bytes(16)
        self._lost = asyncio.Event()

    async def take_over(self, now: datetime) -> None:
        """Take it from whoever had it: with the lock on the data folder in hand, every
        earlier holder is dead. A store that refuses is asked again by `prolonging`.
        """
        moment = seconds(now)
        try:
            # "now" is later than any lease, so that none counts as held
            lasting = moment + LEASE_SECONDS - LATER_THAN_ANY
            await self._leases.take(LEASE_NAME, self._holder, LATER_THAN_ANY, lasting)
        except StorageError as error:
            log.warning("lease: %s", type(error).__name__)

    def prolonging(self) -> Job:
        """Three times in the span for which it is held."""
        trigger = every(seconds=LEASE_SECONDS / 3)
        return Job(name="lease", trigger=trigger, run=self._prolong)

    async def _prolong(self, now: datetime) -> None:
        moment = seconds(now)
        if not await self._leases.take(LEASE_NAME, self._holder, moment, LEASE_SECONDS):
            self._lost.set()

    async def lost(self) -> None:
        """Wait until somebody else has it. Raises: OperatorError."""
        await self._lost.wait()
        raise OperatorError(
            "另一个 jianfu serve 接管了这个数据库，本进程停止：请只留一个"
        )

    async def release(self) -> None:
        """Whoever gets the lock next may take the lease over anyway."""
        with suppress(StorageError):
            await self._leases.release(LEASE_NAME, self._holder)
