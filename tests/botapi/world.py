"""The messenger's side of the world: people, chats, topics, messages, files. No HTTP
here.

Sources: Bot API, the types User, Chat, Message, PhotoSize, Document, ForumTopic,
ChatMember, CallbackQuery. Message numbers: all private chats of a bot share one count,
a supergroup has its own.
"""

from __future__ import annotations

import copy
import io
import random
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image

from tests.botapi.markup import Entity, units
from tests.botapi.wire import bad, forbidden, moved

RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
GENERAL = 1  # the topic every forum has


@dataclass(slots=True)
class User:
    id: int
    first_name: str
    is_bot: bool = False
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    phone: str | None = None  # never in an update, unless its owner shares the contact
    deactivated: bool = False

    def json(self) -> dict[str, Any]:
        return _present(
            id=self.id,
            is_bot=self.is_bot,
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
        )


@dataclass(slots=True)
class File:
    id: str
    unique_id: str
    size: int
    path: str
    content: Callable[[], bytes] | None  # None: too big to be held

    def json(self) -> dict[str, Any]:
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


@dataclass(slots=True)
class Topic:
    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    closed: bool = False
    hidden: bool = False
    by_bot: bool = True

    def json(self) -> dict[str, Any]:
        return _present(
            message_thread_id=self.id,
            name=self.name,
            icon_color=self.icon_color,
            icon_custom_emoji_id=self.icon_custom_emoji_id,
        )


@dataclass(slots=True)
class Message:
    """`body` is what the update shows as it is (text, entities, photo, caption,
    contact, service…).
    """

    chat: Chat
    id: int
    date: int
    sender: User
    body: dict[str, Any]
    markup: dict[str, Any] | None = None
    topic: int | None = None
    reply_to: int | None = None
    origin: dict[str, Any] | None = None
    album: str | None = None
    protected: bool = False
    edited: int | None = None
    silent: bool = False
    service: bool = False
    files: tuple[File, ...] = ()

    @property
    def text(self) -> str:
        return str(self.body.get("text", self.body.get("caption", "")))

    def json(self, nested: bool = False) -> dict[str, Any]:
        inline = (
            self.markup if self.markup and "inline_keyboard" in self.markup else None
        )
        said = _present(
            message_id=self.id,
            message_thread_id=self.topic,
            **{"from": self.sender.json()},
            chat=self.chat.json(),
            date=self.date,
            edit_date=self.edited,
            forward_origin=self.origin,
            is_topic_message=True if self.topic else None,
            media_group_id=self.album,
            has_protected_content=True if self.protected else None,
        )
        replied = self.chat.messages.get(self.reply_to or 0)
        if replied is not None and not nested:
            said["reply_to_message"] = replied.json(nested=True)
        return {
            **said,
            **copy.deepcopy(self.body),
            **_present(reply_markup=copy.deepcopy(inline)),
        }


Status = Literal[
    "creator",
    "administrator",
    "member",
    "restricted",  # a member who may do less
    "restricted_left",  # restricted, and not there any more
    "left",
    "kicked",
]


@dataclass(slots=True)
class Chat:
    id: int
    type: Literal["private", "supergroup"]
    title: str = ""
    owner: User | None = None  # whose private chat
    forum: bool = False
    started: bool = False  # the person has written or pressed "start" once
    blocked: bool = False
    moved_to: int | None = None  # the number of the supergroup it became
    vanished: bool = False  # "chat not found" from now on
    members: dict[int, tuple[User, Status, frozenset[str]]] = field(
        default_factory=dict
    )
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_id: int = 0
    instance: str = field(default_factory=lambda: str(secrets.randbits(62)))

    def json(self) -> dict[str, Any]:
        if self.owner is not None:
            return _present(
                id=self.id,
                type=self.type,
                first_name=self.owner.first_name,
                last_name=self.owner.last_name,
                username=self.owner.username,
            )
        return _present(
            id=self.id,
            type=self.type,
            title=self.title,
            is_forum=True if self.forum else None,
        )


