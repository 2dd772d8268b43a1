"""What `jianfu doctor` says of Telegram: is it reached, how do updates come, what may
we do in the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.channel import close, make_bot
from bot.channels.telegram.errors import about
from bot.settings import Settings

Line = tuple[str, bool, str, str]  # check, well, what it is like, remedy
MANY = 100  # updates that wait
FRESH = timedelta(hours=1)  # an error older than that is over
RIGHTS = {
    "can_manage_topics": "管理话题",
    "can_pin_messages": "置顶消息",
    "can_delete_messages": "删除消息",
}
NO_WAY = "请检查本机网络、代理和 JIANFU_TELEGRAM__BASE_URL"


async def look(settings: Settings, now: int) -> list[Line]:
    """Ask Telegram itself; changes nothing. now: seconds since 1970 UTC."""
    bot = make_bot(settings.telegram)
    try:
        return await _look(bot, settings, datetime.fromtimestamp(now, UTC))
    except InvalidToken:
        return [
            (
                "telegram",
                False,
                "Telegram 不认这个令牌",
                "请向 @BotFather 核对 JIANFU_TELEGRAM__TOKEN",
            )
        ]
    except TelegramError as error:
        return [("telegram", False, f"问不到 Telegram（{about(error)}）", NO_WAY)]
    finally:
        await close(bot)


async def _look(bot: Bot, settings: Settings, now: datetime) -> list[Line]:
    me = await bot.get_me()
    lines: list[Line] = [("telegram", True, f"Telegram 机器人 @{me.username} 能用", "")]
    lines += _intake(await bot.get_webhook_info(), settings, now)
    if settings.telegram.staff_chat_id is not None:
        lines.append(await _staff(bot, me.id, settings.telegram.staff_chat_id))
    return lines


def _intake(info: WebhookInfo, settings: Settings, now: datetime) -> Iterator[Line]:
    """Whether updates come the way that is set, how many wait, and what went wrong
    last.
    """
    choice, shown = settings.telegram, info.url or "（无）"
    meant = choice.webhook_url if choice.mode == "webhook" else ""
    says = f"收消息的方式：{choice.mode}，Telegram 那边的 webhook 地址：{shown}"
    remedy = "请启动（或重启）jianfu serve，它会按设置改好；别的程序不要用同一个令牌"
    yield "telegram_webhook", info.url == meant, says, remedy
    waiting = info.pending_update_count
    yield (
        "telegram_pending",
        waiting < MANY,
        f"Telegram 那边有{waiting}条消息没取走",
        "请看 jianfu serve 是否在运行、日志里有没有报错",
    )
    if info.last_error_date is not None:
        at = info.last_error_date.astimezone(ZoneInfo(settings.timezone))
        says = f"webhook 最近一次出错：{at:%m-%d %H:%M}，{info.last_error_message}"
        fine = now - info.last_error_date > FRESH
        yield (
            "telegram_error",
            fine,
            says,
            "请检查地址能否从外网用 https 打开、证书是否有效、口令是否一致",
        )


async def _staff(bot: Bot, me: int, chat: int) -> Line:
    """Topics, and the rights to keep them."""
    check, remedy = (
        "telegram_staff",
        "请把机器人拉进群，或改正 JIANFU_TELEGRAM__STAFF_CHAT_ID",
    )
    try:
        group, member = await bot.get_chat(chat), await bot.get_chat_member(chat, me)
    except TelegramError as error:
        return check, False, f"看不到工作人员的群 {chat}（{about(error)}）", remedy
    if not group.is_forum:
        return check, False, "工作人员的群没有开话题", "请在群设置里打开“话题”"
    if isinstance(member, ChatMemberOwner):
        return check, True, "机器人在工作人员的群里权限齐全", ""
    rights = member if isinstance(member, ChatMemberAdministrator) else None
    missing = [
        words for right, words in RIGHTS.items() if not getattr(rights, right, False)
    ]
    says = (
        f"机器人在工作人员的群里缺权限：{'、'.join(missing)}"
        if missing
        else "机器人在工作人员的群里权限齐全"
    )
    return check, not missing, says, "请在群里把机器人设为管理员，并打开这些权限"
