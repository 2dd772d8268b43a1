"""Words that give a person away by themselves: a post that two people hold, the only
one of a place. They are told, with a wider wording; the reporter decides.
"""

from __future__ import annotations

import re

from dialogs.report.reading import retake
from dialogs.report.table import ReportTurn

PEOPLE = r"[一二两俩三1123]个?人?"
WIDER = (  # what narrows it down, and what is said instead
    (
        re.compile(
            rf"(?:我们|俺们|咱们?)?(?:社区|村里?|单位|科室|站里)?(?:就|只有|总共|一共)(?:我们?|咱们?)?"
            rf"{PEOPLE}(?:在)?(?:管|负责|做|干|弄|跑)[^，,。；;！!\n]{{0,12}}"
        ),
        "管这条线的人不多",
    ),
    (
        re.compile(
            r"(?:全(?:镇|乡|区|县|街道|社区|村)|这里|我们这)(?:就|只有)(?:我|俺)[^，,。；;！!\n]{0,12}"
        ),
        "这样的人不多",
    ),
    (
        re.compile(
            r"(?:我|俺)(?:是|就是)?[^，,。；;！!\n]{0,8}(?:唯一|独一个|仅有)(?:的)?[^，,。；;！!\n]{0,10}"
        ),
        "我在基层做事",
    ),
)


def narrow_words(text: str) -> str | None:
    """The first words of a text that few people could say of themselves."""
    for pattern, _ in WIDER:
        found = pattern.search(text)
        if found:
            return found[0]
    return None


def write_wider(turn: ReportTurn, _: str) -> None:
    """Press of "wider": every such place is written as many could say it."""
    text = turn.answers.text
    for pattern, wide in WIDER:
        text = pattern.sub(wide, text)
    retake(turn, text)
    turn.prompt()
