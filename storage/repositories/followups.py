"""What will ring for a case, and which cases have something due."""

from collections.abc import Mapping

from storage.port import Reader, Rows, Write

# A round takes the longest due rows, page by page. Its parts are read one after the
# other: the cases first, so that whatever changed in between is found stale by their
# versions.
ROUND = """(SELECT DISTINCT case_id FROM (SELECT case_id FROM followups WHERE due_at <=
    :at
AND (due_at, case_id) > (:due_at, :case_id) ORDER BY due_at, case_id LIMIT :most))"""
DUE = """SELECT case_id, kind, due_at FROM followups WHERE due_at <= :at
AND (due_at, case_id) > (:due_at, :case_id) ORDER BY due_at, case_id LIMIT :most"""
OF_ROUND = f"SELECT case_id, kind, due_at FROM followups WHERE case_id IN {ROUND}"
OF_CASE = "SELECT kind, due_at FROM followups WHERE case_id = :case_id"
PUT = """INSERT INTO followups (case_id, kind, due_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET due_at = excluded.due_at"""
DROP = "DELETE FROM followups WHERE case_id = ? AND kind = ?"
TAKE = "DELETE FROM followups WHERE case_id = ? AND kind = ? AND due_at = ?"
PENDING = "SELECT count(*) FROM followups"
NEXT = "SELECT min(due_at) FROM followups"

Due = dict[str, int]  # kind → seconds since 1970 UTC


class Followups:
    """One row per case and kind. Changed only together with their case, whose version
    guards them.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> Due:
        return {
            row[0]: row[1] for row in await self._reader.all(OF_CASE, case_id=case_id)
        }

    async def due(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> list[tuple[bytes, str, int]]:
        """(case, kind, due) of what is due by `at`, the longest first, behind (due,
        case).
        """
        rows = await self._reader.all(
            DUE, at=at, due_at=after[0], case_id=after[1], most=most
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, Due]:
        """All rows, due or not, of the cases that `due` names."""
        found: dict[bytes, Due] = {}
        for case_id, kind, due in await self._reader.all(
            OF_ROUND, at=at, due_at=after[0], case_id=after[1], most=most
        ):
            found.setdefault(case_id, {})[kind] = due
        return found

    async def pending(self) -> int:
        return int((await self._reader.all(PENDING))[0][0])

    async def next_due(self) -> int | None:
        row = await self._reader.one(NEXT)
        return row[0] if row else None

    @staticmethod
    def replace(
        case_id: bytes, was: Mapping[str, int], now: Mapping[str, int]
    ) -> list[Write]:
        """From what is there to what shall be."""
        gone = [Write(DROP, (case_id, kind)) for kind in was if kind not in now]
        return gone + [
            Write(PUT, (case_id, kind, at))
            for kind, at in now.items()
            if was.get(kind) != at
        ]

    @staticmethod
    def take(case_id: bytes, kind: str, due_at: int) -> Write:
        """This one rings now. Stale when it has rung."""
        return Write(TAKE, (case_id, kind, due_at), Rows(1))
