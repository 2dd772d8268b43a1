"""The papers' built-in templates, drawn after GB/T 9704—2012, the format of official
documents. What stands in braces is filled in by bot/reports/templates.py.

An office that wants other words takes the file (`jianfu templates --out`) and edits it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import combinations, pairwise

from docx import Document as new_document
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from bot.columns import width

# ── fonts and styles ──────────────────────────────────────────────────────────────────

# Offices install them; a machine without one takes the next of the line.
BODY_FONT = "仿宋_GB2312"
TITLE_FONT = "方正小标宋简体"
HEAD_FONT = "黑体"
PAGE_NUMBER_FONT = "宋体"
INSTEAD: Mapping[str, tuple[str, ...]] = {
    BODY_FONT: ("仿宋", "FangSong", "华文仿宋", "STFangsong", "Noto Serif CJK SC"),
    TITLE_FONT: ("小标宋", "华文中宋", "STZhongsong", "宋体", "Noto Serif CJK SC"),
    HEAD_FONT: ("SimHei", "华文黑体", "STHeiti", "Noto Sans CJK SC"),
    PAGE_NUMBER_FONT: ("SimSun", "华文宋体", "STSong", "Noto Serif CJK SC"),
}
RED = RGBColor(0xE6, 0x00, 0x12)
LINE_SPACING = 28.9  # points: 22 lines on a page
LEFT = WD_ALIGN_PARAGRAPH.LEFT
CENTER = WD_ALIGN_PARAGRAPH.CENTER
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFIED = WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True, slots=True)
class Style:
    """How words look. size, spacing, indent: points; indent: of a paragraph's first
    line.
    """

    font: str
    size: float
    spacing: float = LINE_SPACING
    align: WD_ALIGN_PARAGRAPH = LEFT
    indent: float = 0
    colour: RGBColor | None = None


MARK = Style(HEAD_FONT, 16)
NUMBER = Style(BODY_FONT, 16, align=CENTER)
TITLE = Style(TITLE_FONT, 22, spacing=33, align=CENTER)
DRAFT_MARK = Style(HEAD_FONT, 14, align=CENTER)
ADDRESSEE = Style(BODY_FONT, 16)
PARAGRAPH = Style(BODY_FONT, 16, align=JUSTIFIED, indent=32)
SIGNATURE = Style(BODY_FONT, 16, align=CENTER)
IMPRINT = Style(BODY_FONT, 14, spacing=22)
PAGE_NUMBER = Style(PAGE_NUMBER_FONT, 14, spacing=18)
TABLE_HEAD = Style(HEAD_FONT, 11, spacing=17, align=CENTER)
TABLE_CELL = Style(BODY_FONT, 11, spacing=17)
SLIP_MARK = Style(HEAD_FONT, 12, spacing=18)
SLIP_TITLE = Style(TITLE_FONT, 20, spacing=30, align=CENTER)
SLIP_NUMBER = Style(BODY_FONT, 12, spacing=20)
SLIP_LABEL = Style(HEAD_FONT, 11, spacing=16.5, align=CENTER)
SLIP_CELL = Style(BODY_FONT, 11, spacing=16.5)
EMPTY_LINE = Style(BODY_FONT, 16)

# A long name takes smaller letters, so that it is not broken: characters → points.
ISSUER_SIZES = {8: 42, 12: 34, 18: 24, 60: 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """In mm, by default those of GB/T 9704."""

    top: int = 37
    bottom: int = 35
    left: int = 28
    right: int = 26

    @property
    def text_width(self) -> int:
        return A4_WIDTH - self.left - self.right


A4_WIDTH = 210
A4_HEIGHT = 297
OFFICIAL_MARGINS = Margins()
SLIP_MARGINS = Margins(top=18, bottom=18, left=20, right=20)


# ── a title's lines ───────────────────────────────────────────────────────────────────


TITLE_COLUMNS = 40  # of 22 points, a Chinese character takes two


def title_lines(parts: Sequence[str], columns: int = TITLE_COLUMNS) -> str:
    """A title of so few lines as will hold it, broken between its parts only, the lines
    as equal in length as they can be.
    """
    whole = "".join(parts)
    if width(whole) <= columns:
        return whole
    for breaks in range(1, len(parts)):
        found = [
            _broken(parts, places)
            for places in combinations(range(1, len(parts)), breaks)
        ]
        fitting = [lines for lines in found if max(map(width, lines)) <= columns]
        if fitting:
            return "\n".join(min(fitting, key=_unevenness))
    return "\n".join(parts)


def _broken(parts: Sequence[str], places: Sequence[int]) -> list[str]:
    edges = [0, *places, len(parts)]
    return ["".join(parts[begin:end]) for begin, end in pairwise(edges)]


def _unevenness(lines: Iterable[str]) -> int:
    widths = [width(line) for line in lines]
    return max(widths) - min(widths)


# ── the parts of a page ───────────────────────────────────────────────────────────────


def empty_page(margins: Margins = OFFICIAL_MARGINS) -> Document:
    """An A4 page with its page numbers. Nobody's name stands in the file."""
    page = new_document()
    about = page.core_properties
    about.author = about.last_modified_by = "减负专线"
    about.comments = ""
    about.created = about.modified = datetime(2000, 1, 1)
    section = page.sections[0]
    section.page_width = Mm(A4_WIDTH)
    section.page_height = Mm(A4_HEIGHT)
    section.top_margin = Mm(margins.top)
    section.bottom_margin = Mm(margins.bottom)
    section.left_margin = Mm(margins.left)
    section.right_margin = Mm(margins.right)
    section.footer_distance = Mm(max(margins.bottom - 13, 8))
    _name_fonts(page)
    _number_pages(page)
    return page


