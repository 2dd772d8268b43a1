"""A message as JSON values, as it lies sealed, and back. The names are persisted."""

from __future__ import annotations

from typing import Any

from dialogs.words import Button, Message


def message_to_json(message: Message) -> dict[str, Any]:
    """By hand: `asdict` would copy all of it and take fifty times as long."""
    values: dict[str, Any] = {"name": message.name, "lang": message.lang}
    if message.params:
        values["params"] = message.params
    if message.buttons:
        values["buttons"] = [_button_to_json(button) for button in message.buttons]
    if message.mark:
        values["mark"] = message.mark
    if message.replaces:
        values["replaces"] = True
    if message.secret:
        values["secret"] = True
    return values


def _button_to_json(button: Button) -> tuple[Any, ...]:
    """Parameters stand last, where there are any."""
    if button.params:
        return button.choice, button.label, button.params
    return button.choice, button.label


def message_from_json(values: dict[str, Any]) -> Message:
    """Back from `message_to_json`."""
    buttons = tuple(Button(*stored) for stored in values.get("buttons", ()))
    return Message(**values | {"buttons": buttons})
