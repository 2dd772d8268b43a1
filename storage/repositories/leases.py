"""Which process may send, ring and poll."""

from storage.port import ONE_ROW, Database, SqlValue, Stale, Write

TAKE_LEASE = """
INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE leases.holder = excluded.holder OR leases.until <= :now
"""
RELEASE_LEASE = "DELETE FROM leases WHERE name = ? AND holder = ?"


class Leases:
    """A name is held by one process at a time, and only for a while."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: bytes, now: int, seconds: int = 30) -> bool:
        """Take or prolong; False when somebody else holds it."""
        values: dict[str, SqlValue] = {
            "name": name,
            "holder": holder,
            "until": now + seconds,
            "now": now,
        }
        try:
            await self._database.commit([Write(TAKE_LEASE, values, ONE_ROW)])
        except Stale:
            return False
        return True

    async def release(self, name: str, holder: bytes) -> None:
        """Let the next one in at once."""
        await self._database.commit([Write(RELEASE_LEASE, (name, holder))])
