"""What is searched of cases: the words of their reports, opened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from bot.folding import folded
from bot.reported import ReportWords
from storage.port import Broken, Reader
from storage.repositories.search import ReportsToSearch, SearchedReport
from storage.searched import IndexedText

PAGE = 500  # reports opened without looking up


@dataclass(frozen=True, slots=True)
class TextPage:
    """texts: of this page; done: reports read so far, of all."""

    texts: list[IndexedText]
    done: int
    all: int


@dataclass(frozen=True, slots=True)
class TextUpdate:
    """put: texts as they are now; gone: ids of such as have none any more."""

    """What has changed up to a line of the audit chain. groups: all texts that a case
    has now.
    """

    groups: dict[bytes, list[IndexedText]]
    line: int


class CaseTexts:
    """Reports as texts: grouped by case, those of forgotten and damaged ones left out.

    Further kinds of text (lists, a library) are another class with these three methods.
    """

    def __init__(self, reader: Reader, words: ReportWords) -> None:
        self._words = words
        self._reports = ReportsToSearch(reader)

    async def newest_line(self) -> int:
        """After which changes are to be asked for: look before the first page is read.
        Raises: StorageError.
        """
        return await self._reports.newest_line()

    async def pages(self) -> AsyncIterator[TextPage]:
        """All there are. Raises: StorageError."""
        ids = await self._reports.ids()
        for start in range(0, len(ids), PAGE):
            some = ids[start : start + PAGE]
            reports = await self._reports.page(some)
            yield TextPage(list(self._texts(reports)), start + len(some), len(ids))

    async def changes(self, line: int) -> TextUpdate:
        """What has changed since. Raises: StorageError."""
        changes = await self._reports.changes(line)
        groups: dict[bytes, list[IndexedText]] = {}
        for case in changes.cases:
            try:
                reports = await self._reports.of_case(case)
            except Broken:  # the file does not give it back, as `doctor` says
                continue
            groups[case] = list(self._texts(reports))
        return TextUpdate(groups, changes.line)

    def _texts(self, reports: list[SearchedReport]) -> Iterator[IndexedText]:
        for report in reports:
            words = self._words.of(report.row, report.added)
            if words:
                yield IndexedText(
                    id=report.row.id,
                    group=report.row.case_id,
                    at=report.at,
                    reserved=report.reserved,
                    text=folded(words),
                )
