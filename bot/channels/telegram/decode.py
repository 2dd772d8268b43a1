"""One update of Telegram becomes what a person did. Pure; names, numbers and origins
are not even read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, Document, Message, Update

from anonymizer.scrub import MOST_BYTES
from bot.channels.port import commanded, heard
from dialogs.catalogue import DIALOGS
from dialogs.texts import LANGUAGES
from dialogs.words import Pressed, Said, Unreadable

ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
)
COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]*)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
CLEAR = "clear"
CLEARING = ("清空聊天", "清空", "clear chat")
DECLINED = {
    "voice": "voice",
    "audio": "voice",
    "video_note": "video",
    "video": "video",
    "animation": "video",
    "location": "location",
    "venue": "location",
    "contact": "contact",
    "sticker": "sticker",
    "dice": "sticker",
}
# What the platform itself notes in a chat: nobody said anything. Whatever is not
# known, here or to the library, was sent by the person and is answered.
# Source: Bot API 10.0, Message, the fields that are service messages.
NOTED = (
    "boost_added",
    "chat_background_set",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "connected_website",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_completed",
    "giveaway_created",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "paid_message_price_changed",
    "pinned_message",
    "poll_option_added",
    "poll_option_deleted",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "users_shared",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "web_app_data",
    "write_access_allowed",
)
# in the place of whom a message was forwarded from
NOBODY = {"type": "hidden_user", "sender_user_name": "", "date": 0}
FORWARDED = "forwarded"  # the album that forwarded messages make


NAMING = (
    "first_name",
    "last_name",
    "username",
    "phone_number",
    "vcard",
    "file_name",
    "title",
    "address",
)


@dataclass(frozen=True, slots=True, repr=False)
class Photo:
    """A picture that must still be fetched; `file` is Telegram's name for it, `reply`
    as of `Said`.
    """

    file: str
    reply: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Changed:
    """A message of theirs was edited. words: as they are now, "" for none; picture: one
    stands in it.
    """

    words: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """清空聊天"""


Part = Said | Pressed | Unreadable | Photo | Changed | Clear


@dataclass(frozen=True, slots=True, repr=False)
class PrivateUpdate:
    """What one person did in their private chat.

    message: theirs, or the one whose button they pressed; album: equal for pictures
    sent in one go, and for messages that were forwarded; callback: a press that must be
    answered. Of all that Telegram knows of the person only the language is kept.
    """

    update_id: int
    chat: int
    lang: str
    message: int | None
    parts: tuple[Part, ...]
    album: str | None = None
    callback: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Elsewhere:
    """Somebody spoke to us in a group: it is only told where to write."""

    chat: int
    thread: int | None


def nameless(values: Any) -> Any:
    """An update as JSON, for keeping it a while: without what nobody here reads. Bots
    keep their names.
    """
    if isinstance(values, list):
        return [nameless(value) for value in values]
    if not isinstance(values, dict) or values.get("is_bot"):
        return values
    empty: dict[str, Any] = {
        name: "" for name in NAMING if isinstance(values.get(name), str)
    }
    empty |= {name: 0.0 for name in ("latitude", "longitude") if name in values}
    if "forward_origin" in values:
        empty["forward_origin"] = NOBODY
    kept = {name: nameless(value) for name, value in values.items()}
    return kept | empty


def decode(
    update: Update, at: datetime, name: str | None = None
) -> PrivateUpdate | Elsewhere | None:
    """What was done, or None where nothing is to be answered. name: the bot's own, to
    hear it in groups.
    """
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query, at)
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return None
    if message.chat.type != Chat.PRIVATE:
        if not _to_us(update, name):
            return None
        return Elsewhere(message.chat.id, message.message_thread_id)
    parts = _parts(message, at) if update.message is not None else _edited(message, at)
    if not parts:
        return None
    return PrivateUpdate(
        update_id=update.update_id,
        chat=message.chat.id,
        lang=language(message.from_user.language_code),
        message=message.message_id,
        parts=parts,
        album=album_of(message),
    )


def album_of(message: Message) -> str | None:
    """What was sent in one go is heard as one: pictures of an album, and messages that
    were forwarded together, of which Telegram does not say so.
    """
    if message.forward_origin is not None:
        return FORWARDED
    return message.media_group_id


def language(code: str | None) -> str:
    """The only thing taken from a person's profile: one of our languages."""
    code = (code or "").partition("-")[0].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def _press(update: int, query: CallbackQuery, at: datetime) -> PrivateUpdate | None:
    message = query.message
    if message is not None and message.chat.type != Chat.PRIVATE:
        return None
    chat = message.chat.id if message is not None else query.from_user.id
    mark, _, choice = (query.data or "").partition("|")
    part: Part = Pressed(choice, mark, at)
    if choice == CLEAR:
        part = Clear()
    return PrivateUpdate(
        update_id=update,
        chat=chat,
        lang=language(query.from_user.language_code),
        message=message.message_id if message is not None else None,
        parts=(part,),
        callback=query.id,
    )


