"""督办单: the paper that a step of the ladder writes to who leads the unit, as DOCX.

It says which case, by when it was due and who is asked to see to it; nothing that a
reporter said stands in it.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime

from docx import Document as new_document
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLES = {
    "supervised": "督办单",
    "escalated": "提级督办单",
    "circulated": "拟通报督办单",
}
ASKS = {
    "supervised": "请您作为分管负责人督促办理，尽快答复。",
    "escalated": "督办以后仍没有办好，请您作为主要负责人过问，尽快答复。",
    "circulated": "提级督办以后仍没有办好，专线提出通报，请您作为主要负责人过问。",
}
NOBODY_MAY_ASK = "不得打听、猜测、追查反映人。"
SIGNED = "送达人：　　　　　　签收人：　　　　　　　　年　　月　　日"
TITLE_FONT, BODY_FONT = "方正小标宋简体", "仿宋"
TITLE_SIZE, BODY_SIZE = 22, 16  # points
# what no XML may hold
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """One 督办单. step: of the ladder; number: of the case; to: the leaders' names, ""
    where none is registered; rank: as it is called; due: by when the unit was to do it,
    local; asked: what a supervisor asks for; drawn: when it was written.
    """

    step: str
    issuer: str
    number: str
    unit: str
    rank: str
    to: str
    due: datetime | None
    asked: str
    drawn: date


def notice_document(paper: NoticePaper) -> bytes:
    """The paper as a DOCX file, one A4 page."""
    page = new_document()
    section = page.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    about = page.core_properties
    about.author = about.last_modified_by = "减负专线"
    about.comments = ""
    drawn = datetime(paper.drawn.year, paper.drawn.month, paper.drawn.day)
    about.created = about.modified = drawn
    center, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _line(page, TITLES[paper.step], TITLE_FONT, TITLE_SIZE, center)
    _line(page, paper.number, BODY_FONT, BODY_SIZE, center)
    for words in told(paper):
        _line(page, words, BODY_FONT, BODY_SIZE, None)
    for words in (
        paper.issuer,
        f"{paper.drawn:%Y}年{paper.drawn.month}月{paper.drawn.day}日",
    ):
        _line(page, words, BODY_FONT, BODY_SIZE, right)
    _line(page, SIGNED, BODY_FONT, BODY_SIZE, None)
    out = io.BytesIO()
    page.save(out)
    return out.getvalue()


def told(paper: NoticePaper) -> list[str]:
    """What it says, a paragraph each."""
    due = ""
    if paper.due is not None:
        due = f"要求{paper.due.month}月{paper.due.day}日{paper.due:%H:%M}前办好，"
    late = f"减负专线转给你单位的工单 {paper.number}，{due}到现在没有办好。"
    words = [f"{paper.unit}{paper.rank}{paper.to}：", late, ASKS[paper.step]]
    if paper.asked:
        words = [
            words[0],
            f"减负专线转给你单位的工单 {paper.number}，专线督办。",
            f"要求：{paper.asked}",
            ASKS[paper.step],
        ]
    return [*words, NOBODY_MAY_ASK]


def _line(
    page: Document,
    words: str,
    font: str,
    size: int,
    align: WD_ALIGN_PARAGRAPH | None,
) -> None:
    line = page.add_paragraph()
    if align is not None:
        line.alignment = align
    run = line.add_run(UNWRITABLE.sub("", words))
    run.font.name = font
    run.font.size = Pt(size)
    # else Chinese falls to the template's own font
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
