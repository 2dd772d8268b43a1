"""What search reads: reports with what was added to them, and which cases changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.categories import RETALIATION
from storage.port import Broken, Reader, Row, SqlValue
from storage.repositories.reports import REPORT_COLUMNS, ReportRow
from storage.repositories.steps import STEP_COLUMNS, StepRow

CHANGES_A_PAGE = 500  # lines of the audit chain read at a time
# of an index that has nothing else in it, where there is one
SELECT_IDS = "SELECT id FROM reports"
SELECT_SEARCHED = f"""
SELECT cases.opened_hour, cases.category, {REPORT_COLUMNS.of("reports")}
FROM reports JOIN cases ON cases.id = reports.case_id
WHERE {{which}}
"""
SELECT_ADDED = f"""
SELECT {STEP_COLUMNS.of("steps")}
FROM steps JOIN reports ON reports.id = steps.report_id
WHERE steps.kind = 'supplemented' AND {{which}}
ORDER BY steps.case_id, steps.number
"""
IN_PAGE = "reports.id BETWEEN :first AND :last"
OF_CASE = "reports.case_id = :case_id"
SELECT_NEWEST_LINE = "SELECT coalesce(max(seq), 0) AS seq FROM audit"
SELECT_CHANGES = """
SELECT seq, about
FROM audit
WHERE seq > :seq
ORDER BY seq
LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class SearchedReport:
    """A report as search sees it. at: the hour in which its case was opened; reserved:
    for supervisors alone; added: supplements.
    """

    row: ReportRow
    at: int
    reserved: bool
    added: Sequence[StepRow]


@dataclass(frozen=True, slots=True)
class ChangedCases:
    """What has happened up to a line of the audit chain. cases: ids, among others'."""

    line: int
    cases: Sequence[bytes]


class ReportsToSearch:
    """Every report that was filed, opened or not."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def ids(self) -> list[bytes]:
        """Of all there are, in order. Raises: StorageError."""
        rows = await self._reader.all(SELECT_IDS)
        return sorted(row["id"] for row in rows)

    async def page(self, ids: Sequence[bytes]) -> list[SearchedReport]:
        """Those of neighbouring ids; without what the file does not give back, as
        `doctor` says. Raises: Refusing.
        """
        try:
            return await self._which(IN_PAGE, first=ids[0], last=ids[-1])
        except Broken:
            if len(ids) == 1:
                return []
        middle = len(ids) // 2
        return [*await self.page(ids[:middle]), *await self.page(ids[middle:])]

    async def of_case(self, case_id: bytes) -> list[SearchedReport]:
        """Raises: StorageError."""
        return await self._which(OF_CASE, case_id=case_id)

    async def newest_line(self) -> int:
        row = await self._reader.one(SELECT_NEWEST_LINE)
        return int(row["seq"]) if row else 0

    async def changes(self, line: int) -> ChangedCases:
        """A page of what came after a line of the audit chain, which tells of all that
        may change a report. The same line comes back where nothing did.
        """
        rows = await self._reader.all(SELECT_CHANGES, seq=line, most=CHANGES_A_PAGE)
        newest = rows[-1]["seq"] if rows else line
        return ChangedCases(
            newest, list({row["about"] for row in rows if row["about"]})
        )

    async def _which(self, which: str, **params: SqlValue) -> list[SearchedReport]:
        added: dict[bytes, list[StepRow]] = {}
        for row in await self._reader.all(SELECT_ADDED.format(which=which), **params):
            step = StepRow(*row)
            assert step.report_id is not None  # of a reporter's own steps
            added.setdefault(step.report_id, []).append(step)
        rows = await self._reader.all(SELECT_SEARCHED.format(which=which), **params)
        return [_searched(row, added) for row in rows]


def _searched(row: Row, added: dict[bytes, list[StepRow]]) -> SearchedReport:
    opened_hour, category, *values = row
    report = ReportRow(*values)
    is_reserved = category == RETALIATION
    return SearchedReport(report, opened_hour, is_reserved, added.get(report.id, ()))
