"""The program, joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cases.casework import Casework
from bot.cases.conflict import ConflictRule
from bot.cases.followups import FollowupRounds
from bot.cases.retention import Retention
from bot.channels.messenger import Messenger, ReporterDoor
from bot.channels.port import Channel
from bot.desk.liaison import LiaisonDesk
from bot.hotline import Hotline
from bot.ops.timewatch import TimeWatch
from bot.outbox.messages import OutboxMessages
from bot.outbox.sender import Sender
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.resources import Resources
from scheduler.bell import Bell


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """All parts, as `bot.app.join` has joined them; nothing listens or rings yet.

    messengers: all that are registered; channels: by name, those that are open here.
    """

    resources: Resources
    messengers: Sequence[Messenger[Any, Program]]
    channels: dict[str, Channel]
    reporters: ReporterDoor
    hotline: Hotline
    post: OutboxMessages
    sender: Sender
    roster: Roster
    register: UnitRegister
    conflict: ConflictRule
    casework: Casework
    rounds: FollowupRounds
    retention: Retention
    desk: LiaisonDesk
    bell: Bell
    time: TimeWatch
