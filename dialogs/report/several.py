"""Several matters in one message: offered as reports of their own, or as one."""

from __future__ import annotations

import re
from itertools import pairwise

from dialogs.looks import button
from dialogs.report.naming import take_kind
from dialogs.report.reading import take_sentence, take_text
from dialogs.report.table import ReportState, ReportTurn
from dialogs.talk import Heard, Step
from dialogs.words import Read

COUNTED = re.compile(
    r"(?:^|(?<=[，,。；;：:\s]))"
    r"(?:[一二三四]是|其[一二三四]|第[一二三四]件?(?:事)?[，,：:、是]|[1-4１-４][、.．)）]"
    r"|(?:另外|还有)(?:还有)?[一1]件(?:事)?|再一个[，,是])"
)
JOINED = re.compile(r"[，,。；;]\s*(?:另外|此外|再就是|还有就是)[，,：:]?")
COUNTS_AT_MOST = 600  # characters; who writes more is not asked to take it apart
SHORTEST = 6  # characters of a matter
MOST = 3


def matters_of(text: str) -> tuple[str, ...]:
    """The matters that a message counts up, in order; one where it counts none."""
    if len(text) > COUNTS_AT_MOST:
        return (text,)
    starts = [match.start() for match in COUNTED.finditer(text)]
    cuts = [0, *starts, len(text)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    matters = [COUNTED.sub("", piece).strip(" ，,。；;：:、\n") for piece in pieces]
    return tuple(" ".join(one.split()) for one in matters if len(one) >= SHORTEST)


def take_first_words(turn: ReportTurn, words: str) -> bool:
    """The first words: asked whether it is one report, where they tell of several
    matters that are not alike, and for the facts, where they only name a kind.
    """
    if take_kind(turn, words):
        return True
    matters = matters_of(words)
    new = not turn.answers.text
    if len(matters) == 1:
        matters = _joined(turn, words)
    if new and 1 < len(matters) <= MOST and _differ(turn, matters):
        turn.answers.matters = matters
        turn.answers.text = words.strip()
        turn.go("several")
        return True
    return take_sentence(turn, words)


def _joined(turn: ReportTurn, words: str) -> tuple[str, ...]:
    """The matters on both sides of a 另外, where each is clear by itself."""
    pieces = [piece.strip(" ，,。；;\n") for piece in JOINED.split(words)]
    if not 1 < len(pieces) <= MOST:
        return (words,)
    readings = [turn.look(Read(piece)).understood for piece in pieces]
    if not all(one.in_scope and one.clear for one in readings):
        return (words,)
    return tuple(" ".join(piece.split()) for piece in pieces)


def _differ(turn: ReportTurn, matters: tuple[str, ...]) -> bool:
    readings = [turn.look(Read(matter)).understood for matter in matters]
    kinds = {(one.in_scope, one.signpost, one.categories[0]) for one in readings}
    return len(kinds) > 1


def apart(turn: ReportTurn, _: str) -> None:
    """The first now, the others each in a talk of its own afterwards."""
    first, *others = turn.answers.matters
    turn.talk.later = "\n".join(others)
    turn.answers.matters = ()
    turn.answers.text = ""
    take_text(turn, first, "understood")


def as_one(turn: ReportTurn, _: str) -> None:
    text = turn.answers.text
    turn.answers.matters = ()
    turn.answers.text = ""
    take_text(turn, text, "understood")


def show_matters(turn: ReportTurn) -> dict[str, object]:
    matters = turn.answers.matters
    listed = "\n".join(f"（{number}）{one}" for number, one in enumerate(matters, 1))
    return {"number": len(matters), "matters": listed}


def more(turn: ReportTurn, words: str) -> bool:
    """More words instead of an answer: it is one report."""
    turn.answers.matters = ()
    return take_sentence(turn, words)


SEVERAL_STEP = Step(
    ReportState.SEVERAL,
    title="几件事",
    ask="您说了{number}件事：\n{matters}\n分开反映办得快些，也可以合成一件。",
    again="请点“分开反映”或“合成一件”。",
    show=show_matters,
    buttons=[button("apart", "分开反映", role="main"), button("as_one", "合成一件")],
    pressed={"apart": apart, "as_one": as_one},
    read=more,
    hears="category",
    asked="choices",
    means={
        "yes": lambda turn, _: apart(turn, ""),
        "no": lambda turn, _: as_one(turn, ""),
        "new_report": lambda turn, _: apart(turn, ""),
        "answer": lambda turn, heard: answer(turn, heard),
    },
)
TOGETHER = re.compile(r"合|一起|一件|并")


def answer(turn: ReportTurn, heard: Heard) -> None:
    if TOGETHER.search(heard.words):
        as_one(turn, "")
    else:
        apart(turn, "")
