"""The story of a case, what staff note among themselves, and how it was rated."""

from dataclasses import dataclass

from storage.port import Reader, Row, Write

STEP = 'id, case_id, report_id, number, kind, at, "by", public, sealed'
ADD_STEP = f"""INSERT INTO steps ({STEP}) VALUES (?, ?, ?,
  (SELECT coalesce(max(number), 0) + 1 FROM steps WHERE case_id = ?), ?, ?, ?, ?, ?)"""
STEPS_OF_CASE = f"SELECT {STEP} FROM steps WHERE case_id = :case_id ORDER BY number"
STEPS_OF_REPORT = (
    f"SELECT {STEP} FROM steps WHERE report_id = :report_id ORDER BY at, case_id,"
    " number"
)
PUBLISH = "UPDATE steps SET public = ? WHERE id = ?"
DROP_STEP = "DELETE FROM steps WHERE id = ?"
ADD_NOTE = 'INSERT INTO notes (id, case_id, at, "by", sealed) VALUES (?, ?, ?, ?, ?)'
NOTES_OF_CASE = (
    'SELECT id, case_id, at, "by", sealed FROM notes WHERE case_id = :case_id ORDER '
    "BY at, id"
)
RATE = """INSERT INTO ratings (report_id, solved, satisfied, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET solved = excluded.solved, satisfied = excluded.satisfied,
sealed = excluded.sealed"""
RATING_OF = (
    "SELECT report_id, solved, satisfied, sealed FROM ratings WHERE report_id "
    "= :report_id"
)


@dataclass(frozen=True, slots=True)
class StepRow:
    """report_id: said by or to this reporter only, sealed with that report's key.

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
    """solved, satisfied: the caller's small scales, None: not said; sealed: the free
    word.
    """

    report_id: bytes
    solved: int | None
    satisfied: int | None
    sealed: bytes | None


def _step(row: Row) -> StepRow:
    values = list(row)
    values[7] = bool(values[7])
    return StepRow(*values)


class Steps:
    """What happened to a case, in order."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[StepRow]:
        return [
            _step(row) for row in await self._reader.all(STEPS_OF_CASE, case_id=case_id)
        ]

    async def of_report(self, report_id: bytes) -> list[StepRow]:
        """Only what was said by or to this reporter alone, in whichever case."""
        return [
            _step(row)
            for row in await self._reader.all(STEPS_OF_REPORT, report_id=report_id)
        ]

    @staticmethod
    def add(row: StepRow) -> Write:
        """Append to the story; `row.number` does not matter."""
        place = (row.id, row.case_id, row.report_id, row.case_id)
        return Write(
            ADD_STEP, (*place, row.kind, row.at, row.by, int(row.public), row.sealed)
        )

    @staticmethod
    def publish(id: bytes, public: bool = True) -> Write:
        """Show the step to the reporter, or hide it."""
        return Write(PUBLISH, (int(public), id))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Undone before anybody was told. Its media must go first."""
        return Write(DROP_STEP, (id,))


class Notes:
    """Staff among themselves."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[NoteRow]:
        """Oldest first."""
        return [
            NoteRow(*row)
            for row in await self._reader.all(NOTES_OF_CASE, case_id=case_id)
        ]

    @staticmethod
    def add(row: NoteRow) -> Write:
        return Write(ADD_NOTE, (row.id, row.case_id, row.at, row.by, row.sealed))


class Ratings:
    """One per report; rating again replaces it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_report(self, report_id: bytes) -> RatingRow | None:
        row = await self._reader.one(RATING_OF, report_id=report_id)
        return RatingRow(*row) if row else None

    @staticmethod
    def put(row: RatingRow) -> Write:
        return Write(RATE, (row.report_id, row.solved, row.satisfied, row.sealed))
