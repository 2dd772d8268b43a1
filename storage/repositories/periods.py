"""For which day, week and month a report was made last."""

from storage.port import ONE_ROW, Reader, Write

SELECT_LAST_PERIOD = "SELECT last FROM periods WHERE name = :name"
PUT_LATER_PERIOD = """
INSERT INTO periods (name, last) VALUES (?, ?)
ON CONFLICT DO UPDATE SET last = excluded.last
WHERE last < excluded.last
"""


class Periods:
    """Labels of one name grow as text does: 2026-11-23, 2026-W47, 2026-10."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def last(self, name: str) -> str | None:
        row = await self._reader.one(SELECT_LAST_PERIOD, name=name)
        return row[0] if row else None

    @staticmethod
    def made(name: str, label: str) -> Write:
        """Goes into the report's one commit.

        Stale when it, or a later one, was made already.
        """
        return Write(PUT_LATER_PERIOD, (name, label), ONE_ROW)
