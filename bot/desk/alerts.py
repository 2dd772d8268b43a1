"""How staff and units hear through messengers that something happened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import bot.desk.texts  # noqa: F401 - its sentences become known
from bot.address import Address
from bot.cases.conflict import ConflictRule
from bot.hours import seconds
from bot.outbox.messages import OutboxMessages
from bot.people.roster import Reached, Roster
from dialogs.case.life import Case
from dialogs.case.orders import Alert
from dialogs.case.roles import HOTLINE, Role
from dialogs.words import Message
from storage.port import Database, Write
from storage.repositories.desk import DeskCases


class MessengerAlerts:
    """By messenger: to the staff's group where everybody there may know of the case,
    else to single accounts.

    A new case needs no message: its topic or its card tells of it.
    """

    def __init__(
        self,
        database: Database,
        post: OutboxMessages,
        roster: Roster,
        conflict: ConflictRule,
        *,
        channels: Collection[str],
        group: Address | None,
        now: Callable[[], datetime],
    ) -> None:
        """channels: names of the messengers that reach staff; group: the staff's chat,
        None where there is none.
        """
        self._cases = DeskCases(database)
        self._post = post
        self._roster = roster
        self._conflict = conflict
        self._channels = channels
        self._group = group
        self._now = now

    async def writes(self, alert: Alert, case: Case) -> list[Write]:
        """See Alerts."""
        if alert.name == "new_case":
            return []
        message = Message(f"alert.{alert.name}", {"alias": case.alias})
        due = 0 if alert.urgent else seconds(self._now())
        return [
            self._post.put(
                OutboxMessages.letter(to, message, secrets.token_bytes(16)), due
            )
            for to in await self._ears(alert, case)
        ]

    async def _ears(self, alert: Alert, case: Case) -> list[Address]:
        if alert.to == "unit":
            return await self._unit(case)
        place = await self._cases.place(bytes.fromhex(case.id))
        if place is None:  # not told of yet: the card will show it all
            return []
        supervisors = await self._reach(["supervisor"], case)
        if alert.to == "supervisor" and supervisors:
            return [to for _, to in supervisors]
        if place == "group":
            return [self._group] if self._group is not None else []
        roles: Sequence[Role] = ["supervisor"] if self._group is not None else HOTLINE
        return [to for _, to in await self._reach(roles, case)]

    async def _unit(self, case: Case) -> list[Address]:
        if case.assignment.unit_id is None:
            return []
        return [
            to
            for one, to in await self._reach(["liaison"], case)
            if one.unit == case.assignment.unit_id
        ]

    async def _reach(self, roles: Sequence[Role], case: Case) -> Reached:
        reached = await self._conflict.reach(self._roster, roles, case)
        return [pair for pair in reached if pair[1].channel in self._channels]
