"""The people on the other side: what they do, and what they see. Usable from any thread
and any loop.

What a person does reaches the bot as an update; what the bot does shows on the screens.
Waiting comes in two forms: `await person.until(…)` inside a loop, `person.wait(…)`
without one.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.botapi.groups import drop_topic
from tests.botapi.wire import bad
from tests.botapi.world import (
    GENERAL,
    RIGHTS,
    Chat,
    File,
    Message,
    Press,
    Status,
    Topic,
    User,
    commands_in,
)

if TYPE_CHECKING:
    from tests.botapi.server import BotApi

PATIENCE = 60.0  # seconds: a busy machine takes its time, and is not to blame
STRANGER = {
    "id": 4_812_345_678,
    "is_bot": False,
    "first_name": "原作者",
    "username": "origin_of_this",
}


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it stands on a screen. `kind`: "text", "photo", "document" or what
    else it is.
    """

    id: int
    by_bot: bool
    kind: str
    text: str
    entities: tuple[dict[str, Any], ...]
    rows: tuple[tuple[Button, ...], ...]
    topic: int | None
    reply_to: int | None
    protected: bool
    silent: bool
    edited: bool
    pinned: bool
    service: bool
    files: tuple[File, ...]
    at: float  # the world's clock

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.rows for button in row)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(button.label for button in self.buttons)

    def button(self, label: str) -> Button:
        """The button of this label; else the one whose label holds these words."""
        for fits in (label.__eq__, lambda given: label in given):
            for button in self.buttons:
                if fits(button.label):
                    return button
        raise AssertionError(f"no button {label!r} among {self.labels}")


@dataclass(frozen=True, slots=True)
class Happened:
    """What: "sent", "edited", "deleted"; how it looked then; monotonic seconds."""

    what: str
    shown: Shown
    at: float


class Screen(tuple[Shown, ...]):
    """What stands in a chat, oldest first."""

    __slots__ = ()

    @property
    def bots(self) -> tuple[Shown, ...]:
        return tuple(shown for shown in self if shown.by_bot and not shown.service)

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        assert self.bots, "the bot has said nothing"
        return self.bots[-1]

    @property
    def text(self) -> str:
        return "\n".join(shown.text for shown in self)

    def with_text(self, words: str) -> Shown | None:
        """The newest message of the bot that holds these words."""
        return next(
            (shown for shown in reversed(self.bots) if words in shown.text), None
        )

    def with_button(self, label: str) -> Shown | None:
        """The newest message with a button of this label, or with these words
        in one.
        """
        for fits in (label.__eq__, lambda given: label in given):
            for shown in reversed(self.bots):
                if any(fits(given) for given in shown.labels):
                    return shown
        return None

    def __str__(self) -> str:
        lines = []
        for shown in self:
            lines.append(
                f"{'bot' if shown.by_bot else 'you'} #{shown.id} {shown.kind}: "
                f"{shown.text}"
            )
            lines += [
                "    " + " ".join(f"[{button.label}]" for button in row)
                for row in shown.rows
            ]
        return "\n".join(lines) or "(nothing)"


def shown(message: Message, bot: User) -> Shown:
    body, markup = message.body, message.markup or {}
    known = (
        "text",
        "photo",
        "document",
        "voice",
        "video",
        "audio",
        "sticker",
        "location",
        "contact",
    )
    kind = next((name for name in known if name in body), next(iter(body), "text"))
    return Shown(
        id=message.id,
        by_bot=message.sender is bot,
        kind=kind,
        text=message.text,
        entities=tuple(body.get("entities", body.get("caption_entities", ()))),
        rows=tuple(
            tuple(_button(each) for each in row)
            for row in markup.get("inline_keyboard", ())
        ),
        topic=message.topic,
        reply_to=message.reply_to,
        protected=message.protected,
        silent=message.silent,
        edited=message.edited is not None,
        pinned=message.id in message.chat.pinned,
        service=message.service,
        files=message.files,
        at=message.date,
    )


def _button(given: dict[str, Any]) -> Button:
    copied = given.get("copy_text") or {}
    return Button(
        given["text"], given.get("callback_data"), given.get("url"), copied.get("text")
    )


