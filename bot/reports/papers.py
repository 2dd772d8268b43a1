"""Papers for the desk drawer: the ladder's three documents and the 转办单, as DOCX,
ready to sign and stamp.

Nothing in them comes from a reporter but the masked text on the 转办单; how many spoke
stands nowhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docx import Document as new_document
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.text.paragraph import Paragraph

from dialogs.case.ladder import Rung
from dialogs.texts import text

RUNG_NAMES: dict[str, str] = {
    "remind": "提醒",
    "circulate": "通报",
    "sanction": "提出处置建议",
}
PAPER_NAMES: dict[str, str] = {
    "remind": "提醒函",
    "circulate": "通报",
    "sanction": "处置建议书",
}
BLANK = "　" * 6
SIGNED_BY = (f"签发人：{BLANK}", "　　　　年　　月　　日")
PAPER_CASE_HEAD = ("序", "编号", "类别", "核实日期", "依据")
PAPER_CASE_WIDTHS = (1.0, 3.4, 3.0, 2.6, 5.6)  # cm
PAPER_KIND_HEAD = ("类别", "查实件数", "依据")
SLIP_WIDTHS = (2.8, 14.2)  # cm
# what no XML may hold
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Style:
    """How words look. font: a machine without it takes its own; size, spacing, indent:
    points; indent: of a paragraph's first line.
    """

    font: str
    size: int
    spacing: float = 28
    align: WD_ALIGN_PARAGRAPH | None = None
    indent: int | None = None


# Of GB/T 9704, the format of official documents
BODY_FONT = "仿宋"
TITLE_FONT = "方正小标宋简体"
HEAD_FONT = "黑体"
CENTER = WD_ALIGN_PARAGRAPH.CENTER
TITLE = Style(TITLE_FONT, 22, align=CENTER)
DRAFT_MARK = Style(HEAD_FONT, 14, align=CENTER)
NUMBER = Style(BODY_FONT, 16, align=CENTER)
ADDRESSEE = Style(BODY_FONT, 16)
PARAGRAPH = Style(BODY_FONT, 16, indent=32)
SIGNATURE = Style(BODY_FONT, 16, align=WD_ALIGN_PARAGRAPH.RIGHT)
TABLE_HEAD = Style(HEAD_FONT, 12, spacing=18)
TABLE_CELL = Style(BODY_FONT, 12, spacing=18)
SLIP_TITLE = Style(TITLE_FONT, 20, spacing=30, align=CENTER)
SLIP_NUMBER = Style(BODY_FONT, 12, spacing=20)
SLIP_LABEL = Style(HEAD_FONT, 11, spacing=16.5)
SLIP_CELL = Style(BODY_FONT, 11, spacing=16.5)


@dataclass(frozen=True, slots=True)
class Counted:
    """A substantiated case as the ladder counts it. found: the day of the finding,
    which staff caused; bases: the rules that it rests on, as they are cited.
    """

    serial: str
    category: str
    found: date
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs. name: the office; prefix: of its papers' numbers (机关代字)."""

    name: str
    prefix: str


