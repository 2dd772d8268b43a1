"""What a week's and a month's report say, as text, charts and sheet, and what they keep
to themselves.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.reports import charts
from bot.reports.figures import Bookkeeper
from bot.reports.press import Press
from bot.reports.sheets import workbook
from bot.reports.tables import Bulletin, bulletin
from dialogs.case.rules import Rules
from scheduler.periods import period
from tests.bot.line import Line, opened_line
from tests.bot.reports.books import keep_books, propose

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = period("month", date(2026, 10, 1), ZONE)
WEEK = period("week", date(2026, 10, 19), ZONE)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path) as line:
        line.at = datetime(2026, 10, 20, 2, tzinfo=UTC)
        await keep_books(line.app, OCTOBER.first)
        yield line


async def told(line: Line) -> Bulletin:
    figures = await Bookkeeper(
        line.app.resources.database,
        line.app.register.directory,
        Rules.default().ladder,
    ).figures(OCTOBER)
    return bulletin(figures, Rules.default())


async def test_a_month_is_told_in_a_few_lines(line: Line) -> None:
    await propose(line, "文新街道", "anna")
    assert (
        "\n".join((await told(line)).lines)
        == """减负专线月报：2026年10月
新收115件（上期111，去年同期69，同比+67%）。
受理103件（上期99），不予受理11件（上期11），办结79件（上期77），重新办理<5件（上期<5），并入<5件（上期<5）。
新收类别：台账报表、多头填报41，指尖上的形式主义31，会议过多过长22，文件过多过滥12；其余不列。
三率（2026年10月）：响应率76%，有效回访率77%，解决率48%，满意率65%。
A 快且好：文新街道
B 慢但好：区城管局
C 快但差：北苑街道
另有2个单位答复或回访不足5件，不评象限。
待主管决定：文新街道 提醒（2026-10-20查实）。"""
    )


async def test_no_number_under_five_leaves(line: Line) -> None:
    """In no line, table or chart; the rest of a table does not give it away either."""
    bulletin = await told(line)
    for table in bulletin.tables:
        for row in table.rows:
            assert not [cell for cell in row if isinstance(cell, int) and cell < 5], (
                table.title,
                row,
            )
    for panels in bulletin.pictures:
        for panel in panels:
            numbers = [*panel.get("now", ()), *panel.get("then", ())]
            numbers += [
                value for _, values in panel.get("series", ()) for value in values
            ]
            assert not [
                number for number in numbers if isinstance(number, int) and number < 5
            ]
    assert not re.search(r"(?<![\d.%-])[0-4](?=件|（)", "\n".join(bulletin.lines))


async def test_a_unit_with_few_cases_hides_behind_another(line: Line) -> None:
    """区民政局 had 3 cases: with one more hidden, the total tells nothing
    about them.
    """
    [units] = [
        table for table in (await told(line)).tables if table.title.startswith("单位")
    ]
    rows = {row[0]: row[1:] for row in units.rows}
    assert rows["区民政局"] == ("<5", "—", "<5", "—", "—", "<5", "—", "—")
    assert rows["=HYPERLINK(0)"][0] == "—"
    assert rows["合计"][0] == 108
    assert rows["文新街道"] == (40, 0.95, 23, 0.77, 0.67, 21, 0.9, "A")


async def test_the_sheet_holds_plain_cells_and_never_a_formula(line: Line) -> None:
    tables = (await told(line)).tables
    made = workbook(tables)
    assert made == workbook(tables)
    book = zipfile.ZipFile(io.BytesIO(made))
    sheets = [
        book.read(name).decode() for name in book.namelist() if "/worksheets/" in name
    ]
    assert len(sheets) == len(tables) == 7
    strings = book.read("xl/sharedStrings.xml").decode()
    assert "=HYPERLINK(0)" in strings and "&lt;5" in strings
    for sheet in sheets:
        assert "<f>" not in sheet and "<hyperlink" not in sheet
        assert 'state="frozen"' in sheet and "<cols>" in sheet
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert names == [
        "总数",
        "类别",
        "走势",
        "三率 2026年10月",
        "单位 2026年10月",
        "阶梯",
        "说明",
    ]


async def test_the_charts_are_drawn_alike_each_time(line: Line) -> None:
    """In a process of their own: this one never learns of matplotlib."""
    pictures = (await told(line)).pictures
    first, again = await charts.draw(pictures[0]), await charts.draw(pictures[0])
    assert first == again
    image = Image.open(io.BytesIO(first))
    assert (image.format, image.size) == ("PNG", (charts.SIDE, charts.SIDE))
    blue = sum(
        n
        for n, colour in image.convert("RGB").getcolors(1 << 20) or ()
        if colour == (0, 0x72, 0xB2)
    )
    assert 0.02 < blue / charts.SIDE**2 < 0.2  # bars and a line are really there


async def test_without_a_chinese_font_the_report_goes_out_without_charts(
    line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bare machine: the process that draws finds no font but matplotlib's own."""
    (tmp_path / "sitecustomize.py").write_text(
        "from matplotlib import font_manager as fonts\n"
        "fonts.findSystemFonts = lambda: []\n"
        "fonts.fontManager.ttflist = [f for f in fonts.fontManager.ttflist if f.name "
        "== 'DejaVu Sans']\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    press = Press(
        line.app.resources.database,
        line.app.register.directory,
        Rules.default(),
        lambda: line.at,
    )
    printed = await press.print(OCTOBER)
    assert printed.text.endswith("apt install fonts-noto-cjk")
    assert [file.name for file in printed.files] == ["jianfu-2026-10.xlsx"]


async def test_the_week_is_counted_from_the_cases(line: Line) -> None:
    """22 filed of two kinds; the smaller has to hide how few the others are."""
    for number in range(22):
        await line.says(
            ("每天拍照打卡", "会议太多，一周开五次会")[number % 11 > 5],
            chat=f"chat{number}",
        )
        await line.presses("send", chat=f"chat{number}")
    figures = await Bookkeeper(
        line.app.resources.database,
        line.app.register.directory,
        Rules.default().ladder,
    ).figures(WEEK)
    lines = bulletin(figures, Rules.default()).lines
    assert lines[0] == "减负专线周报：2026年10月19日至10月25日"
    assert lines[1] == "新收22件（上期<5，去年同期—，同比—）。"
    assert lines[3] == "新收类别：指尖上的形式主义12；其余不列。"
    assert figures.month.label == "2026-09"


def test_the_docs_have_their_pictures() -> None:
    """Made by `jianfu report month --out` on a simulated quarter; each is shown, and
    none is left over.
    """
    docs = Path(__file__).parents[3] / "docs"
    shown = re.findall(
        r"\(pictures/(report-.*?\.png)\)", (docs / "reports.md").read_text("utf-8")
    )
    assert sorted(shown) == sorted(
        path.name for path in (docs / "pictures").glob("report-*.png")
    )
    for name in shown:
        with Image.open(docs / "pictures" / name) as picture:
            assert picture.size == (charts.SIDE, charts.SIDE)
