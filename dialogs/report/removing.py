"""Something is to go: a picture, a field, words. What was taken out leaves no gap."""

from __future__ import annotations

import re
from typing import Any

from dialogs import draft
from dialogs.report.reading import retake, shown_again
from dialogs.report.table import ReportTurn, given
from dialogs.talk import Heard
from dialogs.texts import phrases

phrases(
    "did",
    no_text="去掉“{quote}”",
    no_unit="不写单位",
    no_place="不写地点",
    no_when="不写时间频次",
    no_picture="去掉第{numbers}张图",
    no_pictures="图片全部去掉",
)
phrases(
    "remove",
    not_there="“{quote}”没有写在里面，送出去的内容里不会有。",
    which="要去掉哪几个字？请照原文打出来。",
    no_picture="没有第{numbers}张图，现在一共{number}张。",
)
CLAUSE_END = "，,。；;！!？?\n 、"
NAMED = re.compile(
    r"(?:把|将|(?:不要|别|不)(?:写|提|出现))(.{2,12}?)"
    r"(?:[一二两三四五六]个字|这?几个字|去掉|删|拿掉|隐去|也|[，,。]|$)"
)
NAME = re.compile(r"名字|姓名|叫什么")
CLAUSE = re.compile(rf"[{CLAUSE_END}]+")
WHOLE = re.compile(r"[那这整][一]?(?:句|段|条|行|部分)")


def remove(turn: ReportTurn, heard: Heard) -> None:
    args = heard.meaning.args
    match args.get("what"):
        case "picture":
            remove_pictures(turn, heard, args.get("n", "all"))
        case "field":
            remove_field(turn, heard, str(args.get("field", "unit")))
        case _:
            remove_words(turn, heard, str(args.get("quote", "")))


def remove_pictures(turn: ReportTurn, heard: Heard, which: Any) -> None:
    """which: a number from 1, several, or "all". A picture that is gone stays gone, so
    nothing is offered to undo it.
    """
    pictures = turn.answers.pictures
    wanted = _numbers(which, len(pictures))
    numbers = "、".join(map(str, wanted))
    there = [number for number in wanted if 1 <= number <= len(pictures)]
    if not there:
        turn.tell(heard, "remove.no_picture", numbers=numbers, number=len(pictures))
    for number in there:
        draft.take_picture_away(turn, pictures[number - 1].id)
    if there:
        name = "did.no_pictures" if which == "all" else "did.no_picture"
        turn.say("understood", what=turn.t(name, numbers=numbers))
    turn.tapped = False
    turn.prompt()


def _numbers(which: Any, most: int) -> list[int]:
    if which == "all":
        return list(range(1, most + 1))
    return which if isinstance(which, list) else [int(which)]


def remove_field(turn: ReportTurn, heard: Heard, field: str) -> None:
    """It is left out, and hidden in the text too: half a secret is none."""
    answers = turn.answers
    kind = "PLACE" if field == "place" else "OWN"
    shown = [given(getattr(answers, field))]
    if field == "place":
        shown.append(answers.found_place)
    for words in filter(None, shown):
        draft.hide_words(turn, words, kind)
    setattr(answers, field, None)
    turn.understood(heard, f"did.no_{field}")
    shown_again(turn)


def remove_words(turn: ReportTurn, heard: Heard, quote: str) -> None:
    text = turn.answers.text
    named = clause_with_name(turn) if NAME.search(heard.words) else None
    quote = named or named_piece(heard.words, text) or quote
    shown = draft.shorten(quote, 20)
    if quote and quote in text:
        retake(turn, without(text, quote))
        turn.understood(heard, "did.no_text", quote=shown)
    elif quote:
        turn.tell(heard, "remove.not_there", quote=shown)
    else:
        turn.tell(heard, "remove.which")
    shown_again(turn)


def clause_with_name(turn: ReportTurn) -> str | None:
    """The last piece of a sentence in which a name stands."""
    text = turn.answers.text
    names = [mask for mask in turn.answers.masks if mask.type == "NAME"]
    if not names:
        return None
    starts = [match.end() for match in CLAUSE.finditer(text, 0, names[-1].start)]
    end = CLAUSE.search(text, names[-1].end)
    start = starts[-1] if starts else 0
    return text[start : end.start() if end else len(text)]


def named_piece(words: str, text: str) -> str | None:
    """The few characters that are named letter for letter and stand in the text; None
    where a whole sentence is meant.
    """
    if WHOLE.search(words):
        return None
    for match in NAMED.finditer(words):
        piece = match[1].strip("“”\"' ")
        if len(piece) > 1 and piece in text:
            return piece
    return None


def without(text: str, quote: str) -> str:
    """The text without these words; the comma that a whole clause left goes, too."""
    before, _, after = text.partition(quote)
    if not before or before[-1] in CLAUSE_END:
        after = after.lstrip(CLAUSE_END)
    return (before + after).strip(CLAUSE_END)
