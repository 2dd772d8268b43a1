"""Bubbles become HTML: what the templates draw is worked out here, for pages and
fragments alike.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from bot.channels.port import encodable
from bot.channels.render import Key, Rendered, render
from bot.channels.web.channel import Bubble
from bot.hours import seconds
from dialogs.catalogue import DIALOGS
from dialogs.looks import Kind, kind_of
from dialogs.texts import text
from dialogs.words import MASK, UNPICTURE, Message

PAGES = ("bot.channels.web", "bot.desk.web")  # packages with templates and static files
FIRST_PLACE = 1  # of a screen; what is drawn for everybody has place 0
SHAPED: tuple[Kind, ...] = ("notice", "emergency")  # each with a template of its own
WORDED: tuple[Kind, ...] = ("draft", "draft_words")  # drawn with its masks
PICTURED: tuple[Kind, ...] = ("draft", "draft_pictures")  # drawn with its pictures


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
    warn: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One bubble as its template wants it.

    shape: of its template: own, own_picture, text, welcome, card, receipt, story,
    notice or emergency. kind: of its message, as its dialog tells it. calls: numbers to
    dial. folded: only its first line is seen until it is opened.
    """

    bubble: Bubble
    shape: str
    kind: Kind = "text"
    text: str = ""
    tail: str = ""  # what is said below the card
    keys: tuple[Key, ...] = ()
    open: bool = True  # its buttons may be pressed
    pieces: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    pictures: tuple[dict[str, Any], ...] = ()
    calls: tuple[str, ...] = ()
    folded: bool = False
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
        environment.globals["is_passing"] = is_passing
        environment.globals["choices"] = {"mask": MASK, "unpicture": UNPICTURE}
        self._templates = {
            name: environment.get_template(name)
            for name in environment.list_templates()
        }

    def page(self, name: str, lang: str, **values: Any) -> str:
        page = self._templates[name].render(
            lang=lang, t=partial(_t, lang), key=secrets.token_hex(8), **values
        )
        return encodable(page)

    def bubbles(
        self, bubbles: Sequence[Bubble], lang: str, *, lasting: bool = False
    ) -> str:
        """Just these bubbles, for a page that is open; older prompts among them are
        closed.

        Args:
            lasting: this browser is remembered.
        """
        drawn = draw(bubbles, lang)
        return self.page("bubbles.html", lang, drawn=drawn, lasting=lasting)


def _t(lang: str, name: str, **params: Any) -> str:
    return text(lang, f"web.{name}", params)


def draw(bubbles: Sequence[Bubble], lang: str) -> list[Drawn]:
    """Work out what to show.

    Of the prompts only the last one can be answered, and what it asks stands there
    once: an older preview gives way to a newer one, an older story folds.
    """
    all_drawn = [
        _draw(bubble, lang, _is_open(bubble, bubbles[at:]))
        for at, bubble in enumerate(bubbles, 1)
    ]
    shown: list[Drawn] = []
    for at, drawn in enumerate(all_drawn, 1):
        later = all_drawn[at:]
        if not _gives_way(drawn, later):
            shown.append(replace(drawn, folded=_folds(drawn, later)))
    return shown


def _gives_way(drawn: Drawn, later: Sequence[Drawn]) -> bool:
    """Whether a prompt says nothing that does not stand further down again."""
    prompts = [other for other in later if other.bubble.asks]
    if not drawn.bubble.asks:
        return False
    if drawn.shape == "card":
        return any(other.shape == "card" for other in prompts)
    if drawn.shape == "welcome":
        return drawn.bubble.seq > FIRST_PLACE and bool(prompts)
    if drawn.shape == "text":
        return any(_says_the_same(drawn, other) for other in prompts)
    return False


def _says_the_same(one: Drawn, other: Drawn) -> bool:
    return other.shape == "text" and one.text == other.text


def _folds(drawn: Drawn, later: Sequence[Drawn]) -> bool:
    """Whether a story was read before the visitor asked for another."""
    asked = [at for at, other in enumerate(later) if other.bubble.mine]
    if drawn.shape != "story" or not asked:
        return False
    return any(other.shape == "story" for other in later[asked[0] :])


def _is_open(bubble: Bubble, later: Sequence[Bubble]) -> bool:
    """Whether its buttons may be pressed."""
    prompts_behind = [other for other in later if other.asks]
    if is_passing(bubble):
        has_gone_on = any(other.mine for other in later)
        return len(prompts_behind) <= 1 and not has_gone_on
    return not bubble.asks or not prompts_behind


