"""First words that only name a kind of matter: what of it weighs on somebody is asked
before anything is shown.
"""

from __future__ import annotations

from dialogs.looks import button
from dialogs.report.kinds import only_names
from dialogs.report.reading import take_sentence, take_text
from dialogs.report.table import ReportState, ReportTurn
from dialogs.talk import Heard, Step
from dialogs.words import Read


def take_kind(turn: ReportTurn, words: str) -> bool:
    """Whether first words only name a kind; then they are kept, and the facts asked."""
    if turn.answers.text or not only_names(words):
        return False
    found = turn.look(Read(words.strip())).understood
    if not found.in_scope or found.categories[0] == "other":
        return False
    return take_text(turn, words.strip(), "facts")


def show_kind(turn: ReportTurn) -> dict[str, str]:
    return {"kind": turn.t(f"category.{turn.answers.category}")}


def as_it_is(turn: ReportTurn, _: str) -> None:
    turn.go("understood")


def tell(turn: ReportTurn, heard: Heard) -> None:
    """Whatever tells something belongs to it."""
    turn.read(heard.words)


FACTS_STEP = Step(
    ReportState.FACTS,
    title="说具体",
    ask="记下了：{kind}。是谁要您做什么、多少次？说一句就行。",
    again="说一句谁要您做什么就行，比如：“街道一个月叫我们开了十三次会”。",
    show=show_kind,
    buttons=[
        button("as_it_is", "就这一句"),
        button("cancel", "放弃", role="grave"),
    ],
    pressed={"as_it_is": as_it_is},
    read=take_sentence,
    hears="start",
    asked="open",
    means={
        "send": lambda turn, _: as_it_is(turn, ""),
        "yes": lambda turn, _: as_it_is(turn, ""),
        "no": lambda turn, _: as_it_is(turn, ""),
        "new_report": tell,
    },
)