@dataclass(frozen=True, slots=True)
class LadderPaper:
    """One rung for one unit. since, until: the period counted; counted: oldest first,
    `until` the last.

    before: the rungs that were taken for those, oldest first, and when that was
    decided; taken: a supervisor has decided so; until then the paper says that it is a
    draft.
    """

    issuer: Issuer
    rung: Rung
    unit: str
    since: date
    until: date
    counted: tuple[Counted, ...]
    before: tuple[tuple[Rung, date], ...]
    taken: bool
    drawn: date


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on a 转办单. facts: label → words; why: how the deadline was counted,
    a line each.
    """

    number: str
    unit: str
    urgent: bool
    facts: Mapping[str, str]
    told: str
    more: tuple[str, ...]
    why: tuple[str, ...]
    drawn: datetime


SIGNED = "经办人：　　　　　　　负责人：　　　　　　　　　年　　月　　日"
RULES_OF_USE = (
    "请在期限内答复：查了什么、做了什么、何时改好。不属本单位职责的，"
    "请在转办后1个工作日内退回，并写明依据。",
    "不得打听、猜测、追查反映人；本单只供办理，用后按规定销毁。",
)


def ladder_document(paper: LadderPaper) -> bytes:
    """提醒函, 通报 or 处置建议书 as a DOCX file."""
    page = _page(paper.drawn)
    if not paper.taken:
        _line(page, "（送审稿：专线主管尚未决定）", DRAFT_MARK)
    _line(page, _title(paper), TITLE)
    _line(page, f"{paper.issuer.prefix}〔{paper.drawn.year}〕{BLANK[:3]}号", NUMBER)
    _line(page, _addressee(paper), ADDRESSEE)
    _line(page, _opening(paper), PARAGRAPH)
    if paper.rung == "circulate":  # it is read by many: no single case stands in it
        _table(page, [PAPER_KIND_HEAD, *_kinds(paper)])
    else:
        _table(page, [PAPER_CASE_HEAD, *_cases(paper)], PAPER_CASE_WIDTHS)
    for words in _closing(paper):
        _line(page, words, PARAGRAPH)
    for words in (f"{paper.issuer.name}（盖章）", *SIGNED_BY):
        _line(page, words, SIGNATURE)
    return _bytes(page)


def _title(paper: LadderPaper) -> str:
    return {
        "remind": "关于落实为基层减负要求的提醒函",
        "circulate": f"关于{paper.unit}增加基层负担问题的通报",
        "sanction": f"关于{paper.unit}增加基层负担问题的处置建议书",
    }[paper.rung]


def _addressee(paper: LadderPaper) -> str:
    return {
        "remind": f"{paper.unit}：",
        "circulate": "各有关单位：",
        "sanction": "减负专线主管：",
    }[paper.rung]


def _kinds(paper: LadderPaper) -> list[tuple[str, ...]]:
    kinds: dict[str, list[Counted]] = {}
    for case in paper.counted:
        kinds.setdefault(case.category, []).append(case)
    return [
        (_category(code), str(len(cases)), _bases(cases))
        for code, cases in kinds.items()
    ]


def _cases(paper: LadderPaper) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            case.serial,
            _category(case.category),
            f"{case.found:%Y-%m-%d}",
            _bases([case]),
        )
        for number, case in enumerate(paper.counted, 1)
    ]


def _bases(cases: Iterable[Counted]) -> str:
    """What is cited for any of them, each once."""
    titles = dict.fromkeys(title for case in cases for title in case.bases)
    return "、".join(titles)


def _opening(paper: LadderPaper) -> str:
    who = "你单位" if paper.rung == "remind" else paper.unit
    period = f"{_day(paper.since)}至{_day(paper.until)}"
    found = f"{len(paper.counted)}件增加基层负担的问题查实"
    return f"{period}，经核实，{who}有{found}，情况如下。"


def _closing(paper: LadderPaper) -> list[str]:
    ladder = "“一提醒、二通报、三处置”"
    before = _done_before(paper)
    return {
        "remind": [
            f"按照{ladder}，上述期间第一次查实，现予提醒。",
            "请对照上述依据自查整改，并把整改情况告诉减负专线。"
            "再次查实的，按次数提出通报。",
            "不得打听、追查反映人。",
        ],
        "circulate": [
            f"按照{ladder}，上述期间第二次查实，{before}现予通报。",
            f"{paper.unit}要对照上述依据逐项整改，举一反三；其他单位要引以为戒。"
            "再次查实的，将提出处置建议。",
            "任何单位和个人不得打听、追查反映人。",
        ],
        "sanction": [
            f"按照{ladder}，上述期间已{len(paper.counted)}次查实，{before}"
            "现提出处置建议：",
            "建议将有关情况移送有管理权限的机关，由其按规定和权限研究处置。",
            "本建议由系统按次数提出，是否采纳由主管决定；"
            "处置与否、如何处置由有权机关决定。不得打听、追查反映人。",
        ],
    }[paper.rung]


def _done_before(paper: LadderPaper) -> str:
    """Only what was decided is said to be so."""
    done = [f"{_day(day)}决定{RUNG_NAMES[rung]}" for rung, day in paper.before]
    return f"此前已于{'、'.join(done)}，" if done else ""


def slip_document(slip: Slip) -> bytes:
    """The 转办单 as a DOCX file, one A4 page for a text of usual length."""
    page = _page(slip.drawn.date(), SLIP_MARGINS)
    title = "减负专线转办单（加急）" if slip.urgent else "减负专线转办单"
    _line(page, title, SLIP_TITLE)
    _line(page, f"{slip.number}　　{slip.unit}", SLIP_NUMBER)
    table = page.add_table(0, 2, "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for label, words in _slip_rows(slip):
        head, cell = table.add_row().cells
        _write(head.paragraphs[0], label, SLIP_LABEL)
        _write(cell.paragraphs[0], words, SLIP_CELL)
        head.width, cell.width = map(Cm, SLIP_WIDTHS)
    return _bytes(page)


def _slip_rows(slip: Slip) -> Iterator[tuple[str, str]]:
    """Label and words; what is empty has no row."""
    yield from slip.facts.items()
    yield "反映内容\n（已遮挡）", slip.told
    if slip.more:
        yield "补充情况", "\n".join(slip.more)
    if slip.why:
        yield "期限怎么算", "\n".join(slip.why)
    yield "请注意", "\n".join(RULES_OF_USE)
    yield "办理情况", "\n" * 4
    yield "签收", SIGNED


# ── small parts ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """In mm, by default those of GB/T 9704."""

    top: int = 37
    bottom: int = 35
    left: int = 28
    right: int = 26


OFFICIAL_MARGINS = Margins()
SLIP_MARGINS = Margins(top=18, bottom=18, left=20, right=20)


def _page(drawn: date, margins: Margins = OFFICIAL_MARGINS) -> Document:
    """An empty A4 page. Nobody's name stands in the file."""
    page = new_document()
    about = page.core_properties
    about.author = about.last_modified_by = "减负专线"
    about.comments = ""
    about.created = about.modified = datetime(drawn.year, drawn.month, drawn.day)
    section = page.sections[0]
    section.page_width = Mm(210)
    section.page_height = Mm(297)
    section.top_margin = Mm(margins.top)
    section.bottom_margin = Mm(margins.bottom)
    section.left_margin = Mm(margins.left)
    section.right_margin = Mm(margins.right)
    return page


def _line(page: Document, words: str, style: Style) -> None:
    line = page.add_paragraph()
    if style.align is not None:
        line.alignment = style.align
    _write(line, words, style)
    if style.indent is not None:
        line.paragraph_format.first_line_indent = Pt(style.indent)


def _write(line: Paragraph, words: str, style: Style) -> None:
    run = line.add_run(UNWRITABLE.sub("", words))
    run.font.name = style.font
    run.font.size = Pt(style.size)
    # else Chinese falls to the template's own font
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), style.font)
    shape = line.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(style.spacing)


def _table(
    page: Document, rows: Sequence[Sequence[str]], widths: Sequence[float] = ()
) -> None:
    """The first row is its head. widths: in cm, where they matter."""
    table = page.add_table(0, len(rows[0]), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, row in enumerate(rows):
        style = TABLE_CELL if number else TABLE_HEAD
        for cell, words in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], words, style)
    for column, width in zip(table.columns, widths, strict=False):
        for cell in column.cells:
            cell.width = Cm(width)
    page.add_paragraph()


def _category(code: str) -> str:
    return text("zh", f"category.{code}")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _bytes(page: Document) -> bytes:
    out = io.BytesIO()
    page.save(out)
    return out.getvalue()
