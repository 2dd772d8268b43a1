"""A message becomes what a messenger can show: its sentence and its buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dialogs.looks import Kind, Role, kind_of, role_of
from dialogs.texts import text
from dialogs.words import Message

# police, fire, ambulance, traffic police, the line for people in despair
EMERGENCY_NUMBER = re.compile(r"(?<!\d)(?:110|119|120|122|12356)(?!\d)")


@dataclass(frozen=True, slots=True)
class Key:
    """A button as shown. `choice` and the message's `mark` come back when it is
    pressed; `role` says how much it stands out.
    """

    choice: str
    label: str
    role: Role = "plain"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, ready for any channel.

    `text` says all of it in plain words, for channels that can draw nothing more.
    `message` is what it was made from: a channel that draws cards goes by its kind, and
    takes its params.
    """

    text: str
    keys: tuple[Key, ...]
    message: Message

    @property
    def kind(self) -> Kind:
        return kind_of(self.message.name)

    @property
    def calls(self) -> tuple[str, ...]:
        """The numbers that an emergency asks to call, in the order of its words."""
        if self.kind != "emergency":
            return ()
        return tuple(dict.fromkeys(EMERGENCY_NUMBER.findall(self.text)))

    @property
    def params(self) -> Any:
        return self.message.params


def render(message: Message) -> Rendered:
    """Fill the phrase in and label the buttons, in the message's language."""
    keys = tuple(
        Key(
            button.choice,
            text(message.lang, button.label, button.params),
            role_of(button.label),
        )
        for button in message.buttons
    )
    return Rendered(text(message.lang, message.name, message.params), keys, message)


def numbered(rendered: Rendered) -> str:
    """The text with its buttons as a numbered list: for a terminal, or where a keyboard
    is too small.

    A notice has no numbers, for they belong to the prompt below it. An emergency begins
    with what to call.
    """
    if rendered.kind == "notice":
        undo = "".join(f" [{key.label}]" for key in rendered.keys)
        return f"· {rendered.text}{undo}"
    calls = [f"☎ {'  '.join(rendered.calls)}"] if rendered.calls else []
    rows = [f"  {number}. {key.label}" for number, key in enumerate(rendered.keys, 1)]
    return "\n".join([*calls, rendered.text, *rows])
