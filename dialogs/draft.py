"""A text on its way out: its words, what of them is hidden, and the pictures beside it.
For every dialog that lets somebody write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from dialogs.looks import button, kind_of, label, message
from dialogs.talk import Answers, Turn
from dialogs.texts import phrases, text
from dialogs.words import (
    HIDE,
    MASK,
    PICTURES,
    UNPICTURE,
    Button,
    DropPictures,
    Hide,
    Mask,
    Picture,
)

AT_MOST = 5000  # characters of one report

phrases(
    "mask",
    NAME="[姓名]",
    PHONE="[电话]",
    LANDLINE="[电话]",
    ID_CARD="[证件号]",
    PASSPORT="[证件号]",
    BANK_CARD="[银行卡号]",
    PLATE="[车牌]",
    EMAIL="[邮箱]",
    WECHAT_QQ="[账号]",
    URL_ID="[链接]",
    ADDRESS="[住址]",
    EMPLOYEE_NO="[工号]",
    BIRTH_DATE="[生日]",
    SELF_ID="[身份]",
    HANDLE="[网名]",
    IP="[IP]",
    GPS="[定位]",
    PLACE="[地点]",
    OWN="[已遮]",
)
phrases(
    "draft",
    too_long="超过{most}字了（现在{now}字），请分两次发，或先发最要紧的。",
    not_there="原文里没有“{words}”，请照原文打要遮的字。",
    pictures_full="最多放{most}张图片，这张没有放进去。",
)
message(
    "picture.advice",
    "工牌、人脸、名单、自己的头像昵称，请先裁掉或涂黑再送出。",
    "notice",
)
SEND = button("send", "送出", role="main")
LIFT = label("mask_on", "放开 {label} {value}", role="inline")
COVER = label("mask_off", "遮住 {value}", role="inline")
REMOVE = label("unpicture", "去掉第{number}张图", role="inline")


class DraftAnswers(Answers):
    """A text with its masks, in order and apart, and its pictures."""

    text: str = ""
    masks: tuple[Mask, ...] = ()


DraftTurn = Turn[DraftAnswers]


def set_masks(turn: DraftTurn, masks: Iterable[Mask]) -> None:
    turn.answers.masks = tuple(sorted(masks, key=lambda mask: mask.start))


def name_of(mask: Mask) -> str:
    """What stands in place of the hidden words: always Chinese, for it is what will be
    filed.
    """
    return text("zh", f"mask.{mask.type}")


def hidden(words: str, masks: Iterable[Mask]) -> str:
    """The words with every mask that is on replaced by its name."""
    pieces: list[str] = []
    end = 0
    for mask in masks:
        if not mask.on:
            continue
        pieces.append(words[end : mask.start])
        pieces.append(name_of(mask))
        end = mask.end
    pieces.append(words[end:])
    return "".join(pieces)


def masked(turn: DraftTurn) -> str:
    return hidden(turn.answers.text, turn.answers.masks)


def without_names(turn: Turn[Any], words: str) -> str:
    """A short answer (a unit, a place, a reason) with all that could name somebody
    hidden at once.
    """
    return hidden(words, turn.look(Hide(words)))


def fits(turn: DraftTurn, words: str) -> bool:
    """Whether the text is short enough; says so where it is not."""
    if len(words) <= AT_MOST:
        return True
    turn.say("draft.too_long", most=AT_MOST, now=len(words))
    return False


def put_text(turn: DraftTurn, new: str, found: Iterable[Mask]) -> None:
    """Take a text over; what the reporter lifted or hid by hand in the old one stays so
    in the new one.
    """
    old = turn.answers.text
    before = turn.answers.masks
    lifted = {_under(mask, old) for mask in before if not mask.on}
    by_hand = [mask for mask in before if mask.type in ("OWN", "PLACE")]
    covered = {(_under(mask, old), mask.type) for mask in by_hand}
    turn.answers.text = new
    masks = [replace(mask, on=_under(mask, new) not in lifted) for mask in found]
    set_masks(turn, masks)
    for words, kind in covered:
        hide_words(turn, words, kind)


def _under(mask: Mask, words: str) -> str:
    """What of the words a mask covers."""
    return words[mask.start : mask.end]


def changed(turn: DraftTurn, old: str, new: str) -> str | None:
    """The whole text with `new` in the place of `old`; None where that does not stand
    in it.
    """
    said = turn.answers.text
    if old not in said:
        return None
    return said.replace(old, new, 1)


def hide_words(turn: DraftTurn, words: str, kind: str = "OWN") -> bool:
    """Hide every occurrence of these words; False if there is none."""
    said = turn.answers.text
    if not words or words not in said:
        return False
    start = said.find(words)
    while start >= 0:
        end = start + len(words)
        hide_span(turn, start, end, kind)
        start = said.find(words, end)
    return True


def hide_span(turn: DraftTurn, start: int, end: int, kind: str = "OWN") -> None:
    """Hide [start, end); masks it touches grow together with it, so nothing is shown by
    accident.
    """

    def is_touched(mask: Mask) -> bool:
        return mask.start < end and start < mask.end

    touched = [mask for mask in turn.answers.masks if is_touched(mask)]
    apart = [mask for mask in turn.answers.masks if not is_touched(mask)]
    starts = [start, *(mask.start for mask in touched)]
    ends = [end, *(mask.end for mask in touched)]
    set_masks(turn, [*apart, Mask(min(starts), max(ends), kind)])


def toggle_mask(turn: DraftTurn, number: str) -> None:
    """Press of "mask:N": lift or set mask N, counted from 0; a number out of range
    changes nothing.
    """
    masks = list(turn.answers.masks)
    at = int(number) if number.isdecimal() else len(masks)
    if at < len(masks):
        mask = masks[at]
        masks[at] = replace(mask, on=not mask.on)
        set_masks(turn, masks)
    turn.prompt()


def hide_pressed(turn: DraftTurn, span: str) -> None:
    """Press of "hide:START-END", code points of the text; nonsense changes nothing."""
    first, _, last = span.partition("-")
    if first.isdecimal() and last.isdecimal():
        start = int(first)
        end = int(last)
        if start < end <= len(turn.answers.text):
            hide_span(turn, start, end)
    turn.prompt()


def mask_buttons(turn: DraftTurn) -> list[Button]:
    return [
        _mask_button(turn, number, mask)
        for number, mask in enumerate(turn.answers.masks)
    ]


def _mask_button(turn: DraftTurn, number: int, mask: Mask) -> Button:
    words = _under(mask, turn.answers.text)
    params = {"label": name_of(mask), "value": shorten(words)}
    return Button(f"{MASK}:{number}", LIFT if mask.on else COVER, params)


def shorten(words: str, most: int = 12) -> str:
    if len(words) <= most:
        return words
    return words[: most - 1] + "…"


def add_picture(turn: Turn[Any], picture: Picture, replaces: str | None) -> bool:
    """Put a picture beside the text, or in the place of its older version; False if
    there is no room.
    """
    pictures = list(turn.answers.pictures)
    ids = [old.id for old in pictures]
    if replaces is not None and replaces in ids:
        at = ids.index(replaces)
        pictures[at] = picture
        turn.do(DropPictures((replaces,)))
    elif len(pictures) >= PICTURES:
        turn.do(DropPictures((picture.id,)))
        turn.say("draft.pictures_full", most=PICTURES)
        return False
    else:
        _advise(turn)
        pictures.append(picture)
    turn.answers.pictures = tuple(pictures)
    return True


def _advise(turn: Turn[Any]) -> None:
    """What to cover, said once: with the first picture of a draft. A step that asks for
    pictures says it itself.
    """
    is_first = not turn.answers.pictures
    if is_first and kind_of(turn.step.name) != "draft_pictures":
        turn.say("picture.advice")


def take_picture_away(turn: Turn[Any], id: str) -> None:
    pictures = turn.answers.pictures
    kept = tuple(picture for picture in pictures if picture.id != id)
    if len(kept) < len(pictures):
        turn.do(DropPictures((id,)))
        turn.answers.pictures = kept


def drop_picture(turn: Turn[Any], id: str) -> None:
    """Press of "unpicture:ID"."""
    take_picture_away(turn, id)
    turn.prompt()


def picture_buttons(turn: Turn[Any]) -> list[Button]:
    return [
        Button(f"{UNPICTURE}:{picture.id}", REMOVE, {"number": number})
        for number, picture in enumerate(turn.answers.pictures, 1)
    ]


PRESSED_MASKS = {MASK: toggle_mask, HIDE: hide_pressed}
PRESSED_PICTURES = {UNPICTURE: drop_picture}


def shown(turn: DraftTurn) -> dict[str, Any]:
    """What a preview draws: the text as written, its masks with labels, the masked text
    and the pictures.
    """
    masks = turn.answers.masks
    return {
        "text": turn.answers.text,
        "masked": masked(turn),
        "masks": [_shown_mask(mask) for mask in masks],
        "pictures": [asdict(picture) for picture in turn.answers.pictures],
    }


def _shown_mask(mask: Mask) -> dict[str, Any]:
    """Of these there may be hundreds, for which `asdict` is slow."""
    return {
        "start": mask.start,
        "end": mask.end,
        "type": mask.type,
        "on": mask.on,
        "label": name_of(mask),
    }
