"""What a bot says of itself.

Source: Bot API, setMyCommands, BotCommandScope, setMyDescription and its like.
"""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    MenuButtonCommands,
)
from telegram.error import BadRequest

from tests.botapi.persons import Person
from tests.botapi.server import BotApi


async def test_commands_by_scope_and_language(server: BotApi, bot: Bot) -> None:
    """setMyCommands: a list for each scope and language, narrower ones beside wider
    ones.
    """
    group = server.group()
    private, chat = BotCommandScopeAllPrivateChats(), BotCommandScopeChat(group.id)
    await bot.set_my_commands([BotCommand("start", "开始")], scope=private)
    await bot.set_my_commands(
        [BotCommand("start", "Start")], scope=private, language_code="en"
    )
    await bot.set_my_commands([BotCommand("queue", "待办")], scope=chat)
    assert [each.description for each in await bot.get_my_commands(private)] == ["开始"]
    assert [each.description for each in await bot.get_my_commands(private, "en")] == [
        "Start"
    ]
    assert [each.command for each in await bot.get_my_commands(chat)] == ["queue"]
    assert await bot.get_my_commands(BotCommandScopeDefault()) == ()
    await bot.delete_my_commands(private)
    assert await bot.get_my_commands(private) == ()


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ([("Start", "x")], "Bot_command_invalid"),
        ([("开始", "x")], "Bot_command_invalid"),
        ([("a" * 33, "x")], "Bot_command_invalid"),
        ([("start", "")], "Bot_command_description_invalid"),
        ([("start", "字" * 257)], "Bot_command_description_invalid"),
        ([(f"c{number}", "x") for number in range(101)], "Bot_commands_too_much"),
    ],
)
async def test_commands_that_are_refused(
    bot: Bot, commands: list[tuple[str, str]], why: str
) -> None:
    """BotCommand: 1–32 of a–z, 0–9 and _, described in 1–256 characters; at most 100 of
    them.
    """
    with pytest.raises(BadRequest, match=why):
        await bot.set_my_commands(commands)


async def test_commands_of_a_chat_that_is_not_there(bot: Bot) -> None:
    """BotCommandScopeChat needs a chat the bot knows."""
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_my_commands([("start", "x")], scope=BotCommandScopeChat(-1001))


async def test_name_and_descriptions(bot: Bot) -> None:
    """setMyName 0–64, setMyDescription 0–512, setMyShortDescription 0–120 characters,
    per language.
    """
    await bot.set_my_description("说得安全，说了有用")
    await bot.set_my_description("Safe to say", language_code="en")
    await bot.set_my_short_description("减负专线")
    assert (await bot.get_my_description()).description == "说得安全，说了有用"
    assert (await bot.get_my_description("en")).description == "Safe to say"
    assert (await bot.get_my_description("de")).description == "说得安全，说了有用"
    assert (await bot.get_my_short_description()).short_description == "减负专线"
    assert (await bot.get_my_name()).name == (await bot.get_me()).first_name
    for attempt in (
        bot.set_my_description("字" * 513),
        bot.set_my_short_description("字" * 121),
        bot.set_my_name("字" * 65),
    ):
        with pytest.raises(BadRequest, match="is too long"):
            await attempt
    with pytest.raises(BadRequest, match="nvalid language code specified"):
        await bot.set_my_description("x", language_code="zh-hans")


async def test_the_menu_button(bot: Bot, person: Person) -> None:
    """setChatMenuButton: for one private chat or for all."""
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button(person.id)).type == "commands"


async def test_typing(server: BotApi, bot: Bot, person: Person) -> None:
    """sendChatAction: one of the listed actions."""
    assert await bot.send_chat_action(person.id, "typing")
    assert server.platform.actions == [(person.id, "typing")]
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(person.id, "sleeping")
