"""What was already taken in."""

from storage.port import Reader, Unseen, Write

INSERT_INBOX_MARK = "INSERT OR IGNORE INTO inbox (mark, day) VALUES (?, ?)"
SWEEP_INBOX = "DELETE FROM inbox WHERE day < ?"
SELECT_WHETHER_SEEN = "SELECT 1 FROM inbox WHERE mark = :mark"
NEW_MARK = Unseen()


class Inbox:
    """Keyed digests of updates, so that a redelivery is a no-op."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def known(self, mark: bytes) -> bool:
        """Whether this was taken in before.

        The guard of `mark` decides; this only spares work.
        """
        return await self._reader.one(SELECT_WHETHER_SEEN, mark=mark) is not None

    @staticmethod
    def mark(mark: bytes, day: int) -> Write:
        """Note an update down, else the whole turn is Seen.

        Args:
            mark: keyed digest of the update.
            day: days since 1970 UTC.
        """
        return Write(INSERT_INBOX_MARK, (mark, day), NEW_MARK)

    @staticmethod
    def sweep(before_day: int) -> Write:
        """Platforms redeliver for at most two days: forget what is older."""
        return Write(SWEEP_INBOX, (before_day,))
