"""Papers as an office opens them: their form, and templates of the office's own."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from bot.columns import width
from bot.reports.notice import NoticePaper, notice_paper
from bot.reports.paper_form import PAPERS, TITLE_COLUMNS, title_lines
from bot.reports.papers import Counted, LadderPaper, Slip, ladder_paper, slip_paper
from bot.reports.template_check import FIELDS, TABLES
from bot.reports.templates import Issuer, Paper, Templates
from dialogs.case.ladder import RUNGS
from tests.bot.command import Login
from tests.project.checkout import ROOT

ISSUER = Issuer("某区减负专线工作专班", "某减专", "内部资料", "区纪委区监委")
SLIP = Slip(
    number="JF2026-000123",
    unit="文新街道办事处",
    urgent=True,
    facts={"代号": "K7QM", "类别": "台账报表、多头填报"},
    told="同一份台账每周报五次",
    more=("昨天又要了一份。",),
    why=("2小时内到场",),
    drawn=datetime(2026, 11, 3, 10, 20),
    return_within="1个工作日",
)
REMINDER = LadderPaper(
    rung="remind",
    unit="文新街道办事处",
    since=date(2025, 11, 4),
    until=date(2026, 11, 3),
    counted=(
        Counted("JF2026-000001", "forms", date(2026, 9, 5), ("《甲》", "《乙》")),
    ),
    before=(("remind", date(2026, 3, 9)),),
    taken=True,
    drawn=date(2026, 11, 3),
)
EACH = [
    slip_paper(SLIP),
    notice_paper(
        NoticePaper(
            step="supervised",
            number="JF2026-000123",
            unit="文新街道办事处",
            rank="分管负责人",
            to="王主任",
            due="2026年11月2日24时",
            asked="",
            drawn=date(2026, 11, 3),
        )
    ),
    *(ladder_paper(replace(REMINDER, rung=rung)) for rung in RUNGS),
]


def part(data: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(name).decode()


def words(data: bytes) -> str:
    return re.sub(r"<[^>]+>", "", part(data).replace("</w:p>", "\n"))


@pytest.mark.parametrize("paper", EACH, ids=lambda paper: paper.kind)
def test_columns_are_as_wide_in_the_grid_as_in_the_cells(paper: Paper) -> None:
    """Word goes by the cells, WPS and LibreOffice by the grid."""
    document = Document(io.BytesIO(Templates(ISSUER).fill(paper).data))
    assert document.tables
    for table in document.tables:
        grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert len(set(grid)) > 1 or len(grid) == 1
        for row in table.rows:
            assert [cell.width.twips for cell in row.cells] == grid


@pytest.mark.parametrize("paper", EACH, ids=lambda paper: paper.kind)
def test_a_paper_is_in_the_form_of_official_documents(paper: Paper) -> None:
    data = Templates(ISSUER).fill(paper).data
    said = words(data)
    assert "内部资料" in said and not re.search(r"\d{4}-\d\d-\d\d|[{}]", said)
    assert "PAGE" in part(data, "word/footer1.xml")
    if paper.kind != "转办单":
        assert "某减专〔2026〕" in said and "2026年11月3日" in said
    if paper.kind not in ("转办单", "督办单"):
        assert "抄送：区纪委区监委。" in said
    assert "方正小标宋简体" in part(data) and "仿宋_GB2312" in part(data)
    assert 'w:altName w:val="仿宋,' in part(data, "word/fontTable.xml")
    assert "Unknown" not in part(data, "docProps/core.xml")


def test_what_a_reporter_wrote_is_no_mark() -> None:
    told = "{{ 7*7 }} {% for %} <b>&amp;]]> \x00\x07\x0c“引号” \ud800完"
    data = Templates(ISSUER).fill(slip_paper(replace(SLIP, told=told))).data
    document = Document(io.BytesIO(data))
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "{{ 7*7 }} {% for %} <b>&amp;]]> “引号” 完" in cells


@pytest.mark.parametrize(
    "unit", ["文新街道", "西湖区文新街道社区建设与民生保障服务中心", "长" * 60]
)
def test_a_title_is_broken_between_its_parts(unit: str) -> None:
    parts = ("关于", unit, "增加基层负担问题的", "处置建议书")
    lines = title_lines(parts).split("\n")
    assert "".join(lines) == "".join(parts)
    borders = {"".join(parts[:end]) for end in range(len(parts) + 1)}
    assert all("".join(lines[:end]) in borders for end in range(len(lines) + 1))
    if width(unit) < TITLE_COLUMNS:
        assert max(map(width, lines)) <= TITLE_COLUMNS


# ── an office's own ───────────────────────────────────────────────────────────────────


def own(folder: Path, marks: str) -> Templates:
    """An office whose 转办单 says so much."""
    page = Document()
    page.add_paragraph(marks)
    page.save(str(folder / "转办单.docx"))
    return Templates(ISSUER, folder)


def test_an_office_s_own_template_is_filled(tmp_path: Path) -> None:
    filled = own(tmp_path, "某区：{{ 承办单位 }}{% if 加急 %}速办{% endif %}").fill(
        slip_paper(SLIP)
    )
    assert filled.trouble == ""
    assert words(filled.data).strip() == "某区：文新街道办事处速办"


@pytest.mark.parametrize(
    "marks, said",
    [
        ("{{ 单位名 }}", "不认得的项（单位名）"),
        ("{{ 编号", "标记不成对或写错了"),
        ("{% if 加急 %}", "标记不成对或写错了"),
        ("{{ 编号.__class__.__mro__ }}", "不许用"),
        ("{% for 次 in range(99999999) %}长{% endfor %}", "填"),
        ("{{ 1 / 0 }}", "不是能填的"),
    ],
)
def test_a_broken_template_is_told_and_the_built_in_one_used(
    tmp_path: Path, marks: str, said: str
) -> None:
    filled = own(tmp_path, marks).fill(slip_paper(SLIP))
    assert said in filled.trouble and "jianfu templates --out" in filled.trouble
    assert "\n" not in filled.trouble
    assert "同一份台账每周报五次" in words(filled.data)


def test_what_is_no_word_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "转办单.docx").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "通报.docx").mkdir()
    templates = Templates(ISSUER, tmp_path)
    for paper in EACH:
        filled = templates.fill(paper)
        assert bool(filled.trouble) == (paper.kind in ("转办单", "通报"))
        assert words(filled.data)


def test_templates_are_saved_edited_and_looked_at(tmp_path: Path) -> None:
    login = Login(tmp_path)
    assert login.does("templates", "--out", "模板").count("\n") == len(PAPERS)
    assert "已经有了" in login.refused("templates", "--out", "模板")
    folder = login.folder / "模板"
    (folder / "通报.docx").write_text("x")
    (folder / "转办卡.docx").write_text("x")
    login.environ["JIANFU_TEMPLATES"] = "模板"
    looked = login.run("templates")
    assert looked.code == 1
    assert "转办单：本单位的，能填\n" in looked.out
    assert "通报：模板" in looked.out and "转办卡.docx：没有这种文书" in looked.out
    (folder / "转办单.docx").unlink()
    (folder / "通报.docx").unlink()
    assert "转办单：自带的\n" in login.does("templates")


def test_the_docs_name_every_field_and_no_other() -> None:
    table = (ROOT / "docs" / "papers.md").read_text("utf-8")
    told = re.findall(r"^\| (?!文书|---|!)(.*?) \| (.*) \|$", table, re.M)
    named = {
        kind: set(re.split(r"[、（）]", fields)) - {""}
        for kinds, fields in told
        for kind in kinds.split("、")
    }
    assert set(named) == {"每一种", *PAPERS} == {"每一种", *FIELDS}
    for kind, fields in FIELDS.items():
        rows = [TABLES[name] for name in fields if name in TABLES]
        assert named[kind] == {*fields, *chain(*rows)}
    for paper in EACH:
        assert set(paper.fields) == set(FIELDS[paper.kind])


def test_who_a_circular_is_for_is_the_issuer_s_to_say() -> None:
    """Copies stand below; the proposal of the clock, a paper to the head, has none."""
    many = replace(REMINDER, rung="circulate", circulate_to="各镇街、各部门")
    issuer = replace(ISSUER, copies_to="区减负办")
    said = words(Templates(issuer).fill(ladder_paper(many)).data)
    assert "各镇街、各部门：" in said and "抄送：区减负办" in said
    proposed = next(one for one in EACH if one.kind == "督办单")
    assert "区减负办" not in words(Templates(issuer).fill(proposed).data)
