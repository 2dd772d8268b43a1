"""What `jianfu doctor` says of Telegram: is it reached, how do updates come, what may
we do in the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberOwner,
    WebhookInfo,
)
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.channel import close, make_bot
from bot.channels.telegram.errors import about
from bot.finding import Finding, finding
from bot.settings import Settings

MANY = 100  # updates that wait
FRESH = timedelta(hours=1)  # an error older than that is over
RIGHTS = {
    "can_manage_topics": "管理话题",
    "can_pin_messages": "置顶消息",
    "can_delete_messages": "删除消息",
}
WRONG_TOKEN = "请向 @BotFather 核对 JIANFU_TELEGRAM__TOKEN"
NO_WAY = "请检查本机网络、代理和 JIANFU_TELEGRAM__BASE_URL"
OTHER_WAY = "请启动（或重启）jianfu serve，它会按设置改好；别的程序不要用同一个令牌"
NOT_FETCHED = "请看 jianfu serve 是否在运行、日志里有没有报错"
NOT_REACHED = "请检查地址能否从外网用 https 打开、证书是否有效、口令是否一致"
NO_GROUP = "请把机器人拉进群，或改正 JIANFU_TELEGRAM__STAFF_CHAT_ID"
NO_RIGHTS = "请在群里把机器人设为管理员，并打开这些权限"
ALL_RIGHTS = "机器人在工作人员的群里权限齐全"


async def look(settings: Settings, now: int) -> list[Finding]:
    """Ask Telegram itself; changes nothing. now: seconds since 1970 UTC."""
    bot = make_bot(settings.telegram)
    try:
        return await _look(bot, settings, datetime.fromtimestamp(now, UTC))
    except InvalidToken:
        return [Finding("telegram", False, "Telegram 不认这个令牌", WRONG_TOKEN)]
    except TelegramError as error:
        says = f"问不到 Telegram（{about(error)}）"
        return [Finding("telegram", False, says, NO_WAY)]
    finally:
        await close(bot)


async def _look(bot: Bot, settings: Settings, now: datetime) -> list[Finding]:
    me = await bot.get_me()
    found = [Finding("telegram", True, f"Telegram 机器人 @{me.username} 能用")]
    found += _intake(await bot.get_webhook_info(), settings, now)
    group = settings.telegram.staff_chat_id
    if group is not None:
        found.append(await _staff(bot, me.id, group))
    return found


def _intake(info: WebhookInfo, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether updates come the way that is set, how many wait, and what went wrong
    last.
    """
    choice = settings.telegram
    meant = choice.webhook_url if choice.mode == "webhook" else ""
    shown = info.url or "（无）"
    way = f"收消息的方式：{choice.mode}，Telegram 那边的 webhook 地址：{shown}"
    yield finding("telegram_webhook", info.url == meant, way, OTHER_WAY)
    waiting = info.pending_update_count
    left = f"Telegram 那边有{waiting}条消息没取走"
    yield finding("telegram_pending", waiting < MANY, left, NOT_FETCHED)
    if info.last_error_date is not None:
        at = info.last_error_date.astimezone(ZoneInfo(settings.timezone))
        says = f"webhook 最近一次出错：{at:%m-%d %H:%M}，{info.last_error_message}"
        over = now - info.last_error_date > FRESH
        yield finding("telegram_error", over, says, NOT_REACHED)


async def _staff(bot: Bot, me: int, chat: int) -> Finding:
    """Topics, and the rights to keep them."""
    check = "telegram_staff"
    try:
        group = await bot.get_chat(chat)
        member = await bot.get_chat_member(chat, me)
    except TelegramError as error:
        says = f"看不到工作人员的群 {chat}（{about(error)}）"
        return Finding(check, False, says, NO_GROUP)
    if not group.is_forum:
        says = "工作人员的群没有开话题"
        return Finding(check, False, says, "请在群设置里打开“话题”")
    missing = missing_rights(member)
    if not missing:
        return Finding(check, True, ALL_RIGHTS)
    says = f"机器人在工作人员的群里缺权限：{'、'.join(missing)}"
    return Finding(check, False, says, NO_RIGHTS)


def missing_rights(member: ChatMember) -> list[str]:
    """What the bot may not do in the staff's group and has to, in Chinese."""
    if isinstance(member, ChatMemberOwner):
        return []
    rights = member if isinstance(member, ChatMemberAdministrator) else None
    return [
        words for right, words in RIGHTS.items() if not getattr(rights, right, False)
    ]
