"""A text on its way out: its words, what of them is hidden, and the pictures beside it.
For every dialog that lets somebody write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from dialogs.looks import button, label
from dialogs.talk import Answers, Turn
from dialogs.texts import phrases, text
from dialogs.words import (
    HIDE,
    MASK,
    UNPICTURE,
    Button,
    DropPictures,
    Hide,
    Mask,
    Picture,
)

AT_MOST = 5000  # characters of one report
PICTURES = 6

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
    pieces = []
    end = 0
    for mask in masks:
        if mask.on:
            pieces += [words[end : mask.start], name_of(mask)]
            end = mask.end
    return "".join([*pieces, words[end:]])


def masked(turn: DraftTurn) -> str:
    return hidden(turn.answers.text, turn.answers.masks)


def without_names(turn: Turn[Any], words: str) -> str:
    """A short answer (a unit, a place, a reason) with all that could name somebody
    hidden at once.
    """
    return hidden(words, turn.look(Hide(words)))


def fits(turn: DraftTurn, words: str) -> bool:
    """Whether the text is short enough; says so where it is not."""
    if len(words) > AT_MOST:
        turn.say("draft.too_long", most=AT_MOST, now=len(words))
    return len(words) <= AT_MOST


def put_text(turn: DraftTurn, new: str, found: Iterable[Mask]) -> None:
    """Take a text over; what the reporter lifted or hid by hand in the old one stays so
    in the new one.
    """
    old = turn.answers.text
    before = turn.answers.masks
    lifted = {old[mask.start : mask.end] for mask in before if not mask.on}
    by_hand = [mask for mask in before if mask.type in ("OWN", "PLACE")]
    covered = {(old[mask.start : mask.end], mask.type) for mask in by_hand}
    turn.answers.text = new
    set_masks(
        turn,
        [replace(mask, on=new[mask.start : mask.end] not in lifted) for mask in found],
    )
    for words, kind in covered:
        hide_words(turn, words, kind)


def changed(turn: DraftTurn, old: str, new: str) -> str | None:
    """The whole text with `new` in the place of `old`; None where that does not stand
    in it.
    """
    said = turn.answers.text
    return said.replace(old, new, 1) if old in said else None


def hide_words(turn: DraftTurn, words: str, kind: str = "OWN") -> bool:
    """Hide every occurrence of these words; False if there is none."""
    said = turn.answers.text
    at = said.find(words) if words else -1
    found = at >= 0
    while at >= 0:
        end = at + len(words)
        hide_span(turn, at, end, kind)
        at = said.find(words, end)
    return found


def hide_span(turn: DraftTurn, start: int, end: int, kind: str = "OWN") -> None:
    """Hide [start, end); masks it touches grow together with it, so nothing is shown by
    accident.
    """
    touched: list[Mask] = []
    rest: list[Mask] = []
    for mask in turn.answers.masks:
        apart = mask.end <= start or end <= mask.start
        (rest if apart else touched).append(mask)
    first = min([start, *(mask.start for mask in touched)])
    last = max([end, *(mask.end for mask in touched)])
    set_masks(turn, [*rest, Mask(first, last, kind)])


def toggle_mask(turn: DraftTurn, number: str) -> None:
    """Press of "mask:N": lift or set mask N, counted from 0; a number out of range
    changes nothing.
    """
    masks = list(turn.answers.masks)
    if number.isdecimal() and int(number) < len(masks):
        mask = masks[int(number)]
        masks[int(number)] = replace(mask, on=not mask.on)
        set_masks(turn, masks)
    turn.prompt()


def hide_pressed(turn: DraftTurn, span: str) -> None:
    """Press of "hide:START-END", code points of the text; nonsense changes nothing."""
    start, _, end = span.partition("-")
    numbers = start.isdecimal() and end.isdecimal()
    if numbers and int(start) < int(end) <= len(turn.answers.text):
        hide_span(turn, int(start), int(end))
    turn.prompt()


def mask_buttons(turn: DraftTurn) -> list[Button]:
    return [
        _mask_button(turn, number, mask)
        for number, mask in enumerate(turn.answers.masks)
    ]


def _mask_button(turn: DraftTurn, number: int, mask: Mask) -> Button:
    words = turn.answers.text[mask.start : mask.end]
    params = {"label": name_of(mask), "value": shorten(words)}
    return Button(f"{MASK}:{number}", LIFT if mask.on else COVER, params)


def shorten(words: str, most: int = 12) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def add_picture(turn: Turn[Any], picture: Picture, replaces: str | None) -> bool:
    """Put a picture beside the text, or in the place of its older version; False if
    there is no room.
    """
    pictures = list(turn.answers.pictures)
    ids = [old.id for old in pictures]
    if replaces is not None and replaces in ids:
        pictures[ids.index(replaces)] = picture
        turn.do(DropPictures((replaces,)))
    elif len(pictures) >= PICTURES:
        turn.do(DropPictures((picture.id,)))
        turn.say("draft.pictures_full", most=PICTURES)
        return False
    else:
        pictures.append(picture)
    turn.answers.pictures = tuple(pictures)
    return True


def drop_picture(turn: Turn[Any], id: str) -> None:
    pictures = turn.answers.pictures
    kept = tuple(picture for picture in pictures if picture.id != id)
    if len(kept) < len(pictures):
        turn.do(DropPictures((id,)))
        turn.answers.pictures = kept
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
        "masks": [asdict(mask) | {"label": name_of(mask)} for mask in masks],
        "pictures": [asdict(picture) for picture in turn.answers.pictures],
    }
