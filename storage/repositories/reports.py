"""What reporters filed."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, SqlValue, Write
from storage.repositories.columns import Columns
from storage.repositories.followups import CASES_IN_ROUND


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A filed report.

    wrapped_key: None: shredded; receipt, mine: keyed digests; address: None: receipt
    only, or forgotten.
    """

    id: bytes
    case_id: bytes
    version: int
    wrapped_key: bytes | None
    receipt: bytes
    mine: bytes | None
    stream: bytes
    address: bytes | None
    filed_hour: int
    sealed: bytes | None


REPORT_COLUMNS = Columns(ReportRow)
INSERT_REPORT = f"""
INSERT INTO reports ({REPORT_COLUMNS.names})
VALUES ({REPORT_COLUMNS.placeholders})
"""
SELECT_REPORT = f"SELECT {REPORT_COLUMNS.names} FROM reports WHERE id = :id"
SELECT_REPORT_BY_RECEIPT = f"""
SELECT {REPORT_COLUMNS.names}
FROM reports
WHERE receipt = :digest
"""
SELECT_REPORT_BY_MINE = f"""
SELECT {REPORT_COLUMNS.names}
FROM reports
WHERE mine = :digest
"""
SELECT_REPORT_BY_STREAM = f"""
SELECT {REPORT_COLUMNS.names}
FROM reports
WHERE stream = :stream
"""
SELECT_REPORTS_OF_CASE = f"""
SELECT {REPORT_COLUMNS.names}
FROM reports
WHERE case_id = :case_id
ORDER BY filed_hour, id
"""
SELECT_REPORTS_IN_ROUND = f"""
SELECT {REPORT_COLUMNS.names}
FROM reports
WHERE case_id IN {CASES_IN_ROUND}
ORDER BY filed_hour, id
"""
UPDATE_REPORT = """
UPDATE reports
SET version = :version, wrapped_key = :wrapped_key, receipt = :receipt, mine = :mine,
    stream = :stream, address = :address, sealed = :sealed
WHERE id = :id AND version = :was
"""
FORGET_ADDRESS = """
UPDATE reports
SET address = NULL, mine = NULL, version = version + 1
WHERE id = ?
"""
MOVE_REPORT = "UPDATE reports SET case_id = ?, version = version + 1 WHERE id = ?"
SHRED_WHAT_HANGS_ON_REPORT = (
    "DELETE FROM outbox WHERE stream = (SELECT stream FROM reports WHERE id = ?)",
    "DELETE FROM media WHERE report_id = ?",
    "DELETE FROM media WHERE step_id IN (SELECT id FROM steps WHERE report_id = ?)",
    "UPDATE steps SET sealed = x'' WHERE report_id = ?",
    "UPDATE ratings SET sealed = NULL WHERE report_id = ?",
)
SHRED_REPORT = """
UPDATE reports
SET wrapped_key = NULL, sealed = NULL, address = NULL, mine = NULL,
    version = version + 1
WHERE id = ?
"""
# what stays of a forgotten report is found by no value that anybody ever had
CHECK_LINKS_AT_THE_END = "PRAGMA defer_foreign_keys = ON"
RENAME_REPORT = """
UPDATE reports
SET id = :new, receipt = randomblob(32), stream = randomblob(16), version = version + 1
WHERE id = :id
"""
RENAME_IN_WHAT_HANGS_ON_REPORT = (
    "UPDATE steps SET report_id = :new WHERE report_id = :id",
    "UPDATE ratings SET report_id = :new WHERE report_id = :id",
)


class Reports:
    """Filed reports. One reporter's reports share no value."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_id(self, id: bytes) -> ReportRow | None:
        return await self._one(SELECT_REPORT, id=id)

    async def by_receipt(self, receipt: bytes) -> ReportRow | None:
        """receipt: its keyed digest."""
        return await self._one(SELECT_REPORT_BY_RECEIPT, digest=receipt)

    async def by_mine(self, mine: bytes) -> ReportRow | None:
        """mine: keyed digest of address and number."""
        return await self._one(SELECT_REPORT_BY_MINE, digest=mine)

    async def by_stream(self, stream: bytes) -> ReportRow | None:
        """stream: that of its messages."""
        return await self._one(SELECT_REPORT_BY_STREAM, stream=stream)

    async def _one(self, sql: str, **params: SqlValue) -> ReportRow | None:
        row = await self._reader.one(sql, **params)
        return ReportRow(*row) if row else None

    async def of_case(self, case_id: bytes) -> list[ReportRow]:
        """Oldest hour first."""
        rows = await self._reader.all(SELECT_REPORTS_OF_CASE, case_id=case_id)
        return [ReportRow(*row) for row in rows]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, list[ReportRow]]:
        """Of the cases that `Followups.due` names, by case."""
        due_at, case_id = after
        rows = await self._reader.all(
            SELECT_REPORTS_IN_ROUND, at=at, due_at=due_at, case_id=case_id, most=most
        )
        by_case: dict[bytes, list[ReportRow]] = {}
        for row in rows:
            report = ReportRow(*row)
            by_case.setdefault(report.case_id, []).append(report)
        return by_case

    @staticmethod
    def file(row: ReportRow) -> Write:
        """Needs its case opened before it in the turn.

        Stale when receipt or mine are taken.
        """
        return Write(INSERT_REPORT, REPORT_COLUMNS.values(row))

    @staticmethod
    def change(row: ReportRow, was: int) -> Write:
        """Write `row` over version `was`; Stale when another one is there.

        Case and hour have their own ways.
        """
        return Write(UPDATE_REPORT, REPORT_COLUMNS.named(row, was=was), ONE_ROW)

    @staticmethod
    def forget_address(id: bytes) -> Write:
        """From now on by receipt only."""
        return Write(FORGET_ADDRESS, (id,), ONE_ROW)

    @staticmethod
    def move_to_case(id: bytes, case_id: bytes) -> Write:
        """Merging: the report now belongs to another case.

        What was said stays with the old one.
        """
        return Write(MOVE_REPORT, (case_id, id), ONE_ROW)

    @staticmethod
    def shred(id: bytes) -> list[Write]:
        """Key, address, texts, media and unsent messages go.

        The receipt's digest, the hour and the ratings' figures stay. The caller
        afterwards calls `SQLiteDatabase.tidy`.
        """
        hanging = [Write(sql, (id,)) for sql in SHRED_WHAT_HANGS_ON_REPORT]
        return [*hanging, Write(SHRED_REPORT, (id,), ONE_ROW)]

    @staticmethod
    def cut_loose(id: bytes, new: bytes) -> list[Write]:
        """What stays of a shredded report counts in its case, under a new id: neither
        receipt nor stream nor the id that a chat's buttons hold lead there.
        """
        renamed = {"id": id, "new": new}
        hanging = [Write(sql, renamed) for sql in RENAME_IN_WHAT_HANGS_ON_REPORT]
        return [
            Write(CHECK_LINKS_AT_THE_END, ()),
            Write(RENAME_REPORT, renamed, ONE_ROW),
            *hanging,
        ]
