"""Telegram as a messenger: one screen is one message, edited in place while only
buttons are pressed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import segno
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

import bot.channels.telegram.texts  # noqa: F401 - its sentences become known
from bot.address import Address
from bot.channels.background import Background
from bot.channels.pace import Pace, nothing_kept
from bot.channels.port import ChannelError, Limits, TryLater
from bot.channels.render import Rendered
from bot.channels.telegram.case_alerts import CaseAlerts, TelegramPlace, is_of_case
from bot.channels.telegram.chats import PrivateChat, PrivateChats
from bot.channels.telegram.decode import CLEAR
from bot.channels.telegram.errors import about, is_shut, kind
from bot.channels.telegram.limits import ALERTS_LEAVE, PACE
from bot.channels.telegram.markup import (
    CAPTION,
    Html,
    copying,
    data,
    join,
    keyboard,
    mention,
    plain,
    split,
    tag,
    units,
    worded,
)
from bot.channels.telegram.payload import CleanRequest
from bot.hours import HOUR, seconds
from bot.keys import Keys
from bot.settings import Telegram
from dialogs.looks import kind_of
from dialogs.texts import text
from dialogs.words import Message as Words
from storage.port import Database, Write

log = logging.getLogger(__name__)
LONGEST_PHOTO = 2560  # pixels; a longer one is shrunk until nothing can be read
CALL_TIMEOUT = 10.0  # seconds for one call
CALL_CONNECTIONS = 64
RECEIPT_STAYS = HOUR  # seconds
PUSH = "push."  # names of messages that nobody waits for
DESK = "desk."  # names of what answers staff
ASK = "desk.ask"  # what staff are asked: their box for the answer opens by itself
PLACEHOLDER = 64  # characters in that box
# seconds after their last word in which somebody is thought to look at the chat
WAITS = 120
PROMPTS_OVER = 1000
NO_PREVIEW = LinkPreviewOptions(
    is_disabled=True
)  # or Telegram would visit the addresses people write

BotCall = Callable[[], Awaitable[Message | None]]  # one call; what it put into the chat


def place(to: Address) -> TelegramPlace:
    chat, _, thread = to.key.partition(":")
    return TelegramPlace(int(chat), int(thread) if thread else None)


def make_bot(settings: Telegram) -> Bot:
    """A bot of python-telegram-bot that speaks to the configured server; nothing is
    asked yet.
    """
    assert settings.token is not None
    return Bot(
        settings.token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=_requests(CALL_CONNECTIONS),
        get_updates_request=_requests(2),
    )


def _requests(connections: int) -> CleanRequest:
    return CleanRequest(
        connection_pool_size=connections,
        connect_timeout=CALL_TIMEOUT,
        read_timeout=CALL_TIMEOUT,
        write_timeout=CALL_TIMEOUT,
        pool_timeout=60.0,
    )


async def close(bot: Bot) -> None:
    """Let its connections go."""
    await bot.request.shutdown()
    await bot._request[0].shutdown()


class TelegramChannel:
    """Sends, edits and deletes. What came in is taken in by `Intake`."""

    name = "telegram"
    limits = Limits(characters=4096, buttons=24, label=40)

    def __init__(
        self,
        bot: Bot,
        database: Database,
        keys: Keys,
        now: Callable[[], datetime],
        *,
        web: str | None = None,
        speed: float = 1.0,
    ) -> None:
        """web: address of the web chat, for those who do not want Telegram to see them.
        speed: of the pace, 1 for the real platform.
        """
        self.bot = bot
        self.pace = Pace(PACE.faster(speed))
        self.chats = PrivateChats(database, keys)
        self.background = Background()
        # (chat, prompt) whose buttons are to go; of too many the oldest keep theirs
        self._over: deque[tuple[int, int]] = deque(maxlen=PROMPTS_OVER)
        self._is_undressing = False
        self._moved: dict[int, int] = {}  # groups: old number → new
        self.case_alerts: CaseAlerts | None = None  # of the desk, once there is one
        self._now = now
        self._web = web
        # of a message in several calls: those done
        self._begun: dict[bytes, list[Message | None]] = {}
        self._tries: dict[bytes, int] = {}

    # ── sending ───────────────────────────────────────────────────────────────────────

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        """Deliver, at the platform's pace. What was delivered of it before trouble is
        not sent again.
        """
        where = self._now_at(place(to))
        trouble: ChannelError | None = None
        try:
            if self.case_alerts is not None and is_of_case(message):
                rows = await self._tell(self.case_alerts, where, message, key)
            else:
                rows = await self._send(where, message, key)
        except ChatMigrated as error:
            self.follow(where.chat, error.new_chat_id)
            trouble = TryLater(0.0)
        except TelegramError as error:
            trouble = kind(error, self._tries.get(key, 0))
        if trouble is None:
            self._tries.pop(key, None)
            self._begun.pop(key, None)
            return rows
        self.held(where.chat, trouble)
        if isinstance(trouble, TryLater):
            self._tries[key] = self._tries.get(key, 0) + 1
        else:
            self._tries.pop(key, None)
            self._begun.pop(key, None)
        raise trouble

    def follow(self, chat: int, new: int) -> None:
        """A group got another number: from now on it is spoken to by that."""
        log.warning("the group has another number: set JIANFU_TELEGRAM__STAFF_CHAT_ID")
        self._moved[chat] = new

    def moved_to(self, chat: int) -> int:
        """The number that a group has now."""
        return self._moved.get(chat, chat)

    def _now_at(self, where: TelegramPlace) -> TelegramPlace:
        """A topic of the old group is none of the new one."""
        chat = self.moved_to(where.chat)
        return where if chat == where.chat else TelegramPlace(chat)

    def held(self, chat: int, trouble: ChannelError) -> None:
        """If the platform asks for patience, nothing goes to this chat until then."""
        if isinstance(trouble, TryLater):
            self.pace.hold(chat, trouble.wait)

    async def _tell(
        self,
        alerts: CaseAlerts,
        where: TelegramPlace,
        message: Rendered,
        key: bytes,
    ) -> Sequence[Write]:
        """An alert about a case. In a group it is asked once more when its turn has
        come: by then the case may be kept from somebody there.
        """
        placed = await alerts.placed(where, message)
        if placed.where is None:
            return placed.also
        if where.private:
            return await self._send(placed.where, placed.message, key)
        also: list[Write] = []

        async def say(shut: int | None = None) -> Message | None:
            placed = await alerts.placed(where, message, shut)
            if placed.where is None:
                also.extend(placed.also)
                return None
            parts = self._parts(placed.message, False)
            [call] = self._new(placed.where, placed.message, parts)
            try:
                return await call()
            except BadRequest as error:
                topic = placed.where.thread
                if topic is None or not is_shut(error):
                    raise
            return await say(topic)

        await self._do([say], where, key, _alerts_leave)
        return also

    async def _send(
        self, where: TelegramPlace, message: Rendered, key: bytes
    ) -> Sequence[Write]:
        if not where.private:
            parts = self._parts(message, False)
            is_answer = message.message.name.startswith(DESK)
            kept = nothing_kept if is_answer else _alerts_leave
            await self._do(self._new(where, message, parts), where, key, kept)
            return ()
        now = seconds(self._now())
        chat = await self.chats.of(where.chat, now)
        before = chat.prompt
        sent = await self._do(self._calls(chat, message), where, key)
        numbers = [one.message_id for one in sent if one is not None]
        for number in numbers:
            chat.add(number, now)
            if message.message.secret:
                chat.delete_at(number, now + RECEIPT_STAYS)
        if numbers and before is not None and _ends_prompt(chat, message.message):
            self._undress_later(chat.id, before)
            chat.prompt = None
        is_prompt = message.message.mark and message.kind != "reminder"
        if is_prompt and numbers:
            chat.prompt = numbers[-1]
            chat.touched = None
        return [self.chats.save(chat, now)]

    async def _do(
        self,
        calls: Sequence[BotCall],
        where: TelegramPlace,
        key: bytes,
        kept: Callable[[], int] = nothing_kept,
    ) -> list[Message | None]:
        """One call after the other; those that went through stay done when a later one
        is repeated.
        """
        done = self._begun.setdefault(key, [])
        for call in calls[len(done) :]:
            async with self.pace.turn(where.chat, kept):
                done.append(await call())
        return done

    def _calls(self, chat: PrivateChat, message: Rendered) -> list[BotCall]:
        """In the place of the open step, where that was touched last and all fits into
        one message; else anew.
        """
        said = message.message
        was_here = seconds(self._now()) - chat.at <= WAITS
        is_awaited = was_here and not said.name.startswith(PUSH)
        if said.secret:
            covered = not is_awaited
            return [lambda: self._receipt(chat.id, message, covered)]
        parts = self._parts(message, not is_awaited)
        new = self._new(TelegramPlace(chat.id), message, parts)
        is_touched = chat.prompt is not None and chat.touched == chat.prompt
        if said.replaces and is_touched and len(new) == 1:
            return [lambda: self._edit(chat, message, parts[0], new[0])]
        return new

    def _parts(self, message: Rendered, covered: bool) -> list[Html]:
        """The words, cut where they are too long; covered on a lock screen where nobody
        waits for them.
        """
        said, words = message.message, worded(message, self.limits.buttons)
        if kind_of(said.name) == "welcome":
            words = f"{self._plainly(said.lang)}\n\n{words}"
        if not covered:
            return [plain(part) for part in split(words, self.limits.characters)]
        news = text(said.lang, "telegram.news")
        room = self.limits.characters - units(news) - 1
        spoilers = [tag("tg-spoiler", part) for part in split(words, room)]
        return [join("\n", [news, spoiler]) for spoiler in spoilers]

    def _plainly(self, lang: str) -> str:
        """What Telegram can see, before the first question."""
        sees = text(lang, "telegram.sees")
        if not self._web:
            return sees
        instead = text(lang, "telegram.instead", {"url": self._web})
        return f"{sees}\n{instead}"

    def _new(
        self, where: TelegramPlace, message: Rendered, parts: Sequence[Html]
    ) -> list[BotCall]:
        """The calls that put a message into a chat: its parts, the buttons under the
        last, then its files.
        """
        *before, last = parts
        texts = [self._text(where, part, None) for part in before]
        texts.append(
            self._text(where, _called(last, message), self._answerable(message))
        )
        attached = message.message.params.get("files", ())
        files = [self._file(where, *file) for file in attached]
        return [*texts, *files]

    def markup(self, message: Rendered) -> InlineKeyboardMarkup | None:
        return keyboard(
            message.message.mark, message.keys, self.limits.buttons, self.limits.label
        )

    def _answerable(
        self, message: Rendered
    ) -> InlineKeyboardMarkup | ForceReply | None:
        """Its buttons; of a question without any, the box for the answer."""
        if message.message.name != ASK:
            return self.markup(message)
        hint = message.text.partition("】")[0].strip("【")
        return ForceReply(
            selective="account" in message.message.params,
            input_field_placeholder=hint[:PLACEHOLDER],
        )

    def _text(
        self,
        where: TelegramPlace,
        part: Html,
        markup: InlineKeyboardMarkup | ForceReply | None,
    ) -> BotCall:
        async def step() -> Message:
            return await self.bot.send_message(
                where.chat,
                part,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=markup,
                message_thread_id=where.thread,
            )

        return step

    def _file(
        self, where: TelegramPlace, name: str, mime: str, content: str
    ) -> BotCall:
        """A picture as a picture, anything else as a document."""

        async def step() -> Message:
            raw = base64.b64decode(content)
            if mime == "image/png" and not _is_long(raw):
                return await self.bot.send_photo(
                    where.chat, raw, filename=name, message_thread_id=where.thread
                )
            return await self.bot.send_document(
                where.chat, raw, filename=name, message_thread_id=where.thread
            )

        return step

    async def _edit(
        self, chat: PrivateChat, message: Rendered, words: Html, anew: BotCall
    ) -> Message | None:
        """In the place of the open step; as a new message where that one is gone."""
        assert chat.prompt is not None
        try:
            await self.bot.edit_message_text(
                words,
                chat.id,
                chat.prompt,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=self.markup(message),
            )
        except BadRequest as error:
            said = str(error).lower()
            if "not modified" in said:
                return None
            if "to edit not found" not in said and "can't be edited" not in said:
                raise
        else:
            return None
        async with self.pace.further(chat.id):
            return await anew()

    def _undress_later(self, chat: int, prompt: int) -> None:
        """Take the buttons off a prompt that is over, as soon as nobody waits for
        anything: an edit counts like a message. Best effort: what is pressed all the
        same is told that it is past.
        """
        self._over.append((chat, prompt))
        if not self._is_undressing:
            self._is_undressing = True
            self.background.soon(self._undress_all())

    async def _undress_all(self) -> None:
        """One at a time, so that at most one is ahead of a message."""
        try:
            while self._over:
                while self.pace.is_busy:
                    await asyncio.sleep(PACE.all)
                await self._undress(*self._over.popleft())
        finally:
            self._is_undressing = False

    async def _undress(self, chat: int, prompt: int) -> None:
        try:
            async with self.pace.turn(chat):
                await self.bot.edit_message_reply_markup(chat, prompt)
        except TelegramError as error:
            log.debug("buttons stay: %s", about(error))
            self.held(chat, kind(error))

    async def _receipt(self, chat: int, message: Rendered, covered: bool) -> Message:
        """Words and QR code in one message that cannot be passed on, with a button that
        copies. covered: nobody waits for it any more, so the lock screen must not show
        it.
        """
        said = message.message
        receipt = str(said.params["receipt"])
        words = plain(message.text).replace(plain(receipt), tag("code", receipt))
        caption = join("\n", [Html(words), text(said.lang, "telegram.goes")])
        if units(caption) > CAPTION:
            caption = tag("code", receipt)
        if covered:
            news = text(said.lang, "telegram.news")
            caption = join("\n", [news, tag("tg-spoiler", caption)])
        kept = self.markup(message)
        rows: list[Sequence[InlineKeyboardButton]] = [
            [copying(text(said.lang, "telegram.copy"), receipt)],
            *(kept.inline_keyboard if kept else ()),
            [
                InlineKeyboardButton(
                    text(said.lang, "telegram.clear"), callback_data=data("", CLEAR)
                )
            ],
        ]
        return await self.bot.send_photo(
            chat,
            qr(receipt),
            caption=caption,
            parse_mode=ParseMode.HTML,
            filename="receipt.png",
            has_spoiler=covered,
            protect_content=True,
            reply_markup=InlineKeyboardMarkup(rows),
        )

    def wipe(self, to: Address) -> Sequence[Write]:
        """What was said is filed or dropped: its words need not be known any more.
        Deleting is asked for.
        """
        chat = self.chats.known(place(to).chat)
        if chat is not None:
            chat.said.clear()
        return ()

    # ── without the outbox: best effort ───────────────────────────────────────────────

    async def tell(
        self, chat: int, words: str, thread: int | None = None
    ) -> int | None:
        """A fixed sentence about failure, or where to write. Returns its number; None
        where it did not go.
        """
        try:
            async with self.pace.turn(chat):
                sent = await self.bot.send_message(
                    chat,
                    words,
                    message_thread_id=thread,
                    link_preview_options=NO_PREVIEW,
                )
        except TelegramError as error:
            log.info("a sentence was not told: %s", about(error))
            self.held(chat, kind(error))
            return None
        if chat > 0:
            now = seconds(self._now())
            (await self.chats.of(chat, now)).add(sent.message_id, now)
        return sent.message_id

    async def answer(self, callback: str, words: str | None = None) -> None:
        """That a button press arrived; with words: shown in a window."""
        try:
            await self.bot.answer_callback_query(
                callback, words, show_alert=words is not None
            )
        except TelegramError as error:
            log.debug("a press was not answered: %s", about(error))


def _is_long(png: bytes) -> bool:
    """Whether a picture goes as a document, so that it stays as it is: as a photo a
    long screenshot is shrunk, or refused (sendPhoto: "width and height must not exceed
    10000 in total").
    """
    width, height = map(int, struct.unpack(">II", png[16:24]))
    return max(width, height) > LONGEST_PHOTO


def _ends_prompt(chat: PrivateChat, said: Words) -> bool:
    """Whether the open step's message is over with this one: another prompt, the
    receipt, or words that answer a press on it. A reminder points at it.
    """
    if kind_of(said.name) == "reminder":
        return False
    if said.mark or said.secret:
        return True
    is_pressed = chat.touched is not None and chat.touched == chat.prompt
    return is_pressed and not said.name.startswith(PUSH)


def _alerts_leave() -> int:
    return ALERTS_LEAVE


def _called(words: Html, message: Rendered) -> Html:
    """With the name of the colleague whose box is to open (Bot API, ForceReply:
    "selective": users that are mentioned in the text).
    """
    account = message.message.params.get("account")
    if account is None:
        return words
    called = mention(int(account), str(message.message.params["name"]))
    return join("\n", [words, called])


def qr(receipt: str) -> bytes:
    """The receipt as plain text in a PNG."""
    out = io.BytesIO()
    segno.make_qr(receipt).save(out, kind="png", scale=10, border=4)
    return out.getvalue()
