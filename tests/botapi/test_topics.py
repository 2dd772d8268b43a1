"""Forum topics and the rights they need. Source: Bot API, createForumTopic and its
like, ForumTopic, ChatMemberAdministrator; TDLib, ForumTopicManager, for the wording.
"""

from __future__ import annotations

import pytest
from telegram import Bot, ChatMemberAdministrator, ReplyParameters
from telegram.error import BadRequest, Forbidden

from tests.botapi.groups import COLORS
from tests.botapi.persons import Group
from tests.botapi.server import BotApi


@pytest.fixture
def group(server: BotApi) -> Group:
    return server.group()


async def test_a_topic_is_made_and_written_to(
    server: BotApi, bot: Bot, group: Group
) -> None:
    """createForumTopic returns a ForumTopic; `message_thread_id` leads into it."""
    topic = await bot.create_forum_topic(group.id, "〔案〕青松", icon_color=COLORS[2])
    sent = await bot.send_message(
        group.id, "卡片", message_thread_id=topic.message_thread_id
    )
    assert sent.is_topic_message and sent.message_thread_id == topic.message_thread_id
    seen = group.topic("青松")
    assert (seen.color, seen.closed, [each.text for each in seen.screen.bots]) == (
        COLORS[2],
        False,
        ["卡片"],
    )


async def test_every_message_in_a_topic_answers_its_first(
    server: BotApi, bot: Bot, group: Group
) -> None:
    """Open source server, `get_implicit_reply_to_message_id`: a message in a topic that
    replies to nothing shows the topic's first message in `reply_to_message`: that field
    alone tells no reply.
    """
    topic = await bot.create_forum_topic(group.id, "一")
    card = await bot.send_message(
        group.id, "卡片", message_thread_id=topic.message_thread_id
    )
    anna = server.person()
    anna.joins(group)
    anna.says("闲聊", to=group, topic=topic.message_thread_id)
    anna.says("答复", to=group, topic=topic.message_thread_id, reply=card.message_id)
    chat, answer = [
        update.message for update in await bot.get_updates() if update.message
    ][-2:]
    assert (
        chat.reply_to_message is not None
        and chat.reply_to_message.forum_topic_created is not None
    )
    assert (
        answer.reply_to_message is not None
        and answer.reply_to_message.message_id == card.message_id
    )


async def test_the_bot_hears_of_its_own_topics(bot: Bot, group: Group) -> None:
    """Open source server, `need_skip_update_message`: service messages about topics
    come, even own ones.
    """
    topic = await bot.create_forum_topic(group.id, "一")
    await bot.edit_forum_topic(group.id, topic.message_thread_id, name="二")
    await bot.close_forum_topic(group.id, topic.message_thread_id)
    await bot.reopen_forum_topic(group.id, topic.message_thread_id)
    messages = [update.message for update in await bot.get_updates() if update.message]
    kinds = (
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    )
    assert [
        next(kind for kind in kinds if getattr(each, kind)) for each in messages
    ] == list(kinds)


async def test_names_and_icons(bot: Bot, group: Group) -> None:
    """createForumTopic: name 1–128 characters, six colours, icons from
    getForumTopicIconStickers only.
    """
    stickers = await bot.get_forum_topic_icon_stickers()
    icon = next(each.custom_emoji_id for each in stickers if each.emoji == "✅")
    assert icon is not None
    topic = await bot.create_forum_topic(
        group.id, "字" * 128, icon_custom_emoji_id=icon
    )
    assert group.topics()[0].icon == "✅"
    await bot.edit_forum_topic(
        group.id, topic.message_thread_id, icon_custom_emoji_id=""
    )
    assert group.topics()[0].icon == ""
    for attempt, why in (
        (bot.create_forum_topic(group.id, " "), "Name must be non-empty"),
        (bot.create_forum_topic(group.id, "字" * 129), "Topic_title_invalid"),
        (
            bot.create_forum_topic(group.id, "一", icon_color=1),
            "Topic_icon_color_invalid",
        ),
        (
            bot.create_forum_topic(group.id, "一", icon_custom_emoji_id="123"),
            "Document_invalid",
        ),
        (
            bot.edit_forum_topic(group.id, topic.message_thread_id, name="字" * 128),
            "Topic_not_modified",
        ),
    ):
        with pytest.raises(BadRequest, match=why):
            await attempt


