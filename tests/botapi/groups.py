"""Methods about groups: who is there, and the topics of a forum. Source: Bot API, the
method's own table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.botapi.calls import Call, speaks
from tests.botapi.platform import Platform
from tests.botapi.wire import bad
from tests.botapi.world import GENERAL, RIGHTS, Chat, Status, Topic, User

COLORS = (
    7322096,
    16766590,
    13338331,
    9367192,
    16749490,
    16478047,
)  # Bot API, createForumTopic, icon_color
MOST_NAME = 128
# Bot API, ChatMemberRestricted
LESS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def _member(user: User, status: Status, rights: frozenset[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"user": user.json(), "status": status}
    if status == "creator":
        body["is_anonymous"] = False
    elif status == "administrator":
        body |= {
            "can_be_edited": False,
            "is_anonymous": "is_anonymous" in rights,
            **{right: right in rights for right in RIGHTS},
        }
    elif status == "kicked":
        body["until_date"] = 0
    elif status in ("restricted", "restricted_left"):
        is_member = status == "restricted"
        body |= {"status": "restricted", "is_member": is_member, "until_date": 0}
        body |= dict.fromkeys(LESS, False)
    return body


@speaks("getChat", "chat_id!")
def get_chat(on: Platform, call: Call) -> Any:
    """ChatFullInfo, its required fields and what a forum adds."""
    chat = on.world.chat(call.get("chat_id"), write=False)
    body = {
        **chat.json(),
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.pinned:
        body["pinned_message"] = chat.messages[chat.pinned[-1]].json(nested=True)
    return body


@speaks("getChatMember", "chat_id! user_id!")
def get_chat_member(on: Platform, call: Call) -> Any:
    chat = on.world.chat(call.get("chat_id"), write=False)
    user = on.world.users.get(call.number_of("user_id"))
    if user is None:
        raise bad("user not found")
    if chat.owner is not None:
        if user not in (chat.owner, on.world.bot):
            raise bad("user not found")
        return _member(user, "member", frozenset())
    return _member(*chat.members.get(user.id, (user, "left", frozenset())))


@speaks("getChatAdministrators", "chat_id!")
def get_chat_administrators(on: Platform, call: Call) -> Any:
    chat = on.world.chat(call.get("chat_id"), write=False)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    leading = ("creator", "administrator")
    return [
        _member(*member)
        for member in chat.members.values()
        if member[1] in leading and not member[0].is_bot
    ] + [
        _member(*member)
        for member in chat.members.values()
        if member[0] is on.world.bot
        and member[1] in leading  # other bots are not listed, this one is
    ]


@speaks("getChatMemberCount", "chat_id!")
def get_chat_member_count(on: Platform, call: Call) -> Any:
    chat = on.world.chat(call.get("chat_id"), write=False)
    if chat.type == "private":
        return 2
    return sum(
        status not in ("left", "kicked", "restricted_left")
        for _, status, _ in chat.members.values()
    )


@speaks("leaveChat", "chat_id!")
def leave_chat(on: Platform, call: Call) -> Any:
    chat = on.world.chat(call.get("chat_id"))
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.members[on.world.bot.id] = (on.world.bot, "left", frozenset())
    return True


# ---- topics
# ------------------------------------------------------------


def _forum(on: Platform, call: Call) -> Chat:
    chat = on.world.chat(call.get("chat_id"))
    if not chat.forum:
        raise bad("the chat is not a forum")
    return chat


def _own_or(on: Platform, call: Call, what: str) -> tuple[Chat, Topic]:
    """A topic the bot may manage: its own, or any with the right (Bot API,
    editForumTopic).
    """
    chat = _forum(on, call)
    number = call.number_of("message_thread_id")
    topic = chat.topics.get(number)
    if topic is None or number == GENERAL:
        raise bad("TOPIC_ID_INVALID")
    if not topic.by_bot and not on.world.may(chat, "can_manage_topics"):
        raise bad(f"not enough rights to {what} the topic")
    return chat, topic


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise bad("name must be non-empty")
    if len(name) > MOST_NAME:
        raise bad(
            "TOPIC_TITLE_INVALID"
        )  # the real server cuts silently; the table says 1–128
    return name


def _icon(on: Platform, number: str) -> str | None:
    if number and number not in on.world.icons:
        raise bad("DOCUMENT_INVALID")
    return number or None


@speaks("getForumTopicIconStickers")
def get_forum_topic_icon_stickers(on: Platform, call: Call) -> Any:
    return [
        {
            "file_id": f"CAAC{number}",
            "file_unique_id": f"u{number}",
            "type": "custom_emoji",
            "width": 100,
            "height": 100,
            "is_animated": True,
            "is_video": False,
            "emoji": sign,
            "set_name": "Topics",
            "custom_emoji_id": number,
        }
        for number, sign in on.world.icons.items()
    ]


@speaks("createForumTopic", "chat_id! name! icon_color icon_custom_emoji_id", counts=1)
def create_forum_topic(on: Platform, call: Call) -> Any:
    chat = _forum(on, call)
    if not on.world.may(chat, "can_manage_topics"):
        raise bad("not enough rights to create a topic")
    name, icon = _name(call.get("name")), _icon(on, call.get("icon_custom_emoji_id"))
    color = call.number_of("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad("TOPIC_ICON_COLOR_INVALID")
    first = on.world.put(chat, on.world.bot, {}, service=True)
    topic = Topic(first.id, name, color, icon)
    first.topic, first.body = (
        topic.id,
        {
            "forum_topic_created": {
                key: value
                for key, value in topic.json().items()
                if key != "message_thread_id"
            }
        },
    )
    chat.topics[topic.id] = topic
    on.announce(first)
    return topic.json()


@speaks(
    "editForumTopic", "chat_id! message_thread_id! name icon_custom_emoji_id", counts=1
)
def edit_forum_topic(on: Platform, call: Call) -> Any:
    chat, topic = _own_or(on, call, "edit")
    name = _name(call.get("name")) if call.get("name") else topic.name
    icon = (
        _icon(on, call.get("icon_custom_emoji_id"))
        if "icon_custom_emoji_id" in call.args
        else topic.icon_custom_emoji_id
    )
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad("TOPIC_NOT_MODIFIED")
    changed = {}
    if name != topic.name:
        changed["name"] = name
    if icon != topic.icon_custom_emoji_id:
        changed["icon_custom_emoji_id"] = icon or ""
    topic.name, topic.icon_custom_emoji_id = name, icon
    on.serve(chat, on.world.bot, topic.id, forum_topic_edited=changed)
    return True


@speaks("closeForumTopic", "chat_id! message_thread_id!", counts=1)
def close_forum_topic(on: Platform, call: Call) -> Any:
    return _toggle(on, *_own_or(on, call, "close or open"), closed=True)


@speaks("reopenForumTopic", "chat_id! message_thread_id!", counts=1)
def reopen_forum_topic(on: Platform, call: Call) -> Any:
    return _toggle(on, *_own_or(on, call, "close or open"), closed=False)


def _toggle(on: Platform, chat: Chat, topic: Topic, closed: bool) -> bool:
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    body: dict[str, Any] = {
        "forum_topic_closed" if closed else "forum_topic_reopened": {}
    }
    on.serve(chat, on.world.bot, None if topic.id == GENERAL else topic.id, **body)
    return True


@speaks("deleteForumTopic", "chat_id! message_thread_id!")
def delete_forum_topic(on: Platform, call: Call) -> Any:
    chat, topic = _own_or(on, call, "delete")
    others = [
        message
        for message in chat.messages.values()
        if message.topic == topic.id and message.sender is not on.world.bot
    ]
    if not on.world.may(chat, "can_delete_messages") and (others or not topic.by_bot):
        raise bad("not enough rights to delete the topic")
    drop_topic(on, chat, topic)
    return True


def drop_topic(on: Platform, chat: Chat, topic: Topic) -> None:
    """The topic and all that stands in it; the bot is not told."""
    chat.topics.pop(topic.id, None)
    for message in [
        message for message in chat.messages.values() if message.topic == topic.id
    ]:
        on.world.drop(message)


@speaks("unpinAllForumTopicMessages", "chat_id! message_thread_id!")
def unpin_all_forum_topic_messages(on: Platform, call: Call) -> Any:
    chat = _forum(on, call)
    if not on.world.may(chat, "can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")
    topic = on.world.topic(chat, call.number_of("message_thread_id"), write=False)
    chat.pinned = [
        number for number in chat.pinned if chat.messages[number].topic != topic.id
    ]
    return True


def _general(on: Platform, call: Call) -> tuple[Chat, Topic]:
    chat = _forum(on, call)
    if not on.world.may(chat, "can_manage_topics"):
        raise bad("not enough rights to close or open the topic")
    return chat, chat.topics[GENERAL]


def _enter_general() -> None:
    """closeGeneralForumTopic and its like."""

    def closing(closed: bool) -> Callable[[Any, Call], Any]:
        return lambda on, call: _toggle(on, *_general(on, call), closed=closed)

    def hiding(hidden: bool) -> Callable[[Any, Call], Any]:
        def work(on: Any, call: Call) -> Any:
            chat, topic = _general(on, call)
            if topic.hidden == hidden:
                raise bad("TOPIC_NOT_MODIFIED")
            topic.hidden = hidden
            body: dict[str, Any] = {
                f"general_forum_topic_{'hidden' if hidden else 'unhidden'}": {}
            }
            on.serve(chat, on.world.bot, **body)
            return True

        return work

    speaks("closeGeneralForumTopic", "chat_id!", counts=1)(closing(True))
    speaks("reopenGeneralForumTopic", "chat_id!", counts=1)(closing(False))
    speaks("hideGeneralForumTopic", "chat_id!", counts=1)(hiding(True))
    speaks("unhideGeneralForumTopic", "chat_id!", counts=1)(hiding(False))


_enter_general()
