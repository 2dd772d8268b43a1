"""What is kept no longer than its time: where it is, how much, and how it goes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Row, SqlValue, Write

# cases looked at in one read: a third of a second, after which others have their turn
CONTENT_PAGE = 5000
SECONDS_A_DAY = 86400
# A reporter's own steps go with the report's key (`Reports.shred`), and not with the
# case: after a merge they stand with the old case while the report is alive with the
# new one.
SELECT_WHICH_HAVE_CONTENT = """
SELECT opened_hour, id,
  EXISTS (
    SELECT 1 FROM reports WHERE case_id = page.id AND wrapped_key IS NOT NULL
  )
  OR EXISTS (
    SELECT 1 FROM steps
    WHERE case_id = page.id AND report_id IS NULL AND sealed <> x''
  )
  OR EXISTS (SELECT 1 FROM notes WHERE case_id = page.id AND sealed <> x'')
  AS has_content
FROM (
  SELECT opened_hour, id
  FROM cases
  WHERE state IN (SELECT value FROM json_each(:states))
    AND opened_hour <= :before AND (opened_hour, id) > (:hour, :after)
  ORDER BY opened_hour, id
  LIMIT :most
) AS page
ORDER BY opened_hour, id
"""
SELECT_CASES_WITH_PICTURES = """
SELECT id
FROM cases
WHERE id IN (
    SELECT case_id FROM media JOIN reports ON reports.id = report_id
    UNION
    SELECT case_id FROM media JOIN steps ON steps.id = step_id
  )
  AND state IN (SELECT value FROM json_each(:states))
  AND opened_hour <= :before
ORDER BY opened_hour, id
"""
PICTURES_OF_CASE = """(
  SELECT media.id FROM media JOIN reports ON reports.id = report_id
  WHERE case_id = :id
  UNION
  SELECT media.id FROM media JOIN steps ON steps.id = step_id
  WHERE case_id = :id
)"""
COUNT_READABLE_REPORTS = """
SELECT count(*), min(filed_hour)
FROM reports
WHERE case_id = :id AND wrapped_key IS NOT NULL
"""
COUNT_PICTURES = f"SELECT count(*) FROM {PICTURES_OF_CASE}"
COUNT_STEPS_WITH_WORDS = """
SELECT count(*), min(at), max(at)
FROM steps
WHERE case_id = :id AND report_id IS NULL AND sealed <> x''
"""
COUNT_NOTES_WITH_WORDS = """
SELECT count(*), min(at), max(at)
FROM notes
WHERE case_id = :id AND sealed <> x''
"""
COUNT_OLD_DRAFTS = "SELECT count(*), min(due_at) FROM talks WHERE due_at <= :before"
COUNT_OLD_DRAFT_PICTURES = """
SELECT count(*), min(expires)
FROM media
WHERE expires <= :now
"""
COUNT_OLD_MARKS = "SELECT count(*), min(day) FROM inbox WHERE day < :day"
DELETE_PICTURES_OF_CASE = f"DELETE FROM media WHERE id IN {PICTURES_OF_CASE}"
EMPTY_CASE = (
    """
    UPDATE steps
    SET sealed = x''
    WHERE case_id = :id AND report_id IS NULL AND sealed <> x''
    """,
    "UPDATE notes SET sealed = x'' WHERE case_id = :id AND sealed <> x''",
    "UPDATE clocks SET sealed = x'' WHERE case_id = :id AND sealed <> x''",
)
DELETE_OLD_DRAFTS = "DELETE FROM talks WHERE due_at <= ?"

CountAndOldest = tuple[int, int | None]  # the oldest in seconds since 1970 UTC


@dataclass(frozen=True, slots=True)
class CaseContent:
    """What a case still holds. latest: when staff wrote last, 0 for never."""

    reports: CountAndOldest
    pictures: int
    steps: CountAndOldest
    notes: CountAndOldest
    latest: int

    def __bool__(self) -> bool:
        """Whether there are any words."""
        return any((self.reports[0], self.steps[0], self.notes[0]))


class KeptContent:
    """Counts and dates only; what is kept is not opened here."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def with_content(self, states: Sequence[str], before: int) -> list[bytes]:
        """Cases in these states, filed by then, that still hold words of anybody.

        The oldest first.
        """
        found: list[bytes] = []
        states_json = json.dumps([*states])
        last_hour = -1
        last_id = b""
        while True:
            rows = await self._reader.all(
                SELECT_WHICH_HAVE_CONTENT,
                states=states_json,
                before=before,
                hour=last_hour,
                after=last_id,
                most=CONTENT_PAGE,
            )
            found += [row["id"] for row in rows if row["has_content"]]
            if len(rows) < CONTENT_PAGE:
                return found
            last_hour = rows[-1]["opened_hour"]
            last_id = rows[-1]["id"]

    async def with_pictures(self, states: Sequence[str], before: int) -> list[bytes]:
        """The same for pictures, of reports and of answers."""
        rows = await self._reader.all(
            SELECT_CASES_WITH_PICTURES, states=json.dumps([*states]), before=before
        )
        return [row[0] for row in rows]

    async def of_case(self, id: bytes) -> CaseContent:
        reports, oldest_report = await self._counted(COUNT_READABLE_REPORTS, id=id)
        (pictures,) = await self._counted(COUNT_PICTURES, id=id)
        steps, oldest_step, newest_step = await self._counted(
            COUNT_STEPS_WITH_WORDS, id=id
        )
        notes, oldest_note, newest_note = await self._counted(
            COUNT_NOTES_WITH_WORDS, id=id
        )
        return CaseContent(
            reports=(reports, oldest_report),
            pictures=pictures,
            steps=(steps, oldest_step),
            notes=(notes, oldest_note),
            latest=max(newest_step or 0, newest_note or 0),
        )

    async def drafts(self, before: int) -> CountAndOldest:
        """Talks that housekeeping should have ended by then."""
        count, oldest = await self._counted(COUNT_OLD_DRAFTS, before=before)
        return count, oldest

    async def draft_pictures(self, now: int) -> CountAndOldest:
        count, oldest = await self._counted(COUNT_OLD_DRAFT_PICTURES, now=now)
        return count, oldest

    async def marks(self, day: int) -> CountAndOldest:
        """Inbox marks from before this day (since 1970)."""
        count, oldest_day = await self._counted(COUNT_OLD_MARKS, day=day)
        if oldest_day is None:
            return count, None
        return count, oldest_day * SECONDS_A_DAY

    async def _counted(self, sql: str, **params: SqlValue) -> Row:
        """The one row of a statement that counts."""
        rows = await self._reader.all(sql, **params)
        return rows[0]

    @staticmethod
    def empty(id: bytes) -> list[Write]:
        """The case keeps its skeleton, but no words.

        Kinds and times of its steps, its clocks and figures stay.
        """
        emptied = [Write(sql, {"id": id}) for sql in EMPTY_CASE]
        return [KeptContent.drop_pictures(id), *emptied]

    @staticmethod
    def drop_pictures(id: bytes) -> Write:
        return Write(DELETE_PICTURES_OF_CASE, {"id": id})

    @staticmethod
    def drop_drafts(before: int) -> Write:
        return Write(DELETE_OLD_DRAFTS, (before,))
