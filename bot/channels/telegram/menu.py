"""What Telegram shows of us before a word is said: commands, description, short
description.
"""

from __future__ import annotations

from collections.abc import Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from dialogs.texts import LANGUAGES, text

REPORTERS = ("start", "status", "cancel", "clear", "lang", "help")
CODES = {"zh": None, "en": "en"}  # Chinese for whoever has set no language of ours


async def show(
    bot: Bot, staff_chat: int | None = None, staff: Sequence[BotCommand] = ()
) -> None:
    """Set it all, where it is not so already. Raises: TelegramError.

    staff: commands of the staff group, shown nowhere else.
    """
    for lang in LANGUAGES:
        code = CODES[lang]
        about, short = text(lang, "telegram.about"), text(lang, "telegram.about_short")
        if (await bot.get_my_description(language_code=code)).description != about:
            await bot.set_my_description(about, language_code=code)
        if (
            await bot.get_my_short_description(language_code=code)
        ).short_description != short:
            await bot.set_my_short_description(short, language_code=code)
        commands = [
            BotCommand(name, text(lang, f"telegram.c_{name}")) for name in REPORTERS
        ]
        await _commands(bot, commands, BotCommandScopeAllPrivateChats(), code)
    start = [BotCommand("start", text("zh", "telegram.c_start"))]
    await _commands(bot, start, BotCommandScopeAllGroupChats(), None)
    if staff_chat is not None and staff:
        await _commands(bot, staff, BotCommandScopeChat(staff_chat), None)


async def _commands(
    bot: Bot,
    commands: Sequence[BotCommand],
    scope: BotCommandScopeAllPrivateChats
    | BotCommandScopeAllGroupChats
    | BotCommandScopeChat,
    code: str | None,
) -> None:
    if list(await bot.get_my_commands(scope, code)) != list(commands):
        await bot.set_my_commands(commands, scope, code)
