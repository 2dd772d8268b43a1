"""The tables of a report as XLSX, as an office prints them: title, 统计期间, 填报单位,
制表日期. Plain cells, no formula, the same bytes for the same tables.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.columns import width
from bot.reports.cells import CHANGED, HIDDEN, LEVEL
from bot.reports.paper_form import BODY_FONT, HEAD_FONT, TITLE_FONT
from bot.reports.tables import DASH, TOO_FEW, Bulletin, CellValue, Table
from bot.reports.templates import official_day

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROWEST_COLUMN = 8  # characters
WIDEST_COLUMN = 60
MADE_AT = datetime(2000, 1, 1)  # stands in the file where its making would stand
PLAIN_CELLS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# A sheet names no other font to take instead: where one is missing, the family and the
# Chinese character set lead to one that is like it.
CHINESE = {"font_charset": 134, "font_family": 3, "valign": "vcenter"}
TITLE_ROW, ABOUT_ROW, HEAD_ROW = range(3)
A4 = 9  # as printers number it
SIZE = 12  # points
TITLE_SIZE = 18
ROW_HEIGHT = 22
SIZE_OF_COLUMNS = 1.15  # Excel counts a column's width in smaller letters


def workbook(bulletin: Bulletin, *, issuer: str, made: date) -> bytes:
    """One sheet for each table. issuer: whose figures they are; made: the day."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, PLAIN_CELLS)
    book.set_properties({"created": MADE_AT, "title": bulletin.title})
    formats = _Formats.of(book)
    for table in bulletin.tables:
        about = (
            f"统计期间：{table.span or bulletin.span}",
            f"填报单位：{issuer}",
            f"制表日期：{official_day(made)}",
        )
        head = _Head(f"{bulletin.title}　{_called(table)}", "　　".join(about))
        sheet = book.add_worksheet(table.title)
        _set_up_print(sheet)
        _write_head(sheet, head, len(table.header), formats)
        _write(sheet, table, _column_widths(table, head), formats)
    book.close()
    return file.getvalue()


def _called(table: Table) -> str:
    """Without its month, which stands below."""
    return table.title.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above a table. about: of when, by whom and when it was made."""

    title: str
    about: str

    @property
    def width(self) -> float:
        """In characters of a column."""
        title_width = width(self.title) * TITLE_SIZE / SIZE
        return max(title_width, width(self.about)) * SIZE_OF_COLUMNS


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look. hidden: a word where a number would stand."""

    title: Any
    about: Any
    head: Any
    words: Any
    hidden: Any
    whole: Any
    share: Any

    @classmethod
    def of(cls, book: Any) -> _Formats:
        font = {**CHINESE, "font_name": BODY_FONT, "font_size": SIZE}
        cell = {**font, "border": 1}
        title = {**CHINESE, "font_name": TITLE_FONT, "font_size": TITLE_SIZE}
        head = {**cell, "font_name": HEAD_FONT, "align": "center", "text_wrap": True}
        return cls(
            title=book.add_format({**title, "align": "center_across"}),
            about=book.add_format(font),
            head=book.add_format(head),
            words=book.add_format({**cell, "text_wrap": True}),
            hidden=book.add_format({**cell, "align": "right", "text_wrap": True}),
            whole=book.add_format({**cell, "num_format": "#,##0"}),
            share=book.add_format({**cell, "num_format": "0%"}),
        )


def _set_up_print(sheet: Any) -> None:
    """A4 across, one page wide, its head and its page number on every page."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.7, right=0.7, top=0.8, bottom=0.8)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TITLE_ROW, HEAD_ROW)
    sheet.set_footer('&C&"宋体"&12第 &P 页，共 &N 页')


def _write_head(sheet: Any, head: _Head, columns: int, formats: _Formats) -> None:
    """The title over all columns, not merged, so that the table can be sorted."""
    sheet.set_row(TITLE_ROW, 32)
    sheet.set_row(ABOUT_ROW, 22)
    sheet.write_string(TITLE_ROW, 0, head.title, formats.title)
    for column in range(1, columns):
        sheet.write_blank(TITLE_ROW, column, None, formats.title)
    sheet.write_string(ABOUT_ROW, 0, head.about, formats.about)


def _write(
    sheet: Any, table: Table, widths: Sequence[float], formats: _Formats
) -> None:
    sheet.set_default_row(ROW_HEIGHT)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    for column, title in enumerate(table.header):
        sheet.write_string(HEAD_ROW, column, title, formats.head)
        sheet.set_column(column, column, widths[column])
    for number, row in enumerate(table.rows, HEAD_ROW + 1):
        for column, value in enumerate(row):
            _write_cell(sheet, (number, column), value, formats)
    if table.rows:
        last = HEAD_ROW + len(table.rows)
        sheet.autofilter(HEAD_ROW, 0, last, len(table.header) - 1)


def _column_widths(table: Table, head: _Head) -> list[float]:
    """As wide as what stands in them, and all together as what stands above."""
    widths = [_column_width(table, column) for column in range(len(table.header))]
    missing = max(0, head.width - sum(widths))
    return [one + missing / len(widths) for one in widths]


def _column_width(table: Table, column: int) -> float:
    cells = [table.header[column], *(str(row[column]) for row in table.rows)]
    widest = max(NARROWEST_COLUMN, *map(width, cells)) * SIZE_OF_COLUMNS
    return min(WIDEST_COLUMN, widest + 2)


def _for_a_number(words: str) -> bool:
    """Whether they stand where a number would: hidden, or how much it rose or fell."""
    return words in (HIDDEN, DASH, TOO_FEW, LEVEL) or words.startswith(CHANGED)


def _write_cell(
    sheet: Any, place: tuple[int, int], value: CellValue, formats: _Formats
) -> None:
    row, column = place
    match value:
        case str():
            words = formats.hidden if _for_a_number(value) else formats.words
            sheet.write_string(row, column, value, words)
        case float():
            sheet.write_number(row, column, value, formats.share)
        case _:
            sheet.write_number(row, column, value, formats.whole)
