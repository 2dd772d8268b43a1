"""How a message wants to be drawn: the kind it is of, and the role of each button.

Told beside the words themselves, so that a messenger knows kinds and roles and no step
of any dialog. Neither is stored: what was said before an upgrade is drawn all the same.
"""

from __future__ import annotations

from typing import Literal

from dialogs.texts import phrase
from dialogs.words import Button

Kind = Literal[
    "text",  # a sentence
    "welcome",  # the first sentence of a chat
    "draft",  # words with their masks, lines and pictures
    "draft_words",  # words with their masks alone
    "draft_pictures",  # pictures alone
    "reach",  # asks how the reporter wants to be reached
    "receipt",  # holds the receipt
    "story",  # the story of a case
    "reminder",  # the prompt above still stands; its buttons are that prompt's
    "notice",  # a short line above the next prompt; its button undoes what it tells
    "emergency",  # seen before all else; numbers in its words are there to call
]
Role = Literal[
    "plain",
    "main",  # what most people press here
    "grave",  # what cannot be undone
    "inline",  # stands in the drawn draft itself
]
KINDS: dict[str, Kind] = {}  # by a message's name; "text" is left out
ROLES: dict[str, Role] = {}  # by a button's label; "plain" is left out


def kind_of(name: str) -> Kind:
    return KINDS.get(name, "text")


def role_of(label: str) -> Role:
    return ROLES.get(label, "plain")


def message(name: str, chinese: str, kind: Kind = "text") -> str:
    """Make a sentence known under `name`, and how it is drawn. Returns the name."""
    if kind != "text":
        KINDS[name] = kind
    return phrase(name, chinese)


def label(name: str, chinese: str, role: Role = "plain") -> str:
    """Make a button's words known under "b.name", and its role. Returns that name."""
    full = f"b.{name}"
    if role != "plain":
        ROLES[full] = role
    return phrase(full, chinese)


def button(choice: str, chinese: str, role: Role = "plain", name: str = "") -> Button:
    """A button with its words. name: of the label, where it is not the choice's."""
    return Button(choice, label(name or choice, chinese, role))
