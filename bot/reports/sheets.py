"""The tables of a report as XLSX: plain cells, no formula, the same bytes for the same
tables.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.columns import width
from bot.reports.tables import CellValue, Table

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROWEST_COLUMN = 6  # characters
WIDEST_COLUMN = 60
MADE_AT = datetime(2000, 1, 1)  # stands in the file where its making would stand
PLAIN_CELLS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(tables: Sequence[Table]) -> bytes:
    """One sheet for each table, its header frozen."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, PLAIN_CELLS)
    book.set_properties({"created": MADE_AT, "title": "减负专线"})
    formats = _Formats.of(book)
    for table in tables:
        _write(book.add_worksheet(table.title), table, formats)
    book.close()
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look. hidden: a word where a number would stand."""

    head: Any
    words: Any
    hidden: Any
    whole: Any
    share: Any

    @classmethod
    def of(cls, book: Any) -> _Formats:
        font = {"font_name": "Noto Sans CJK SC", "font_size": 11, "valign": "vcenter"}
        head = {"bold": True, "bg_color": "#D6E9F5", "bottom": 1, "text_wrap": True}
        return cls(
            book.add_format(font | head),
            book.add_format(font | {"text_wrap": True}),
            book.add_format(font | {"align": "right"}),
            book.add_format(font | {"num_format": "#,##0"}),
            book.add_format(font | {"num_format": "0%"}),
        )


def _write(sheet: Any, table: Table, formats: _Formats) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for column, title in enumerate(table.header):
        sheet.write_string(0, column, title, formats.head)
        sheet.set_column(column, column, _column_width(table, column))
    for number, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            _write_cell(sheet, (number, column), value, formats)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.header) - 1)


def _column_width(table: Table, column: int) -> int:
    cells = [table.header[column], *(str(row[column]) for row in table.rows)]
    widest = max(NARROWEST_COLUMN, *map(width, cells))
    return min(WIDEST_COLUMN, widest + 2)


def _write_cell(
    sheet: Any, place: tuple[int, int], value: CellValue, formats: _Formats
) -> None:
    row, column = place
    match value:
        case str():
            words = formats.words if column == 0 else formats.hidden
            sheet.write_string(row, column, value, words)
        case float():
            sheet.write_number(row, column, value, formats.share)
        case _:
            sheet.write_number(row, column, value, formats.whole)