def line(page: Document, words: str, style: Style) -> Paragraph:
    """A paragraph, filled in or not."""
    paragraph = page.add_paragraph()
    write(paragraph, words, style)
    return paragraph


def only_if(page: Document, field: str, words: str, style: Style) -> None:
    """A paragraph that is left out where the field is empty."""
    line(page, f"{{%p if {field} %}}", style)
    line(page, words, style)
    line(page, "{%p endif %}", style)


def write(paragraph: Paragraph, words: str, style: Style) -> None:
    run = paragraph.add_run(words)
    run.font.name = style.font
    run.font.size = Pt(style.size)
    if style.colour is not None:
        run.font.color.rgb = style.colour
    # else Chinese falls to the page's own font
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), style.font)
    fonts.set(qn("w:hint"), "eastAsia")
    paragraph.alignment = style.align
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(style.spacing)
    if style.indent:
        shape.first_line_indent = Pt(style.indent)


def letterhead(page: Document, *, signed: bool = False) -> None:
    """版头: secrecy, whose paper it is, its number, the red line. signed: with a place
    for who signs it, as on papers to somebody above.
    """
    only_if(page, "密级", "{{ 密级 }}", MARK)
    for number, (most, size) in enumerate(ISSUER_SIZES.items()):
        word = "elif" if number else "if"
        line(page, f"{{%p {word} 发文机关|length <= {most} %}}", EMPTY_LINE)
        style = Style(TITLE_FONT, size, spacing=size * 1.5, align=CENTER, colour=RED)
        line(page, "{{ 发文机关 }}", style)
    line(page, "{%p endif %}", EMPTY_LINE)
    line(page, "", EMPTY_LINE)
    if signed:
        number_line = line(page, "　{{ 发文字号 }}\t签发人：　　　　", ADDRESSEE)
        stop = Mm(OFFICIAL_MARGINS.text_width)
        number_line.paragraph_format.tab_stops.add_tab_stop(
            stop, WD_TAB_ALIGNMENT.RIGHT
        )
    else:
        number_line = line(page, "{{ 发文字号 }}", NUMBER)
    _underline(number_line)
    line(page, "", EMPTY_LINE)


def draft_mark(page: Document) -> None:
    """While a supervisor has not decided."""
    only_if(page, "送审稿", "（送审稿：专线主管尚未决定）", DRAFT_MARK)


def heading(page: Document) -> None:
    """The title and to whom it goes."""
    line(page, "{{ 标题 }}", TITLE)
    line(page, "", EMPTY_LINE)
    line(page, "{{ 主送 }}：", ADDRESSEE)


