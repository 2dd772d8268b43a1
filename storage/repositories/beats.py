"""When the jobs of whatever serves succeeded last."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from storage.port import Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class BeatRow:
    """at: seconds since 1970 UTC; within: seconds within which it must succeed
    again.
    """

    job: str
    at: int
    within: int


BEAT_COLUMNS = Columns(BeatRow)
SELECT_BEATS = f"SELECT {BEAT_COLUMNS.names} FROM beats ORDER BY job"
DELETE_BEATS = "DELETE FROM beats"
INSERT_BEAT = f"INSERT INTO beats ({BEAT_COLUMNS.names}) VALUES (?, ?, ?)"


class Beats:
    """All are written anew each time: a job that is no more leaves nothing."""

    @staticmethod
    def replace(beats: Iterable[BeatRow]) -> list[Write]:
        added = [Write(INSERT_BEAT, astuple(beat)) for beat in beats]
        return [Write(DELETE_BEATS, ()), *added]
