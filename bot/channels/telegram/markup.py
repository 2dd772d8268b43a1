"""What a message of ours looks like in Telegram: HTML that is whole, parts that fit,
keyboards.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.render import Key, Rendered, numbered
from bot.channels.telegram.door import STAFF_BUTTON

MOST = 4096  # UTF-16 code units of a message after parsing
CAPTION = 1024  # of a picture's caption
DATA = 64  # bytes behind a button
WIDTHS = {
    3: 8,
    2: 15,
}  # buttons in a row: columns each may have; a Chinese character has two
ENDS = (
    r"\n\n+",
    r"\n",
    r"[。！？!?；;…][”’）」』\")]?",
    r"\.\s",
    r"[，,、\s]",
)  # where to cut, best first
NEVER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Html(str):
    """Markup that is whole; only the functions here make it."""

    __slots__ = ()


def plain(words: str) -> Html:
    """Words as they are: nothing in them is markup."""
    return Html(html.escape(NEVER.sub("", words), quote=False))


def tag(name: str, inner: str) -> Html:
    """`inner` within <name>; Html stays as it is, other words are escaped. E.g. b, i,
    code, tg-spoiler.
    """
    return Html(
        f"<{name}>{inner if isinstance(inner, Html) else plain(inner)}</{name}>"
    )


def mention(account: int, name: str) -> Html:
    """Somebody's name, as Telegram knows who is called."""
    return Html(f'<a href="tg://user?id={account}">{plain(name)}</a>')


def join(between: str, pieces: Iterable[str]) -> Html:
    """Pieces in a row; those that are not Html are escaped."""
    return Html(
        plain(between).join(
            one if isinstance(one, Html) else plain(one) for one in pieces
        )
    )


def units(words: str) -> int:
    """Length as Telegram counts: UTF-16 code units."""
    return len(words) + sum(character > "\uffff" for character in words)


def split(words: str, most: int = MOST) -> list[str]:
    """Cut a long text into parts that fit, at ends of paragraphs, lines or sentences
    where there are any.
    """
    parts, rest = [], words.strip() or "…"
    while units(rest) > most:
        at = _cut(rest[: _fitting(rest, most)])
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def _fitting(words: str, most: int) -> int:
    """How many code points from the start fit."""
    count = 0
    for at, character in enumerate(words):
        count += 2 if character > "\uffff" else 1
        if count > most:
            return at
    return len(words)


def _cut(window: str) -> int:
    """Where to cut, never before the middle: parts shall not be many."""
    for pattern in ENDS:
        ends = [
            found.end()
            for found in re.finditer(pattern, window)
            if found.end() > len(window) // 2
        ]
        if ends:
            return ends[-1]
    return len(window)


# ── buttons ───────────────────────────────────────────────────────────────────────────


def data(mark: str, choice: str) -> str:
    """What comes back when a button is pressed. Staff's buttons carry all that they
    mean.
    """
    return choice if choice.startswith(STAFF_BUTTON) else f"{mark}|{choice}"


def keyboard(
    mark: str, keys: Sequence[Key], most: int, label: int
) -> InlineKeyboardMarkup | None:
    """Rows of buttons, short ones side by side."""
    shown = [
        InlineKeyboardButton(
            shortened(key.label, label), callback_data=data(mark, key.choice)
        )
        for key in _shown(mark, keys, most)
    ]
    return InlineKeyboardMarkup(rows(shown)) if shown else None


def worded(rendered: Rendered, most: int) -> str:
    """The text; where not every choice has a button, with all choices as a numbered
    list to type from.
    """
    shown = _shown(rendered.message.mark, rendered.keys, most)
    return rendered.text if len(shown) == len(rendered.keys) else numbered(rendered)


def _shown(mark: str, keys: Sequence[Key], most: int) -> list[Key]:
    """All that fit; of too many only those that are no item of a list."""
    if len(keys) > most:
        keys = [key for key in keys if ":" not in key.choice][:most]
    return [key for key in keys if len(data(mark, key.choice).encode()) <= DATA]


def rows(buttons: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Fill rows, at most three in one, as long as every label can be read."""
    found: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        row = [*found[-1], button] if found else [button]
        if (
            found
            and len(row) <= 3
            and max(columns(one.text) for one in row) <= WIDTHS[len(row)]
        ):
            found[-1] = row
        else:
            found.append([button])
    return found


def copying(label: str, words: str) -> InlineKeyboardButton:
    """A button that puts words into the clipboard; nothing comes back. At most 256
    characters.
    """
    return InlineKeyboardButton(label, copy_text=CopyTextButton(words))


def columns(words: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in words
    )


def shortened(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