@dataclass(slots=True)
class Press:
    """A callback query. Answerable once, until it is too old."""

    id: str
    user: User
    chat: Chat
    message: int
    data: str
    at: float
    answered: bool = False
    toast: str | None = None
    alert: bool = False


Happening = Callable[[str, Message], None]  # "sent", "edited", "deleted"


class World:
    """Everything that exists beside the bot. `bot` is the one bot there is."""

    def __init__(self, bot: User, seed: int | None = None) -> None:
        self.bot = bot
        self.dice = random.Random(seed)
        self.skipped = 0.0  # seconds this world's clock is ahead
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.paths: dict[str, File] = {}
        self.presses: dict[str, Press] = {}
        self.icons = _icons(self.dice)
        self._last_private = self.dice.randrange(10, 5000)
        self.happened: list[Happening] = []

    def now(self) -> float:
        return time.time() + self.skipped

    def tell(self, what: str, message: Message) -> None:
        for listener in self.happened:
            listener(what, message)

    # ---- chats
    # ------------------------------------------------------------

    def person(self, first_name: str, **known: Any) -> User:
        number = self.dice.randrange(
            5_000_000_000, 1 << 40
        )  # more than 32 bits, as new accounts have
        user = User(number, first_name, **known)
        self.users[number] = user
        self.chats[number] = Chat(number, "private", owner=user)
        return user

    def group(self, title: str, forum: bool) -> Chat:
        number = -1_000_000_000_000 - self.dice.randrange(1_000_000_000, 3_000_000_000)
        chat = Chat(
            number, "supergroup", title, forum=forum, last_id=self.dice.randrange(1, 50)
        )
        self.chats[number] = chat
        return chat

    def chat(self, given: str, write: bool = True) -> Chat:
        """The chat a call names. Raises: Refusal, in the words of the open source
        server's `check_chat`.
        """
        chat = None if given.startswith("@") else self.chats.get(int(given))
        if chat is None or chat.vanished:
            raise bad("chat not found")
        if chat.moved_to is not None:
            raise moved(chat.moved_to)
        if chat.owner is not None:
            if chat.owner.deactivated and write:
                raise forbidden("user is deactivated")
            if not chat.started:
                raise (
                    forbidden("bot can't initiate conversation with a user")
                    if write
                    else bad("chat not found")
                )
            if chat.blocked and write:
                raise forbidden("bot was blocked by the user")
            return chat
        status = self.standing(chat)[0]
        if status == "kicked":
            raise forbidden("bot was kicked from the supergroup chat")
        if status == "left":
            raise forbidden("bot is not a member of the supergroup chat")
        return chat

    def standing(self, chat: Chat) -> tuple[Status, frozenset[str]]:
        """The bot's status and rights in a group."""
        member = chat.members.get(self.bot.id)
        return ("left", frozenset()) if member is None else (member[1], member[2])

    def may(self, chat: Chat, right: str) -> bool:
        return chat.type == "private" or right in self.standing(chat)[1]

    # ---- messages
    # ------------------------------------------------------------

    def number(self, chat: Chat) -> int:
        if chat.type == "private":
            self._last_private += 1
            return self._last_private
        chat.last_id += 1
        return chat.last_id

    def put(
        self, chat: Chat, sender: User, body: dict[str, Any], **more: Any
    ) -> Message:
        message = Message(
            chat, self.number(chat), int(self.now()), sender, body, **more
        )
        chat.messages[message.id] = message
        self.tell("sent", message)
        return message

    def drop(self, message: Message) -> None:
        message.chat.messages.pop(message.id, None)
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.tell("deleted", message)

    def topic(self, chat: Chat, number: int, write: bool = True) -> Topic:
        topic = chat.topics.get(number)
        if topic is None:
            raise bad("message thread not found")
        if write and topic.closed and not self.may(chat, "can_manage_topics"):
            raise bad("TOPIC_CLOSED")
        return topic

    # ---- files
    # ------------------------------------------------------------

    def keep(
        self, folder: str, ending: str, size: int, content: Callable[[], bytes] | None
    ) -> File:
        token = secrets.token_urlsafe(52)
        path = f"{folder}/file_{len(self.files)}{ending}"
        file = File(f"AgAC{token}", secrets.token_urlsafe(11), size, path, content)
        self.files[file.id] = self.paths[path] = file
        return file

    def owner_of(self, file: File) -> int:
        """The chat where it was sent first, 0 where it never was."""
        for chat in self.chats.values():
            if any(file in message.files for message in chat.messages.values()):
                return chat.id
        return 0

    def photo(self, content: bytes) -> tuple[list[dict[str, Any]], tuple[File, ...]]:
        """The sizes of one picture, smallest first; the largest file holds the very
        bytes that were given.

        (The real platform re-encodes; handing on everything is the worse case for
        whoever must scrub.)
        Raises: Refusal, where the picture is none or out of bounds (Bot API,
        sendPhoto).
        """
        try:
            width, height = Image.open(io.BytesIO(content)).size
        except (OSError, ValueError):
            raise bad("IMAGE_PROCESS_FAILED") from None
        if width + height > 10000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        sizes, files = [], []
        for most in (90, 320, 800):
            if max(width, height) > most:
                share = most / max(width, height)
                shape = max(1, round(width * share)), max(1, round(height * share))
                file = self.keep(
                    "photos",
                    ".jpg",
                    shape[0] * shape[1] // 8 + 400,
                    _smaller(content, shape),
                )
                sizes.append({**file.json(), "width": shape[0], "height": shape[1]})
                files.append(file)
        file = self.keep("photos", ".jpg", len(content), lambda: content)
        return [*sizes, {**file.json(), "width": width, "height": height}], (
            *files,
            file,
        )


