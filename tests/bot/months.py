"""A line on which months pass: what is due rings and goes out, and what reached whom,
when, is noted.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.life import State
from dialogs.case.orders import Order
from dialogs.words import Pressed
from tests.bot.line import MORNING, Line

CLEAR = "街道要求我们社区同一份台账每周报五次"
BEIJING = ZoneInfo("Asia/Shanghai")


class Months(Line):
    """A line on which time passes: every two hours all that is due rings and
    goes out.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.pushed: list[
            tuple[int, str, str]
        ] = []  # (day after Monday, chat, message)

    async def filed(self, chat: str, *before: str) -> str:
        """A report is filed from this chat; the case's alias."""
        await self.says(CLEAR, *before, "送出", chat=chat)
        new = [
            entry.case.alias
            for entry in await self.app.casework.reading.entries(
                AT_THE_MACHINE, states=(State.FILED,)
            )
        ]
        assert len(new) == 1
        return new[0]

    async def orders(self, name: str, *orders: Order) -> None:
        for order in orders:
            await self.app.casework.staff.order(
                name, order, AtTheMachine("王", "operator")
            )

    async def dump(self, *tables: str) -> list[tuple[object, ...]]:
        """All rows, bytes in hex."""
        rows = [
            row
            for table in tables or ("reports", "cases", "steps", "ratings")
            for row in await self.app.resources.database.all(f"SELECT * FROM {table}")
        ]
        return [
            tuple(one.hex() if isinstance(one, bytes) else one for one in row)
            for row in rows
        ]

    async def passes(self, days: float, *, stopped: int = 0) -> None:
        """stopped: so many days nothing runs, first."""
        self.later(days=stopped)
        for _ in range(round(12 * days)):
            self.later(hours=2)
            await self.runs()

    async def runs(self) -> None:
        known = {chat: len(shown) for chat, shown in self.notebook.shown.items()}
        await self.app.rounds.run(self.at)
        await self.app.sender.look()
        await self.app.sender.idle()
        for chat, shown in self.notebook.shown.items():
            for message in shown[known.get(chat, 0) :]:
                assert 8 <= self.at.astimezone(BEIJING).hour < 21, (
                    "nothing is pushed at night"
                )
                self.pushed.append((self.day, chat, message.message.name))

    @property
    def day(self) -> int:
        local: datetime = self.at.astimezone(BEIJING)
        return (local.date() - MORNING.astimezone(BEIJING).date()).days

    def heard(self, chat: str = "anna") -> list[tuple[int, str]]:
        found = [(day, name) for day, one, name in self.pushed if one == chat]
        self.pushed = [push for push in self.pushed if push[1] != chat]
        return found

    async def taps(self, verb: str, name: str, chat: str = "anna") -> str:
        """Press a button of the last push of this name."""
        push = next(
            one
            for one in reversed(self.notebook.shown[chat])
            if one.message.name == name
        )
        [choice] = [
            key.choice for key in push.keys if key.choice.startswith(f"{verb}:")
        ]
        await self.takes(Pressed(choice, push.message.mark, self.at), chat)
        return self.screen(chat)