def signature(page: Document) -> None:
    """Whose paper it is and its date, the one over the middle of the other, where the
    seal goes; with the last words before it, for no page may hold them alone.
    """
    page.paragraphs[-1].paragraph_format.keep_with_next = True
    line(page, "", EMPTY_LINE).paragraph_format.keep_with_next = True
    table = _table(page, (OFFICIAL_MARGINS.text_width / 10 - 9.4, 9.4))
    _, cell = _new_row(table).cells
    issuer = cell.paragraphs[0]
    write(issuer, "{{ 发文机关 }}", SIGNATURE)
    issuer.paragraph_format.keep_with_next = True
    day = cell.add_paragraph()
    write(day, "{{ 成文日期 }}", SIGNATURE)
    day.paragraph_format.keep_with_next = True
    _keep_rows(table)


def imprint(page: Document) -> None:
    """版记: who else gets it, who printed it and when; never alone on a page."""
    line(page, "", EMPTY_LINE).paragraph_format.keep_with_next = True
    table = _table(page, (OFFICIAL_MARGINS.text_width / 10,))
    for words in (
        "{%tr if 抄送 %}",
        "　抄送：{{ 抄送 }}。",
        "{%tr endif %}",
        "　{{ 发文机关 }}\t{{ 成文日期 }}印发　",
    ):
        paragraph = _new_row(table).cells[0].paragraphs[0]
        write(paragraph, words, IMPRINT)
        stop = Mm(OFFICIAL_MARGINS.text_width - 4)
        paragraph.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
    _border(table, {"top": 8, "insideH": 6, "bottom": 8})
    _keep_rows(table)


@dataclass(frozen=True, slots=True)
class ListColumn:
    """head: its name; words: what stands in each row; width: in cm."""

    head: str
    words: str
    width: float
    align: WD_ALIGN_PARAGRAPH = LEFT


