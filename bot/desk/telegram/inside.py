"""What the desk needs of the program, and the small things that all its parts do."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import bot.desk.texts  # noqa: F401 - its sentences become known
from bot.address import Address
from bot.cases.casework import Casework
from bot.cases.conflict import ConflictRule
from bot.channels.messenger import Served
from bot.channels.pace import nothing_kept
from bot.channels.telegram.channel import ASK, TelegramChannel
from bot.desk.liaison import LiaisonDesk
from bot.hours import seconds
from bot.keys import Keys
from bot.ops.timewatch import TimeWatch
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.outbox.sender import Sender
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.settings import Settings
from dialogs.words import Button, Message
from storage.port import Database

TELEGRAM = "telegram"
Got = TypeVar("Got")


@dataclass(frozen=True, slots=True)
class Spot:
    """A private chat, a group, or a topic of it."""

    chat: int
    thread: int | None = None

    @property
    def address(self) -> Address:
        return Address(
            TELEGRAM, f"{self.chat}:{self.thread}" if self.thread else str(self.chat)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskContext:
    """send: messages that are committed and due; now: UTC; every: seconds between two
    looks.
    """

    channel: TelegramChannel
    database: Database
    keys: Keys
    settings: Settings
    casework: Casework
    roster: Roster
    register: UnitRegister
    sight: ConflictRule
    post: OutboxMessages
    send: Callable[[Sequence[OutboxMessage]], None]
    now: Callable[[], datetime]
    units: LiaisonDesk
    time: TimeWatch
    every: float = 1.0

    @property
    def group(self) -> int | None:
        chat = self.settings.telegram.staff_chat_id
        return None if chat is None else self.channel.moved_to(chat)

    @property
    def at(self) -> int:
        """Seconds since 1970 UTC."""
        return seconds(self.now())

    async def paced(
        self, chat: int, call: Callable[..., Awaitable[Got]], *args: Any, **more: Any
    ) -> Got:
        """One call that counts in this chat, when it is its turn."""
        return await self.after_others(chat, nothing_kept, call, *args, **more)

    async def after_others(
        self,
        chat: int,
        kept: Callable[[], int],
        call: Callable[..., Awaitable[Got]],
        *args: Any,
        **more: Any,
    ) -> Got:
        """The same for what can wait; kept: see `Pace.turn`."""
        async with self.channel.pace.turn(chat, kept):
            return await call(*args, **more)

    def card_id(self, chat: int, case: bytes) -> bytes:
        return self.keys.pseudonyms.staff_digest("desk card", f"{chat} {case.hex()}")

    def thread_id(self, chat: int, thread: int) -> bytes:
        return self.keys.pseudonyms.staff_digest("desk topic", f"{chat} {thread}")


class StaffProgram(Served, Protocol):
    """What the desk uses of the running program."""

    @property
    def casework(self) -> Casework: ...

    @property
    def roster(self) -> Roster: ...

    @property
    def register(self) -> UnitRegister: ...

    @property
    def conflict(self) -> ConflictRule: ...

    @property
    def post(self) -> OutboxMessages: ...

    @property
    def sender(self) -> Sender: ...

    @property
    def desk(self) -> LiaisonDesk: ...

    @property
    def time(self) -> TimeWatch: ...


def context_of(
    channel: TelegramChannel, program: StaffProgram, every: float = 1.0
) -> DeskContext:
    """What the desk is handed of the program; every: seconds between two looks."""
    resources = program.resources
    return DeskContext(
        channel=channel,
        database=resources.database,
        keys=resources.keys,
        settings=resources.settings,
        casework=program.casework,
        roster=program.roster,
        register=program.register,
        sight=program.conflict,
        post=program.post,
        send=program.sender.post,
        now=resources.now,
        units=program.desk,
        time=program.time,
        every=every,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of whom the words are wanted. account: of the platform; name: as the roster has
    it; grouped: others read it too, so that only this person's box is to open.
    """

    account: int
    name: str
    grouped: bool


def staff_question(to: Address, words: str, asked: Wanted) -> OutboxMessage:
    """A question for staff that opens their box for the answer."""
    params: dict[str, object] = {"text": words}
    if asked.grouped:
        params |= {"account": asked.account, "name": asked.name}
    message = Message(ASK, params)
    return OutboxMessages.letter(to, message, secrets.token_bytes(16))


def staff_message(
    to: Address, words: str, buttons: Sequence[Button] = (), files: object = ()
) -> OutboxMessage:
    """A sentence for staff, by the outbox: in order, and not lost."""
    params = {"text": words, "files": files} if files else {"text": words}
    return OutboxMessages.letter(
        to, Message("desk.say", params, tuple(buttons)), secrets.token_bytes(16)
    )