async def test_closing_and_reopening(bot: Bot, group: Group) -> None:
    """closeForumTopic, reopenForumTopic; what is so already is TOPIC_NOT_MODIFIED."""
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    await bot.close_forum_topic(group.id, topic)
    assert group.topics()[0].closed
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.close_forum_topic(group.id, topic)
    assert await bot.send_message(group.id, "管理员可写", message_thread_id=topic)
    await bot.reopen_forum_topic(group.id, topic)
    assert not group.topics()[0].closed


async def test_a_closed_topic_takes_no_messages_without_the_right(
    server: BotApi, bot: Bot, group: Group
) -> None:
    """TOPIC_CLOSED (known from the field) for whoever may not manage topics: bots and
    people alike.
    """
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    await bot.close_forum_topic(group.id, topic)
    group.allows_bot("can_delete_messages")
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(group.id, "x", message_thread_id=topic)
    anna = server.person()
    anna.joins(group)
    with pytest.raises(Exception, match="TOPIC_CLOSED"):
        anna.says("x", to=group, topic=topic)
    anna.joins(group, "administrator")
    assert anna.says("x", to=group, topic=topic)


async def test_a_deleted_topic_is_not_found(bot: Bot, group: Group) -> None:
    """deleteForumTopic takes its messages along; then "message thread not found"
    (`check_message_topic`).
    """
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    card = await bot.send_message(group.id, "卡片", message_thread_id=topic)
    assert await bot.delete_forum_topic(group.id, topic)
    assert group.topics() == [] and group.screen() == ()
    for attempt, why in (
        (
            bot.send_message(group.id, "x", message_thread_id=topic),
            "Message thread not found",
        ),
        (
            bot.send_message(group.id, "x", message_thread_id=1),
            "Message thread not found",
        ),
        (
            bot.edit_message_text("x", group.id, card.message_id),
            "Message to edit not found",
        ),
        (bot.close_forum_topic(group.id, topic), "Topic_id_invalid"),
    ):
        with pytest.raises(BadRequest, match=why):
            await attempt


async def test_people_delete_topics_without_a_word(bot: Bot, group: Group) -> None:
    """No update tells of deleted messages or topics: the bot finds out when it writes
    (Update lists none).
    """
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    before = await bot.get_updates()
    group.deletes_topic(topic)
    assert await bot.get_updates(offset=before[-1].update_id + 1) == ()


async def test_topics_need_the_right(server: BotApi, bot: Bot, group: Group) -> None:
    """createForumTopic: 'can_manage_topics'; editing and closing: that, or being the
    creator of the topic.
    """
    mine = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    theirs = group.opens_topic("二", server.person())
    group.allows_bot("can_pin_messages")
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(group.id, "三")
    assert await bot.edit_forum_topic(group.id, mine, name="还是我的")
    for attempt, why in (
        (
            bot.edit_forum_topic(group.id, theirs, name="x"),
            "Not enough rights to edit the topic",
        ),
        (
            bot.close_forum_topic(group.id, theirs),
            "Not enough rights to close or open the topic",
        ),
        (
            bot.delete_forum_topic(group.id, theirs),
            "Not enough rights to delete the topic",
        ),
        (
            bot.close_general_forum_topic(group.id),
            "Not enough rights to close or open the topic",
        ),
    ):
        with pytest.raises(BadRequest, match=why):
            await attempt