def listing(page: Document, rows: str, columns: Sequence[ListColumn]) -> None:
    """A table with a row for each of what the field named `rows` holds, called 行."""
    page.paragraphs[-1].paragraph_format.space_after = Pt(6)
    table = _table(page, [column.width for column in columns])
    _border(table, dict.fromkeys(EDGES, 4))
    head = _new_row(table)
    _every_page(head._tr.get_or_add_trPr())
    for column, cell in zip(columns, head.cells, strict=True):
        write(cell.paragraphs[0], column.head, TABLE_HEAD)
    _control(table, f"{{%tr for 行 in {rows} %}}")
    for column, cell in zip(columns, _new_row(table).cells, strict=True):
        style = replace(TABLE_CELL, align=column.align)
        write(cell.paragraphs[0], column.words, style)
    _control(table, "{%tr endfor %}")
    _keep_rows(table)
    line(page, "", TABLE_CELL)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a form. field: it is left out where this is empty; height: in cm, of
    a place to write by hand.
    """

    label: str
    words: str
    field: str = ""
    height: float = 0


def form(page: Document, rows: Sequence[FormRow], widths: tuple[float, float]) -> None:
    """Labels on the left, words on the right; widths in cm."""
    table = _table(page, widths)
    _border(table, dict.fromkeys(EDGES, 4))
    for row in rows:
        if row.field:
            _control(table, f"{{%tr if {row.field} %}}")
        added = _new_row(table)
        label, cell = added.cells
        write(label.paragraphs[0], row.label, SLIP_LABEL)
        write(cell.paragraphs[0], row.words, SLIP_CELL)
        if row.height:
            added.height = Cm(row.height)
            added.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        if row.field:
            _control(table, "{%tr endif %}")


# ── what the library has no word for ──────────────────────────────────────────────────


EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    element: BaseOxmlElement = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _table(page: Document, widths: Sequence[float]) -> Table:
    """Without rows. widths: in cm; they stand in the grid, too, by which WPS and
    LibreOffice go, and are fixed.
    """
    table: Table = page.add_table(0, len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, cm in zip(table.columns, widths, strict=True):
        column.width = Cm(cm)
    return table


def _new_row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def _control(table: Table, words: str) -> None:
    """A row that only tells whether, or how often, the next ones stand there."""
    write(_new_row(table).cells[0].paragraphs[0], words, TABLE_CELL)


def _border(table: Table, sizes: Mapping[str, int]) -> None:
    """sizes: edge → eighths of a point."""
    borders = _element("w:tblBorders")
    for edge in EDGES:
        if edge in sizes:
            size = str(sizes[edge])
            borders.append(
                _element(f"w:{edge}", val="single", sz=size, space="0", color="000000")
            )
    table._tbl.tblPr.append(borders)


def _underline(paragraph: Paragraph) -> None:
    """The red line below the letterhead."""
    borders = _element("w:pBdr")
    borders.append(
        _element("w:bottom", val="single", sz="18", space="6", color="E60012")
    )
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _every_page(row: BaseOxmlElement) -> None:
    row.append(_element("w:tblHeader"))


def _keep_rows(table: Table) -> None:
    """No row is broken by the end of a page."""
    for row in table.rows:
        row._tr.get_or_add_trPr().insert(0, _element("w:cantSplit"))


def _number_pages(page: Document) -> None:
    """— 1 —, outside: on the right of odd pages, on the left of even ones."""
    page.settings.odd_and_even_pages_header_footer = True
    section = page.sections[0]
    _page_number(section.footer, "", "　", RIGHT)
    _page_number(section.even_page_footer, "　", "", LEFT)


def _page_number(
    footer: _Footer, before: str, after: str, align: WD_ALIGN_PARAGRAPH
) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    write(paragraph, f"{before}— ", PAGE_NUMBER)
    field = _element("w:fldSimple", instr="PAGE")
    paragraph._p.append(field)
    write(paragraph, "1", PAGE_NUMBER)
    field.append(paragraph.runs[-1]._r)
    write(paragraph, f" —{after}", PAGE_NUMBER)
    paragraph.alignment = align


def _name_fonts(page: Document) -> None:
    """What a machine takes that has not got a font: Word reads it in the font table."""
    names = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/>'
        f'<w:charset w:val="86"/><w:family w:val="roman"/></w:font>'
        for name, others in INSTEAD.items()
    )
    for relation in page.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            part = relation.target_part
            part._blob = re.sub(rb"(</w:fonts>)", names.encode() + rb"\1", part.blob)
    style = page.styles["Normal"]
    properties = style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    properties.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))


# ── the papers ────────────────────────────────────────────────────────────────────────


SLIP_WIDTHS = (2.8, 14.2)  # cm
SIGNED = "经办人：　　　　　　　负责人：　　　　　　　　　年　　月　　日"
ANSWER_IN_TIME = "请在期限内答复：查了什么、做了什么、何时改好。"
RETURN_IN_TIME = "不属本单位职责的，请在转办后{span}内退回，并写明依据。"
NOBODY_TRACED = "不得打听、猜测、追查反映人；本单只供办理，用后按规定销毁。"
LADDER = "按照“一提醒、二通报、三处置”，上述期间"
BEFORE = "{% if 此前 %}此前已于{{ 此前 }}，{% endif %}"
CASE_COLUMNS = (
    ListColumn("序", "{{ loop.index }}", 1.0, CENTER),
    ListColumn("编号", "{{ 行.编号 }}", 3.5),
    ListColumn("类别", "{{ 行.类别 }}", 2.4),
    ListColumn("核实日期", "{{ 行.核实日期 }}", 3.7),
    ListColumn("依据", "{{ 行.依据 }}", 5.0),
)
KIND_COLUMNS = (
    ListColumn("类别", "{{ 行.类别 }}", 4.6),
    ListColumn("查实件数", "{{ 行.件数 }}", 2.4, CENTER),
    ListColumn("依据", "{{ 行.依据 }}", 8.6),
)


def _opening(who: str) -> str:
    return (
        f"{{{{ 起始日期 }}}}至{{{{ 截止日期 }}}}，经核实，{who}有{{{{ 件数 }}}}件"
        "增加基层负担的问题查实，情况如下。"
    )


def _reminder() -> Document:
    page = empty_page()
    letterhead(page)
    draft_mark(page)
    heading(page)
    line(page, _opening("你单位"), PARAGRAPH)
    listing(page, "工单", CASE_COLUMNS)
    for words in (
        f"{LADDER}第一次查实，现予提醒。",
        "请对照上述依据自查整改，并把整改情况告诉减负专线。"
        "再次查实的，按次数提出通报。",
        "不得打听、追查反映人。",
    ):
        line(page, words, PARAGRAPH)
    signature(page)
    imprint(page)
    return page


def _circular() -> Document:
    """Read by many: no single case stands in it."""
    page = empty_page()
    letterhead(page)
    draft_mark(page)
    heading(page)
    line(page, _opening("{{ 单位 }}"), PARAGRAPH)
    listing(page, "各类", KIND_COLUMNS)
    for words in (
        f"{LADDER}第二次查实，{BEFORE}现予通报。",
        "{{ 单位 }}要对照上述依据逐项整改，举一反三；其他单位要引以为戒。"
        "再次查实的，将提出处置建议。",
        "任何单位和个人不得打听、追查反映人。",
    ):
        line(page, words, PARAGRAPH)
    signature(page)
    imprint(page)
    return page


def _sanction() -> Document:
    page = empty_page()
    letterhead(page, signed=True)
    draft_mark(page)
    heading(page)
    line(page, _opening("{{ 单位 }}"), PARAGRAPH)
    listing(page, "工单", CASE_COLUMNS)
    for words in (
        f"{LADDER}已{{{{ 件数 }}}}次查实，{BEFORE}现提出处置建议：",
        "建议将有关情况移送有管理权限的机关，由其按规定和权限研究处置。",
        "本建议由系统按次数提出，是否采纳由主管决定；"
        "处置与否、如何处置由有权机关决定。不得打听、追查反映人。",
    ):
        line(page, words, PARAGRAPH)
    signature(page)
    imprint(page)
    return page


DELIVERED = "送达人：　　　　　签收人：　　　　　　年　　月　　日"


def _notice() -> Document:
    """To who leads a unit, on one page."""
    page = empty_page()
    letterhead(page)
    heading(page)
    case = "减负专线转给你单位的工单 {{ 编号 }}，"
    late = "{% if 期限 %}要求{{ 期限 }}前办好，{% endif %}到现在没有办好。"
    supervised = "专线督办。要求：{{ 要求 }}"
    line(
        page,
        f"{case}{{% if 要求 %}}{supervised}{{% else %}}{late}{{% endif %}}",
        PARAGRAPH,
    )
    line(page, "{{ 请求 }}", PARAGRAPH)
    line(page, "不得打听、猜测、追查反映人。", PARAGRAPH)
    signature(page)
    line(page, "", EMPTY_LINE)
    line(page, DELIVERED, ADDRESSEE)
    return page


def _rules_of_use() -> str:
    returns = RETURN_IN_TIME.format(span="{{ 退回期限 }}")
    return f"{ANSWER_IN_TIME}{{% if 退回期限 %}}{returns}{{% endif %}}\n{NOBODY_TRACED}"


SLIP_ROWS = (
    FormRow("代号", "{{ 代号 }}"),
    FormRow("类别", "{{ 类别 }}"),
    FormRow("转办时间", "{{ 转办时间 }}", "转办时间"),
    FormRow("期限", "{{ 期限 }}", "期限"),
    FormRow("地点", "{{ 地点 }}", "地点"),
    FormRow("时间频次", "{{ 时间频次 }}", "时间频次"),
    FormRow("反映内容\n（已遮挡）", "{{ 反映内容 }}"),
    FormRow("补充情况", "{{ 补充情况 }}", "补充情况"),
    FormRow("期限怎么算", "{{ 期限怎么算 }}", "期限怎么算"),
    FormRow("请注意", _rules_of_use()),
    FormRow("办理情况", "", height=2.6),
    FormRow("签收", SIGNED, height=1.0),
)


def _slip() -> Document:
    page = empty_page(SLIP_MARGINS)
    only_if(page, "密级", "{{ 密级 }}", SLIP_MARK)
    line(page, "{{ 标题 }}", SLIP_TITLE)
    number_line = line(page, "{{ 承办单位 }}\t编号：{{ 编号 }}", SLIP_NUMBER)
    stop = Mm(SLIP_MARGINS.text_width)
    number_line.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
    form(page, SLIP_ROWS, SLIP_WIDTHS)
    return page


# name of the paper → draws its template
PAPERS: dict[str, Callable[[], Document]] = {
    "转办单": _slip,
    "督办单": _notice,
    "提醒函": _reminder,
    "通报": _circular,
    "处置建议书": _sanction,
}


@cache
def built_in(name: str) -> bytes:
    """The template as a DOCX file."""
    out = io.BytesIO()
    PAPERS[name]().save(out)
    return out.getvalue()
