"""One platform: the world, the bot's queue of updates, and what the bot told about
itself.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.updates import Updates
from tests.botapi.world import Chat, Message, User, World

# seconds; the platform only says "too old", clients give up after about this long
PRESS_ANSWERABLE = 15.0


@dataclass(slots=True)
class Platform:
    world: World
    updates: Updates
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(
        default_factory=dict
    )  # scope, language
    texts: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # "name" | "description" | "short", language
    menus: dict[int, dict[str, Any]] = field(default_factory=dict)  # 0: everybody's
    actions: list[tuple[int, str]] = field(
        default_factory=list
    )  # typing signs, chat and action
    reactions: dict[tuple[int, int], list[Any]] = field(default_factory=dict)
    privacy: bool = (
        True  # in groups a bot that is no administrator hears only what is meant for it
    )

    @classmethod
    def new(cls, token: str, username: str, speed: float, seed: int | None) -> Platform:
        world = World(
            User(
                int(token.partition(":")[0]), "减负专线", is_bot=True, username=username
            ),
            seed,
        )
        first = random.Random(seed).randrange(100_000_000, 900_000_000)
        return cls(world, Updates(first, world.now, speed))

    def announce(self, message: Message, kind: str = "message") -> None:
        """Tell the bot of a message, if it gets to know it."""
        if self._hears(message):
            self.updates.add(kind, message.json(), message.chat.id)

    def _hears(self, message: Message) -> bool:
        chat = message.chat
        if chat.type == "private":
            return not chat.blocked
        status, _ = self.world.standing(chat)
        if status in ("left", "kicked"):
            return False
        if status == "administrator" or not self.privacy or message.service:
            return True
        replied = chat.messages.get(message.reply_to or 0)
        to_bot = (
            replied is not None
            and replied.sender is self.world.bot
            and not replied.service
        )
        return (
            to_bot
            or message.text.startswith("/")
            or f"@{self.world.bot.username}" in message.text
        )

    def serve(
        self, chat: Chat, sender: User, topic: int | None = None, **body: Any
    ) -> Message:
        """A service message; the bot hears of its own too (open source server:
        need_skip_update_message).
        """
        message = self.world.put(
            chat,
            sender,
            body,
            topic=topic,
            reply_to=topic if "forum_topic_created" not in body else None,
            service=True,
        )
        self.announce(message)
        return message
