"""Whether an office's own templates can be filled, tried with samples before a paper is
needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.reports.paper_form import PAPERS
from bot.reports.templates import Field, Paper, Templates

LADDER_FIELDS = (
    "送审稿",
    "标题",
    "主送",
    "单位",
    "起始日期",
    "截止日期",
    "件数",
    "此前",
    "工单",
    "各类",
)
# kind of paper → what its template may say, beside what stands on every paper
FIELDS: Mapping[str, tuple[str, ...]] = {
    "转办单": (
        "标题",
        "编号",
        "承办单位",
        "加急",
        "代号",
        "类别",
        "转办时间",
        "期限",
        "地点",
        "时间频次",
        "反映内容",
        "补充情况",
        "期限怎么算",
        "退回期限",
    ),
    "督办单": ("标题", "主送", "编号", "单位", "期限", "要求", "请求"),
    "提醒函": LADDER_FIELDS,
    "通报": LADDER_FIELDS,
    "处置建议书": LADDER_FIELDS,
}
FLAGS = ("送审稿", "加急")
# those that are tables → what each of their rows says
TABLES: Mapping[str, tuple[str, ...]] = {
    "工单": ("编号", "类别", "核实日期", "依据"),
    "各类": ("类别", "件数", "依据"),
}
SAMPLE_DAY = date(2026, 11, 3)


def tried(templates: Templates, kind: str) -> str:
    """What is wrong with the office's own template; "" if nothing is, or there is none.

    It is filled twice: with everything, and with nothing.
    """
    if templates.own(kind) is None:
        return ""
    for words in ("样", ""):
        fields = {name: _sample(name, words) for name in FIELDS[kind]}
        trouble = templates.fill(Paper(kind, fields, SAMPLE_DAY)).trouble
        if trouble:
            return trouble
    return ""


def _sample(name: str, words: str) -> Field:
    """words: empty for a field in which nothing stands."""
    if name in FLAGS:
        return bool(words)
    if name in TABLES:
        row = dict.fromkeys(TABLES[name], words)
        return [row] if words else []
    return words


def unknown_files(folder: Path) -> list[str]:
    """Word files that no paper is called after: a slip of the pen, most likely."""
    return sorted(
        path.name
        for path in folder.glob("*.docx")
        if path.stem not in PAPERS and not path.name.startswith("~$")
    )
