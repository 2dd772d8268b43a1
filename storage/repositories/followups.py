"""What will ring for a case, and which cases have something due.

A round takes the longest due rows, page by page. Its parts are read one after the
other: the cases first, so that whatever changed in between is found stale by their
versions.
"""

from collections.abc import Mapping

from storage.port import ONE_ROW, Reader, Write

DUE_ROWS = """
FROM followups
WHERE due_at <= :at AND (due_at, case_id) > (:due_at, :case_id)
ORDER BY due_at, case_id
LIMIT :most
"""
CASES_IN_ROUND = f"(SELECT DISTINCT case_id FROM (SELECT case_id {DUE_ROWS}))"
SELECT_DUE_FOLLOWUPS = f"SELECT case_id, kind, due_at {DUE_ROWS}"
SELECT_FOLLOWUPS_IN_ROUND = f"""
SELECT case_id, kind, due_at
FROM followups
WHERE case_id IN {CASES_IN_ROUND}
"""
SELECT_FOLLOWUPS_OF_CASE = """
SELECT kind, due_at
FROM followups
WHERE case_id = :case_id
"""
PUT_FOLLOWUP = """
INSERT INTO followups (case_id, kind, due_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET due_at = excluded.due_at
"""
DELETE_FOLLOWUP = "DELETE FROM followups WHERE case_id = ? AND kind = ?"
TAKE_FOLLOWUP = "DELETE FROM followups WHERE case_id = ? AND kind = ? AND due_at = ?"
COUNT_FOLLOWUPS = "SELECT count(*) FROM followups"
SELECT_NEXT_FOLLOWUP = "SELECT min(due_at) FROM followups"

Due = dict[str, int]  # kind → seconds since 1970 UTC


class Followups:
    """One row per case and kind.

    Changed only together with their case, whose version guards them.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> Due:
        rows = await self._reader.all(SELECT_FOLLOWUPS_OF_CASE, case_id=case_id)
        return {kind: due_at for kind, due_at in rows}

    async def due(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> list[tuple[bytes, str, int]]:
        """What is due by `at`, as (case, kind, due), the longest due first.

        Args:
            after: (due, case) of the last row seen; the page begins behind it.
        """
        due_at, case_id = after
        rows = await self._reader.all(
            SELECT_DUE_FOLLOWUPS, at=at, due_at=due_at, case_id=case_id, most=most
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, Due]:
        """All rows, due or not, of the cases that `due` names."""
        due_at, case_id = after
        rows = await self._reader.all(
            SELECT_FOLLOWUPS_IN_ROUND, at=at, due_at=due_at, case_id=case_id, most=most
        )
        by_case: dict[bytes, Due] = {}
        for case, kind, due in rows:
            by_case.setdefault(case, {})[kind] = due
        return by_case

    async def pending(self) -> int:
        rows = await self._reader.all(COUNT_FOLLOWUPS)
        return int(rows[0][0])

    async def next_due(self) -> int | None:
        row = await self._reader.one(SELECT_NEXT_FOLLOWUP)
        return row[0] if row else None

    @staticmethod
    def replace(
        case_id: bytes, was: Mapping[str, int], now: Mapping[str, int]
    ) -> list[Write]:
        """From what is there to what shall be."""
        gone = [kind for kind in was if kind not in now]
        changed = [kind for kind, at in now.items() if was.get(kind) != at]
        deletes = [Write(DELETE_FOLLOWUP, (case_id, kind)) for kind in gone]
        puts = [Write(PUT_FOLLOWUP, (case_id, kind, now[kind])) for kind in changed]
        return deletes + puts

    @staticmethod
    def take(case_id: bytes, kind: str, due_at: int) -> Write:
        """This one rings now. Stale when it has rung."""
        return Write(TAKE_FOLLOWUP, (case_id, kind, due_at), ONE_ROW)
