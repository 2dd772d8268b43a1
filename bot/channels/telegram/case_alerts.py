"""Where alerts about a case are said: the desk knows, and whom they must not reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.channels.render import Rendered
from storage.port import Write

ALERT = "alert."  # names of what staff are told of


@dataclass(frozen=True, slots=True)
class TelegramPlace:
    """A private chat, a group, or a topic of a group."""

    chat: int
    thread: int | None = None

    @property
    def private(self) -> bool:
        return self.chat > 0


@dataclass(frozen=True, slots=True)
class PlacedAlert:
    """where: None where it must not be said any more; also: what is written then."""

    message: Rendered
    where: TelegramPlace | None
    also: Sequence[Write] = ()


class CaseAlerts(Protocol):
    """Asked when an alert leaves: it may have waited for the morning, or longer."""

    async def placed(
        self, where: TelegramPlace, message: Rendered, shut: int | None = None
    ) -> PlacedAlert:
        """Where to say it, and how. shut: the topic in which it could not be said.

        Raises: TryLater; StorageError.
        """
        ...


def is_of_case(message: Rendered) -> bool:
    return message.message.name.startswith(ALERT) and "alias" in message.params
