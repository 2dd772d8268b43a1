"""A text on its way out: its words, what of them is hidden, and the pictures beside it.
For every dialog.

It lies in the talk's answers under "text", "masks" and "pictures", as JSON values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from dialogs.talk import Turn
from dialogs.texts import phrases, text
from dialogs.words import Button, DropPictures, Hide, Mask, Picture

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
phrases(
    "b",
    mask_on="放开 {label} {value}",
    mask_off="遮住 {value}",
    unpicture="去掉第{number}张图",
)


def masks_of(turn: Turn) -> list[Mask]:
    return [Mask(**mask) for mask in turn.answers.get("masks", ())]


def set_masks(turn: Turn, masks: Iterable[Mask]) -> None:
    turn.answers["masks"] = [
        asdict(mask) for mask in sorted(masks, key=lambda mask: mask.start)
    ]


def label(mask: Mask) -> str:
    """What stands in place of the hidden words: always Chinese, for it is what will be
    filed.
    """
    return text("zh", f"mask.{mask.type}")


def hidden(words: str, masks: Iterable[Mask]) -> str:
    """The words with every mask that is on replaced by its label."""
    out, end = "", 0
    for mask in masks:
        if mask.on:
            out += words[end : mask.start] + label(mask)
            end = mask.end
    return out + words[end:]


def masked(turn: Turn) -> str:
    return hidden(turn.answers.get("text", ""), masks_of(turn))


def without_names(turn: Turn, words: str) -> str:
    """A short answer (a unit, a place, a reason) with all that could name somebody
    hidden at once.
    """
    return hidden(words, turn.look(Hide(words)))


def fits(turn: Turn, words: str) -> bool:
    """Whether the text is short enough; says so where it is not."""
    if len(words) > AT_MOST:
        turn.say("draft.too_long", most=AT_MOST, now=len(words))
    return len(words) <= AT_MOST


def put_text(turn: Turn, new: str, found: Iterable[Mask]) -> None:
    """Take a text over; what the reporter lifted or hid by hand in the old one stays so
    in the new one.
    """
    old = turn.answers.get("text", "")
    lifted = {old[mask.start : mask.end] for mask in masks_of(turn) if not mask.on}
    own = {
        (old[mask.start : mask.end], mask.type)
        for mask in masks_of(turn)
        if mask.type in ("OWN", "PLACE")
    }
    turn.answers["text"] = new
    set_masks(
        turn,
        [
            Mask(m.start, m.end, m.type, new[m.start : m.end] not in lifted)
            for m in found
        ],
    )
    for words, kind in own:
        hide_words(turn, words, kind)


def hide_words(turn: Turn, words: str, kind: str = "OWN") -> bool:
    """Hide every occurrence of these words; False if there is none."""
    said, start, found = turn.answers.get("text", ""), 0, False
    while words and (at := said.find(words, start)) >= 0:
        hide_span(turn, at, at + len(words), kind)
        start, found = at + len(words), True
    return found


def hide_span(turn: Turn, start: int, end: int, kind: str = "OWN") -> None:
    """Hide [start, end); masks it touches grow together with it, so nothing is shown by
    accident.
    """
    touched = [mask for mask in masks_of(turn) if mask.start < end and start < mask.end]
    rest = [mask for mask in masks_of(turn) if mask not in touched]
    bounds = [(start, end), *((mask.start, mask.end) for mask in touched)]
    set_masks(
        turn, [*rest, Mask(min(s for s, _ in bounds), max(e for _, e in bounds), kind)]
    )


def toggle_mask(turn: Turn, number: str) -> None:
    """Press of "mask:N": lift or set mask N, counted from 0; a number out of range
    changes nothing.
    """
    masks = masks_of(turn)
    if number.isdecimal() and int(number) < len(masks):
        mask = masks[int(number)]
        masks[int(number)] = Mask(mask.start, mask.end, mask.type, not mask.on)
        set_masks(turn, masks)
    turn.prompt()


def hide_pressed(turn: Turn, span: str) -> None:
    """Press of "hide:START-END", code points of the text; nonsense changes nothing."""
    start, _, end = span.partition("-")
    if (
        start.isdecimal()
        and end.isdecimal()
        and int(start) < int(end) <= len(turn.answers.get("text", ""))
    ):
        hide_span(turn, int(start), int(end))
    turn.prompt()


def mask_buttons(turn: Turn) -> list[Button]:
    said = turn.answers.get("text", "")
    return [
        Button(
            f"mask:{number}",
            "b.mask_on" if mask.on else "b.mask_off",
            {"label": label(mask), "value": shorten(said[mask.start : mask.end])},
        )
        for number, mask in enumerate(masks_of(turn))
    ]


def shorten(words: str, most: int = 12) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def pictures_of(turn: Turn) -> list[Picture]:
    return [Picture(**picture) for picture in turn.answers.get("pictures", ())]


def add_picture(turn: Turn, picture: Picture, replaces: str | None) -> bool:
    """Put a picture beside the text, or in the place of its older version; False if
    there is no room.
    """
    pictures = pictures_of(turn)
    ids = [old.id for old in pictures]
    if replaces in ids:
        pictures[ids.index(replaces)] = picture
        turn.do(DropPictures((replaces,)))
    elif len(pictures) >= PICTURES:
        turn.do(DropPictures((picture.id,)))
        turn.say("draft.pictures_full", most=PICTURES)
        return False
    else:
        pictures.append(picture)
    turn.answers["pictures"] = [asdict(kept) for kept in pictures]
    return True


def drop_picture(turn: Turn, id: str) -> None:
    pictures = pictures_of(turn)
    if any(picture.id == id for picture in pictures):
        turn.do(DropPictures((id,)))
        turn.answers["pictures"] = [
            asdict(picture) for picture in pictures if picture.id != id
        ]
    turn.prompt()


def picture_buttons(turn: Turn) -> list[Button]:
    return [
        Button(f"unpicture:{picture.id}", "b.unpicture", {"number": number})
        for number, picture in enumerate(pictures_of(turn), 1)
    ]


def shown(turn: Turn) -> dict[str, Any]:
    """What a preview draws: the text as written, its masks with labels, the masked text
    and the pictures.
    """
    return {
        "text": turn.answers.get("text", ""),
        "masked": masked(turn),
        "masks": [asdict(mask) | {"label": label(mask)} for mask in masks_of(turn)],
        "pictures": [asdict(picture) for picture in pictures_of(turn)],
    }
