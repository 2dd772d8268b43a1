"""What a week's and a month's report say, as text, charts and sheet, and what they keep
to themselves.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.people.directory import NewUnit
from bot.reports import charts
from bot.reports.figures import Bookkeeper
from bot.reports.press import Press
from bot.reports.sheets import workbook
from bot.reports.tables import Bulletin, bulletin
from dialogs.case.rules import Rules
from scheduler.periods import Period, period
from storage.repositories.unit_counts import UnitCounts
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


async def told(line: Line, of: Period = OCTOBER) -> Bulletin:
    figures = await Bookkeeper(
        line.app.resources.database,
        line.app.register.directory,
        Rules.default().ladder,
    ).figures(of)
    return bulletin(figures, Rules.default())


async def test_a_month_is_told_in_a_few_lines(line: Line) -> None:
    await propose(line, "文新街道", "anna")
    assert (
        "\n".join((await told(line)).lines)
        == """减负专线月报：2026年10月
新收115件（上期111，环比上升3.60%；去年同期69，同比上升66.67%）。
受理103件（上期99），不予受理11件（上期11），办结79件（上期77），重新办理<5件（上期<5），并入<5件（上期<5）。
新收类别：台账报表、多头填报41，会议过多过长22，文件过多过滥12；其余不列。
三率（2026年10月；回访的是2026年9月办结的）：响应率71%，有效回访率70%，解决率38%，满意率53%。
A 快且好：文新街道
B 慢但好：区城管局
C 快但差：北苑街道
D 慢且差：=HYPERLINK(0)
另有1个单位三个月里的件数或答复太少，不评象限。
待主管决定：文新街道 提醒（2026年10月20日查实）。"""
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


async def test_units_with_few_cases_hide_behind_others(line: Line) -> None:
    """区民政局 had 3 cases: two more units are kept back, so that the total tells
    nothing about it; it has no row at all.
    """
    [units] = [
        table for table in (await told(line)).tables if table.title.startswith("单位")
    ]
    rows = {row[0]: row[1:] for row in units.rows}
    assert [*rows] == ["=HYPERLINK(0)", "北苑街道", "区城管局", "文新街道", "合计"]
    assert rows["北苑街道"] == (50, 0.88, 22, 0.69, 0.28, 17, 0.47, "C")
    assert rows["文新街道"] == (*["—"] * 7, "A")
    assert rows["合计"] == (187, 0.71, 88, 0.7, 0.38, 74, 0.53, "—")


async def test_a_unit_with_few_in_a_month_stands_by_its_quarter(line: Line) -> None:
    """12 due in a month are too few for a square; 24 in two of three are enough."""
    unit = await line.app.register.add(NewUnit("区教育局", "district"))
    database = line.app.resources.database

    async def count(month: str, **counts: int) -> None:
        for what, n in counts.items():
            write = UnitCounts.add(month, bytes.fromhex(unit.id), what, n)
            await database.commit([write])

    await count("2026-10", due=12, in_time=12)
    await count("2026-09", called_back=8, solved=6)
    assert "区教育局" not in "".join((await told(line)).lines)
    await count("2026-09", due=12, in_time=11)
    await count("2026-08", called_back=8, solved=6)
    assert "A 快且好：区教育局、文新街道" in (await told(line)).lines


async def test_weeks_and_months_together_give_no_small_week_away(line: Line) -> None:
    """February 2027 is four weeks from Monday to Sunday, and so are June 2026 to
    February 2027 together: where one of those weeks had fewer than five, the month says
    nothing.
    """
    february = period("month", date(2027, 2, 1), ZONE)
    october = period("month", date(2026, 10, 1), ZONE)
    assert (await told(line, february)).tables[0].rows[0][1] == "—"
    assert (await told(line, october)).tables[0].rows[0][1] == 114


async def test_the_sheet_holds_plain_cells_and_never_a_formula(line: Line) -> None:
    report = await told(line)
    tables = report.tables
    made = workbook(report, issuer="某区减负办", made=date(2026, 11, 2))
    assert made == workbook(report, issuer="某区减负办", made=date(2026, 11, 2))
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
        assert 'paperSize="9"' in sheet and 'orientation="landscape"' in sheet
        assert "第 &amp;P 页" in sheet
    assert "统计期间：2026年10月1日至10月31日" in strings
    assert "填报单位：某区减负办　　制表日期：2026年11月2日" in strings
    assert "减负专线月报：2026年10月　总数" in strings
    assert "统计期间：2025年10月1日至2026年10月31日" in strings  # of the trend
    assert "上升65.22%" in strings and "上升2.70%" in strings
    styles = book.read("xl/styles.xml").decode()
    assert "仿宋_GB2312" in styles and "方正小标宋简体" in styles
    assert styles.count('charset val="134"') == styles.count('<name val="') - 1
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert names == [
        "总数",
        "类别 2026年10月",
        "走势",
        "三率 2026年10月",
        "单位 2026年10月",
        "阶梯",
        "说明",
    ]


async def test_who_draws_knows_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child's environment can be read by others; keyring and token may stand in
    ours.
    """
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path / 'env'}\nexit 1\n")
    spy.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(spy))
    for name in ("JIANFU_KEYRING_JSON", "JIANFU_TELEGRAM__TOKEN", "jianfu_keyring"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("FONTS", "kept")
    with pytest.raises(charts.NotDrawn):
        await charts.draw([])
    known = (tmp_path / "env").read_text()
    assert "FONTS=kept" in known and "secret" not in known


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
    """22 filed; of which kinds is told by whole months only."""
    for number in range(22):
        await line.says("每天拍照打卡", chat=f"chat{number}")
        await line.presses("send", chat=f"chat{number}")
    lines = (await told(line, WEEK)).lines
    assert lines[0] == "减负专线周报：2026年10月19日至10月25日"
    assert lines[1] == "新收22件（上期<5，环比—；去年同期—，同比—）。"
    assert lines[3].startswith("新收类别（2026年9月）：台账报表、多头填报39，")
    assert lines[4].startswith("三率（2026年9月；回访的是2026年8月办结的）：")


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