async def test_no_topics_where_there_is_no_forum(server: BotApi, bot: Bot) -> None:
    """TDLib, `is_forum`: "The chat is not a forum"; in private chats there are no
    threads here.
    """
    plain, person = server.group(forum=False), server.person(started=True)
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(plain.id, "一")
    assert (
        await bot.send_message(plain.id, "x", message_thread_id=77)
    ).message_thread_id is None
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(person.id, "x", message_thread_id=77)


async def test_a_reply_stays_in_its_topic(bot: Bot, group: Group) -> None:
    """ReplyParameters: a message of another topic is not there to be replied to."""
    one, two = [
        (await bot.create_forum_topic(group.id, name)).message_thread_id
        for name in "一二"
    ]
    card = await bot.send_message(group.id, "卡片", message_thread_id=one)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(
            group.id,
            "x",
            message_thread_id=two,
            reply_parameters=ReplyParameters(card.message_id),
        )


async def test_a_topics_first_message_cannot_be_deleted(bot: Bot, group: Group) -> None:
    """deleteMessage: "Service messages about a … forum topic creation can't be
    deleted".
    """
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, topic)


async def test_others_messages_in_a_group_need_the_right(
    server: BotApi, bot: Bot, group: Group
) -> None:
    """deleteMessage: 'can_delete_messages' for any message; own ones go for
    48 hours.
    """
    anna = server.person()
    anna.joins(group)
    theirs = anna.says("插话", to=group)
    ours = await bot.send_message(group.id, "x")
    group.allows_bot("can_manage_topics")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, theirs.id)
    server.skip(48 * 3600 + 60)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await ours.delete()
    group.allows_bot("can_delete_messages")
    assert await ours.delete() and await bot.delete_message(group.id, theirs.id)


async def test_who_was_thrown_out_writes_no_more(bot: Bot, group: Group) -> None:
    """Open source server, `check_chat_access`: "bot was kicked from the supergroup
    chat"; my_chat_member.
    """
    group.removes_bot()
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")
    updates = await bot.get_updates()
    assert [
        each.my_chat_member.new_chat_member.status
        for each in updates
        if each.my_chat_member
    ] == [
        "administrator",
        "kicked",
    ]


async def test_rights_can_be_looked_up(server: BotApi, bot: Bot, group: Group) -> None:
    """getChatMember, getChatAdministrators, getChat (ChatFullInfo, `is_forum`),
    getChatMemberCount.
    """
    anna = server.person()
    anna.joins(group, "creator")
    group.allows_bot("can_manage_topics")
    me = await bot.get_chat_member(group.id, bot.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert (me.can_manage_topics, me.can_pin_messages) == (True, False)
    assert {each.user.id for each in await bot.get_chat_administrators(group.id)} == {
        anna.id,
        bot.id,
    }
    assert (await bot.get_chat(group.id)).is_forum
    assert await bot.get_chat_member_count(group.id) == 2
    assert (await bot.get_chat_member(group.id, server.person().id)).status == "left"
    with pytest.raises(
        BadRequest, match="There are no administrators in the private chat"
    ):
        await bot.get_chat_administrators(server.person(started=True).id)


async def test_privacy_mode(server: BotApi, bot: Bot) -> None:
    """Bots FAQ, "What messages will my bot get?": in groups commands, replies to it and
    mentions, unless it is an administrator.
    """
    group = server.group(forum=False, bot="member")
    anna = server.person()
    anna.joins(group)
    sent = await bot.send_message(group.id, "x")
    anna.says("闲聊", to=group)
    anna.says("/start", to=group)
    anna.says("答", to=group, reply=sent.message_id)
    anna.says(f"@{bot.username} 你好", to=group)
    heard = [
        update.message.text for update in await bot.get_updates() if update.message
    ]
    assert heard == ["/start", "答", f"@{bot.username} 你好"]
    group.allows_bot("can_manage_topics")
    anna.says("闲聊", to=group)
    assert [
        each.message.text for each in await bot.get_updates(offset=-1) if each.message
    ] == ["闲聊"]