def is_passing(bubble: Bubble) -> bool:
    """Whether its buttons are about what was said just now: they go once the visitor
    goes on, and stay while the prompt that was said with them is the last one.

    A receipt's stay with it, and those that name a case stay by their messages.
    """
    message = bubble.message
    if message is None or message.secret or not message.buttons:
        return False
    if _kind(bubble) == "notice":
        return True
    names_nothing = all(":" not in button.choice for button in message.buttons)
    return not message.mark and names_nothing


def _kind(bubble: Bubble) -> Kind | None:
    return kind_of(bubble.message.name) if bubble.message else None


def welcome(bubbles: Sequence[Bubble], lang: str) -> Drawn | None:
    """The first screen, drawn for everybody: who only looks leaves no row. None where
    it is there already.
    """
    if bubbles and _kind(bubbles[0]) == "welcome":
        return None
    return _draw(Bubble("welcome", 0, DIALOGS.welcome()), lang, not bubbles)


def _draw(bubble: Bubble, lang: str, open: bool) -> Drawn:
    if bubble.message is None:
        return Drawn(bubble, "own_picture" if bubble.picture else "own")
    rendered = render(replace(bubble.message, lang=lang))
    kind = rendered.kind
    if kind == "welcome":
        return Drawn(bubble, kind, kind, rendered.text, keys=rendered.keys, open=open)
    if kind == "receipt":
        return _receipt(bubble, rendered, open)
    if kind in WORDED or kind in PICTURED:
        return _card(bubble, rendered, open)
    shape = kind if kind in SHAPED else "text"
    if kind == "story" and "state" in rendered.params:  # it may be gone
        shape = "story"
    return Drawn(
        bubble,
        shape,
        kind,
        rendered.text,
        keys=() if kind == "reminder" else rendered.keys,  # they stand on the prompt
        open=open,
        calls=rendered.calls,
        params=rendered.params,
    )


def _receipt(bubble: Bubble, rendered: Rendered, open: bool) -> Drawn:
    """The line that leads to the receipt is the card's own."""
    before, after = _around(rendered.message, "receipt")
    head, _, _ = before.rpartition("\n")
    return Drawn(
        bubble,
        "receipt",
        "receipt",
        head,
        after,
        keys=rendered.keys,
        open=open,
        params=rendered.params,
    )


def _card(bubble: Bubble, rendered: Rendered, open: bool) -> Drawn:
    """Text with masks, facts and pictures, each with its buttons in place."""
    kind = rendered.kind
    params = rendered.params
    choices = {key.choice for key in rendered.keys}
    facts = tuple(_fact(line, choices) for line in params.get("lines", ()))
    in_lines = {fact.choice for fact in facts}
    keys = [key for key in rendered.keys if key.choice not in in_lines]
    words: tuple[Piece, ...] = ()
    sentence = rendered.text
    if kind in WORDED:
        words = pieces(params["text"], params["masks"])
        sentence, _ = _around(rendered.message, "masked")
    # of an old card they may be gone
    pictures = params["pictures"] if kind in PICTURED and open else ()
    return Drawn(
        bubble,
        "card",
        kind,
        sentence,
        keys=tuple(key for key in keys if not _stands_in_card(key)),
        open=open,
        pieces=words,
        facts=facts,
        pictures=tuple(pictures),
        params=params,
    )


def _stands_in_card(key: Key) -> bool:
    """Masks and pictures have their buttons where they are."""
    name, _, argument = key.choice.partition(":")
    return bool(argument) and name in (MASK, UNPICTURE)


def _fact(line: dict[str, Any], choices: set[str]) -> Fact:
    name = line["name"]
    label, words = _labelled(line["text"])
    choice = name if name in choices else ""
    return Fact(name, label, words, choice, line.get("warn", False))


def _labelled(line: str) -> tuple[str, str]:
    """A line at its first colon: (label, words); "" for a line without one."""
    found = re.match(r"[^：:]{1,24}(?:：|: )", line)
    return (found[0], line[found.end() :]) if found else ("", line)


def _around(message: Message, param: str) -> tuple[str, str]:
    """The sentence before and after one of its parameters, which the card
    draws itself.
    """
    marked = {**message.params, param: "\0"}
    sentence = text(message.lang, message.name, marked)
    before, _, after = sentence.partition("\0")
    return before.strip(), after.strip()


def pieces(words: str, masks: Sequence[dict[str, Any]]) -> tuple[Piece, ...]:
    """Cut a text at its masks, which stand in order and apart; offsets are
    code points.
    """
    found = []
    at = 0
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
