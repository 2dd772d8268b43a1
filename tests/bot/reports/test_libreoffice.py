"""Papers and sheets as LibreOffice shows them (Debian: apt install libreoffice-writer
libreoffice-calc poppler-utils); the pictures of docs/papers.md are made by
DOCS_PICTURES=docs/pictures pytest -m long.
"""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageChops

from bot.reports.figures import Bookkeeper
from bot.reports.notice import NoticePaper, notice_paper
from bot.reports.papers import Counted, LadderPaper, Slip, ladder_paper, slip_paper
from bot.reports.sheets import workbook
from bot.reports.tables import bulletin
from bot.reports.templates import Issuer, Templates
from dialogs.case.ladder import Rung
from dialogs.case.rules import Rules
from scheduler.periods import period
from tests.bot.line import opened_line
from tests.bot.reports.books import keep_books, propose
from tests.project.checkout import ROOT

TOOLS = ("soffice", "pdftotext", "pdftoppm", "fc-match")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
DOTS = 60  # an inch: enough to see, small enough for the docs
POINTS = 72
OFFICE_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <alias binding="same"><family>仿宋_GB2312</family>
    <prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>方正小标宋简体</family>
    <prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>宋体</family>
    <prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>黑体</family>
    <prefer><family>Noto Sans CJK SC</family></prefer></alias>
