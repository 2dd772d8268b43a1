"""A call of one method: which parameters the method knows, which it needs, and what
each must look like.

Source: Bot API, "Available methods" and the table of each method. The real server takes
unknown parameters and badly typed numbers in silence; here they are refused or counted,
so that a slip shows in a test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.wire import Refusal, Upload, bad

WHOLE = {
    "message_id",
    "message_thread_id",
    "offset",
    "limit",
    "timeout",
    "user_id",
    "icon_color",
    "cache_time",
    "max_connections",
    "width",
    "height",
    "duration",
}
CHATS = {
    "chat_id", "from_chat_id",
}  # fmt: skip
FLAGS = {
    "disable_notification",
    "protect_content",
    "show_alert",
    "drop_pending_updates",
    "disable_content_type_detection",
    "has_spoiler",
    "show_caption_above_media",
    "remove_caption",
    "is_big",
    "only_if_banned",
}
OBJECTS = {
    "reply_markup",
    "entities",
    "caption_entities",
    "link_preview_options",
    "reply_parameters",
    "allowed_updates",
    "commands",
    "scope",
    "media",
    "message_ids",
    "menu_button",
    "reaction",
}
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "file_id": "file_id not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
}


@dataclass(slots=True)
class Call:
    """One call as it arrived. `number` counts from 1, polls apart; `at` is monotonic
    seconds.
    """

    number: int
    method: str
    args: dict[str, str]
    files: dict[str, Upload]
    at: float
    fault: str | None = None  # the kind of fault it met
    refused: str | None = None  # the description of the refusal it got
    done: bool = False  # whether the world has changed by it

    def get(self, name: str, default: str = "") -> str:
        return self.args.get(name, default)

    def number_of(self, name: str, default: int = 0) -> int:
        value = self.args.get(name, "")
        return int(value) if value else default

    def flag(self, name: str) -> bool:
        return self.args.get(name) in ("true", "1")

    def json(self, name: str) -> Any:
        value = self.args.get(name, "")
        return json.loads(value) if value else None

    @property
    def chat(self) -> int:
        """The chat it is about, 0 for none or a name."""
        value = self.args.get("chat_id", "")
        return int(value) if re.fullmatch(r"-?\d+", value) else 0


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    needs: frozenset[str]
    knows: frozenset[str]
    work: Callable[[Any, Call], Any]
    counts: Callable[[Call], int] = field(
        default=lambda call: 0
    )  # messages, by the rate rules


METHODS: dict[str, Method] = {}


def speaks(
    name: str, parameters: str = "", counts: int | Callable[[Call], int] = 0
) -> Callable[[Callable[[Any, Call], Any]], Callable[[Any, Call], Any]]:
    """Enter a method: its parameters in one line, the required ones with "!"."""
    names = parameters.split()

    def enter(work: Callable[[Any, Call], Any]) -> Callable[[Any, Call], Any]:
        METHODS[name.lower()] = Method(
            name,
            frozenset(each[:-1] for each in names if each.endswith("!")),
            frozenset(each.rstrip("!") for each in names),
            work,
            counts if callable(counts) else lambda call: counts,
        )
        return work

    return enter


def check(method: Method, call: Call) -> list[str]:
    """Judge the parameters of a call.

    Returns: slips the real server would take in silence. Raises: Refusal, for what it
    refuses.
    """
    given = {name for name, value in call.args.items() if value} | call.files.keys()
    for name in sorted(method.needs - given):
        raise bad(MISSING.get(name, f'parameter "{name}" is required'))
    slips = [
        f"{method.name} has no parameter {name}"
        for name in sorted(call.args.keys() - method.knows)
    ]
    for name, value in call.args.items():
        if (
            value
            and name not in call.files
            and name in method.knows
            and (slip := _badly_typed(name, value))
        ):
            slips.append(f"{method.name}: {slip}")
    return slips


def _badly_typed(name: str, value: str) -> str | None:
    if name in WHOLE and not re.fullmatch(r"-?\d{1,19}", value):
        raise bad(f"invalid {name} specified")
    if name in CHATS and not re.fullmatch(r"-?\d{1,16}|@\w+", value):
        raise bad("chat not found")
    if name in FLAGS and value not in ("true", "false", "True", "False", "1", "0"):
        return f"{name} is no Boolean"
    if name in OBJECTS:
        try:
            json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None
    return None


def unknown_method() -> Refusal:
    return Refusal(404, "Not Found: method not found")
