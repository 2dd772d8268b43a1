"""What reporters filed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Rows, Write
from storage.repositories.followups import ROUND

COLUMNS = (
    "id, case_id, version, wrapped_key, receipt, mine, stream, address, filed_hour,"
    " search_id, sealed"
)
FILE = f"INSERT INTO reports ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
BY_ID = f"SELECT {COLUMNS} FROM reports WHERE id = :id"
BY_RECEIPT = f"SELECT {COLUMNS} FROM reports WHERE receipt = :receipt"
BY_MINE = f"SELECT {COLUMNS} FROM reports WHERE mine = :mine"
BY_STREAM = f"SELECT {COLUMNS} FROM reports WHERE stream = :stream"
OF_CASE = (
    f"SELECT {COLUMNS} FROM reports WHERE case_id = :case_id ORDER BY filed_hour, id"
)
OF_ROUND = (
    f"SELECT {COLUMNS} FROM reports WHERE case_id IN {ROUND} ORDER BY filed_hour, id"
)
BY_SEARCH_IDS = (
    f"SELECT {COLUMNS} FROM reports WHERE search_id IN (SELECT value FROM "
    "json_each(:ids))"
)
CHANGE = """UPDATE reports SET version = ?, wrapped_key = ?, receipt = ?, mine = ?,
    stream = ?, address = ?,
sealed = ? WHERE id = ? AND version = ?"""
FORGET = (
    "UPDATE reports SET address = NULL, mine = NULL, version = version + 1 WHERE id = ?"
)
MOVE = "UPDATE reports SET case_id = ?, version = version + 1 WHERE id = ?"
SHRED = (
    "DELETE FROM outbox WHERE stream = (SELECT stream FROM reports WHERE id = ?)",
    "DELETE FROM media WHERE report_id = ?",
    "DELETE FROM media WHERE step_id IN (SELECT id FROM steps WHERE report_id = ?)",
    "UPDATE steps SET sealed = x'' WHERE report_id = ?",
    "UPDATE ratings SET sealed = NULL WHERE report_id = ?",
    """UPDATE reports SET wrapped_key = NULL, sealed = NULL, address = NULL, mine =
    NULL,
    version = version + 1 WHERE id = ?""",
)
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """wrapped_key None: shredded; address None: receipt only, or forgotten; receipt,
    mine: keyed digests.
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
    search_id: int
    sealed: bytes | None


class Reports:
    """Filed reports. One reporter's reports share no value."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_id(self, id: bytes) -> ReportRow | None:
        row = await self._reader.one(BY_ID, id=id)
        return ReportRow(*row) if row else None

    async def by_receipt(self, receipt: bytes) -> ReportRow | None:
        """receipt: its keyed digest."""
        row = await self._reader.one(BY_RECEIPT, receipt=receipt)
        return ReportRow(*row) if row else None

    async def by_mine(self, mine: bytes) -> ReportRow | None:
        """mine: keyed digest of address and number."""
        row = await self._reader.one(BY_MINE, mine=mine)
        return ReportRow(*row) if row else None

    async def by_stream(self, stream: bytes) -> ReportRow | None:
        """stream: that of its messages."""
        row = await self._reader.one(BY_STREAM, stream=stream)
        return ReportRow(*row) if row else None

    async def of_case(self, case_id: bytes) -> list[ReportRow]:
        """Oldest hour first."""
        return [
            ReportRow(*row) for row in await self._reader.all(OF_CASE, case_id=case_id)
        ]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, list[ReportRow]]:
        """Of the cases that `Followups.due` names."""
        found: dict[bytes, list[ReportRow]] = {}
        for row in await self._reader.all(
            OF_ROUND, at=at, due_at=after[0], case_id=after[1], most=most
        ):
            found.setdefault(row[1], []).append(ReportRow(*row))
        return found

    async def by_search_ids(self, ids: Sequence[int]) -> list[ReportRow]:
        """In no order."""
        return [
            ReportRow(*row)
            for row in await self._reader.all(BY_SEARCH_IDS, ids=json.dumps(list(ids)))
        ]

    @staticmethod
    def file(row: ReportRow) -> Write:
        """Needs its case opened before it in the turn. Stale when receipt, mine or
        search_id are taken.
        """
        values = (
            row.id,
            row.case_id,
            row.version,
            row.wrapped_key,
            row.receipt,
            row.mine,
            row.stream,
            row.address,
            row.filed_hour,
            row.search_id,
            row.sealed,
        )
        return Write(FILE, values)

    @staticmethod
    def change(row: ReportRow, was: int) -> Write:
        """Write `row` over version `was`, except case, hour and search_id, which have
        their own ways.
        """
        values = (
            row.version,
            row.wrapped_key,
            row.receipt,
            row.mine,
            row.stream,
            row.address,
            row.sealed,
        )
        return Write(CHANGE, (*values, row.id, was), ONE)

    @staticmethod
    def forget_address(id: bytes) -> Write:
        """From now on by receipt only."""
        return Write(FORGET, (id,), ONE)

    @staticmethod
    def move_to_case(id: bytes, case_id: bytes) -> Write:
        """Merging: the report now belongs to another case; what was said stays with the
        old one.
        """
        return Write(MOVE, (case_id, id), ONE)

    @staticmethod
    def shred(id: bytes) -> list[Write]:
        """Key, address, texts, media and unsent messages go; receipt digest, hour and
        ratings' figures stay.

        The caller adds `Search.forget` with the tokens, which only an open text yields,
        and afterwards calls `Search.tidy` and `checkpoint`.
        """
        return [Write(sql, (id,)) for sql in SHRED[:-1]] + [
            Write(SHRED[-1], (id,), ONE)
        ]