</fontconfig>
"""
UNIT = "文新街道办事处"
CASES = (
    Counted(
        "JF2026-000017",
        "forms",
        date(2026, 3, 5),
        ("《整治形式主义为基层减负若干规定》",),
    ),
    Counted(
        "JF2026-000052",
        "fingertip",
        date(2026, 6, 10),
        ("《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）",),
    ),
    Counted(
        "JF2026-000123",
        "inspections",
        date(2026, 11, 23),
        ("《整治形式主义为基层减负若干规定》",),
    ),
)
REMINDED: tuple[Rung, date] = ("remind", date(2026, 3, 9))
CIRCULATED: tuple[Rung, date] = ("circulate", date(2026, 6, 15))
REMINDER = LadderPaper(
    rung="remind",
    unit=UNIT,
    since=date(2025, 3, 6),
    until=date(2026, 3, 5),
    counted=CASES[:1],
    before=(),
    taken=True,
    drawn=date(2026, 3, 9),
)
PAPERS = {
    "paper-slip": slip_paper(
        Slip(
            number="JF2026-000123",
            unit=UNIT,
            urgent=True,
            facts={
                "代号": "芦苇-57MG",
                "类别": "台账报表、多头填报",
                "转办时间": "2026年11月23日10时17分",
                "期限": "到场 2026年11月23日12时17分前；答复 2026年11月23日24时前",
                "地点": "文新街道",
                "时间频次": "每周五次",
            },
            told="街道三个科室各要一份企业台账，内容一样，格式不同，每周都要。" * 6,
            more=("昨天又要了一份。",),
            why=("2026年11月23日10时17分转办", "加急：2小时内到场或联系"),
            drawn=datetime(2026, 11, 23, 10, 20),
            return_within="1个工作日",
        )
    ),
    "paper-notice": notice_paper(
        NoticePaper(
            step="supervised",
            number="JF2026-000123",
            unit=UNIT,
            rank="分管负责人",
            to="王主任",
            due="2026年11月30日24时",
            asked="",
            drawn=date(2026, 12, 1),
        )
    ),
    "paper-remind": ladder_paper(REMINDER),
    "paper-circulate": ladder_paper(
        replace(
            REMINDER,
            rung="circulate",
            since=date(2025, 6, 11),
            until=date(2026, 6, 10),
            counted=CASES[:2],
            before=(REMINDED,),
            drawn=CIRCULATED[1],
        )
    ),
    "paper-sanction": ladder_paper(
        replace(
            REMINDER,
            rung="sanction",
            since=date(2025, 11, 24),
            until=date(2026, 11, 23),
            counted=CASES,
            before=(REMINDED, CIRCULATED),
            drawn=date(2026, 11, 24),
            taken=False,
        )
    ),
}
ISSUER = Issuer(
    "某区减负专线工作专班", "某减专", "内部资料", "区纪委区监委，区委组织部"
)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which LibreOffice may work, with fonts like an office's."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "fonts.conf").write_text(OFFICE_FONTS, "utf-8")
    return folder


def printed(folder: Path, name: str, data: bytes) -> list[Path]:
    """A picture of each page, and beside them the PDF."""
    (folder / name).write_bytes(data)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "LANG": "C.UTF-8",
    }
    profile = f"-env:UserInstallation=file://{folder}/profile"
    to_pdf = ["soffice", profile, "--headless", "--convert-to", "pdf", name]
    subprocess.run(
        to_pdf, cwd=folder, env=environ, check=True, capture_output=True, timeout=200
    )
    stem = Path(name).stem
    to_png = ["pdftoppm", "-r", str(DOTS), "-png", f"{stem}.pdf", stem]
    subprocess.run(to_png, cwd=folder, check=True, timeout=60)
    return sorted(folder.glob(f"{stem}-[0-9]*.png"))


def text_of(folder: Path, stem: str) -> str:
    to_text = ["pdftotext", "-layout", f"{stem}.pdf", "-"]
    done = subprocess.run(
        to_text, cwd=folder, check=True, capture_output=True, timeout=60
    )
    return done.stdout.decode()


def left_of(folder: Path, stem: str, words: str) -> float:
    """Where the word begins that starts so: points from the left."""
    to_boxes = ["pdftotext", "-bbox", f"{stem}.pdf", "-"]
    done = subprocess.run(
        to_boxes, cwd=folder, check=True, capture_output=True, timeout=60
    )
    found = re.search(rf'xMin="([\d.]+)"[^>]*>{words}', done.stdout.decode())
    assert found, words
    return float(found[1])


def ink(page: Path) -> tuple[int, int, int, int]:
    """The box that holds all that is not white."""
    with Image.open(page) as image:
        grey = image.convert("L")
        box = ImageChops.invert(grey).getbbox()
    assert box is not None, f"{page.name} is empty"
    return box


def keep(pages: list[Path], name: str) -> None:
    """Into the docs, where that is asked for: the first pages beside each other."""
    asked = os.environ.get("DOCS_PICTURES")
    if not asked:
        return
    images = [Image.open(page).convert("RGB") for page in pages[:2]]
    gap = 8
    width = sum(image.width for image in images) + gap * (len(images) + 1)
    sheet = Image.new("RGB", (width, images[0].height + 2 * gap), "#888888")
    left = gap
    for image in images:
        sheet.paste(image, (left, gap))
        left += image.width + gap
    small = sheet.quantize(32, dither=Image.Dither.NONE)
    small.save(Path(asked) / f"{name}.png", optimize=True)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_printed_as_an_office_accepts_it(office: Path, name: str) -> None:
    filled = Templates(ISSUER).fill(PAPERS[name])
    pages = printed(office, f"{name}.docx", filled.data)
    assert len(pages) == (1 if name in ("paper-slip", "paper-notice") else 2)
    with Image.open(pages[0]) as image:
        wide, high = image.size
    assert (round(wide / DOTS * 25.4), round(high / DOTS * 25.4)) == (210, 297)
    for page in pages:
        left, top, right, bottom = ink(page)
        assert left > wide * 0.08 and right < wide * 0.93
        assert top > high * 0.05 and bottom < high * 0.97
    said = text_of(office, name)
    assert "{" not in said and "内部资料" in said
    assert re.search(r"[—–] ?1 ?[—–]", said)
    keep(pages, name)


def test_titles_heads_and_numbers_stay_whole(office: Path) -> None:
    """Each stands on a line of its own, or in one line of its cell."""
    for name, whole in {
        "paper-slip": ["减负专线转办单（加急）", "JF2026-000123"],
        "paper-remind": ["关于落实为基层减负要求的提醒函", "核实日期", "JF2026-000017"],
        "paper-circulate": [f"关于{UNIT}增加基层负担问题的通报", "查实件数"],
        "paper-sanction": [f"关于{UNIT}\n", "增加基层负担问题的处置建议书"],
    }.items():
        if not (office / f"{name}.pdf").exists():
            printed(office, f"{name}.docx", Templates(ISSUER).fill(PAPERS[name]).data)
        said = re.sub(r" +", " ", text_of(office, name))
        for words in whole:
            assert words in said, (name, words)
    assert "2026年3月5日" in text_of(office, "paper-remind").replace(" ", "")


def test_the_slip_s_columns_are_narrow_and_wide(office: Path) -> None:
    """By the grid: the words begin 2.8 cm behind the labels, not in the middle."""
    name = "paper-slip"
    if not (office / f"{name}.pdf").exists():
        printed(office, f"{name}.docx", Templates(ISSUER).fill(PAPERS[name]).data)
    assert (
        left_of(office, name, "芦苇") < 2.0 / 2.54 * POINTS + 2.8 / 2.54 * POINTS + 15
    )


async def test_a_sheet_is_printed_page_by_page(office: Path, tmp_path: Path) -> None:
    october = period("month", date(2026, 10, 1), ZoneInfo("Asia/Shanghai"))
    async with opened_line(tmp_path) as line:
        line.at = datetime(2026, 10, 20, 2, tzinfo=UTC)
        await keep_books(line.app, october.first)
        await propose(line, "文新街道", "anna")
        books = Bookkeeper(
            line.app.resources.database,
            line.app.register.directory,
            Rules.default().ladder,
        )
        report = bulletin(await books.figures(october), Rules.default())
    data = workbook(report, issuer=ISSUER.name, made=date(2026, 11, 2))
    pages = printed(office, "sheet-month.xlsx", data)
    assert len(pages) == len(report.tables)
    for page in pages:
        with Image.open(page) as image:
            assert image.width > image.height
        ink(page)
    said = re.sub(r" +", " ", text_of(office, "sheet-month"))
    for words in (
        "减负专线月报：2026年10月 总数",
        "统计期间：2026年10月1日至10月31日",
        f"填报单位：{ISSUER.name}",
        "制表日期：2026年11月2日",
        "上升66.67%",
        "第 1 页，共 7 页",
    ):
        assert words in said.replace("　", " "), words
    keep(pages, "sheet-month")


def test_the_docs_have_their_pictures() -> None:
    """Each is shown, and none is left over."""
    told = (ROOT / "docs" / "papers.md").read_text("utf-8")
    shown = re.findall(r"\(pictures/((?:paper|sheet)-.*?)\.png\)", told)
    kept = [
        path.stem
        for kind in ("paper", "sheet")
        for path in (ROOT / "docs" / "pictures").glob(f"{kind}-*.png")
    ]
    assert sorted(shown) == sorted(kept) == sorted([*PAPERS, "sheet-month"])
