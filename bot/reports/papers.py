"""What stands on the papers for the desk drawer: the ladder's three documents and the
转办单. Their words stand in templates (bot/reports/paper_form.py).

Nothing in them comes from a reporter but the masked text on the 转办单; how many spoke
stands nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.reports.paper_form import (
    ANSWER_IN_TIME,
    NOBODY_TRACED,
    RETURN_IN_TIME,
    title_lines,
)
from bot.reports.templates import Field, Paper, Row, official_day
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
BLANK_DAY = "　　　　年　　月　　日"  # until it is signed, by hand


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
class LadderPaper:
    """One rung for one unit. since, until: the period counted; counted: oldest first,
    `until` the last.

    before: the rungs that were taken for those, oldest first, and when that was
    decided; taken: a supervisor has decided so; until then the paper says that it is a
    draft; circulate_to: who a 通报 is for, as the issuer has set it.
    """

    rung: Rung
    unit: str
    since: date
    until: date
    counted: tuple[Counted, ...]
    before: tuple[tuple[Rung, date], ...]
    taken: bool
    drawn: date
    circulate_to: str = "各有关单位"


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on a 转办单. facts: label → words; why: how the deadline was counted,
    a line each; return_within: how long after it was sent out a unit may send it back,
    in words, "" where the rules let none.
    """

    number: str
    unit: str
    urgent: bool
    facts: Mapping[str, str]
    told: str
    more: tuple[str, ...]
    why: tuple[str, ...]
    drawn: datetime
    return_within: str


# ── the ladder's ──────────────────────────────────────────────────────────────────────


def ladder_paper(paper: LadderPaper) -> Paper:
    """提醒函, 通报 or 处置建议书."""
    fields: dict[str, Field] = {
        "送审稿": not paper.taken,
        "标题": _title(paper),
        "主送": _addressee(paper),
        "单位": paper.unit,
        "起始日期": official_day(paper.since),
        "截止日期": official_day(paper.until),
        "件数": str(len(paper.counted)),
        "此前": _done_before(paper),
        "工单": [_case(case) for case in paper.counted],
        "各类": _kinds(paper.counted),
    }
    if not paper.taken:
        fields["成文日期"] = BLANK_DAY
    return Paper(PAPER_NAMES[paper.rung], fields, paper.drawn)


def _title(paper: LadderPaper) -> str:
    burden = "增加基层负担问题的"
    return title_lines(
        {
            "remind": ("关于落实", "为基层减负要求的", "提醒函"),
            "circulate": ("关于", paper.unit, burden, "通报"),
            "sanction": ("关于", paper.unit, burden, "处置建议书"),
        }[paper.rung]
    )


def _addressee(paper: LadderPaper) -> str:
    return {
        "remind": paper.unit,
        "circulate": paper.circulate_to,
        "sanction": "减负专线主管",
    }[paper.rung]


def _case(case: Counted) -> Row:
    return {
        "编号": case.serial,
        "类别": _category(case.category),
        "核实日期": official_day(case.found),
        "依据": _bases([case]),
    }


def _kinds(counted: Iterable[Counted]) -> list[Row]:
    kinds: dict[str, list[Counted]] = {}
    for case in counted:
        kinds.setdefault(case.category, []).append(case)
    return [
        {"类别": _category(code), "件数": str(len(cases)), "依据": _bases(cases)}
        for code, cases in kinds.items()
    ]


def _bases(cases: Iterable[Counted]) -> str:
    """What is cited for any of them, each once."""
    titles = dict.fromkeys(title for case in cases for title in case.bases)
    return "、".join(titles)


def _done_before(paper: LadderPaper) -> str:
    """Only what was decided is said to be so."""
    done = [f"{official_day(day)}决定{RUNG_NAMES[rung]}" for rung, day in paper.before]
    return "、".join(done)


def _category(code: str) -> str:
    return text("zh", f"category.{code}")


# ── the 转办单 ────────────────────────────────────────────────────────────────────────


SLIP_FACTS = ("代号", "类别", "转办时间", "期限", "地点", "时间频次")


def rules_of_use(slip: Slip) -> tuple[str, ...]:
    """As the built-in template has them, for a page."""
    returns = ""
    if slip.return_within:
        returns = RETURN_IN_TIME.format(span=slip.return_within)
    return f"{ANSWER_IN_TIME}{returns}", NOBODY_TRACED


def slip_paper(slip: Slip) -> Paper:
    """One A4 page for a text of usual length."""
    urgent = "（加急）" if slip.urgent else ""
    fields: dict[str, Field] = {
        "标题": f"减负专线转办单{urgent}",
        "加急": slip.urgent,
        "编号": slip.number,
        "承办单位": slip.unit,
        **{label: slip.facts.get(label, "") for label in SLIP_FACTS},
        "反映内容": slip.told,
        "补充情况": "\n".join(slip.more),
        "期限怎么算": "\n".join(slip.why),
        "退回期限": slip.return_within,
    }
    return Paper("转办单", fields, slip.drawn.date())
