"""What was already taken in."""

from storage.port import Reader, Unseen, Write

MARK = "INSERT OR IGNORE INTO inbox (mark, day) VALUES (?, ?)"
SWEEP = "DELETE FROM inbox WHERE day < ?"
KNOWN = "SELECT 1 FROM inbox WHERE mark = :mark"
NEW = Unseen()


class Inbox:
    """Keyed digests of updates, so that a redelivery is a no-op."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def known(self, mark: bytes) -> bool:
        """Whether this was taken in before; the guard of `mark` decides, this only
        spares work.
        """
        return await self._reader.one(KNOWN, mark=mark) is not None

    @staticmethod
    def mark(mark: bytes, day: int) -> Write:
        """Note it down, else the whole turn is Seen. mark: keyed digest; day: days
        since 1970 UTC.
        """
        return Write(MARK, (mark, day), NEW)

    @staticmethod
    def sweep(before_day: int) -> Write:
        """Platforms redeliver for at most two days: forget what is older."""
        return Write(SWEEP, (before_day,))