class Place:
    """A chat that can be looked at and waited for."""

    def __init__(self, server: BotApi, chat: Chat) -> None:
        self.server = server
        self.chat = chat

    @property
    def id(self) -> int:
        return self.chat.id

    def screen(self, topic: int | None = None) -> Screen:
        """What stands here now; of one topic only, where one is named (1: what stands
        in no topic).
        """
        return self.server.do(lambda: self._screen(topic))

    def _screen(self, topic: int | None = None) -> Screen:
        wanted = None if topic == GENERAL else topic
        return Screen(
            shown(message, self.server.world.bot)
            for _, message in sorted(self.chat.messages.items())
            if topic is None or message.topic == wanted
        )

    @property
    def log(self) -> list[Happened]:
        """All that ever happened here, in order, what the bot did and what
        people did.
        """
        return list(self.server.logs[self.chat.id])

    def by_bot(self, what: str = "sent") -> list[Shown]:
        """What the bot sent here, in order, as it looked when it came, gone or not."""
        return [
            each.shown
            for each in self.log
            if each.what == what and each.shown.by_bot and not each.shown.service
        ]

    def watch(self, test: Callable[[Screen], Any]) -> concurrent.futures.Future[Any]:
        """A future of the first true answer of `test`, asked now and after every change
        here.
        """
        return self.server.watch(self, test)

    async def until(
        self, test: Callable[[Screen], Any], timeout: float = PATIENCE, why: str = ""
    ) -> Any:
        """Wait for `test` to hold. Returns: what it answered. Raises: AssertionError
        with the screen.
        """
        waiting = asyncio.wrap_future(self.watch(test))
        try:
            return await asyncio.wait_for(waiting, timeout)
        except TimeoutError:
            raise AssertionError(
                f"not within {timeout:g} s: {why}\n{self.screen()}"
            ) from None

    def wait(
        self, test: Callable[[Screen], Any], timeout: float = PATIENCE, why: str = ""
    ) -> Any:
        try:
            return self.watch(test).result(timeout)
        except concurrent.futures.TimeoutError:
            raise AssertionError(
                f"not within {timeout:g} s: {why}\n{self.screen()}"
            ) from None

    async def sees(self, words: str, timeout: float = PATIENCE) -> Shown:
        """Wait until a message of the bot holds these words. Returns: the
        newest one.
        """
        found = await self.until(
            lambda screen: screen.with_text(words), timeout, f"words {words!r}"
        )
        assert isinstance(found, Shown)
        return found

    async def offered(self, label: str, timeout: float = PATIENCE) -> Shown:
        """Wait until a button of this label is there. Returns: the newest message with
        it.
        """
        found = await self.until(
            lambda screen: screen.with_button(label), timeout, f"button {label!r}"
        )
        assert isinstance(found, Shown)
        return found

    async def hears(self, since: int, timeout: float = PATIENCE) -> None:
        """Wait until the bot did something here after the log had `since` entries."""
        log = self.server.logs[self.chat.id]
        await self.until(
            lambda _: any(each.shown.by_bot for each in log[since:]),
            timeout,
            "the bot is silent",
        )

    async def settles(self, quiet: float = 0.3, timeout: float = PATIENCE) -> Screen:
        """Wait until nothing has happened here for `quiet` seconds. Returns: the
        screen.
        """
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            log = self.server.logs[self.chat.id]
            rest = quiet - (time.monotonic() - log[-1].at) if log else quiet
            if log and rest <= 0:
                return self.screen()
            await asyncio.sleep(max(0.01, rest))
        raise AssertionError(f"no quiet within {timeout:g} s\n{self.screen()}")


class Pressed:
    """A press of a button, and what came of it."""

    def __init__(self, server: BotApi, place: Place, press: Press) -> None:
        self._server, self._place, self._press = server, place, press

    @property
    def answered(self) -> bool:
        return self._press.answered

    @property
    def toast(self) -> str | None:
        return self._press.toast

    @property
    def alert(self) -> bool:
        return self._press.alert

    async def answer(self, timeout: float = PATIENCE) -> str | None:
        """Wait until the bot answered it. Returns: the words it showed, if any."""
        await self._place.until(
            lambda _: self._press.answered, timeout, "the press is not answered"
        )
        return self._press.toast


