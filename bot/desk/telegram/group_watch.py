"""Whether the staff's group can still be worked in: if the bot was taken out of it or
may do too little there, the supervisors hear of it in private, once each time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram import ChatMember
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.channels.telegram.checkup import NO_GROUP, NO_RIGHTS, missing_rights
from bot.channels.telegram.errors import about
from bot.desk.telegram.inside import TELEGRAM, DeskContext, staff_message
from storage.port import Write
from storage.repositories.telegram import TelegramState

log = logging.getLogger(__name__)
LOST = "group_lost"  # since when, seconds since 1970 UTC; 0: it is well
FOLLOWED = "group_followed"  # the number that supervisors were told to set
GONE = "机器人不在工作人员的群里了：被移出，或群没有了。新工单在群里出不来。"
LESS = "机器人在工作人员的群里缺权限：{missing}。话题和卡片会停在原来的样子。"
MOVED = (
    "工作人员的群升级了，换了编号，机器人已经跟到新的编号上。"
    "请把 JIANFU_TELEGRAM__STAFF_CHAT_ID 改成 {new}，下次重启就不用再找。"
)
WELL = "机器人在工作人员的群里又好了，没做完的接着做。"


class GroupWatch:
    """Looks now and then, and whenever Telegram says that the bot's place changed."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._bot = inside.channel.bot
        self._number = int(self._bot.token.partition(":")[0])
        self._state = TelegramState(inside.database)

    async def look(self) -> None:
        """Ask what place the bot has. Raises: TelegramError, StorageError."""
        group = self._in.group
        if group is None:
            return
        try:
            member = await self._bot.get_chat_member(group, self._number)
        except ChatMigrated as error:
            self._in.channel.follow(group, error.new_chat_id)
            return await self.tell_moved()
        except (Forbidden, BadRequest) as error:
            log.warning("the staff group is not there: %s", about(error))
            return await self._noted(f"{GONE}{NO_GROUP}")
        await self.has_place(member)
        await self.tell_moved()

    async def tell_moved(self) -> None:
        """Whoever found that it has another number, it is followed; the setting is for
        the supervisors to change. They are told once of each.
        """
        new = self._in.group
        if new is None or new == self._in.settings.telegram.staff_chat_id:
            return
        if await self._state.at(FOLLOWED) != new:
            noted = TelegramState.note(FOLLOWED, new)
            await self._tell(MOVED.format(new=new), [noted])

    async def has_place(self, member: ChatMember, also: Sequence[Write] = ()) -> None:
        """member: the bot in the group. also: goes into the same commit."""
        if member.status in (ChatMember.LEFT, ChatMember.BANNED):
            return await self._noted(f"{GONE}{NO_GROUP}", also)
        missing = missing_rights(member)
        if missing:
            less = LESS.format(missing="、".join(missing))
            return await self._noted(f"{less}{NO_RIGHTS}", also)
        await self._noted("", also)

    async def _noted(self, trouble: str, also: Sequence[Write] = ()) -> None:
        """trouble: "" for none. What was told already is not told again."""
        was_lost = bool(await self._state.at(LOST))
        is_lost = bool(trouble)
        if was_lost == is_lost:
            if also:
                await self._in.database.commit(also)
            return
        words = trouble or WELL
        noted = TelegramState.note(LOST, self._in.at if is_lost else 0)
        await self._tell(words, [*also, noted])

    async def _tell(self, words: str, also: Sequence[Write]) -> None:
        reached = await self._in.roster.reach(["supervisor"])
        chats = [to for _, to in reached if to.channel == TELEGRAM]
        if not chats:
            log.warning("no supervisor is linked who could hear of it: jianfu doctor")
        messages = [staff_message(to, words) for to in chats]
        posted = [self._in.post.put(one) for one in messages]
        await self._in.database.commit([*also, *posted])
        self._in.send(messages)
