"""Fills papers into their templates: the office's own where there is one that can be
filled, else the built-in one.
"""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.reports.paper_form import built_in
from bot.settings import OperatorError, Settings, written_bytes

log = logging.getLogger(__name__)
# what no XML may hold
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
NUMBER_BLANK = "　　　"
REMEDY = "已改用自带的；可用 jianfu templates --out 取一份自带的重新改"

Row = Mapping[str, str]
Field = str | bool | Sequence[Row]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs. name: the office; prefix: of its papers' numbers (机关代字);
    secrecy: as it stands in the corner, "" for none; copies_to: who else gets them;
    circulate_to: who a 通报 is for.
    """

    name: str
    prefix: str
    secrecy: str = ""
    copies_to: str = ""
    circulate_to: str = "各有关单位"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper to be filled. kind: its template's name, a key of PAPERS; fields: by
    the names that the template has for them; drawn: its day.
    """

    kind: str
    fields: Mapping[str, Field]
    drawn: date


@dataclass(frozen=True, slots=True)
class Filled:
    """A DOCX file. trouble: why the office's own template was not used, with the
    remedy; "" where all is well.
    """

    data: bytes
    trouble: str = ""


class BrokenTemplate(Exception):
    """What is wrong with it, in Chinese."""


class Templates:
    """folder: where the office keeps its own, named as the paper: 转办单.docx."""

    def __init__(self, issuer: Issuer, folder: Path | None = None) -> None:
        self.issuer = issuer
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> Templates:
        issuer = Issuer(
            name=settings.issuer,
            prefix=settings.number_prefix,
            secrecy=settings.secrecy or "",
            copies_to=settings.copies_to or "",
            circulate_to=settings.circulate_to,
        )
        return cls(issuer, settings.templates)

    def fill(self, paper: Paper) -> Filled:
        """A broken template of the office's own is told, and left aside."""
        fields = {**self._common(paper), **paper.fields}
        path = self.own(paper.kind)
        if path is None:
            return Filled(_filled(built_in(paper.kind), fields, paper.drawn))
        try:
            data = written_bytes("模板", path)
            return Filled(_filled(data, fields, paper.drawn))
        except OperatorError as error:
            trouble = f"{error}；{REMEDY}"
        except BrokenTemplate as error:
            trouble = f"模板 {path} 用不了：{error}。{REMEDY}"
        return Filled(_filled(built_in(paper.kind), fields, paper.drawn), trouble)

    def own(self, kind: str) -> Path | None:
        """Where the office's own template is, if there is one."""
        if self._folder is None:
            return None
        path = self._folder / f"{kind}.docx"
        return path if os.path.exists(path) else None  # also where it may not be read

    def _common(self, paper: Paper) -> dict[str, Field]:
        """What stands on every paper."""
        year = paper.drawn.year
        return {
            "发文机关": self.issuer.name,
            "发文字号": f"{self.issuer.prefix}〔{year}〕{NUMBER_BLANK}号",
            "密级": self.issuer.secrecy,
            "抄送": self.issuer.copies_to,
            "成文日期": official_day(paper.drawn),
        }


def official_day(day: date) -> str:
    """2026年11月3日, as official papers have it (GB/T 9704—2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def _filled(template: bytes, fields: Mapping[str, Field], drawn: date) -> bytes:
    """Raises: BrokenTemplate, whatever the template may hold."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True
    )
    context = {name: _writable(value) for name, value in fields.items()}
    out = io.BytesIO()
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(context, environment, autoescape=True)
        _unsigned(document, drawn)
        document.save(out)
    except UndefinedError as error:
        raise BrokenTemplate(f"里面有不认得的项（{_name_in(error)}）") from None
    except TemplateSyntaxError as error:
        raise BrokenTemplate(
            f"大括号里的标记不成对或写错了（{error.message}）"
        ) from None
    except SecurityError:
        raise BrokenTemplate("里面有不许用的标记") from None
    except Exception as error:  # a ZIP, XML, or expression of any shape
        log.debug("template: %s", type(error).__name__)
        raise BrokenTemplate("不是能填的 Word 文件（docx）") from None
    return out.getvalue()


def _name_in(error: UndefinedError) -> str:
    quoted = re.findall(r"'([^']+)'", error.message or "")
    return quoted[-1] if quoted else "?"


def _writable(value: Field) -> Field:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)
    return [
        {name: UNWRITABLE.sub("", words) for name, words in row.items()}
        for row in value
    ]


def _unsigned(document: DocxTemplate, drawn: date) -> None:
    """Nobody's name stands in the file, whoever made the template."""
    about = document.docx.core_properties
    about.author = about.last_modified_by = "减负专线"
    about.comments = about.keywords = ""
    about.created = about.modified = datetime(drawn.year, drawn.month, drawn.day)
