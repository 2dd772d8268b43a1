"""Methods that put messages into chats, change them, take them out. Source: Bot API,
each method's table.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.botapi.calls import Call, speaks
from tests.botapi.markup import caption_of, keyboard, text_of
from tests.botapi.platform import PRESS_ANSWERABLE, Platform
from tests.botapi.wire import Upload, bad
from tests.botapi.world import GENERAL, Chat, File, Message

TO = (
    "chat_id! message_thread_id disable_notification protect_content "
    "reply_parameters reply_markup"
)
CAPTION = "caption parse_mode caption_entities"
EDIT = "chat_id! message_id! reply_markup"  # inline messages are not spoken here
TWO_DAYS = 48 * 3600
MOST_PHOTO, MOST_FILE, MOST_DOWNLOAD = 10 << 20, 50 << 20, 20 << 20
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
MEDIA = ("photo", "document", "video", "audio", "animation", "voice", "sticker")


def _send(
    on: Platform,
    call: Call,
    body: dict[str, Any],
    files: tuple[File, ...] = (),
    **more: Any,
) -> Message:
    """What all sending has in common: the chat, the topic, the reply, the keyboard."""
    chat, topic = _where(on, call)
    markup = keyboard(call.json("reply_markup"))
    reply = _reply(on, call, chat, topic)
    return on.world.put(
        chat,
        on.world.bot,
        body,
        markup=markup,
        topic=topic,
        reply_to=reply or topic,  # in a topic every message answers its first one
        protected=call.flag("protect_content"),
        silent=call.flag("disable_notification"),
        files=files,
        **more,
    )


def _where(on: Platform, call: Call) -> tuple[Chat, int | None]:
    chat = on.world.chat(call.get("chat_id"))
    number = call.number_of("message_thread_id")
    if chat.type == "private":
        if number:
            raise bad("message thread not found")
        return chat, None
    if not chat.forum:
        return chat, None
    if number == GENERAL:
        raise bad("message thread not found")
    if number:
        return chat, on.world.topic(chat, number).id
    on.world.topic(chat, GENERAL)
    return chat, None


def _reply(on: Platform, call: Call, chat: Chat, topic: int | None) -> int | None:
    given = call.json("reply_parameters")
    if not given:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("message_id"), int):
        raise bad("can't parse reply parameters JSON object")
    message = chat.messages.get(given["message_id"])
    if message is None or (topic is not None and message.topic != topic):
        if given.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")
    return message.id


def _text(call: Call) -> dict[str, Any]:
    text, entities = text_of(
        call.get("text"), call.get("parse_mode"), call.json("entities")
    )
    return {"text": text, **({"entities": entities} if entities else {})}


def _caption(given: dict[str, Any]) -> dict[str, Any]:
    text, entities = caption_of(
        str(given.get("caption") or ""),
        str(given.get("parse_mode") or ""),
        given.get("caption_entities"),
    )
    body: dict[str, Any] = {"caption": text} if text else {}
    return body | ({"caption_entities": entities} if text and entities else {})


def _of(call: Call) -> dict[str, Any]:
    return {
        "caption": call.get("caption"),
        "parse_mode": call.get("parse_mode"),
        "caption_entities": call.json("caption_entities"),
    }


def _upload(on: Platform, call: Call, name: str, given: str) -> Upload | File:
    """A file by upload, by `attach://`, or one the platform knows by its id."""
    if name in call.files:
        return call.files[name]
    if given.startswith("attach://"):
        if (attached := call.files.get(given.removeprefix("attach://"))) is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return attached
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")  # nothing is fetched from here
    if given not in on.world.files:
        raise bad("wrong file identifier/HTTP URL specified")
    return on.world.files[given]


def _photo(
    on: Platform, source: Upload | File
) -> tuple[dict[str, Any], tuple[File, ...]]:
    content = (
        source.content
        if isinstance(source, Upload)
        else source.content and source.content()
    )
    if not content:
        raise bad("file must be non-empty")
    if len(content) > MOST_PHOTO:
        raise bad("file is too big")
    sizes, files = on.world.photo(content)
    return {"photo": sizes}, files


def _document(
    on: Platform, source: Upload | File
) -> tuple[dict[str, Any], tuple[File, ...]]:
    if isinstance(source, File):
        return {"document": source.json()}, (source,)
    if not source.content:
        raise bad("file must be non-empty")
    if len(source.content) > MOST_FILE:
        raise bad("Request Entity Too Large")
    ending = "." + source.name.rpartition(".")[2] if "." in source.name else ""
    file = on.world.keep(
        "documents", ending, len(source.content), lambda: source.content
    )
    return {
        "document": {"file_name": source.name, "mime_type": source.mime, **file.json()}
    }, (file,)


KEEPERS = {"photo": _photo, "document": _document}


@speaks("sendMessage", f"{TO} text! parse_mode entities link_preview_options", counts=1)
def send_message(on: Platform, call: Call) -> Any:
    return _send(on, call, _text(call)).json()


@speaks(
    "sendPhoto", f"{TO} photo! {CAPTION} show_caption_above_media has_spoiler", counts=1
)
def send_photo(on: Platform, call: Call) -> Any:
    caption = _caption(_of(call))
    body, files = _photo(on, _upload(on, call, "photo", call.get("photo")))
    return _send(on, call, body | caption, files).json()


@speaks(
    "sendDocument",
    f"{TO} document! {CAPTION} thumbnail disable_content_type_detection",
    counts=1,
)
def send_document(on: Platform, call: Call) -> Any:
    caption = _caption(_of(call))
    body, files = _document(on, _upload(on, call, "document", call.get("document")))
    return _send(on, call, body | caption, files).json()


def _items(call: Call) -> int:
    media = call.json("media")
    return len(media) if isinstance(media, list) else 1


@speaks(
    "sendMediaGroup",
    "chat_id! message_thread_id media! disable_notification protect_content "
    "reply_parameters",
    counts=_items,
)
def send_media_group(on: Platform, call: Call) -> Any:
    """2–10 items; documents only with documents (Bot API, sendMediaGroup)."""
    media = call.json("media")
    if not isinstance(media, list):
        raise bad("expected an Array of InputMedia")
    if not 2 <= len(media) <= 10:
        raise bad("there must be from 2 to 10 media in the album")
    kinds = {item.get("type") for item in media}
    if not kinds <= KEEPERS.keys():
        raise bad(f"type {sorted(map(str, kinds))} can't be used in sendMediaGroup")
    if len(kinds) > 1:
        raise bad("document can't be mixed with other media types")
    made = [
        (
            KEEPERS[item["type"]](on, _upload(on, call, "", str(item.get("media")))),
            _caption(item),
        )
        for item in media
    ]
    album = str(on.world.dice.randrange(10**16, 10**17))
    return [
        _send(on, call, body | caption, files, album=album).json()
        for (body, files), caption in made
    ]


@speaks("sendChatAction", "chat_id! message_thread_id action!")
def send_chat_action(on: Platform, call: Call) -> Any:
    chat, _ = _where(on, call)
    if call.get("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    on.actions.append((chat.id, call.get("action")))
    return True


# ---- copies
# ------------------------------------------------------------


def _source(on: Platform, call: Call, what: str) -> Message:
    chat = on.world.chat(call.get("from_chat_id"), write=False)
    message = chat.messages.get(call.number_of("message_id"))
    if message is None or message.service:
        raise bad(f"message to {what} not found")
    if message.protected:  # "to prevent … from being forwarded and saved"
        raise bad(f"message can't be {'copied' if what == 'copy' else 'forwarded'}")
    return message


@speaks(
    "copyMessage",
    f"{TO} from_chat_id! message_id! {CAPTION} show_caption_above_media",
    counts=1,
)
def copy_message(on: Platform, call: Call) -> Any:
    source = _source(on, call, "copy")
    body = copy.deepcopy(source.body)
    if "caption" in call.args:
        body = {
            key: value
            for key, value in body.items()
            if key not in ("caption", "caption_entities")
        }
        body |= _caption(_of(call))
    return {"message_id": _send(on, call, body, source.files).id}


@speaks(
    "forwardMessage",
    "chat_id! message_thread_id from_chat_id! message_id!"
    " disable_notification protect_content",
    counts=1,
)
def forward_message(on: Platform, call: Call) -> Any:
    source = _source(on, call, "forward")
    origin = source.origin or {
        "type": "user",
        "sender_user": source.sender.json(),
        "date": source.date,
    }
    return _send(
        on, call, copy.deepcopy(source.body), source.files, origin=origin
    ).json()


# ---- editing
# ------------------------------------------------------------


def _editable(on: Platform, call: Call, having: str | None = None) -> Message:
    chat = on.world.chat(call.get("chat_id"))
    message = chat.messages.get(call.number_of("message_id"))
    if message is None:
        raise bad("message to edit not found")
    if message.sender is not on.world.bot or message.service or message.origin:
        raise bad("message can't be edited")
    if having == "text" and "text" not in message.body:
        raise bad("there is no text in the message to edit")
    if having == "caption" and not message.body.keys() & set(MEDIA):
        raise bad("there is no caption in the message to edit")
    if message.topic is not None:
        on.world.topic(chat, message.topic)
    return message


def _change(
    on: Platform,
    call: Call,
    message: Message,
    body: dict[str, Any],
    files: tuple[File, ...] = (),
) -> Any:
    """An edit without a keyboard takes the keyboard away."""
    markup = keyboard(call.json("reply_markup"), inline_only=True)
    if body == message.body and markup == message.markup:
        raise bad(
            "message is not modified: specified new message content and reply markup "
            "are exactly the same "
            "as a current content and reply markup of the message"
        )
    message.body, message.markup, message.edited = body, markup, int(on.world.now())
    message.files = files or message.files
    on.world.tell("edited", message)
    return message.json()


@speaks(
    "editMessageText",
    f"{EDIT} text! parse_mode entities link_preview_options",
    counts=1,
)
def edit_message_text(on: Platform, call: Call) -> Any:
    body = _text(call)
    return _change(on, call, _editable(on, call, "text"), body)


@speaks("editMessageCaption", f"{EDIT} {CAPTION} show_caption_above_media", counts=1)
def edit_message_caption(on: Platform, call: Call) -> Any:
    caption = _caption(_of(call))
    message = _editable(on, call, "caption")
    kept = {
        key: value
        for key, value in message.body.items()
        if key not in ("caption", "caption_entities")
    }
    return _change(on, call, message, kept | caption)


@speaks("editMessageReplyMarkup", EDIT, counts=1)
def edit_message_reply_markup(on: Platform, call: Call) -> Any:
    message = _editable(on, call)
    return _change(on, call, message, message.body)


@speaks("editMessageMedia", f"{EDIT} media!", counts=1)
def edit_message_media(on: Platform, call: Call) -> Any:
    message = _editable(on, call)
    media = call.json("media")
    if not isinstance(media, dict) or media.get("type") not in KEEPERS:
        raise bad("can't parse InputMedia: type is unsupported")
    body, files = KEEPERS[media["type"]](
        on, _upload(on, call, "", str(media.get("media")))
    )
    return _change(on, call, message, body | _caption(media), files)


# ---- deleting
# ------------------------------------------------------------


def _deletable(on: Platform, message: Message) -> None:
    """Bot API, deleteMessage: 48 hours, no topic's first message, others' in groups
    only with the right.
    """
    chat = message.chat
    if "forum_topic_created" in message.body:
        raise bad("message can't be deleted")
    if chat.type == "private":
        if on.world.now() - message.date > TWO_DAYS:
            raise bad("message can't be deleted for everyone")
        return
    if on.world.may(chat, "can_delete_messages"):
        return
    if message.sender is not on.world.bot or on.world.now() - message.date > TWO_DAYS:
        raise bad("message can't be deleted")


@speaks("deleteMessage", "chat_id! message_id!")
def delete_message(on: Platform, call: Call) -> Any:
    message = on.world.chat(call.get("chat_id"), write=False).messages.get(
        call.number_of("message_id")
    )
    if message is None:
        raise bad("message to delete not found")
    _deletable(on, message)
    on.world.drop(message)
    return True


@speaks("deleteMessages", "chat_id! message_ids!")
def delete_messages(on: Platform, call: Call) -> Any:
    """1–100; those that are not there are skipped, one that may not be deleted keeps
    them all.
    """
    numbers = call.json("message_ids")
    if not isinstance(numbers, list) or not all(
        isinstance(number, int) and number > 0 for number in numbers
    ):
        raise bad("expected an Array of message identifiers")
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad("too many message identifiers specified")
    chat = on.world.chat(call.get("chat_id"), write=False)
    found = [
        chat.messages[number]
        for number in dict.fromkeys(numbers)
        if number in chat.messages
    ]
    for message in found:
        _deletable(on, message)
    for message in found:
        on.world.drop(message)
    return True


# ---- buttons, files, reactions
# ------------------------------------------------------------


@speaks("answerCallbackQuery", "callback_query_id! text show_alert url cache_time")
def answer_callback_query(on: Platform, call: Call) -> Any:
    press = on.world.presses.get(call.get("callback_query_id"))
    if press is None or press.answered or on.world.now() - press.at > PRESS_ANSWERABLE:
        raise bad(
            "query is too old and response timeout expired or query ID is invalid"
        )
    if len(call.get("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answered, press.toast, press.alert = (
        True,
        call.get("text") or None,
        call.flag("show_alert"),
    )
    return True


@speaks("getFile", "file_id!")
def get_file(on: Platform, call: Call) -> Any:
    file = on.world.files.get(call.get("file_id"))
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if file.size > MOST_DOWNLOAD:
        raise bad("file is too big")
    return {**file.json(), "file_path": file.path}


@speaks("setMessageReaction", "chat_id! message_id! reaction is_big")
def set_message_reaction(on: Platform, call: Call) -> Any:
    chat = on.world.chat(call.get("chat_id"))
    if call.number_of("message_id") not in chat.messages:
        raise bad("message to react not found")
    reaction = call.json("reaction") or []
    if len(reaction) > 1:
        raise bad("REACTIONS_TOO_MANY")
    on.reactions[chat.id, call.number_of("message_id")] = reaction
    return True


@speaks("pinChatMessage", "chat_id! message_id! disable_notification", counts=1)
def pin_chat_message(on: Platform, call: Call) -> Any:
    chat, message = _pinnable(on, call, "pin")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
        on.serve(
            chat, on.world.bot, message.topic, pinned_message=message.json(nested=True)
        )
    return True


@speaks("unpinChatMessage", "chat_id! message_id")
def unpin_chat_message(on: Platform, call: Call) -> Any:
    if not call.get("message_id"):
        chat = _may_pin(on, call)
        if chat.pinned:
            chat.pinned.pop()
        return True
    chat, message = _pinnable(on, call, "unpin")
    if message.id not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(message.id)
    return True


@speaks("unpinAllChatMessages", "chat_id!")
def unpin_all_chat_messages(on: Platform, call: Call) -> Any:
    _may_pin(on, call).pinned.clear()
    return True


def _may_pin(on: Platform, call: Call) -> Chat:
    chat = on.world.chat(call.get("chat_id"))
    if not on.world.may(chat, "can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat


def _pinnable(on: Platform, call: Call, what: str) -> tuple[Chat, Message]:
    chat = _may_pin(on, call)
    message = chat.messages.get(call.number_of("message_id"))
    if message is None:
        raise bad(f"message to {what} not found")
    if message.service:
        raise bad("MESSAGE_ID_INVALID")
    return chat, message
