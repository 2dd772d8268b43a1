"""Whether the time can be relied on, as it is known from one process to the next."""

from dataclasses import dataclass

from storage.port import Reader, Write

# What is known, and the audit line that counts: the last one, or the last before doubt
# began, for whatever is written in doubt proves nothing; and the last one of all.
SELECT_TIME = """
SELECT time.sure, time.line, time.waited, time.told,
  coalesce((SELECT at FROM audit
            WHERE seq <= coalesce(time.line, 9223372036854775807)
            ORDER BY seq DESC LIMIT 1), 0),
  coalesce((SELECT max(seq) FROM audit), 0),
  coalesce((SELECT at FROM audit ORDER BY seq DESC LIMIT 1), 0)
FROM time
"""
RELY = "UPDATE time SET sure = ?, line = NULL, waited = 0, told = 0"
# unless somebody relied on it since it was read
DOUBT = "UPDATE time SET line = ?, waited = ?, told = ? WHERE sure = ?"


@dataclass(frozen=True, slots=True)
class TimeRow:
    """Times in seconds since 1970 UTC, 0: never yet.

    sure: when the clock was last relied on; line: the last audit line before doubt
    began, None without doubt; waited: seconds of running in doubt; told: whether staff
    were told of it; line_at: of that audit line, without doubt of the last one;
    last_line: the number of the last one, last_at: its time.
    """

    sure: int
    line: int | None
    waited: int
    told: int
    line_at: int
    last_line: int
    last_at: int


class Time:
    """The only row of its table."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def load(self) -> TimeRow:
        row = await self._reader.one(SELECT_TIME)
        assert row is not None  # its migration has put it there
        return TimeRow(*row)

    @staticmethod
    def relied_on(at: int) -> Write:
        """There is no doubt at this moment."""
        return Write(RELY, (at,))

    @staticmethod
    def doubted(row: TimeRow, waited: int, *, told: bool) -> Write:
        """Doubt begins, or goes on."""
        line = row.last_line if row.line is None else row.line
        return Write(DOUBT, (line, waited, int(told), row.sure))
