"""What is kept no longer than its time: where there is still something, how much, and
how it goes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Write

# cases looked at in one read: a third of a second, after which others have their turn
PAGE = 5000
# A reporter's own steps go with the report's key (`Reports.shred`), and not with the
# case: after a merge they stand with the old case while the report is alive with the
# new one.
CONTENT = """SELECT opened_hour, id,
EXISTS (SELECT 1 FROM reports WHERE case_id = page.id AND wrapped_key IS NOT NULL)
OR EXISTS (SELECT 1 FROM steps WHERE case_id = page.id AND report_id IS NULL AND sealed
    <> x'')
OR EXISTS (SELECT 1 FROM notes WHERE case_id = page.id AND sealed <> x'')
FROM (SELECT opened_hour, id FROM cases WHERE state IN (SELECT value FROM
    json_each(:states))
AND opened_hour <= :before AND (opened_hour, id) > (:hour, :after)
ORDER BY opened_hour, id LIMIT :most) AS page ORDER BY opened_hour, id"""
WITH_PICTURES = """SELECT id FROM cases WHERE id IN
(SELECT case_id FROM media JOIN reports ON reports.id = report_id
UNION SELECT case_id FROM media JOIN steps ON steps.id = step_id)
AND state IN (SELECT value FROM json_each(:states)) AND opened_hour <= :before ORDER BY
    opened_hour, id"""
PICTURES_OF = """(SELECT media.id FROM media JOIN reports ON reports.id = report_id
    WHERE case_id = :id
UNION SELECT media.id FROM media JOIN steps ON steps.id = step_id WHERE case_id =
    :id)"""
REPORTS = (
    "SELECT count(*), min(filed_hour) FROM reports WHERE case_id = :id AND "
    "wrapped_key IS NOT NULL"
)
PICTURES = f"SELECT count(*) FROM {PICTURES_OF}"
STEPS = (
    "SELECT count(*), min(at), max(at) FROM steps WHERE case_id = :id AND report_id "
    "IS NULL AND sealed <> x''"
)
NOTES = (
    "SELECT count(*), min(at), max(at) FROM notes WHERE case_id = :id AND sealed <> x''"
)
DRAFTS = "SELECT count(*), min(due_at) FROM talks WHERE due_at <= :before"
DRAFT_PICTURES = "SELECT count(*), min(expires) FROM media WHERE expires <= :now"
MARKS = "SELECT count(*), min(day) FROM inbox WHERE day < :day"
DROP_PICTURES = f"DELETE FROM media WHERE id IN {PICTURES_OF}"
EMPTY = (
    "UPDATE steps SET sealed = x'' WHERE case_id = :id AND report_id IS NULL AND "
    "sealed <> x''",
    "UPDATE notes SET sealed = x'' WHERE case_id = :id AND sealed <> x''",
    "UPDATE clocks SET sealed = x'' WHERE case_id = :id AND sealed <> x''",
)
DROP_DRAFTS = "DELETE FROM talks WHERE due_at <= ?"

Found = tuple[int, int | None]  # how many, and the oldest: seconds since 1970 UTC


@dataclass(frozen=True, slots=True)
class Content:
    """What a case still holds. latest: when staff wrote last, 0 for never."""

    reports: Found
    pictures: int
    steps: Found
    notes: Found
    latest: int

    def __bool__(self) -> bool:
        """Whether there are any words."""
        return any((self.reports[0], self.steps[0], self.notes[0]))


class Kept:
    """Counts and dates only; what is kept is not opened here."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def with_content(self, states: Sequence[str], before: int) -> list[bytes]:
        """Cases in these states, filed by then, that still hold words of anybody; the
        oldest first.
        """
        found: list[bytes] = []
        hour, after = -1, b""
        while True:
            rows = await self._reader.all(
                CONTENT,
                states=json.dumps([*states]),
                before=before,
                hour=hour,
                after=after,
                most=PAGE,
            )
            found += [row[1] for row in rows if row[2]]
            if len(rows) < PAGE:
                return found
            hour, after = rows[-1][0], rows[-1][1]

    async def with_pictures(self, states: Sequence[str], before: int) -> list[bytes]:
        """The same for pictures, of reports and of answers."""
        rows = await self._reader.all(
            WITH_PICTURES, states=json.dumps([*states]), before=before
        )
        return [row[0] for row in rows]

    async def of_case(self, id: bytes) -> Content:
        reports, pictures, steps, notes = [
            (await self._reader.all(sql, id=id))[0]
            for sql in (REPORTS, PICTURES, STEPS, NOTES)
        ]
        latest = max(steps[2] or 0, notes[2] or 0)
        return Content(
            (reports[0], reports[1]),
            pictures[0],
            (steps[0], steps[1]),
            (notes[0], notes[1]),
            latest,
        )

    async def drafts(self, before: int) -> Found:
        """Talks that housekeeping should have ended by then."""
        row = (await self._reader.all(DRAFTS, before=before))[0]
        return row[0], row[1]

    async def draft_pictures(self, now: int) -> Found:
        row = (await self._reader.all(DRAFT_PICTURES, now=now))[0]
        return row[0], row[1]

    async def marks(self, day: int) -> Found:
        """Inbox marks from before this day (since 1970)."""
        row = (await self._reader.all(MARKS, day=day))[0]
        return row[0], None if row[1] is None else row[1] * 86400

    @staticmethod
    def empty(id: bytes) -> list[Write]:
        """The case keeps its skeleton: kinds and times of its steps, its clocks and
        figures; no words.
        """
        return [Kept.drop_pictures(id), *(Write(sql, {"id": id}) for sql in EMPTY)]

    @staticmethod
    def drop_pictures(id: bytes) -> Write:
        return Write(DROP_PICTURES, {"id": id})

    @staticmethod
    def drop_drafts(before: int) -> Write:
        return Write(DROP_DRAFTS, (before,))
