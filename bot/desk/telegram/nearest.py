"""A unit was written that the register does not have: names that look like it become
buttons. All that was written is kept in the question, so that one tap is enough.
"""

from __future__ import annotations

from dataclasses import replace

from bot.desk import verbs
from bot.desk.refused import STAFF_CHAT, worded
from bot.desk.telegram import views
from bot.desk.telegram.inside import DeskContext
from bot.desk.telegram.saying import Act, Saying
from dialogs.case.life import STATES, State
from dialogs.case.orders import Assign, Order, Whistle
from dialogs.case.refusals import Refusal, refusals
from storage.repositories.cases import CaseRow

OFFERED = 4  # names
LONGEST = 1500  # characters; of longer words only the sentence is told
PICKED = "@"  # begins what the buttons carry; then the first digits of a unit's id, or
INSISTS = "@new"  # it is known not to be in the register
NONE = "@none"  # it is something else
WRITTEN = "\n您写的：\n"
NOT_DONE = "没有照办。请用登记的单位名再写一次；还没登记的，先登记（jianfu unit add）。"
refusals(unit_gone="“{alias}”的这家单位不在名录里了，没有照办。请再写一次单位名。")


class NearestUnits:
    def __init__(self, inside: DeskContext, saying: Saying) -> None:
        self._in = inside
        self._saying = saying

    async def ask(
        self, act: Act, row: CaseRow, verb: str, words: str, refusal: Refusal
    ) -> str:
        """Which of the names was meant. Raises: the refusal, where no names are near or
        the words are too long to be kept.
        """
        near = refusal.params.get("near")
        names = near[:OFFERED] if isinstance(near, list) else []
        if not names or len(words) > LONGEST:
            raise refusal
        directory = await self._in.register.directory()
        found = [unit for unit in map(directory.find, names) if unit is not None]
        alias = row.alias
        buttons = [
            views.button(verb, alias, unit.name, f"{PICKED}{unit.id[:8]}")
            for unit in found
        ]
        buttons.append(views.button(verb, alias, "都不是", NONE))
        buttons.append(views.button(verb, alias, "名录外，照写的办", INSISTS))
        head = verbs.headed(verb, alias, STATES[State(row.state)])
        asked = f"{head}\n{worded(refusal, STAFF_CHAT)}{WRITTEN}{words}"
        await self._saying.say(act, asked, buttons)
        self._saying.clear(act)
        return "请点一个，或回复刚发的那条消息。"

    async def picked(self, alias: str, more: str) -> str | None:
        """The name that a button stands for; None to insist. Raises: Refusal."""
        if more == INSISTS:
            return None
        directory = await self._in.register.directory()
        begins = more.removeprefix(PICKED)
        names = [
            unit.name
            for unit in directory
            if unit.active and unit.id.startswith(begins)
        ]
        if len(names) != 1:
            raise Refusal("unit_gone", alias=alias)
        return names[0]


def written(asked: str) -> str:
    """What was written, of the question that keeps it. Raises: Refusal, where it is
    none of ours.
    """
    _, mark, words = asked.partition(WRITTEN)
    if not mark:
        raise Refusal("prompt_unknown")
    return words


def with_unit(order: Order, name: str | None) -> Order:
    """The same with this unit; None: as it was written, outside of the register."""
    if not isinstance(order, Assign | Whistle):
        return order
    return replace(order, new=True) if name is None else replace(order, unit=name)
