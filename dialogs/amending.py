"""Something written is wrong or is to go, said in free words: of every text on its way
out. The new stands where the old stood; what was taken out leaves no gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dialogs import draft
from dialogs.draft import DraftTurn
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase, phrases

Retake = Callable[[Turn[Any], str], None]  # takes the changed text over

phrases(
    "did",
    text="“{old}”改成“{value}”",
    no_text="去掉“{quote}”",
    no_picture="去掉第{numbers}张图",
    no_pictures="图片全部去掉",
)
phrase("correct.where", "要改哪几个字？请把那一句重新写一遍，其余的不动也行。")
phrases(
    "remove",
    not_there="“{quote}”没有照原样写在里面。要是换了说法，照原文打出来，我去掉。",
    which="要去掉哪几个字？请照原文打出来。",
    nothing_left="那就什么都不剩了。整份不要，说“放弃”；只去掉几个字，照原文打出来。",
    no_picture="没有第{numbers}张图，现在一共{number}张。",
)
NUMBER = r"[0-9０-９一二两三四五六七八九十百千万几半]+"
COUNT = re.compile(rf"{NUMBER}(?:多|来|几)?(\D{{1,2}})?")
OF_TIME = "月|星期|礼拜|季度|小时|钟头"  # "一个月" counts nothing that "一个" does
CLAUSE_END = "，,。；;！!？?\n 、"
NAMED = re.compile(
    r"(?:把|将|(?:不要|别|不)(?:写|提|出现))(.{2,12}?)"
    r"(?:[一二两三四五六]个字|这?几个字|去掉|删|拿掉|隐去|也|[，,。]|$)"
)
NAMED_FIRST = re.compile(
    r"^(.{2,12}?)(?:这个|这句|也|就|都)*(?:别|不要|不用|甭)(?:写|提)(?:了|吧|进去)*$"
)
LEAVES_OUT = re.compile(
    r"(?:请|就|那|麻烦|能不能|可不可以|还是|这|也)*(?:别|不要|莫|甭|不)(?:写|提到|出现)"
    r".{2,14}|.{2,12}?(?:这个|这句|也|就|都)*(?:别|不要|不用|甭)(?:写|提)(?:了|吧|进去)*"
    r"|(?:请|就|那|麻烦)*[把将].{2,14}(?:去掉|删掉|删了|拿掉|抹掉)[吧了]?"
)
NAME = re.compile(r"名字|姓名|叫什么")
CLAUSE = re.compile(rf"[{CLAUSE_END}]+")
WHOLE = re.compile(r"[那这整][一]?(?:句|段|条|行|部分)")


# ── something else stands there ───────────────────────────────────────────────────────


def old_words(text: str, heard: Heard, value: str) -> str | None:
    """What of a text a correction means; None where it cannot be told."""
    old = heard.meaning.old
    if old and old in text and old in heard.words:
        return old
    counted = same_measure(text, value)
    if counted is None and old and old in text:
        return old
    return counted


def same_measure(text: str, value: str) -> str | None:
    """The only number of the text that counts the same thing as the new one."""
    new = COUNT.search(value)
    if new is None:
        return None
    measure = new[1] or ""
    same = re.compile(rf"{NUMBER}(?:多|来|几)?{measure}(?!{OF_TIME})")
    found = [match[0] for match in same.finditer(text)]
    alike = [one for one in found if len(one) == len(new[0])]
    likeliest = alike if len(alike) == 1 else found
    return likeliest[0] if len(likeliest) == 1 else None


def put_in(text: str, old: str, value: str) -> str:
    """The text with the new words in the old ones' place; what both the new words and
    the text go on with is not written twice: 三十七 of 三十七本 becomes 三十九本.
    """
    for length in range(len(value) - 1, 0, -1):
        tail = value[-length:]
        if f"{old}{tail}" in text and not old.endswith(tail):
            return text.replace(f"{old}{tail}", value)
    return text.replace(old, value)


def correct_words(turn: DraftTurn, heard: Heard, retake: Retake) -> None:
    """Of a text without fields."""
    value = str(heard.meaning.args.get("value", "")).strip()
    old = old_words(turn.answers.text, heard, value) if value else None
    if old is None:
        turn.tell(heard, "correct.where")
        return
    retake(turn, put_in(turn.answers.text, old, value))
    turn.understood(heard, "did.text", old=old, value=value)


def asks_to_leave_out(words: str) -> bool:
    """Whether words ask not to write something, and say nothing else."""
    return LEAVES_OUT.fullmatch(words.strip(" ，,。.！!")) is not None


# ── something is to go ────────────────────────────────────────────────────────────────


def remove_pictures(turn: Turn[Any], heard: Heard, which: Any) -> None:
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


def _numbers(which: Any, most: int) -> list[int]:
    if which == "all":
        return list(range(1, most + 1))
    return which if isinstance(which, list) else [int(which)]


def remove_words(turn: DraftTurn, heard: Heard, quote: str, retake: Retake) -> None:
    text = turn.answers.text
    named = clause_with_name(turn) if NAME.search(heard.words) else None
    quote = named or named_piece(heard.words, text) or quote
    quote = quote or "、".join(named_pieces(heard.words))
    shown = draft.shorten(quote, 20)
    if quote and quote in text and not without(text, quote):
        turn.tell(heard, "remove.nothing_left")
    elif quote and quote in text:
        retake(turn, without(text, quote))
        turn.understood(heard, "did.no_text", quote=shown)
    elif quote:
        turn.tell(heard, "remove.not_there", quote=shown)
    else:
        turn.tell(heard, "remove.which")


def clause_with_name(turn: DraftTurn) -> str | None:
    """The last piece of a sentence in which a name stands."""
    text = turn.answers.text
    names = [mask for mask in turn.answers.masks if mask.type == "NAME"]
    if not names:
        return None
    starts = [match.end() for match in CLAUSE.finditer(text, 0, names[-1].start)]
    end = CLAUSE.search(text, names[-1].end)
    start = starts[-1] if starts else 0
    return text[start : end.start() if end else len(text)]


def named_pieces(words: str) -> list[str]:
    """All that is named in words like 不要写小周，也不要写医院."""
    found = [match[1].strip("“”\"' ") for match in NAMED.finditer(words)]
    return [piece for piece in found if len(piece) > 1]


def named_piece(words: str, text: str) -> str | None:
    """The few characters that are named letter for letter and stand in the text; None
    where a whole sentence is meant.
    """
    if WHOLE.search(words):
        return None
    for match in (*NAMED.finditer(words), *NAMED_FIRST.finditer(words)):
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
