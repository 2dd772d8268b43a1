"""All that the rest of the program knows of a messenger.

ChannelError
├── TryLater   network or rate limit: the outbox sends it again after `wait` seconds
├── NotHere  another process reaches this chat: leave the message to it
├── Gone       the reporter left or blocked us: forget the address
└── Refused    our mistake (too long, bad markup): log it, mend the code
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from anonymizer import receipts
from anonymizer.scrub import Scrubbed
from bot.address import Address
from bot.channels.render import Rendered
from dialogs.words import MISTYPED, Event, Message, Said
from storage.port import Refusing, Write

LONE = re.compile("[\ud800-\udfff]")
# characters: ten times what a dialog takes, so that who writes more is told how much
HEARD_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """One decoded update.

    `key` is the platform's own id of the update (redelivery is told by it). `lasting`:
    the chat will still be this person's tomorrow, so it may open its cases without a
    receipt. `also`: rows of the channel's own that belong into the turn's commit.
    `scrubbed`: the pictures of the event, by their ids.
    """

    key: str
    sender: Address
    event: Event
    lang: str = "zh"
    lasting: bool = True
    also: tuple[Write, ...] = ()
    scrubbed: Mapping[str, Scrubbed] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Incoming({self.sender.channel}, {type(self.event).__name__})"


def encodable(words: str) -> str:
    """Without halves of characters, which messengers do send: no page, paper or
    platform takes them back.
    """
    return LONE.sub("", words)


def heard(words: str, at: datetime, reply: str | None = None) -> Said:
    """What somebody wrote, as an event: the one way in for words of every messenger.

    Receipts in them, mistyped or not, are taken out: beyond this line they are nowhere
    among words that are shown, kept or filed. reply: see `Said`.
    """
    words = encodable(words[:HEARD_AT_MOST])
    found = receipts.find_all(words)
    codes = tuple(one.receipt or MISTYPED for one in found)
    return Said(without(words, found), at, codes, reply)


def without(words: str, found: Sequence[receipts.FoundReceipt]) -> str:
    """The words with a blank in the place of each receipt."""
    pieces: list[str] = []
    end = 0
    for one in found:
        pieces.append(words[end : one.start])
        end = one.end
    return " ".join([*pieces, words[end:]])


def commanded(name: str, at: datetime) -> Said:
    """A command that the messenger itself gives or names, like "start"; nobody wrote
    it as words.
    """
    return Said(f"/{name}", at)


@dataclass(frozen=True, slots=True)
class Limits:
    characters: int  # per message
    buttons: int  # per message; more become a numbered list
    label: int  # characters per button


# Take one update in. Committed when it returns; a repeated one changes nothing.
# Raises: StorageError (storage cannot write now: say "later"), TurnFailed.
Hear = Callable[[Incoming], Awaitable[None]]


class TurnFailed(Exception):
    """Our bug: the turn was rolled back whole. Tell the person the incident id; the log
    has the rest.
    """

    def __init__(self, incident: str) -> None:
        super().__init__(f"incident {incident}")
        self.incident = incident


class ToldOnly(Refusing):
    """Storage cannot write now, and what was asked is told all the same: a receipt's
    story. Nothing of it is kept, so its buttons would lead nowhere and are not there.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__("told only")
        self.messages = tuple(
            replace(message, buttons=(), mark="") for message in messages
        )


class Channel(Protocol):
    """The way out. The way in is each messenger's own: it calls `Hear`, and confirms an
    update to its platform only after that returned.
    """

    name: str
    limits: Limits

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        """Deliver one message; `key` is the outbox row's id, equal when a message is
        sent again.

        Returns: the channel's own rows that record the delivery, committed together
        with the end of the outbox row. Raises: ChannelError.
        """
        ...

    def wipe(self, to: Address) -> Sequence[Write]:
        """Rows that forget what this channel still shows of the chat."""
        ...


@runtime_checkable
class KeepsScreens(Protocol):
    """A channel that still knows what it shows to a chat."""

    async def pushed(self, to: Address) -> Sequence[str]:
        """Handles of the reports that the pushes on this screen are about, newest
        first.
        """
        ...


class ChannelError(Exception):
    """Sending failed. Holds no address and no text, so it may be logged."""


class TryLater(ChannelError):
    def __init__(self, wait: float) -> None:
        super().__init__(f"later, in {wait:g} s")
        self.wait = wait


class NotHere(ChannelError):
    pass


class Gone(ChannelError):
    pass


class Refused(ChannelError):
    pass
