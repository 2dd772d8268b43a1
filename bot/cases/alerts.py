"""What cases need of whoever tells staff and units that something happened; and nobody
who tells, where no messenger is set up.
"""

from __future__ import annotations

from typing import Protocol

from dialogs.case.life import Case
from dialogs.case.notices import Rank
from dialogs.case.orders import Alert
from storage.port import Write


class Alerts(Protocol):
    """Hands out messages of constant shape: an alias and a phrase, never what was
    reported.
    """

    async def writes(self, alert: Alert, case: Case) -> list[Write]:
        """The outbox rows that tell it, for the commit of what happened; case: as it is
        afterwards.

        Only a message with due_at 0 leaves in quiet hours, too.
        """

    async def leaders(self, rank: Rank, case: Case) -> tuple[str, ...]:
        """The names of those who lead the unit in this rank and are reached by what is
        handed out here.
        """


class NoAlerts:
    """Nobody is told; staff see it where they look."""

    async def writes(self, alert: Alert, case: Case) -> list[Write]:
        return []

    async def leaders(self, rank: Rank, case: Case) -> tuple[str, ...]:
        return ()