def _parts(message: Message, at: datetime) -> tuple[Part, ...]:
    """Words first, then what came with them; none for what the platform itself notes in
    a chat.
    """
    reply = _push_answered(message)
    if message.text is not None:
        return (_said(message.text, at, reply),)
    words: tuple[Part, ...] = ()
    if message.caption:
        words = (heard(message.caption, at, reply),)
    sizes = message.photo or (message.live_photo and message.live_photo.photo)
    if sizes:
        largest = max(sizes, key=lambda size: size.width * size.height)
        return (*words, Photo(largest.file_id, reply))
    for kind, why in DECLINED.items():
        if getattr(message, kind) is not None:
            return (*words, Unreadable(why, at))  # type: ignore[arg-type]
    if message.document is not None:
        return (*words, _document(message.document, at, reply))
    if any(getattr(message, note) for note in NOTED):
        return words
    return (*words, Unreadable("other", at))


def _document(document: Document, at: datetime, reply: str | None) -> Part:
    """Whether it is a picture its bytes will say, whatever its name and type; only what
    is too large to be fetched is taken at its word.
    """
    if (document.file_size or 0) <= MOST_BYTES:
        return Photo(document.file_id, reply)
    is_called_picture = (document.mime_type or "").startswith("image/")
    return Unreadable("too_large" if is_called_picture else "file", at)


def _push_answered(message: Message) -> str | None:
    """Whether this replies to a push: the handle on the buttons of that message, which
    Telegram sends along. Nothing is remembered for it.
    """
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or not answered.from_user.is_bot:
        return None
    if answered.reply_markup is None:
        return None
    for row in answered.reply_markup.inline_keyboard:
        for button in row:
            mark, _, choice = str(button.callback_data or "").partition("|")
            handle = choice.partition(":")[2]
            if not mark and handle:
                return handle
    return None


def _edited(message: Message, at: datetime) -> tuple[Part, ...]:
    """New words or another picture; a receipt is one, however it came. A live place
    moves, and is none.
    """
    said = heard(message.text or message.caption or "", at)
    if said.receipts:
        return (said,)
    return (
        (Changed(said.text, bool(message.photo)),) if said.text or message.photo else ()
    )


def _said(text: str, at: datetime, reply: str | None) -> Part:
    """Words; of a command only its name counts, and one we do not know is a call for
    help.
    """
    said = heard(text, at, reply)
    found = COMMAND.fullmatch(text.strip())
    if text.strip().lower().rstrip("。.!！") in CLEARING:
        return Clear()
    if said.receipts or found is None:
        return said
    name = found[1].lower()
    if name == CLEAR:
        return Clear()
    return commanded(name if DIALOGS.knows(name) else "help", at)


def _to_us(update: Update, name: str | None) -> bool:
    """Whether a group's message means us: a command, our name, or that we were just
    brought in.
    """
    message = update.message
    if message is None:
        return False
    if any(
        user.is_bot and user.username == name for user in message.new_chat_members or ()
    ):
        return True
    words = message.text or ""
    command = COMMAND.fullmatch(words)
    if command and "@" in words.split()[0]:
        return name is not None and words.split()[0].lower().endswith(
            f"@{name.lower()}"
        )
    return bool(command) or (name is not None and f"@{name.lower()}" in words.lower())
