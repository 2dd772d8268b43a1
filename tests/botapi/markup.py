"""What a message may look like: HTML, entities, lengths, keyboards. All refusals in the
platform's own words.

Sources: Bot API, "Formatting options", "MessageEntity", "InlineKeyboardMarkup",
"InlineKeyboardButton", "CopyTextButton"; wording from the open source server
(tdlib/telegram-bot-api and tdlib/td on GitHub).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.botapi.wire import bad

Entity = dict[
    str, Any
]  # type, offset, length (UTF-16 units), and url, language, custom_emoji_id

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_BUTTONS = 100
MOST_DATA = 64  # bytes
MOST_COPIED = 256  # characters
SPACES = " \t\r\n\v"
TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z]+));?")
ATTRIBUTE = re.compile(
    r"""\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.\-]+)(?=[\s>]|$)))?"""
)
GIVEN_ENTITIES = {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
}


def units(text: str) -> int:
    """UTF-16 code units, in which the platform counts lengths and offsets."""
    return len(text.encode("utf-16-le")) // 2


class _Html:
    """One reading of one text; byte offsets in refusals count UTF-8, as the platform's
    do.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[tuple[str, dict[str, str], int]] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._end_tag() if self.source.startswith(
                    "</", self.at
                ) else self._start_tag()
            else:
                self._put(*(self._reference() if char == "&" else (char, 1)))
        if self.open:
            raise self._wrong(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"'
            )
        return "".join(self.out), self.entities

    def _put(self, text: str, taken: int) -> None:
        self.out.append(text)
        self.length += units(text)
        self.at += taken

    def _reference(self) -> tuple[str, int]:
        found = REFERENCE.match(self.source, self.at)
        char = _decoded(found)
        if found is None or char is None:
            return "&", 1  # an unknown name stays as it is written
        return char, found.end() - self.at

    def _wrong(self, what: str, at: int | None = None) -> Exception:
        where = (
            "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        )
        return bad(f"can't parse entities: {what}{where}")

    def _name(self, begin: int) -> int:
        """Where the name of a tag ends: at a space, at ">", or at the end of
        everything.
        """
        end = begin
        while end < len(self.source) and self.source[end] not in SPACES + ">":
            end += 1
        return end

    def _start_tag(self) -> None:
        begin = self.at
        end = self._name(begin + 1)
        if end == len(self.source):
            raise self._wrong("Unclosed start tag", begin)
        tag = self.source[begin + 1 : end].lower()
        if tag not in TAGS:
            raise self._wrong(f'Unsupported start tag "{tag}"', begin)
        attributes, self.at = self._attributes(tag, begin, end)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append((tag, attributes, self.length))

    def _attributes(self, tag: str, begin: int, at: int) -> tuple[dict[str, str], int]:
        given: dict[str, str] = {}
        while True:
            while at < len(self.source) and self.source[at] in SPACES:
                at += 1
            if at == len(self.source):
                raise self._wrong("Unclosed start tag", begin)
            if self.source[at] == ">":
                return given, at + 1
            found = ATTRIBUTE.match(self.source, at)
            if found is None:
                raise self._wrong(f'Empty attribute name in the tag "{tag}"', begin)
            if self.source[found.end() :].lstrip(SPACES).startswith("="):
                self._bad_value(tag, begin, found.end())
            name, *values = found.groups()
            value = next((value for value in values if value is not None), "")
            given[name] = REFERENCE.sub(
                lambda match: _decoded(match) or match.group(), value
            )
            at = found.end()

    def _bad_value(self, tag: str, begin: int, at: int) -> None:
        value = self.source[at:].lstrip(SPACES)[1:].lstrip(SPACES)
        if not value:
            raise self._wrong(f'Unclosed start tag "{tag}"', begin)
        if value[0] in "'\"":
            raise self._wrong("Unclosed start tag", begin)
        raise self._wrong("Unexpected end of name token", len(self.source) - len(value))

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._wrong("Unexpected end tag", begin)
        end = self._name(begin + 2)
        closed = end
        while closed < len(self.source) and self.source[closed] in SPACES:
            closed += 1
        if self.source[closed : closed + 1] != ">":
            raise self._wrong("Unclosed end tag", begin)
        tag, attributes, offset = self.open.pop()
        found = self.source[begin + 2 : end].lower()
        if found and found != tag:
            raise self._wrong(
                "Unmatched end tag at byte offset "
                f'{len(self.source[:begin].encode())}, expected "</{tag}>", '
                f'found "</{found}>"'
            )
        if self.length > offset:
            self._close(tag, attributes, offset)
        self.at = closed + 1

    def _close(self, tag: str, attributes: Mapping[str, str], offset: int) -> None:
        entity: Entity = {
            "type": TAGS[tag],
            "offset": offset,
            "length": self.length - offset,
        }
        if tag == "a":
            entity["url"] = attributes.get("href") or "".join(self.out).encode(
                "utf-16-le"
            )[offset * 2 :].decode("utf-16-le")
        elif tag == "tg-emoji":
            if not re.fullmatch(r"[1-9]\d{0,18}", attributes.get("emoji-id", "")):
                raise self._wrong("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = attributes["emoji-id"]
        elif tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif tag == "code" and (language := attributes.get("class", "")).startswith(
            "language-"
        ):
            entity["language"] = language.removeprefix("language-")
        self.entities.append(entity)


def _decoded(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        return NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal is not None else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def formatted(text: str, parse_mode: str, entities: object) -> tuple[str, list[Entity]]:
    """A text as it will stand in the chat: markup read, outer white space gone. Raises:
    Refusal.
    """
    if parse_mode and parse_mode.lower() != "html":
        raise bad(
            "unsupported parse_mode"
        )  # Markdown is another mode of the platform; this server has none
    if parse_mode:
        text, found = _Html(text).read()
    else:
        found = _given(text, entities)
    return _trimmed(text, found)


def _given(text: str, entities: object) -> list[Entity]:
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    length = units(text)
    for entity in entities:
        if (
            not isinstance(entity, dict)
            or not {"type", "offset", "length"} <= entity.keys()
        ):
            raise bad("can't parse MessageEntity: expected an Object")
        if entity["type"] not in GIVEN_ENTITIES:
            raise bad("can't parse MessageEntity: Unsupported type specified")
        begin, end = (
            int(entity["offset"]),
            int(entity["offset"]) + int(entity["length"]),
        )
        if not 0 <= begin < end <= length:
            raise bad(
                f"entity beginning at UTF-16 offset {begin} ends after the end of "
                "the text at UTF-16 offset "
                f"{end}"
            )
    return [dict(entity) for entity in entities]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    kept = text.rstrip(SPACES)
    first = min((entity["offset"] for entity in entities), default=len(kept))
    lead = 0
    while lead < min(first, len(kept)) and kept[lead] in " \n":
        lead += 1
    kept = kept[lead:]
    length = units(kept)
    moved = []
    for entity in sorted(
        entities, key=lambda entity: (entity["offset"], -entity["length"])
    ):
        begin = entity["offset"] - lead
        end = min(begin + entity["length"], length)
        if end > begin:
            moved.append({**entity, "offset": begin, "length": end - begin})
    return kept, moved


def text_of(text: str, parse_mode: str, entities: object) -> tuple[str, list[Entity]]:
    """The text of a message, 1–4096 after reading the markup (Bot API, sendMessage,
    `text`).
    """
    if not text:
        raise bad("message text is empty")
    text, found = formatted(text, parse_mode, entities)
    if not text:
        raise bad("text must be non-empty")
    if units(text) > MOST_TEXT:
        raise bad("message is too long")
    return text, found


def caption_of(
    text: str, parse_mode: str, entities: object
) -> tuple[str, list[Entity]]:
    """The caption of a picture or file, 0–1024 after reading the markup (Bot API,
    sendPhoto, `caption`).
    """
    text, found = formatted(text, parse_mode, entities)
    if units(text) > MOST_CAPTION:
        raise bad("message caption is too long")
    return text, found


KINDS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
DECORATION = {"text", "icon_custom_emoji_id", "style"}


def keyboard(markup: object, inline_only: bool = False) -> dict[str, Any] | None:
    """A checked `reply_markup`, or None for an empty one. Raises: Refusal."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if inline_only and markup and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"], "keyboard"):
            for button in row:
                _text(
                    button if isinstance(button, dict) else {"text": button},
                    "keyboard button",
                )
    return markup or None


def _rows(rows: object, name: str) -> Sequence[Sequence[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(f'field "{name}" must be an Array of Arrays')
    return rows


def _inline(rows: object) -> dict[str, Any] | None:
    lines = [list(row) for row in _rows(rows, "inline_keyboard") if row]
    for line in lines:
        for button in line:
            _button(button)
    if sum(map(len, lines)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return {"inline_keyboard": lines} if lines else None


def _text(button: Mapping[str, Any], what: str) -> None:
    text = button.get("text")
    if text is None:
        raise bad(f"can't parse {what}: Can't find field \"text\"")
    if not isinstance(text, str):
        raise bad(f'can\'t parse {what}: Field "text" must be of type String')
    if not text.strip():
        raise bad(f"{what} text must be non-empty")


def _button(button: object) -> None:
    what = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: InlineKeyboardButton must be an Object")
    _text(button, what)
    kinds = button.keys() - DECORATION
    if not kinds & KINDS:
        raise bad(
            f"can't parse {what}: Text buttons are unallowed in the inline keyboard"
        )
    if (
        len(kinds) > 1 or not kinds <= KINDS
    ):  # "exactly one of the fields other than text … must be used"
        raise bad(
            f"can't parse {what}: exactly one of the optional fields must be used,"
            f" got {sorted(kinds)}"
        )
    if button.get("style", "primary") not in ("primary", "success", "danger"):
        raise bad(f"can't parse {what}: invalid button style specified")
    if (
        "callback_data" in button
        and not 1 <= len(str(button["callback_data"]).encode()) <= MOST_DATA
    ):
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg)://[^\s/]", str(button["url"])):
        raise bad(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    if "copy_text" in button:
        copied = (
            button["copy_text"].get("text")
            if isinstance(button["copy_text"], dict)
            else None
        )
        if not isinstance(copied, str) or not 1 <= len(copied) <= MOST_COPIED:
            raise bad("BUTTON_COPY_TEXT_INVALID")
