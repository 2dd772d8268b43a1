"""Month figures, kept in the same write as what they count."""

from dataclasses import dataclass

from storage.port import Reader, Write

BEIJING = 8 * 3600  # seconds; China has one time zone and no summer time
ADD = """INSERT INTO counts (month, category, what, n) VALUES (strftime('%Y-%m', ?,
    'unixepoch'), ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n"""
BETWEEN = """SELECT month, category, what, n FROM counts WHERE month BETWEEN :first AND
    :last
ORDER BY month, category, what"""


@dataclass(frozen=True, slots=True)
class Count:
    """month: YYYY-MM in Beijing; what: filed, accepted, closed, … as the caller counts
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
        return [
            Count(*row)
            for row in await self._reader.all(BETWEEN, first=first, last=last)
        ]

    @staticmethod
    def add(at: int, category: str, what: str, n: int = 1) -> Write:
        """Count `n` more (or fewer, below zero) in the Beijing month of `at`."""
        return Write(ADD, (at + BEIJING, category, what, n))
