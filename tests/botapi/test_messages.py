"""Sending, editing, deleting, copying, pinning, pressing: by the real
python-telegram-bot.
"""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from tests.botapi.persons import Person
from tests.botapi.server import BotApi

HOUR = 3600


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"d:{label}") for label in labels]]
    )


async def test_a_message_arrives_as_it_was_sent(bot: Bot, person: Person) -> None:
    """Bot API, sendMessage: returns the sent Message; the person sees text, marks and
    buttons.
    """
    sent = await bot.send_message(
        person.id,
        "<b>你好</b>",
        parse_mode="HTML",
        reply_markup=keys("是", "否"),
        protect_content=True,
    )
    seen = person.screen().last
    assert (seen.id, seen.text, seen.labels, seen.protected) == (
        sent.message_id,
        "你好",
        ("是", "否"),
        True,
    )
    assert sent.has_protected_content and sent.entities[0].type == "bold"
    assert [message.text for message in person.by_bot()] == ["你好"]


async def test_private_chats_share_one_count_of_messages(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """A message id is unique inside a chat; a bot's private chats count on together
    (TDLib, MessageId).
    """
    other = server.person(started=True)
    ids = [
        (await bot.send_message(to, "x")).message_id
        for to in (person.id, other.id, person.id)
    ]
    assert ids == list(range(ids[0], ids[0] + 3))


async def test_nobody_is_written_to_unasked(server: BotApi, bot: Bot) -> None:
    """Bots FAQ: "bots can't start conversations"; 403 in the words known from the
    field.
    """
    stranger = server.person()
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "x")
    stranger.starts()
    assert await bot.send_message(stranger.id, "x")


async def test_who_blocked_the_bot_is_not_reached(bot: Bot, person: Person) -> None:
    """Open source server, `fail_query_with_error`: USER_IS_BLOCKED → 403;
    my_chat_member tells the bot.
    """
    sent = await bot.send_message(person.id, "x")
    person.blocks()
    for attempt in (
        bot.send_message(person.id, "y"),
        bot.edit_message_text("y", person.id, sent.message_id),
    ):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await attempt
    person.starts()
    updates = await bot.get_updates()
    assert [(each.my_chat_member or each.message) is not None for each in updates] == [
        True
    ] * 3
    assert [
        each.my_chat_member.new_chat_member.status
        for each in updates
        if each.my_chat_member
    ] == [
        "kicked",
        "member",
    ]
    assert await bot.send_message(person.id, "z")


async def test_who_left_the_platform_is_not_reached(bot: Bot, person: Person) -> None:
    """Open source server, `check_chat_access`: "Forbidden: user is deactivated"."""
    person.leaves_the_platform()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(person.id, "x")


async def test_a_reply_needs_its_message(bot: Bot, person: Person) -> None:
    """Bot API, ReplyParameters; "message to be replied not found", unless sending
    without is allowed.
    """
    asked = person.says("问")
    answer = await bot.send_message(
        person.id, "答", reply_parameters=ReplyParameters(asked.id)
    )
    assert (
        answer.reply_to_message is not None
        and answer.reply_to_message.message_id == asked.id
    )
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(
            person.id, "答", reply_parameters=ReplyParameters(99999999)
        )
    lone = ReplyParameters(99999999, allow_sending_without_reply=True)
    assert (
        await bot.send_message(person.id, "答", reply_parameters=lone)
    ).reply_to_message is None


# ---- editing
# ------------------------------------------------------------


async def test_an_edit_changes_text_and_buttons(bot: Bot, person: Person) -> None:
    """Bot API, editMessageText: in place, with edit_date; without reply_markup the
    buttons go.
    """
    sent = await bot.send_message(person.id, "一", reply_markup=keys("是"))
    edited = await bot.edit_message_text(
        "二", person.id, sent.message_id, reply_markup=keys("否")
    )
    assert isinstance(edited, Message) and edited.edit_date is not None
    assert [(each.text, each.labels, each.edited) for each in person.screen()] == [
        ("二", ("否",), True)
    ]
    await bot.edit_message_text("三", person.id, sent.message_id)
    assert person.screen().last.labels == ()


async def test_an_edit_that_changes_nothing_is_refused(
    bot: Bot, person: Person
) -> None:
    """Open source server: MESSAGE_NOT_MODIFIED; other buttons alone are a change."""
    sent = await bot.send_message(person.id, "一", reply_markup=keys("是"))
    with pytest.raises(
        BadRequest, match=r"^Message is not modified: specified new message content"
    ):
        await bot.edit_message_text(
            "一", person.id, sent.message_id, reply_markup=keys("是")
        )
    assert await bot.edit_message_text(
        "一", person.id, sent.message_id, reply_markup=keys("否")
    )
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(
            person.id, sent.message_id, reply_markup=keys("否")
        )


async def test_only_own_messages_can_be_edited(bot: Bot, person: Person) -> None:
    """TDLib, MessagesManager: "Message can't be edited"; what is not there is "message
    to edit not found".
    """
    theirs = person.says("我的")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", person.id, theirs.id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", person.id, 99999999)


