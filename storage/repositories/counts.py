"""Month figures, kept in the same write as what they count."""

from dataclasses import dataclass

from storage.port import Reader, Write

# seconds that Beijing is ahead of UTC; China has one time zone and no summer time
BEIJING_OFFSET = 8 * 3600
ADD_TO_COUNT = """
INSERT INTO counts (month, category, what, n)
VALUES (strftime('%Y-%m', ?, 'unixepoch'), ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n
"""
SELECT_COUNTS = """
SELECT month, category, what, n
FROM counts
WHERE month BETWEEN :first AND :last
ORDER BY month, category, what
"""


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of one month.

    month: YYYY-MM in Beijing; what: filed, accepted, closed, … as the caller counts
    them.
    """

    month: str
    category: str
    what: str
    n: int


class Counts:
    """How many of what, by month and category."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def between(self, first: str, last: str) -> list[Count]:
        """Figures of the months from `first` to `last`, both included (YYYY-MM)."""
        rows = await self._reader.all(SELECT_COUNTS, first=first, last=last)
        return [Count(*row) for row in rows]

    @staticmethod
    def add(at: int, category: str, what: str, n: int = 1) -> Write:
        """Count `n` more (or fewer, below zero) in the Beijing month of `at`."""
        return Write(ADD_TO_COUNT, (at + BEIJING_OFFSET, category, what, n))
