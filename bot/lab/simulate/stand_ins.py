"""What the program is handed in the place of the world: a clock that is turned by hand,
chance that repeats itself, and a messenger in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from bot.address import Address
from bot.channels.port import Limits
from bot.channels.render import Rendered
from dialogs.case.life import Case
from dialogs.case.notices import Rank
from dialogs.case.orders import Alert
from storage.port import Write

PEOPLE = "people"  # the messenger's name
SIMULATED_STAFF_CHAT = "staff"
SCREENS_KEPT = 6  # of each chat: nobody presses a button above them


@dataclass(slots=True)
class VirtualClock:
    """`now` is what the program is handed for a clock."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class SeededJitter:
    """Delays by chance, and yet the same each time: by whose they are, and the how
    manieth of theirs.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.acting = 0  # number of the reporter who does something now
        self.numbers: dict[bytes, int] = {}  # of reports
        self._drawn: Counter[int] = Counter()

    def __call__(self, numbers: int, report: bytes) -> int:
        number = self.numbers.setdefault(report, self.acting)
        self._drawn[number] += 1
        dice = Random(f"{self._seed}/lot/{number}/{self._drawn[number]}")
        return dice.randrange(numbers)


class RecordedAlerts:
    """Staff and units hear of nothing, but what they would hear is counted."""

    def __init__(self) -> None:
        self.told: Counter[tuple[bytes, str]] = Counter()

    async def writes(self, alert: Alert, case: Case) -> list[Write]:
        self.told[bytes.fromhex(case.id), alert.name] += 1
        return []

    async def leaders(self, rank: Rank, case: Case) -> tuple[str, ...]:
        return ()


class PeopleChannel:
    """The messenger: what arrives is kept in order, and each chat's last screens."""

    name = PEOPLE
    limits = Limits(10_000, 99, 99)

    def __init__(self) -> None:
        self.arrived: list[tuple[str, Rendered]] = []
        self.shown: dict[str, list[Rendered]] = {}

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        self.arrived.append((to.key, message))
        self.shown.setdefault(to.key, []).append(message)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()

    def take(self) -> list[tuple[str, Rendered]]:
        """(chat, message) of all that arrived since it was asked last."""
        arrived = self.arrived
        self.arrived = []
        return arrived

    def last_shown(self, chat: str, back: int = 1) -> str:
        """The name of the message so far up in a chat; "" where there is none."""
        shown = self.shown.get(chat, [])
        return shown[-back].message.name if len(shown) >= back else ""

    def button(self, chat: str, choice: str) -> tuple[str, str] | None:
        """(full choice, mark) of a button of the last screen, or of the last push; None
        where there is none of that name.
        """
        shown = self.shown.get(chat, [])
        pushes = [one for one in shown if one.message.name.startswith("push.")]
        for rendered in [*shown[-1:], *pushes[-1:]]:
            for key in rendered.keys:
                if key.choice == choice or key.choice.startswith(f"{choice}:"):
                    return key.choice, rendered.message.mark
        return None

    def forget_old(self, chat: str) -> None:
        del self.shown[chat][:-SCREENS_KEPT]