async def test_a_picture_has_a_caption_and_no_text(
    bot: Bot, person: Person, picture: bytes
) -> None:
    """TDLib: "There is no text in the message to edit", "There is no caption in the
    message to edit".
    """
    shown = await bot.send_photo(person.id, picture, caption="一")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", person.id, shown.message_id)
    await bot.edit_message_caption(person.id, shown.message_id, caption="二")
    assert person.screen().last.text == "二"
    said = await bot.send_message(person.id, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(person.id, said.message_id, caption="y")


# ---- deleting
# ------------------------------------------------------------


async def test_in_private_both_sides_can_be_deleted(bot: Bot, person: Person) -> None:
    """Bot API, deleteMessage: outgoing and incoming messages in private chats."""
    theirs = person.says("我的")
    ours = await bot.send_message(person.id, "你的")
    assert await bot.delete_message(person.id, theirs.id) and await ours.delete()
    assert person.screen() == ()
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await ours.delete()


async def test_after_48_hours_nothing_can_be_deleted(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Bot API, deleteMessage: "only … if it was sent less than 48 hours ago"; TDLib,
    `can_revoke_message`.
    """
    old = await bot.send_message(person.id, "旧")
    server.skip(48 * HOUR + 60)
    new = await bot.send_message(person.id, "新")
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await old.delete()
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_messages(person.id, [new.message_id, old.message_id])
    assert len(person.screen()) == 2, "one that may not go keeps them all"


async def test_up_to_100_are_deleted_at_once(bot: Bot, person: Person) -> None:
    """Bot API, deleteMessages: 1–100 ids; those that cannot be found are skipped."""
    mine = [person.says(str(each)).id for each in range(3)]
    assert await bot.delete_messages(person.id, [*mine, 99999999])
    assert person.screen() == ()
    with pytest.raises(BadRequest, match="Too many message identifiers specified"):
        await bot.delete_messages(person.id, range(1, 102))
    with pytest.raises(BadRequest, match="Message identifiers are not specified"):
        await bot.delete_messages(person.id, [])


# ---- copies
# ------------------------------------------------------------


async def test_protected_content_stays_where_it_is(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Bot API, `protect_content`: "protects the contents of the sent message from
    forwarding and saving".
    """
    other = server.person(started=True)
    plain = await bot.send_message(person.id, "公开")
    secret = await bot.send_message(person.id, "回执", protect_content=True)
    assert (await plain.forward(other.id)).forward_origin is not None
    assert await plain.copy(other.id)
    with pytest.raises(BadRequest, match="Message can't be forwarded"):
        await secret.forward(other.id)
    with pytest.raises(BadRequest, match="Message can't be copied"):
        await secret.copy(other.id)
    assert [each.text for each in other.screen()] == ["公开", "公开"]


# ---- buttons
# ------------------------------------------------------------


async def test_a_press_is_answered_once(bot: Bot, person: Person) -> None:
    """Bot API, CallbackQuery and answerCallbackQuery; QUERY_ID_INVALID in the open
    source server's words.
    """
    await bot.send_message(person.id, "要吗", reply_markup=keys("是"))
    press = person.presses("是")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None and (query.data, query.from_user.id) == ("d:是", person.id)
    assert (
        query.message is not None
        and query.message.message_id == person.screen().last.id
    )
    assert await query.answer("好的", show_alert=True)
    assert (await press.answer(), press.alert) == ("好的", True)
    with pytest.raises(
        BadRequest,
        match="Query is too old and response timeout expired or query id is invalid",
    ):
        await query.answer()


async def test_a_press_is_answered_in_time(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Bot API, CallbackQuery: clients wait for an answer; "too old" is 15 s here, no
    figure is known.
    """
    await bot.send_message(person.id, "要吗", reply_markup=keys("是"))
    press = person.presses("是")
    (update,) = await bot.get_updates()
    server.skip(16)
    assert update.callback_query is not None
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    assert not press.answered


async def test_a_button_on_a_deleted_message_is_inaccessible(
    bot: Bot, person: Person
) -> None:
    """Bot API, InaccessibleMessage: date 0. A slow client presses what is long gone or
    changed.
    """
    sent = await bot.send_message(person.id, "要吗", reply_markup=keys("是"))
    before = person.screen().last
    await sent.delete()
    person.presses("是", on=before)
    (update,) = await bot.get_updates()
    assert (
        update.callback_query is not None and update.callback_query.message is not None
    )
    assert not update.callback_query.message.is_accessible


async def test_a_button_copies_without_asking_the_bot(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Bot API, CopyTextButton: the text goes to the clipboard, no update is made."""
    copies = InlineKeyboardButton("复制", copy_text=CopyTextButton("0123-ABCD"))
    await bot.send_message(
        person.id, "回执", reply_markup=InlineKeyboardMarkup([[copies]])
    )
    assert person.copies("复制") == "0123-ABCD"
    assert await bot.get_updates() == ()


# ---- pins
# ------------------------------------------------------------


async def test_pinning_leaves_a_note(bot: Bot, person: Person) -> None:
    """Bot API, pinChatMessage; the bot hears of its own (open source server,
    need_skip_update_message).
    """
    sent = await bot.send_message(person.id, "要点")
    assert await sent.pin()
    assert person.screen()[0].pinned
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.pinned_message is not None
    assert await sent.unpin() and not person.screen()[0].pinned
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await sent.unpin()


async def test_pinning_in_a_group_needs_the_right(server: BotApi, bot: Bot) -> None:
    """Bot API, pinChatMessage: 'can_pin_messages'; TDLib: "Not enough rights to manage
    pinned messages".
    """
    group = server.group(forum=False)
    sent = await bot.send_message(group.id, "要点")
    group.allows_bot("can_delete_messages")
    with pytest.raises(
        BadRequest, match="Not enough rights to manage pinned messages in the chat"
    ):
        await sent.pin()
