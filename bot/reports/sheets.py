"""The tables of a report as XLSX: plain cells, no formula, the same bytes for the same
tables.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from bot.columns import width
from bot.reports.tables import Table, Value

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROWEST, WIDEST = 6, 60  # characters
TOO_OLD = datetime(2000, 1, 1)  # stands in the file where its making would stand


def workbook(tables: Sequence[Table]) -> bytes:
    """One sheet for each table, its header frozen."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": TOO_OLD, "title": "减负专线"})
    font = {"font_name": "Noto Sans CJK SC", "font_size": 11, "valign": "vcenter"}
    head = book.add_format(
        font | {"bold": True, "bg_color": "#D6E9F5", "bottom": 1, "text_wrap": True}
    )
    words = book.add_format(font | {"text_wrap": True})
    hidden = book.add_format(font | {"align": "right"})
    whole = book.add_format(font | {"num_format": "#,##0"})
    share = book.add_format(font | {"num_format": "0%"})
    for table in tables:
        sheet = book.add_worksheet(table.title)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, title in enumerate(table.header):
            sheet.write_string(0, column, title, head)
            cells = [title, *(str(row[column]) for row in table.rows)]
            sheet.set_column(
                column, column, min(WIDEST, max(NARROWEST, *map(width, cells)) + 2)
            )
        for number, row in enumerate(table.rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(
                        number, column, value, words if column == 0 else hidden
                    )
                else:
                    sheet.write_number(
                        number, column, value, share if _is_share(value) else whole
                    )
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.header) - 1)
    book.close()
    return file.getvalue()


def _is_share(value: Value) -> bool:
    return isinstance(value, float)
