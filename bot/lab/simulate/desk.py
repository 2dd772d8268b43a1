"""Who works on cases: the hotline's staff, its supervisor, and the units' liaisons,
each at their pace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from bot.cases.casework import Casework
from bot.lab.simulate.people import LIAISON, OPERATORS, SUPERVISOR, UNITS
from bot.people.member import AtTheMachine
from dialogs.case.clock import running, steps_done
from dialogs.case.life import Case, State
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Close,
    Decline,
    Extend,
    Find,
    GrantExtend,
    Merge,
    Order,
    Rectify,
    RefuseReturn,
    Return,
    Wait,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.case.worktime import Terms

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPENS, CLOSES = time(8, 40), time(19, 20)
PACE = {unit.name: pace for unit, pace in UNITS}
PARENTS = {unit.name: unit.parent for unit, _ in UNITS if unit.parent}
DAYS = {
    "quick": (0.3, 2.5),
    "slow": (3.0, 9.0),
    "returning": (1.0, 5.0),
    "asking": (4.2, 12.0),
    "late": (6.0, 22.0),
}
WORKING = (
    State.FILED,
    State.ACCEPTED,
    State.ASSIGNED,
    State.RETURNED,
    State.ANSWERED,
    State.VERIFIED,
    State.RECTIFYING,
    State.WAITING,
)


@dataclass(slots=True)
class Done:
    """An order that was carried out; params: what the audit line does not say of it."""

    order: Order
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Task:
    """A case on the desk. visit: when somebody looks next; done: what nobody does
    twice.
    """

    id: bytes
    alias: str
    dice: Random
    operator: str
    category: str
    visit: datetime | None = None
    done: set[str] = field(default_factory=set)


class Desk:
    def __init__(
        self,
        casework: Casework,
        terms: Terms,
        seed: int,
        plan: Callable[[datetime, int], None],
    ) -> None:
        """plan: calls `visit` for a case at a time."""
        self._casework, self._terms, self._seed, self._plan = (
            casework,
            terms,
            seed,
            plan,
        )
        self._tasks: dict[int, Task] = {}
        self.refused = 0

    async def opened(self, number: int, id: bytes, at: datetime) -> Case:
        """A new case is seen after some hours, most of them within the day."""
        case = (await self._casework.writer.by_id(id)).case
        dice = Random(f"{self._seed}/desk/{number}")
        self._tasks[number] = Task(
            id, case.alias, dice, dice.choice(OPERATORS), case.category
        )
        hours = (
            dice.uniform(0.2, 2)
            if case.urgent
            else dice.choices([dice.uniform(1, 18), dice.uniform(20, 60)], [94, 6])[0]
        )
        self._look(number, at + hours * HOUR)
        return case

    def moved(self, number: int, at: datetime) -> None:
        """Something happened by itself: somebody looks within a day, if nobody was
        going to.
        """
        task = self._tasks[number]
        if task.visit is None:
            self._look(number, at + task.dice.uniform(2, 20) * HOUR)

    def _look(self, number: int, at: datetime, unit: bool = False) -> None:
        """In the hours of the line, seven days a week; a unit's in its own, on working
        days.
        """
        local = at.astimezone(self._terms.zone)
        minutes = timedelta(minutes=self._tasks[number].dice.randint(0, 90))
        if local.time() > CLOSES:
            local = (
                datetime.combine(local.date() + DAY, OPENS, self._terms.zone) + minutes
            )
        elif local.time() < OPENS:
            local = datetime.combine(local.date(), OPENS, self._terms.zone) + minutes
        while unit and not self._terms.calendar.works(local.date()):
            local += DAY
        self._tasks[number].visit = local
        self._plan(local, number)

    # ── a look at a case ──────────────────────────────────────────────────────────────

    async def visit(self, number: int, at: datetime) -> Done | None:
        """Do what is to be done now, and say when to look again."""
        task = self._tasks[number]
        if task.visit is None or at < task.visit - timedelta(seconds=2):
            return None  # it was looked at meanwhile
        task.visit = None
        loaded = await self._casework.writer.by_id(task.id)
        case = loaded.case
        if case.state not in WORKING:
            return None
        done, hours, unit = self._decide(task, case, at)
        if done is None:
            self._look(number, at + hours * HOUR, unit)
            return None
        by = AtTheMachine(task.operator, "operator")
        if isinstance(done.order, Answer | Return | Extend | Arrive):
            by = AtTheMachine(LIAISON, "liaison", case.unit_id)
        elif isinstance(done.order, GrantExtend):
            by = AtTheMachine(SUPERVISOR, "supervisor")
        elif case.claimed is not None:
            by = AtTheMachine(case.claimed.name, "operator")
        try:
            await self._casework.staff.order(task.alias, done.order, by)
        except Refusal:
            self.refused += 1
            task.done.add(type(done.order).__name__)
            done = None
        self._look(number, at + hours * HOUR, unit)
        return done

    def _decide(
        self, task: Task, case: Case, at: datetime
    ) -> tuple[Done | None, float, bool]:
        """(what, hours until the next look, whether the next is a unit's)"""
        dice, chance = task.dice, task.dice.random()
        match case.state:
            case State.FILED:
                return self._triage(task, case, chance)
            case State.ACCEPTED:
                if chance < 0.05:
                    return (
                        Done(Close("已向您说明政策，现在的做法不违反规定。")),
                        24,
                        False,
                    )
                return self._assign(task, case)
            case State.RETURNED:
                if chance < 0.5:
                    return (
                        Done(RefuseReturn("清单写明由你单位牵头。")),
                        self._unit_hours(task, case),
                        True,
                    )
                return self._assign(task, case)
            case State.ASSIGNED:
                return self._of_unit(task, case, chance)
            case State.ANSWERED:
                if chance < 0.06 and "wait" not in task.done:
                    task.done.add("wait")
                    when = self._midnight(at, dice.randint(2, 9))
                    return (
                        Done(Wait("等区里的会议纪要", when), {"until": when}),
                        24 * 10,
                        False,
                    )
                finding = dice.choices(
                    ["substantiated", "partly", "unsubstantiated"], [50, 20, 30]
                )[0]
                return Done(Find(finding, "核实过了。")), dice.uniform(1, 30), False
            case State.VERIFIED:
                if case.finding != "unsubstantiated" and chance < 0.6:
                    until = (
                        self._midnight(at, dice.randint(5, 30))
                        if dice.random() < 0.8
                        else None
                    )
                    task.done.discard("rectified")
                    hours = 24 * (
                        dice.uniform(3, 26)
                        if dice.random() < 0.8
                        else dice.uniform(28, 40)
                    )
                    return (
                        Done(Rectify("取消重复的表。", until), {"until": until}),
                        hours,
                        False,
                    )
                return Done(Close("情况已核清，处理意见见上。")), 24, False
            case State.RECTIFYING:
                return Done(Close("已经改好，不再要求重复报送。")), 24, False
        return None, 30, False  # waiting: it goes on by itself

    def _triage(
        self, task: Task, case: Case, chance: float
    ) -> tuple[Done | None, float, bool]:
        dice = task.dice
        if chance < 0.07 and not case.urgent:
            return Done(Decline("不属于加重基层负担的事，建议向12345反映。")), 24, False
        if chance < 0.15 and "asked" not in task.done and case.reports:
            task.done.add("asked")
            return Done(Ask("是哪张表，多久报一次？")), 24 * dice.uniform(1, 4), False
        if chance < 0.19 and (into := self._same(task)) is not None:
            return Done(Merge(self._tasks[into].alias), {"into": into}), 24, False
        return Done(Accept()), 0.2 if case.urgent else dice.uniform(0.5, 30), False

    def _same(self, task: Task) -> int | None:
        """An older case of the kind; it may be closed by now: then the merge is
        refused.
        """
        older = [
            number
            for number, one in self._tasks.items()
            if one.category == task.category and one.id != task.id
        ]
        return max(older, default=None)

    def _assign(self, task: Task, case: Case) -> tuple[Done, float, bool]:
        unit = task.dice.choice([one.name for one, _ in UNITS if one.name != case.unit])
        hard = task.dice.random() < 0.2
        hours = self._unit_hours(task, case, unit)
        return (
            Done(Assign(unit, complex=hard), {"complex": hard}),
            hours,
            not case.urgent,
        )

    def _unit_hours(self, task: Task, case: Case, unit: str | None = None) -> float:
        pace = PACE.get(unit or case.unit or "", "slow")
        if case.urgent:
            return (
                task.dice.uniform(0.3, 1.8)
                if pace == "quick"
                else task.dice.uniform(0.5, 5)
            )
        if pace in ("returning", "asking") and not {"Return", "Extend"} & task.done:
            return (
                task.dice.uniform(2, 20)
                if pace == "returning"
                else task.dice.uniform(20, 90)
            )
        return 24 * task.dice.uniform(*DAYS[pace])

    def _of_unit(
        self, task: Task, case: Case, chance: float
    ) -> tuple[Done | None, float, bool]:
        pace, dice = PACE.get(case.unit or "", "slow"), task.dice
        if case.wants is not None:
            granted, days = chance < 0.8, dice.randint(2, case.wants.days)
            order = GrantExtend(
                granted, "" if granted else "请先办能办的。", days if granted else None
            )
            return (
                Done(order, {"granted": granted, "days": days}),
                24 * dice.uniform(3, 9),
                True,
            )
        late = not case.urgent and "supervised" in steps_done(case.ledger, "answer")
        if late and case.unit in PARENTS and "Whistle" not in task.done:
            task.done.add("Whistle")
            if chance < 0.5:
                hours = self._unit_hours(task, case, PARENTS[case.unit])
                return Done(Whistle("督办后仍没有答复")), hours, True
        if case.urgent and "on_site" in running(case.ledger):
            return Done(Arrive("到场了。")), dice.uniform(0.5, 6), False
        if pace == "returning" and "Return" not in task.done:
            task.done.add("Return")
            if chance < 0.6 and not case.urgent:
                return (
                    Done(Return("清单第三条", "不归本单位管")),
                    dice.uniform(1, 24),
                    False,
                )
        if pace == "asking" and "Extend" not in task.done and not case.urgent:
            task.done.add("Extend")
            if chance < 0.8:
                return (
                    Done(Extend(dice.randint(3, 10), "要和区里对数据")),
                    dice.uniform(2, 24),
                    False,
                )
        return (
            Done(Answer("已经核对，确有重复，正在合并。")),
            dice.uniform(1, 40),
            False,
        )

    def _midnight(self, at: datetime, days: int) -> datetime:
        day = at.astimezone(self._terms.zone).date() + timedelta(days=days)
        return datetime.combine(day, time(), self._terms.zone)