def _smaller(content: bytes, shape: tuple[int, int]) -> Callable[[], bytes]:
    def made() -> bytes:
        out = io.BytesIO()
        Image.open(io.BytesIO(content)).convert("RGB").resize(shape).save(out, "JPEG")
        return out.getvalue()

    return made


SIGNS = (
    "📰 💡 ⚡️ 🎙 🔝 🗣 🆒 ❗️ 📝 📆 📁 🔎 📣 🔥 ❤️ ❓ 📈 📉 💎 💰 💸 🪙 💱 ⁉️ "
    "🎮 💻 📱 🚗 🏠 💘 🎉 ‼️ 🏆 🏁 🎬 🎵 🔞 📚 👑 ⚽️ 🏀 📺 👀 🫦 🍓 💄 👠 ✈️ "
    "🧳 🏖 ⛅️ 🦄 🛍 👜 🛒 🚂 🛥 🏔 🏕 🤖 🪩 🎟 🏴‍☠️ 🗳 🎓 🔭 🔬 🎶 🎤 🕺 💃 🪖 "
    "💼 🧪 👨‍👩‍👧‍👦 👶 🤰 💅 🏛 🧮 🖨 👮‍♂️ 🩺 💊 💉 🧼 🪪 🛃 🍽 🐟 🎨 🎭 🎩 🔮 🍹 🎂 "
    "☕️ 🍣 🍔 🍕 🦠 💬 🎄 🎃 ✍️ ⭐️ ✅ 🎖 🤡 🧠 🦮 🐈 "
)


def _icons(dice: random.Random) -> dict[str, str]:
    """Custom emoji that may stand on a topic, number → emoji. Every world has its own
    numbers: ask.
    """
    return {str(dice.randrange(5 * 10**18, 6 * 10**18)): sign for sign in SIGNS.split()}


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def commands_in(text: str) -> list[Entity]:
    """What the platform marks by itself in what a person writes: here,
    commands only.
    """
    return [
        {
            "type": "bot_command",
            "offset": units(text[: found.start()]),
            "length": len(found.group()),
        }
        for found in re.finditer(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?", text)
    ]
