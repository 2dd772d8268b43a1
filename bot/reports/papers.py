"""Papers for the desk drawer: the ladder's three documents and the 转办单, as DOCX,
ready to sign and stamp.

Nothing in them comes from a reporter but the masked text on the 转办单; how many spoke
stands nowhere.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph

from dialogs.case.ladder import Rung
from dialogs.texts import text

RUNGS: dict[str, str] = {
    "remind": "提醒函",
    "circulate": "通报",
    "sanction": "处置建议书",
}
RULE = "《整治形式主义为基层减负若干规定》"
APPS = "《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）"
BASES: dict[str, str] = {
    "documents": f"{RULE}第一部分",
    "meetings": f"{RULE}第二部分",
    "inspections": f"{RULE}第三部分",
    "secondment": f"{RULE}第四部分",
    "showcase": f"{RULE}第七部分",
    "forms": APPS,
    "fingertip": f"《关于防治“指尖上的形式主义”的若干意见》、{APPS}",
    "certificates": "民发〔2020〕20号",
}  # other categories: the rule as a whole
BODY, TITLE, HEAD = (
    "仿宋",
    "方正小标宋简体",
    "黑体",
)  # of GB/T 9704; a machine without them takes its own
BLANK = "　" * 6
CASES = ("序", "编号", "类别", "核实日期", "依据")
UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]"
)  # what no XML may hold


@dataclass(frozen=True, slots=True)
class Counted:
    """A substantiated case as the ladder counts it. found: the day of the finding,
    which staff caused.
    """

    serial: str
    category: str
    found: date


@dataclass(frozen=True, slots=True)
class Step:
    """One rung for one unit. since, until: the period counted; counted: oldest first,
    `until` the last.

    taken: a supervisor has decided so; until then the paper says that it is a draft.
    """

    rung: Rung
    unit: str
    since: date
    until: date
    counted: tuple[Counted, ...]
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


def ladder_document(step: Step) -> bytes:
    """提醒函, 通报 or 处置建议书 as a DOCX file."""
    paper = _paper(step.drawn)
    if not step.taken:
        _line(
            paper, "（送审稿：专线主管尚未决定）", HEAD, 14, WD_ALIGN_PARAGRAPH.CENTER
        )
    _line(paper, _title(step), TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER)
    _line(
        paper,
        f"减负专线〔{step.drawn.year}〕{BLANK[:3]}号",
        BODY,
        16,
        WD_ALIGN_PARAGRAPH.CENTER,
    )
    _line(paper, _to(step), BODY, 16)
    for words in _opening(step):
        _body(paper, words)
    if step.rung == "circulate":  # it is read by many: no single case stands in it
        kinds = Counter(case.category for case in step.counted)
        rows = [(_category(code), str(n), _basis(code)) for code, n in kinds.items()]
        _table(paper, ("类别", "查实件数", "依据"), rows)
    else:
        cases = [(str(n), *_row(case)) for n, case in enumerate(step.counted, 1)]
        _table(paper, CASES, cases, (1.0, 3.4, 3.0, 2.6, 5.6))
    for words in _closing(step):
        _body(paper, words)
    _signature(paper)
    return _bytes(paper)


def _title(step: Step) -> str:
    return {
        "remind": "关于落实为基层减负要求的提醒函",
        "circulate": f"关于{step.unit}增加基层负担问题的通报",
        "sanction": f"关于{step.unit}增加基层负担问题的处置建议书",
    }[step.rung]


def _to(step: Step) -> str:
    return {
        "remind": f"{step.unit}：",
        "circulate": "各有关单位：",
        "sanction": "减负专线主管：",
    }[step.rung]


def _opening(step: Step) -> list[str]:
    who = "你单位" if step.rung == "remind" else step.unit
    period = f"{_day(step.since)}至{_day(step.until)}（滚动12个月）"
    return [
        f"{period}，经核实，{who}有{len(step.counted)}件增加基层负担的问题查实，"
        "情况如下。"
    ]


def _closing(step: Step) -> list[str]:
    ladder = "“一提醒、二通报、三处置”"
    return {
        "remind": [
            f"按照{ladder}，12个月内第一次查实，现予提醒。",
            "请对照上述依据自查，按承诺的期限整改，并把整改情况告诉减负专线。"
            "再次查实的，将予通报。",
            "不得打听、追查反映人。",
        ],
        "circulate": [
            f"按照{ladder}，12个月内第二次查实，现予通报。",
            f"{step.unit}要对照上述依据逐项整改，举一反三；其他单位要引以为戒。"
            "再次查实的，将提出处置建议。",
            "任何单位和个人不得打听、追查反映人。",
        ],
        "sanction": [
            f"按照{ladder}，12个月内已{len(step.counted)}次查实，此前的提醒、"
            "通报未能止住，现提出处置建议：",
            "建议将有关情况移送有管理权限的机关，由其按规定和权限研究处置。",
            "本建议由系统按次数提出，是否采纳由主管决定；"
            "处置与否、如何处置由有权机关决定。不得打听、追查反映人。",
        ],
    }[step.rung]


def _row(case: Counted) -> tuple[str, ...]:
    return (
        case.serial,
        _category(case.category),
        f"{case.found:%Y-%m-%d}",
        _basis(case.category),
    )


def slip_document(slip: Slip) -> bytes:
    """The 转办单 as a DOCX file, one A4 page for a text of usual length."""
    paper = _paper(slip.drawn.date(), margins=(18, 18, 20, 20))
    title = "减负专线转办单（加急）" if slip.urgent else "减负专线转办单"
    _line(paper, title, TITLE, 20, WD_ALIGN_PARAGRAPH.CENTER, 30)
    _line(paper, f"{slip.number}　　{slip.unit}", BODY, 12, spacing=20)
    table = paper.add_table(0, 2, "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    rows = [*slip.facts.items(), ("反映内容\n（已遮挡）", slip.told)]
    rows += [("补充情况", "\n".join(slip.more))] if slip.more else []
    rows += [("期限怎么算", "\n".join(slip.why))] if slip.why else []
    rows += [
        ("请注意", "\n".join(RULES_OF_USE)),
        ("办理情况", "\n" * 4),
        ("签收", SIGNED),
    ]
    for label, words in rows:
        cells = table.add_row().cells
        _cell(cells[0], label, HEAD, 11)
        _cell(cells[1], words, BODY, 11)
        cells[0].width, cells[1].width = Cm(2.8), Cm(14.2)
    return _bytes(paper)


# ── small parts ───────────────────────────────────────────────────────────────────────


def _paper(drawn: date, margins: tuple[int, int, int, int] = (37, 35, 28, 26)) -> Paper:
    """An empty A4 page; margins: top, bottom, left, right in mm, by default those of
    GB/T 9704.
    """
    paper = Document()
    about, section = paper.core_properties, paper.sections[0]
    about.author, about.last_modified_by, about.comments = "减负专线", "减负专线", ""
    about.created = about.modified = datetime(drawn.year, drawn.month, drawn.day)
    section.page_width, section.page_height = Mm(210), Mm(297)
    (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    ) = map(Mm, margins)
    return paper


def _line(
    paper: Paper,
    words: str,
    font: str,
    size: int,
    align: WD_ALIGN_PARAGRAPH | None = None,
    spacing: int = 28,
) -> Paragraph:
    line = paper.add_paragraph()
    if align is not None:
        line.alignment = align
    _write(line, words, font, size, spacing)
    return line


def _body(paper: Paper, words: str) -> None:
    _line(paper, words, BODY, 16).paragraph_format.first_line_indent = Pt(32)


def _write(line: Paragraph, words: str, font: str, size: int, spacing: float) -> None:
    run = line.add_run(UNWRITABLE.sub("", words))
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(
        qn("w:eastAsia"), font
    )  # else Chinese falls to the template's own font
    shape = line.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(spacing)


def _cell(cell: Cell, words: str, font: str, size: int) -> None:
    _write(cell.paragraphs[0], words, font, size, size * 1.5)


def _table(
    paper: Paper,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float] = (),
) -> None:
    table = paper.add_table(0, len(head), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, row in enumerate([head, *rows]):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            _cell(cell, words, BODY if number else HEAD, 12)
    for column, width in zip(table.columns, widths, strict=False):
        for cell in column.cells:
            cell.width = Cm(width)
    paper.add_paragraph()


def _signature(paper: Paper) -> None:
    for words in ("减负专线（盖章）", f"签发人：{BLANK}", "　　　　年　　月　　日"):
        _line(paper, words, BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT)


def _category(code: str) -> str:
    return text("zh", f"category.{code}")


def _basis(code: str) -> str:
    return BASES.get(code, RULE)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _bytes(paper: Paper) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
