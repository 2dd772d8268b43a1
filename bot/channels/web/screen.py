"""Bubbles become HTML: what the templates draw is worked out here, for pages and
fragments alike.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from bot.channels.port import encodable
from bot.channels.render import Key, render
from bot.channels.web.channel import Bubble
from bot.hours import seconds
from dialogs.report import COMMON
from dialogs.texts import text
from dialogs.words import Message

INLINE = (
    "mask",
    "unpicture",
)  # buttons that stand in the card itself, by the choice's name
PICTURED = ("preview", "check", "pictures")
MASKED = ("preview", "check", "masks")
PAGES = ("bot.channels.web", "bot.desk.web")  # packages with templates and static files
MAIN = ("send", "done", "anyway", "yes", "saved")
GRAVE = ("cancel", "discard", "drop", "sure", "forget")
COMMANDS = ("status", "lang", "help")
WELCOME = Message(
    "welcome", buttons=tuple(COMMON)
)  # its buttons are commands: they work without a talk


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a masked text. at: its first code point; number: of its mask, None for
    plain words.
    """

    words: str
    at: int
    number: int | None = None
    on: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line under the preview; choice: the button that changes it, "" if it cannot be
    changed.
    """

    name: str
    label: str
    words: str
    choice: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One bubble as its template wants it."""

    bubble: Bubble
    kind: str
    text: str = ""
    tail: str = ""  # what is said below the card
    keys: tuple[Key, ...] = ()
    open: bool = True  # its buttons may be pressed
    pieces: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    pictures: tuple[dict[str, Any], ...] = ()
    params: Any = None


class Pages:
    """All templates, read and compiled once."""

    def __init__(self, files: dict[str, str], now: Callable[[], datetime]) -> None:
        environment = Environment(
            loader=ChoiceLoader([PackageLoader(package) for package in PAGES]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            undefined=StrictUndefined,
        )
        environment.globals["file"] = files.__getitem__
        environment.globals["now"] = lambda: seconds(now())
        environment.globals["main_choices"] = MAIN
        environment.globals["grave_choices"] = GRAVE
        self._templates = {
            name: environment.get_template(name)
            for name in environment.list_templates()
        }

    def page(self, name: str, lang: str, **values: Any) -> str:
        page = self._templates[name].render(
            lang=lang, t=partial(_t, lang), key=secrets.token_hex(8), **values
        )
        return encodable(page)

    def bubbles(self, bubbles: Sequence[Bubble], lang: str) -> str:
        """Just these bubbles, for a page that is open; older prompts among them are
        closed.
        """
        return self.page("bubbles.html", lang, drawn=draw(bubbles, lang))


def _t(lang: str, name: str, **params: Any) -> str:
    return text(lang, f"web.{name}", params)


def draw(bubbles: Sequence[Bubble], lang: str) -> list[Drawn]:
    """Work out what to show; of the prompts only the last one can be answered."""
    last = max((bubble.seq for bubble in bubbles if bubble.asks), default=0)
    return [
        _draw(bubble, lang, bubble.seq == last or not bubble.asks) for bubble in bubbles
    ]


def welcome(bubbles: Sequence[Bubble], lang: str) -> Drawn | None:
    """The first screen, drawn for everybody: who only looks leaves no row. None where
    it is there already.
    """
    if bubbles and bubbles[0].message and bubbles[0].message.name == WELCOME.name:
        return None
    return _draw(Bubble("welcome", 0, WELCOME), lang, not bubbles)


def _draw(bubble: Bubble, lang: str, open: bool) -> Drawn:
    message = bubble.message
    if message is None:
        return Drawn(bubble, "own_picture" if bubble.picture else "own")
    shown = Message(
        message.name,
        message.params,
        message.buttons,
        message.mark,
        lang,
        message.replaces,
        message.secret,
    )
    if message.name == "filed":
        head, tail = _around(
            shown, "receipt"
        )  # the line that leads to the receipt is the card's own
        head = head.rpartition("\n")[0]
        return Drawn(
            bubble, "filed", head, tail, render(shown).keys, open, params=message.params
        )
    if message.name in PICTURED or message.name in MASKED:
        return _card(bubble, shown, open)
    rendered = render(shown)
    kind = (
        "story" if message.name == "story" and "state" in message.params else "text"
    )  # it may be gone
    return Drawn(
        bubble, kind, rendered.text, "", rendered.keys, open, params=message.params
    )


def _card(bubble: Bubble, message: Message, open: bool) -> Drawn:
    """Text with masks, facts and pictures, each with its buttons in place."""
    params, name = message.params, message.name
    keys = render(message).keys
    choices = {key.choice for key in keys}
    facts = tuple(
        Fact(
            line["name"],
            *_labelled(line["text"]),
            line["name"] if line["name"] in choices else "",
        )
        for line in params.get("lines", ())
    )
    inline = {fact.choice for fact in facts}
    return Drawn(
        bubble,
        "card",
        _around(message, "masked")[0]
        if name in MASKED
        else text(message.lang, name, params),
        "",
        tuple(
            key
            for key in keys
            if key.choice.partition(":")[0] not in INLINE and key.choice not in inline
        ),
        open,
        pieces(params["text"], params["masks"]) if name in MASKED else (),
        facts,
        tuple(params["pictures"])
        if name in PICTURED and open
        else (),  # an old card's may be gone
        params,
    )


def _labelled(line: str) -> tuple[str, str]:
    """A line at its first colon: (label, words); "" for a line without one."""
    found = re.match(r"[^：:]{1,24}(?:：|: )", line)
    return (found[0], line[found.end() :]) if found else ("", line)


def _around(message: Message, param: str) -> tuple[str, str]:
    """The sentence before and after one of its parameters, which the card
    draws itself.
    """
    before, _, after = text(
        message.lang, message.name, {**message.params, param: "\0"}
    ).partition("\0")
    return before.strip(), after.strip()


def pieces(words: str, masks: Sequence[dict[str, Any]]) -> tuple[Piece, ...]:
    """Cut a text at its masks, which stand in order and apart; offsets are
    code points.
    """
    found, at = [], 0
    for number, mask in enumerate(masks):
        start, end = max(mask["start"], at), mask["end"]
        if start >= end:
            continue
        if start > at:
            found.append(Piece(words[at:start], at))
        found.append(Piece(words[start:end], start, number, mask["on"], mask["label"]))
        at = end
    if at < len(words):
        found.append(Piece(words[at:], at))
    return tuple(found)
