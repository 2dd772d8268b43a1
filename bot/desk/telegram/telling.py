"""Alerts about a case stand in its topic; said elsewhere, they lead there. Where they
may be said is found out when they leave, which may be a night after they were written.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.address import Address
from bot.channels.port import TryLater
from bot.channels.render import Rendered
from bot.channels.telegram.case_alerts import PlacedAlert, TelegramPlace
from bot.desk.alerts import SEE_CASE
from bot.desk.telegram import views
from bot.desk.telegram.inside import TELEGRAM, DeskContext
from bot.desk.telegram.membership import NotKnownYet
from bot.desk.telegram.topics import Topics
from bot.outbox.messages import OutboxMessages
from dialogs.case.life import Case
from dialogs.words import Button
from storage.port import Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.desk import GROUP, DeskCases


class AlertPlaces:
    """See CaseAlerts."""

    def __init__(self, inside: DeskContext, topics: Topics) -> None:
        self._in = inside
        self._topics = topics
        self._rows = Cases(inside.database)
        self._cases = DeskCases(inside.database)

    async def placed(
        self, where: TelegramPlace, message: Rendered, shut: int | None = None
    ) -> PlacedAlert:
        """In the group: in the topic; beside it where there is none now; nowhere, if
        somebody there must not know of the case. In a colleague's own chat: with a link
        to the topic, as long as they may know of it.
        """
        row = await self._rows.find(str(message.params["alias"]))
        if row is None:
            return PlacedAlert(message, where)
        if where.private:
            return await self._in_private(where, message, row)
        if shut is not None:
            await self._topics.gone(where.chat, row.id, shut)
        case = (await self._in.casework.writer.load(row)).case
        is_ours = where.chat == self._in.group
        if not is_ours or not await self._may_stand_there(row, case):
            letters = await self._to_supervisors(message, case)
            return PlacedAlert(message, None, letters)
        thread = await self._topic(where.chat, row)
        if thread is not None and thread != shut:
            bare = replace(message.message, buttons=())
            told = replace(message, message=bare, keys=())
            return PlacedAlert(told, TelegramPlace(where.chat, thread))
        return PlacedAlert(message, TelegramPlace(where.chat))

    async def _in_private(
        self, where: TelegramPlace, message: Rendered, row: CaseRow
    ) -> PlacedAlert:
        """What has no button to the case is for a unit, which is not in the group."""
        buttons = message.message.buttons
        if not any(one.choice.startswith(SEE_CASE) for one in buttons):
            return PlacedAlert(message, where)
        member = await self._in.roster.who(Address(TELEGRAM, str(where.chat)))
        if member is None or not await self._in.sight.sees(member, row):
            return PlacedAlert(message, None)
        group = self._in.group
        if group is None or await self._cases.place(row.id) != GROUP:
            return PlacedAlert(message, where)
        thread = await self._topic(group, row)
        if thread is None:
            return PlacedAlert(message, where)
        link = views.topic_link(group, thread)
        return PlacedAlert(replace(message, text=f"{message.text}\n{link}"), where)

    async def _may_stand_there(self, row: CaseRow, case: Case) -> bool:
        """Raises: TryLater, where that may be known in a moment."""
        if await self._cases.place(row.id) != GROUP:
            return False
        try:
            return await self._topics.hidden(case) is None
        except NotKnownYet as error:
            raise TryLater(error.wait) from None

    async def _to_supervisors(self, message: Rendered, case: Case) -> list[Write]:
        """In the place of the group, to those who may know of it."""
        reached = await self._in.sight.reach(self._in.roster, ["supervisor"], case)
        said = message.message
        see = Button(f"{SEE_CASE}:{case.alias}", "b.see_case")
        told = replace(said, buttons=said.buttons or (see,))
        letters = [
            OutboxMessages.letter(to, told, secrets.token_bytes(16))
            for _, to in reached
            if to.channel == TELEGRAM
        ]
        return [self._in.post.put(letter, self._in.at) for letter in letters]

    async def _topic(self, group: int, row: CaseRow) -> int | None:
        standing = await self._topics.standings.of_case(group, row.id)
        return standing.thread if standing is not None else None
