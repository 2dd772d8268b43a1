"""How staff and units hear through messengers that something happened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

import bot.desk.texts  # noqa: F401 - its sentences become known
from bot.address import Address
from bot.cases.conflict import ConflictRule
from bot.hours import seconds
from bot.outbox.messages import OutboxMessages
from bot.people.register import UnitRegister
from bot.people.roster import Reached, Roster
from dialogs.case.life import Case
from dialogs.case.notices import ADDRESSEES, RANKS, Rank
from dialogs.case.orders import Alert
from dialogs.case.roles import HOTLINE, Role
from dialogs.words import Button, Message
from storage.port import Database, Write
from storage.repositories.desk import GROUP, DeskCases

# what taps carry: staff's door hears them
RECEIVED = "s:received"  # a leader's, under a paper
SEE_CASE = "s:card"  # of the hotline's staff, under an alert
CLOCK_RIGHT = "s:clock"  # a supervisor's, where the clock is in doubt


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
        register: UnitRegister,
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
        self._register = register
        self._channels = channels
        self._group = group
        self._now = now

    async def writes(self, alert: Alert, case: Case) -> list[Write]:
        """See Alerts."""
        if alert.name == "new_case":
            return []
        if alert.to == "leader":
            return await self._to_leaders(alert, case)
        message = Message(f"alert.{alert.name}", {"alias": case.alias})
        if alert.to != "unit":
            see = Button(f"{SEE_CASE}:{case.alias}", "b.see_case")
            message = replace(message, buttons=(see,))
        due = 0 if alert.urgent else seconds(self._now())
        return [
            self._post.put(
                OutboxMessages.letter(to, message, secrets.token_bytes(16)), due
            )
            for to in await self._ears(alert, case)
        ]

    async def _to_leaders(self, alert: Alert, case: Case) -> list[Write]:
        """The paper goes to whom it is for, who says by one tap that it is there; where
        nobody can be reached so, a supervisor is asked to hand it over.
        """
        rank = ADDRESSEES[alert.name]
        due = 0 if alert.urgent else seconds(self._now())
        params = {"alias": case.alias, "unit": case.assignment.unit or ""}
        name = "ordered" if alert.params.get("ordered") else alert.name
        message = Message(f"notice.{name}", params)
        ears = [to for _, to in await self._leaders(rank, case)]
        if ears:
            tap = f"{RECEIVED}:{case.alias}:{rank}"
            message = replace(message, buttons=(Button(tap, "b.received"),))
        else:
            message = Message("alert.hand_over", {**params, "rank": RANKS[rank]})
            supervisors = await self._reach(["supervisor"], case)
            ears = [to for _, to in supervisors]
        return [
            self._post.put(
                OutboxMessages.letter(to, message, secrets.token_bytes(16)), due
            )
            for to in ears
        ]

    async def leaders(self, rank: Rank, case: Case) -> tuple[str, ...]:
        """See Alerts."""
        names = [member.staff.name for member, _ in await self._leaders(rank, case)]
        return tuple(dict.fromkeys(names))

    async def _leaders(self, rank: str, case: Case) -> Reached:
        """Accounts of those who lead the unit in this rank and may know of the case; of
        one who is himself named in it, none.
        """
        directory = await self._register.directory()
        unit = directory.of(case.assignment.unit_id or "")
        if unit is None:
            return []
        names = [one.name for one in unit.led_by(rank)]
        reached = await self._roster.accounts(names, unit.id)
        members = [member for member, _ in reached]
        may = await self._conflict.unnamed(members, case)
        ids = {member.staff.id for member in may}
        return [
            (member, to)
            for member, to in reached
            if member.staff.id in ids and to.channel in self._channels
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
        if place == GROUP:
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
