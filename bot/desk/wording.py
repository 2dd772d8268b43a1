"""The words for what stands in a case, the same on every screen of staff's.

Nothing a reporter wrote can steer a terminal or turn a text around.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from bot.cases.reading import FoundCases, StepView
from bot.cases.staff import Handed
from bot.desk.times import said_day
from dialogs.case.corrections import CORRECTS
from dialogs.case.life import FINDINGS, LEVELS, Case, State
from dialogs.case.notices import RANKS, waiting
from dialogs.case.order_table import STEPS
from dialogs.texts import text as phrase

# What stands in a case's story, by kind of step: orders as their table has it, then
# what units and reporters did and what fell due.
STEP_WORDS: Mapping[str, str] = {
    **STEPS,
    "received": "单位签收",
    "supplemented": "反映人补充",
    "rated": "反映人评价",
    "held": "没有反弹",
    "rebounded": "又反弹了",
    "kept_from": "要求不给看",
    "withdrawn": "反映人撤回",
    "appealed": "反映人不服",
    "forgotten": "反映人要求删除",
    "breached": "到期没办",
    "urged": "催办",
    "escalated": "提级督办",
    "circulated": "提出通报",
    "called_back": "回访",
    "called_back_again": "再次回访",
    "looked_back": "回头看",
    "absorbed": "并进来",
    "separated": "分出去",
}
FACTS = {
    "also": "也像",
    "kind": "细类",
    "unit": "责任单位",
    "place": "地点",
    "when": "时间频次",
    "counts": "数量",
    "signpost": "曾指路",
}
YES = {True: "是", False: "否", None: "没说"}


def fact_text(code: str, value: Any) -> str | None:
    if not value:
        return None
    match code:
        case "also":
            return "、".join(phrase("zh", f"category.{one}") for one in value)
        case "kind":
            return phrase("zh", f"kind.{value}")
        case "counts":
            return "、".join("".join(map(str, count)) for count in value)
        case _:
            return str(value)


def kept_text(case: Case) -> str | None:
    """Whose people reporters do not want to see the case."""
    if not case.keep_from:
        return None
    return f"{'、'.join(case.keep_from)}（反映人要求，不能交给它办）"


def handed_text(handed: Handed, until: str) -> str:
    """Whom the case went to, in one line; until: by when what is due there. That nobody
    there looks is said.
    """
    level = LEVELS.get(handed.level or "")
    unit = clean(handed.unit) + (f"（{level}）" if level else "")
    return f"转给{unit}{until}，{_liaisons(handed)}"


def _liaisons(handed: Handed) -> str:
    if handed.liaisons:
        return f"联络员：{'、'.join(map(clean, handed.liaisons))}"
    if handed.known:
        return "没有联络员，请登记，或自己通知它"
    return "不在名录里，没有联络员，请自己通知它"


def appeal_text(case: Case) -> str | None:
    """That a reporter appealed, and what that means for who decides."""
    waits = case.state is State.FILED or case.asked_in is State.FILED
    if case.declined_by is None or not waits:
        return None
    return "上次不予受理，反映人不服，要换个人来定"


def step_text(step: StepView, zone: tzinfo) -> str:
    """The words of a step, with what belongs to its kind before them."""
    params = step.params
    before = []
    if params.get("category"):
        before.append(phrase("zh", f"category.{params['category']}"))
    if step.kind != "found" and params.get("unit"):
        before.append(params["unit"])
    if params.get("case"):
        before.append(params["case"])
    if params.get("rule"):
        before.append(f"依据：{params['rule']}")
    if params.get("days"):
        before.append(f"{params['days']}个工作日")
    if params.get("finding"):
        before.append(FINDINGS[params["finding"]])
    if params.get("due"):
        before.append(f"限{said_day(params['due'], zone)}")
    if params.get("until"):
        before.append(f"到{said_day(params['until'], zone)}")
    if params.get("pictures"):
        before.append(f"{params['pictures']}张图片")
    return "，".join([*before, *filter(None, [_said(params)])])


def _said(params: Mapping[str, Any]) -> str | None:
    """A correction stands together with what it took the place of."""
    text = params.get("text")
    if not params.get(CORRECTS):
        return text
    before = params.get("before")
    return f"更正：{text}" + (f"（先前说的：{before}）" if before else "")


def clean(words: str) -> str:
    """Without control characters, which could move the cursor, forge lines or turn the
    writing direction.
    """
    return "".join(
        one
        for one in words
        if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )


def papers_text(case: Case) -> str | None:
    """Whom papers have not reached yet; None where none waits."""
    ranks = dict.fromkeys(one.rank for one in waiting(case.assignment.notices))
    if not ranks:
        return None
    return "督办单，交" + "、".join(RANKS[rank] for rank in ranks)


def found_text(found: FoundCases) -> str:
    """How many cases a search found, and in what order the first of them are listed."""
    shown = len(found.entries)
    total = f"共 {found.total} 件" if found.is_counted else f"至少 {found.total} 件"
    if shown < 2:
        return f"{total}。"
    if found.total > shown:
        return f"{total}，新的在前，先列 {shown} 件。"
    return f"{total}，新的在前。"
