"""What `/health` says: of storage, proved by doing it, of jobs and of the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.port import Database, StorageError

PROVED_FOR = 5.0  # seconds: who asks more often gets the same answer


@dataclass(frozen=True, slots=True)
class Watch:
    """jobs: names of those that have not succeeded for too long; clock: by how much it
    is in doubt, None where it is not.
    """

    jobs: Callable[[], Sequence[str]]
    clock: Callable[[], str | None]

    def silent(self) -> str | None:
        names = self.jobs()
        return f"silent: {', '.join(names)}" if names else None

    def doubted(self) -> str | None:
        by = self.clock()
        return f"clock {by} the last record: deletions wait" if by else None


class StorageHealth:
    """Writes a little and reads it back, for all who ask within some seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: str | None = None
        self._until = 0.0
        self._proving = asyncio.Lock()

    async def trouble(self) -> str | None:
        """One word on what is wrong, with the file's name where one is gone; None: all
        is well.
        """
        if self._database.displaced is not None:
            return f"refusing: {self._database.displaced} is gone"
        if self._database.refusing:
            return "refusing"
        async with self._proving:
            if time.monotonic() >= self._until:
                self._found = await self._prove()
                self._until = time.monotonic() + PROVED_FOR
        return self._found

    async def _prove(self) -> str | None:
        try:
            await self._database.prove()
        except StorageError:
            return "refusing"
        return None
