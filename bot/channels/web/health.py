"""What `/health` says of storage, proved by doing it."""

from __future__ import annotations

import asyncio
import time

from storage.port import Database, StorageError

PROVED_FOR = 5.0  # seconds: who asks more often gets the same answer


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