class Person(Place):
    """Somebody with an account, in a private chat with the bot, and perhaps
    in groups.
    """

    def __init__(self, server: BotApi, user: User, chat: Chat) -> None:
        super().__init__(server, chat)
        self.user = user

    @property
    def traces(self) -> list[str]:
        """All that names this person on the platform: nothing of it may be written down
        by the bot.
        """
        user = self.user
        named = [
            str(user.id),
            user.first_name,
            user.last_name,
            user.username,
            user.phone,
        ]
        return [each for each in named if each]

    # ---- saying
    # ------------------------------------------------------------

    def says(
        self,
        text: str,
        to: Group | None = None,
        topic: int | None = None,
        reply: int | None = None,
    ) -> Message:
        """Write a message: in private, or in a group, there in a topic, there as a
        reply.
        """
        body: dict[str, Any] = {"text": text}
        if found := commands_in(text):
            body["entities"] = found
        return self._sends(body, to, topic, reply)

    def starts(self, payload: str = "") -> Message:
        """Press "start", perhaps by a deep link."""
        return self.says(f"/start {payload}".strip())

    def _sends(
        self,
        body: dict[str, Any],
        to: Group | None = None,
        topic: int | None = None,
        reply: int | None = None,
        **more: Any,
    ) -> Message:
        return self.server.do(lambda: self._put(body, to, topic, reply, **more))

    def _put(
        self,
        body: dict[str, Any],
        to: Group | None,
        topic: int | None,
        reply: int | None,
        **more: Any,
    ) -> Message:
        world, chat = self.server.world, (to or self).chat
        if chat.owner is not None:
            self._begins(chat)
        elif chat.members.get(self.user.id, (self.user, "left"))[1] in (
            "left",
            "restricted_left",
            "kicked",
        ):
            raise bad("this person is not in the group")
        wanted = topic or GENERAL
        if chat.forum and chat.topics[wanted].closed and not self._leads(chat):
            raise bad("TOPIC_CLOSED")
        in_topic = topic if topic != GENERAL else None
        message = world.put(
            chat, self.user, body, topic=in_topic, reply_to=reply or in_topic, **more
        )
        self.server.platform.announce(message)
        return message

    def _leads(self, chat: Chat) -> bool:
        return chat.members[self.user.id][1] in ("creator", "administrator")

    def _begins(self, chat: Chat) -> None:
        """The first word opens the chat, and unblocks the bot."""
        chat.started = True
        if chat.blocked:
            self.unblocks()

    # ---- files and the like
    # ------------------------------------------------------------

    def sends_photo(self, content: bytes, caption: str = "", **where: Any) -> Message:
        def work() -> Message:
            sizes, files = self.server.world.photo(content)
            return self._put(
                {"photo": sizes, **_captioned(caption)}, files=files, **_where(where)
            )

        return self.server.do(work)

    def sends_album(
        self, contents: Sequence[bytes], caption: str = "", **where: Any
    ) -> list[Message]:
        """Several pictures at once: as many messages, with one `media_group_id`."""

        def work() -> list[Message]:
            album = str(self.server.world.dice.randrange(10**16, 10**17))
            sent = []
            for index, content in enumerate(contents):
                sizes, files = self.server.world.photo(content)
                body = {"photo": sizes, **_captioned("" if index else caption)}
                sent.append(self._put(body, files=files, album=album, **_where(where)))
            return sent

        return self.server.do(work)

    def sends_document(
        self,
        name: str,
        content: bytes = b"",
        mime: str = "application/pdf",
        size: int | None = None,
        caption: str = "",
        **where: Any,
    ) -> Message:
        """`size`: pretend to be of so many bytes."""
        file = self._file("documents", name, content, size)
        body = {
            "document": {"file_name": name, "mime_type": mime, **file.json()},
            **_captioned(caption),
        }
        return self._sends(body, files=(file,), **_where(where))

    def sends_voice(
        self, content: bytes = b"OggS", seconds: int = 3, **where: Any
    ) -> Message:
        file = self._file("voice", "voice.oga", content)
        body = {"voice": {**file.json(), "duration": seconds, "mime_type": "audio/ogg"}}
        return self._sends(body, files=(file,), **_where(where))

    def sends_video(
        self, content: bytes = b"ftyp", seconds: int = 3, **where: Any
    ) -> Message:
        file = self._file("videos", "video.mp4", content)
        body = {
            "video": {
                **file.json(),
                "duration": seconds,
                "width": 640,
                "height": 480,
                "file_name": "IMG_2031.MP4",
                "mime_type": "video/mp4",
            }
        }
        return self._sends(body, files=(file,), **_where(where))

    def sends_sticker(self, **where: Any) -> Message:
        file = self._file("stickers", "sticker.webp", b"RIFF")
        kind = {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return self._sends(
            {"sticker": {**file.json(), **kind, "emoji": "👍"}},
            files=(file,),
            **_where(where),
        )

    def sends_location(
        self, latitude: float = 30.2741, longitude: float = 120.1551, **where: Any
    ) -> Message:
        return self._sends(
            {"location": {"latitude": latitude, "longitude": longitude}},
            **_where(where),
        )

    def sends_contact(self, **where: Any) -> Message:
        """Share the own contact."""
        user = self.user
        body: dict[str, Any] = {
            "phone_number": user.phone or "",
            "first_name": user.first_name,
            "user_id": user.id,
        }
        return self._sends({"contact": body}, **_where(where))

    def sends_live_photo(
        self, content: bytes, caption: str = "", **where: Any
    ) -> Message:
        """A picture that moves (Bot API 10.0, LivePhoto: the video, with the sizes of
        its still picture, which Message has in `photo`, too).
        """

        def work() -> Message:
            sizes, files = self.server.world.photo(content)
            video = self.server.world.keep("videos", ".mp4", 120_000, None)
            shape = {"width": sizes[-1]["width"], "height": sizes[-1]["height"]}
            live = {**video.json(), **shape, "duration": 2, "photo": sizes}
            body = {"photo": sizes, "live_photo": live, **_captioned(caption)}
            return self._put(body, **_where(where), files=(*files, video))

        return self.server.do(work)

    def sends_kind(self, caption: str = "", **body: Any) -> Message:
        """A kind that there is not yet, or that is sent by few: its field as it is."""
        return self._sends({**body, **_captioned(caption)}, None, None, None)

    def sends_gift(self) -> Message:
        """Bot API 9.0, GiftInfo."""
        sticker = {
            **self.server.world.keep("stickers", ".tgs", 9000, None).json(),
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": True,
            "is_video": False,
        }
        gift = {"id": "5170145012310081615", "sticker": sticker, "star_count": 15}
        return self.sends_kind(gift={"gift": gift})

    def forwards(self, text: str, hidden: bool = False, **where: Any) -> Message:
        """Pass on what somebody else wrote elsewhere; `hidden`: that one's account
        hides its link.
        """
        date = int(self.server.world.now()) - 3600
        origin: dict[str, Any] = (
            {
                "type": "hidden_user",
                "sender_user_name": STRANGER["first_name"],
                "date": date,
            }
            if hidden
            else {"type": "user", "sender_user": STRANGER, "date": date}
        )
        return self._sends({"text": text}, origin=origin, **_where(where))

    def _file(
        self, folder: str, name: str, content: bytes, size: int | None = None
    ) -> File:
        ending = "." + name.rpartition(".")[2]
        return self.server.do(
            lambda: self.server.world.keep(
                folder,
                ending,
                size if size is not None else len(content),
                (lambda: content) if size is None else None,
            )
        )

    # ---- changing
    # ------------------------------------------------------------

    def edits(self, message: Message, text: str) -> None:
        """Change what was written."""

        def work() -> None:
            name = "text" if "text" in message.body else "caption"
            message.body = {**message.body, name: text}
            message.edited = int(self.server.world.now())
            self.server.world.tell("edited", message)
            self.server.platform.announce(message, "edited_message")

        self.server.do(work)

    def deletes(self, number: int, to: Group | None = None) -> None:
        """Take a message out of the chat, for everybody; the bot is not told."""
        place = to or self
        self.server.do(lambda: self.server.world.drop(place.chat.messages[number]))

    def blocks(self) -> None:
        self.server.do(lambda: self._blocking(True))

    def unblocks(self) -> None:
        self.server.do(lambda: self._blocking(False))

    def _blocking(self, blocked: bool) -> None:
        self.server.block(self.chat, blocked)

    def leaves_the_platform(self) -> None:
        """Delete the account."""
        self.server.do(lambda: setattr(self.user, "deactivated", True))

    # ---- buttons
    # ------------------------------------------------------------

    def presses(
        self, label: str, on: Shown | None = None, at: Place | None = None
    ) -> Pressed:
        """Press the newest button of this label; `on`: that of a message as once seen,
        perhaps changed.
        """
        place = at or self
        message = on or place.screen().with_button(label)
        assert message is not None, f"no button {label!r}\n{place.screen()}"
        button = message.button(label)
        assert button.data is not None, f"{label!r} is no button for the bot"
        return self.press_data(button.data, message.id, place)

    def press_data(self, data: str, message: int, at: Place | None = None) -> Pressed:
        """Press with these very data, as a bad client may."""
        place = at or self
        return Pressed(
            self.server,
            place,
            self.server.do(
                lambda: self.server.press(self.user, place.chat, message, data)
            ),
        )

    def copies(self, label: str) -> str:
        """Press a button that copies. Returns: what is on the clipboard then."""
        found = self.screen().with_button(label)
        assert found is not None, f"no button {label!r}\n{self.screen()}"
        copied = found.button(label).copies
        assert copied is not None, f"{label!r} copies nothing"
        return copied

    def joins(
        self, group: Group, status: Status = "member", rights: Sequence[str] = ()
    ) -> None:
        group.seat(self.user, status, rights)


def _captioned(caption: str) -> dict[str, Any]:
    return {"caption": caption} if caption else {}


def _where(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "to": given.get("to"),
        "topic": given.get("topic"),
        "reply": given.get("reply"),
    }


@dataclass(frozen=True, slots=True)
class TopicSeen:
    id: int
    name: str
    icon: str  # the emoji, or "" for the plain coloured one
    color: int
    closed: bool
    screen: Screen


class Group(Place):
    """A supergroup, with topics or without."""

    def seat(
        self, user: User, status: Status = "member", rights: Sequence[str] = RIGHTS
    ) -> None:
        """Give somebody a place; the bot is told of its own."""
        self.server.do(
            lambda: self.server.seat(self.chat, user, status, frozenset(rights))
        )

    def allows_bot(self, *rights: str) -> None:
        """Make the bot an administrator with just these rights."""
        self.seat(self.server.world.bot, "administrator", rights)

    def demotes_bot(self) -> None:
        self.seat(self.server.world.bot, "member", ())

    def removes_bot(self) -> None:
        self.seat(self.server.world.bot, "kicked", ())

    def upgrades(self) -> Group:
        """Topics are turned on: the group becomes another one, with another number."""
        after = self.server.group()

        def work() -> Group:
            members = self.chat.members.items()
            after.chat.members |= {
                id: one for id, one in members if id not in after.chat.members
            }
            self.chat.moved_to = after.chat.id
            return after

        return self.server.do(work)

    def topics(self) -> list[TopicSeen]:
        """The topics there are, oldest first, without the general one."""

        def look() -> list[TopicSeen]:
            return [
                TopicSeen(
                    topic.id,
                    topic.name,
                    self.server.world.icons.get(topic.icon_custom_emoji_id or "", ""),
                    topic.icon_color,
                    topic.closed,
                    self._screen(topic.id),
                )
                for topic in self.chat.topics.values()
                if topic.id != GENERAL
            ]

        return self.server.do(look)

    def topic(self, words: str) -> TopicSeen:
        """The newest topic with these words in its name."""
        found = [topic for topic in self.topics() if words in topic.name]
        assert found, (
            f"no topic {words!r} among {[topic.name for topic in self.topics()]}"
        )
        return found[-1]

    def opens_topic(self, name: str, by: Person) -> int:
        """A person makes a topic. Returns: its number."""

        def work() -> int:
            first = self.server.world.put(self.chat, by.user, {}, service=True)
            first.topic = first.id
            first.body = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
            self.chat.topics[first.id] = Topic(first.id, name, 7322096, by_bot=False)
            self.server.platform.announce(first)
            return first.id

        return self.server.do(work)

    def deletes_topic(self, number: int) -> None:
        """An administrator deletes a topic; the bot is not told."""
        self.server.do(
            lambda: drop_topic(
                self.server.platform, self.chat, self.chat.topics[number]
            )
        )

    def closes_topic(self, number: int, by: Person) -> None:
        """An administrator closes a topic by hand."""

        def work() -> None:
            self.chat.topics[number].closed = True
            self.server.platform.serve(
                self.chat, by.user, number, forum_topic_closed={}
            )

        self.server.do(work)
