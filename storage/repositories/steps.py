"""The story of a case, what staff note among themselves, and how it was rated."""

from dataclasses import dataclass

from storage.port import Reader, Row, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a case's story.

    report_id: said by or to this reporter only, sealed with that report's key;
    by: staff id, None for reporters; number: place in the story, given by the database;
    sealed: empty once shredded.
    """

    id: bytes
    case_id: bytes
    report_id: bytes | None
    number: int
    kind: str
    at: int
    by: bytes | None
    public: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Internal: leaves by no path that leads to a reporter."""

    id: bytes
    case_id: bytes
    at: int
    by: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class RatingRow:
    """How a reporter rated the outcome.

    solved, satisfied: the caller's small scales, None: not said; sealed: the free word.
    """

    report_id: bytes
    solved: int | None
    satisfied: int | None
    sealed: bytes | None


STEP_COLUMNS = Columns(StepRow)
STEP_PUBLIC = STEP_COLUMNS.position("public")
NOTE_COLUMNS = Columns(NoteRow)
RATING_COLUMNS = Columns(RatingRow)
APPEND_STEP = f"""
INSERT INTO steps ({STEP_COLUMNS.names})
VALUES (
  :id, :case_id, :report_id,
  (SELECT coalesce(max(number), 0) + 1 FROM steps WHERE case_id = :case_id),
  :kind, :at, :by, :public, :sealed
)
"""
SELECT_STEPS_OF_CASE = f"""
SELECT {STEP_COLUMNS.names}
FROM steps
WHERE case_id = :case_id
ORDER BY number
"""
SELECT_STEPS_OF_REPORT = f"""
WITH told AS (
  SELECT {STEP_COLUMNS.names},
    max(at) OVER (PARTITION BY case_id ORDER BY number) AS since
  FROM steps
  WHERE case_id IN (SELECT case_id FROM steps WHERE report_id = :report_id)
)
SELECT {STEP_COLUMNS.names}
FROM told
WHERE report_id = :report_id
ORDER BY since, min(at) OVER (PARTITION BY case_id), case_id, number
"""
PUBLISH_STEP = "UPDATE steps SET public = ? WHERE id = ?"
DELETE_STEP = "DELETE FROM steps WHERE id = ?"
INSERT_NOTE = f"""
INSERT INTO notes ({NOTE_COLUMNS.names})
VALUES ({NOTE_COLUMNS.placeholders})
"""
SELECT_NOTES_OF_CASE = f"""
SELECT {NOTE_COLUMNS.names}
FROM notes
WHERE case_id = :case_id
ORDER BY at, id
"""
PUT_RATING = f"""
INSERT INTO ratings ({RATING_COLUMNS.names})
VALUES ({RATING_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET
  solved = excluded.solved, satisfied = excluded.satisfied, sealed = excluded.sealed
"""
SELECT_RATING = f"""
SELECT {RATING_COLUMNS.names}
FROM ratings
WHERE report_id = :report_id
"""


def _step(row: Row) -> StepRow:
    values = list(row)
    values[STEP_PUBLIC] = bool(values[STEP_PUBLIC])
    return StepRow(*values)


class Steps:
    """What happened to a case, in order."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[StepRow]:
        rows = await self._reader.all(SELECT_STEPS_OF_CASE, case_id=case_id)
        return [_step(row) for row in rows]

    async def of_report(self, report_id: bytes) -> list[StepRow]:
        """Only what was said by or to this reporter alone, in whichever case, in the
        order in which it was said: what a reporter did is dated to the hour.
        """
        rows = await self._reader.all(SELECT_STEPS_OF_REPORT, report_id=report_id)
        return [_step(row) for row in rows]

    @staticmethod
    def add(row: StepRow) -> Write:
        """Append to the story; `row.number` does not matter."""
        return Write(APPEND_STEP, STEP_COLUMNS.named(row))

    @staticmethod
    def publish(id: bytes, public: bool = True) -> Write:
        """Show the step to the reporter, or hide it."""
        return Write(PUBLISH_STEP, (int(public), id))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Undone before anybody was told. Its media must go first."""
        return Write(DELETE_STEP, (id,))


class Notes:
    """Staff among themselves."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[NoteRow]:
        """Oldest first."""
        rows = await self._reader.all(SELECT_NOTES_OF_CASE, case_id=case_id)
        return [NoteRow(*row) for row in rows]

    @staticmethod
    def add(row: NoteRow) -> Write:
        return Write(INSERT_NOTE, NOTE_COLUMNS.values(row))


class Ratings:
    """One per report; rating again replaces it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_report(self, report_id: bytes) -> RatingRow | None:
        row = await self._reader.one(SELECT_RATING, report_id=report_id)
        return RatingRow(*row) if row else None

    @staticmethod
    def put(row: RatingRow) -> Write:
        return Write(PUT_RATING, RATING_COLUMNS.values(row))
