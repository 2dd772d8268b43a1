"""Written wider: a place, a unit, figures that would tell who speaks."""

from __future__ import annotations

import re

from dialogs import draft
from dialogs.report.details import subdistrict
from dialogs.report.reading import retake, shown_again
from dialogs.report.table import ReportTurn, given
from dialogs.talk import Heard
from dialogs.texts import phrases

phrases("did", coarser="写粗一点：{what}")
phrases(
    "coarser",
    none="已经写得很粗了。还想改哪几个字，照原文打出来就能遮住。",
)
LEVELS = {
    "district": "区里",
    "subdistrict": "街道",
    "city": "市里",
    "province": "省里",
    "community": "社区",
    "village": "村里",
}
WIDE = re.compile(r"(?:省|市|区|县|镇|乡|村|街道|社区)[里上头]*")
ANYWHERE = ("街道", "社区", "居委", "村委", "委会", "办公", "公室", "单位", "科室")
TOWN = re.compile(r"[镇乡]")
VERB = re.compile(r"只?写到?|改成|叫|[，,]")
APART = "，"  # stands in no name
# 写街道就行: a level, and not which one
LEVEL_ONLY = re.compile(
    r"(?:写|到|说|留)(?:到|个)?(街道|镇|乡|区|县|市)(?=[就里上级这吧，,。]|$)"
)
FIGURE = re.compile(r"[0-9０-９一二两三四五六七八九十百千万]{2,}|[0-9０-９]+")


def write_coarser(turn: ReportTurn, heard: Heard) -> None:
    """What was named is written wider: the place, the unit, the figures; all that is
    fine where nothing was named.
    """
    words = heard.words
    answers = turn.answers
    unit = given(answers.unit)
    place = given(answers.place) or answers.found_place
    named_unit = bool(unit) and is_named(words, unit or "")
    named_figures = bool(re.search(r"数|几|多少|量", words))
    named_place = bool(place) and is_named(words, place or "")
    everything = not (named_unit or named_figures or named_place)
    done = []
    if named_figures:
        done += _figures_coarser(turn)
    if named_unit or (everything and not place):
        done += _unit_coarser(turn)
    if named_place or everything:
        done += _place_coarser(turn, words)
    if done:
        turn.understood(heard, "did.coarser", what="、".join(done))
    else:
        turn.tell(heard, "coarser.none")
    shown_again(turn)


def is_named(words: str, value: str) -> bool:
    """Whether two characters of a value in a row stand in the words."""
    pairs = [value[at : at + 2] for at in range(len(value) - 1)]
    return any(pair in words for pair in pairs if pair not in ANYWHERE)


def _unit_coarser(turn: ReportTurn) -> list[str]:
    unit = given(turn.answers.unit)
    wide = LEVELS.get(turn.answers.unit_level or "")
    if unit is None or wide is None or WIDE.fullmatch(unit):
        return []
    if wide == "街道" and (town := TOWN.search(unit)):
        wide = f"{town[0]}里"
    if unit in turn.answers.text:
        retake(turn, turn.answers.text.replace(unit, wide))
    turn.answers.unit = wide
    return [wide]


def _figures_coarser(turn: ReportTurn) -> list[str]:
    text = turn.answers.text
    figures = FIGURE.findall(text)
    for figure in figures:
        draft.hide_words(turn, figure)
    return figures


def _place_coarser(turn: ReportTurn, words: str) -> list[str]:
    """To the subdistrict that the text names, or that was just said, be it without its
    name; else to none.
    """
    answers = turn.answers
    place = given(answers.place) or answers.found_place
    if place is None:
        return []
    named = VERB.sub(APART, words)
    level = LEVEL_ONLY.search(words)
    wide = subdistrict(answers.text, place) or subdistrict(named, place)
    if wide is None and level is not None:
        wide = level[1]
    draft.hide_words(turn, place, "PLACE")
    answers.place = wide
    return [wide or turn.t("did.no_place")]
