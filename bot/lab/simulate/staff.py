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
from bot.lab.simulate.people import LIAISON, OPERATORS, SIMULATED_UNITS, SUPERVISOR
from bot.lab.simulate.spans import A_DAY, AN_HOUR
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

LINE_OPENS = time(8, 40)
LINE_CLOSES = time(19, 20)
PACES = {unit.name: pace for unit, pace in SIMULATED_UNITS}
PARENTS = {unit.name: unit.parent for unit, _ in SIMULATED_UNITS if unit.parent}
ANSWER_DAYS = {  # between which a unit answers, by its pace
    "quick": (0.3, 2.5),
    "slow": (3.0, 9.0),
    "returning": (1.0, 5.0),
    "asking": (4.2, 12.0),
    "late": (6.0, 22.0),
}
FINDING_WEIGHTS = {"substantiated": 50, "partly": 20, "unsubstantiated": 30}
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
class CaseTask:
    """A case on the desk. visit: when somebody looks next; done: what nobody does
    twice; sent: units that it was sent to.
    """

    id: bytes
    alias: str
    dice: Random
    operator: str
    category: str
    visit: datetime | None = None
    done: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class NextMove:
    """What somebody does now, if anything; hours: until the next look; by_unit: it is
    the unit that looks next, on a working day.
    """

    done: Done | None
    hours: float
    by_unit: bool = False


class SimulatedStaff:
    """plan: calls `visit` for a case at a time."""

    def __init__(
        self,
        casework: Casework,
        terms: Terms,
        seed: int,
        plan: Callable[[datetime, int], None],
    ) -> None:
        self._casework = casework
        self._terms = terms
        self._seed = seed
        self._plan = plan
        self._tasks: dict[int, CaseTask] = {}
        self.refused = 0

    async def opened(self, number: int, id: bytes, at: datetime) -> Case:
        """A new case is seen after some hours, most of them within the day."""
        case = (await self._casework.writer.by_id(id)).case
        dice = Random(f"{self._seed}/desk/{number}")
        operator = dice.choice(OPERATORS)
        self._tasks[number] = CaseTask(id, case.alias, dice, operator, case.category)
        if case.urgent:
            hours = dice.uniform(0.2, 2)
        else:
            usual = dice.uniform(1, 18)
            late = dice.uniform(20, 60)
            [hours] = dice.choices([usual, late], [94, 6])
        self._look(number, at + hours * AN_HOUR)
        return case

    def moved(self, number: int, at: datetime) -> None:
        """Something happened by itself: somebody looks within a day, if nobody was
        going to.
        """
        task = self._tasks[number]
        if task.visit is None:
            self._look(number, at + task.dice.uniform(2, 20) * AN_HOUR)

    def _look(self, number: int, at: datetime, *, by_unit: bool = False) -> None:
        """In the hours of the line, seven days a week; a unit's in its own, on working
        days.
        """
        task = self._tasks[number]
        zone = self._terms.zone
        local = at.astimezone(zone)
        minutes = timedelta(minutes=task.dice.randint(0, 90))
        if local.time() > LINE_CLOSES:
            morning = datetime.combine(local.date() + A_DAY, LINE_OPENS, zone)
            local = morning + minutes
        elif local.time() < LINE_OPENS:
            local = datetime.combine(local.date(), LINE_OPENS, zone) + minutes
        while by_unit and not self._terms.calendar.works(local.date()):
            local += A_DAY
        task.visit = local
        self._plan(local, number)

    # ── a look at a case ──────────────────────────────────────────────────────────────

    async def visit(self, number: int, at: datetime) -> Done | None:
        """Do what is to be done now, and say when to look again."""
        task = self._tasks[number]
        if task.visit is None or at < task.visit - timedelta(seconds=2):
            return None  # it was looked at meanwhile
        task.visit = None
        case = (await self._casework.writer.by_id(task.id)).case
        if case.state not in WORKING:
            return None
        move = self._decide(task, case, at)
        done = move.done
        if done is not None and not await self._carry_out(task, case, done.order):
            done = None
        next_look = at + move.hours * AN_HOUR
        self._look(number, next_look, by_unit=move.by_unit)
        return done

    async def _carry_out(self, task: CaseTask, case: Case, order: Order) -> bool:
        """False where it is refused; nobody tries that twice."""
        who = _who_orders(task, case, order)
        try:
            await self._casework.staff.order(task.alias, order, who)
        except Refusal:
            self.refused += 1
            task.done.add(type(order).__name__)
            return False
        if isinstance(order, Decline):  # an appeal is another's to decide
            task.operator = next(name for name in OPERATORS if name != who.name)
        return True

    def _decide(self, task: CaseTask, case: Case, at: datetime) -> NextMove:
        chance = task.dice.random()
        match case.state:
            case State.FILED:
                return self._triage(task, case, chance)
            case State.ACCEPTED:
                return self._after_accepting(task, case, chance)
            case State.RETURNED:
                return self._after_return(task, case, chance)
            case State.ASSIGNED:
                return self._of_unit(task, case, chance)
            case State.ANSWERED:
                return self._after_answer(task, case, at, chance)
            case State.VERIFIED:
                return self._after_finding(task, case, at, chance)
            case State.RECTIFYING:
                return NextMove(Done(Close("已经改好，不再要求重复报送。")), 24)
        return NextMove(None, 30)  # waiting: it goes on by itself

    # ── the hotline's staff ───────────────────────────────────────────────────────────

    def _triage(self, task: CaseTask, case: Case, chance: float) -> NextMove:
        dice = task.dice
        if chance < 0.07 and not case.urgent:
            decline = Decline("不属于加重基层负担的事，建议向12345反映。")
            return NextMove(Done(decline), 24)
        if chance < 0.15 and "asked" not in task.done and case.reports:
            task.done.add("asked")
            hours = 24 * dice.uniform(1, 4)
            return NextMove(Done(Ask("是哪张表，多久报一次？")), hours)
        if chance < 0.19 and (into := self._same_kind(task)) is not None:
            merge = Merge(self._tasks[into].alias)
            return NextMove(Done(merge, {"into": into}), 24)
        hours = 0.2 if case.urgent else dice.uniform(0.5, 30)
        return NextMove(Done(Accept()), hours)

    def _same_kind(self, task: CaseTask) -> int | None:
        """An older case of the kind; it may be closed by now: then the merge is
        refused.
        """
        older = [
            number
            for number, one in self._tasks.items()
            if one.category == task.category and one.id != task.id
        ]
        return max(older, default=None)

    def _after_accepting(self, task: CaseTask, case: Case, chance: float) -> NextMove:
        if chance < 0.05:
            close = Close("已向您说明政策，现在的做法不违反规定。")
            return NextMove(Done(close), 24)
        return self._assign(task, case)

    def _after_return(self, task: CaseTask, case: Case, chance: float) -> NextMove:
        if chance < 0.5:
            hours = self._unit_hours(task, case, case.assignment.unit)
            refuse = RefuseReturn("清单写明由你单位牵头。")
            return NextMove(Done(refuse), hours, by_unit=True)
        return self._assign(task, case)

    def _assign(self, task: CaseTask, case: Case) -> NextMove:
        if case.assignment.unit is None:
            task.sent.clear()
        names = [unit.name for unit, _ in SIMULATED_UNITS]
        unit = task.dice.choice([name for name in names if name not in task.sent])
        task.sent.add(unit)
        hard = task.dice.random() < 0.2
        hours = self._unit_hours(task, case, unit)
        done = Done(Assign(unit, complex=hard), {"complex": hard})
        return NextMove(done, hours, by_unit=not case.urgent)

    def _after_answer(
        self, task: CaseTask, case: Case, at: datetime, chance: float
    ) -> NextMove:
        dice = task.dice
        if chance < 0.06 and "wait" not in task.done:
            task.done.add("wait")
            until = self._midnight(at, dice.randint(2, 9))
            wait = Wait("等区里的会议纪要", until)
            return NextMove(Done(wait, {"until": until}), 24 * 10)
        kinds = list(FINDING_WEIGHTS)
        [finding] = dice.choices(kinds, list(FINDING_WEIGHTS.values()))
        found = {"finding": finding, "unit": case.assignment.unit}
        find = Done(Find(finding, "核实过了。"), found)
        return NextMove(find, dice.uniform(1, 30))

    def _after_finding(
        self, task: CaseTask, case: Case, at: datetime, chance: float
    ) -> NextMove:
        dice = task.dice
        if case.assignment.finding == "unsubstantiated" or chance >= 0.6:
            return NextMove(Done(Close("情况已核清，处理意见见上。")), 24)
        until = None
        if dice.random() < 0.8:
            until = self._midnight(at, dice.randint(5, 30))
        task.done.discard("rectified")
        in_time = dice.random() < 0.8
        days = dice.uniform(3, 26) if in_time else dice.uniform(28, 40)
        rectify = Rectify("取消重复的表。", until)
        return NextMove(Done(rectify, {"until": until}), 24 * days)

    # ── the units ─────────────────────────────────────────────────────────────────────

    def _of_unit(self, task: CaseTask, case: Case, chance: float) -> NextMove:
        """What its liaison does, or the line instead of a unit that does nothing."""
        dice = task.dice
        if case.assignment.wants is not None:
            return self._extension(task, case.assignment.wants.days, chance)
        if self._whistles(task, case) and chance < 0.5:
            hours = self._unit_hours(task, case, PARENTS[case.assignment.unit or ""])
            return NextMove(Done(Whistle("督办后仍没有答复")), hours, by_unit=True)
        if case.urgent and "on_site" in running(case.ledger):
            return NextMove(Done(Arrive("到场了。")), dice.uniform(0.5, 6))
        pace = PACES.get(case.assignment.unit or "", "slow")
        if pace == "returning" and "Return" not in task.done:
            task.done.add("Return")
            if chance < 0.6 and not case.urgent:
                back = Return("清单第三条", "不归本单位管")
                return NextMove(Done(back), dice.uniform(1, 24))
        if pace == "asking" and "Extend" not in task.done and not case.urgent:
            task.done.add("Extend")
            if chance < 0.8:
                extend = Extend(dice.randint(3, 10), "要和区里对数据")
                return NextMove(Done(extend), dice.uniform(2, 24))
        answer = Answer("已经核对，确有重复，正在合并。")
        return NextMove(Done(answer), dice.uniform(1, 40))

    @staticmethod
    def _extension(task: CaseTask, wanted: int, chance: float) -> NextMove:
        """The supervisor's answer to a unit that asked for so many working days."""
        granted = chance < 0.8
        days = task.dice.randint(2, wanted)
        if granted:
            order = GrantExtend(True, "", days)
        else:
            order = GrantExtend(False, "请先办能办的。", None)
        done = Done(order, {"granted": granted, "days": days})
        return NextMove(done, 24 * task.dice.uniform(3, 9), by_unit=True)

    @staticmethod
    def _whistles(task: CaseTask, case: Case) -> bool:
        """Whether this is the moment to think of the unit above, which comes once."""
        is_late = not case.urgent and "supervised" in steps_done(case.ledger, "answer")
        parent = PARENTS.get(case.assignment.unit or "")
        if not is_late or parent is None or "Whistle" in task.done:
            return False
        if parent in task.sent:
            return False
        task.done.add("Whistle")
        task.sent.add(parent)
        return True

    @staticmethod
    def _unit_hours(task: CaseTask, case: Case, unit: str | None) -> float:
        """Until this unit does something."""
        dice = task.dice
        pace = PACES.get(unit or case.assignment.unit or "", "slow")
        if case.urgent:
            return dice.uniform(0.3, 1.8) if pace == "quick" else dice.uniform(0.5, 5)
        has_asked = bool({"Return", "Extend"} & task.done)
        if pace == "returning" and not has_asked:
            return dice.uniform(2, 20)
        if pace == "asking" and not has_asked:
            return dice.uniform(20, 90)
        return 24 * dice.uniform(*ANSWER_DAYS[pace])

    def _midnight(self, at: datetime, days: int) -> datetime:
        day = at.astimezone(self._terms.zone).date() + timedelta(days=days)
        return datetime.combine(day, time(), self._terms.zone)


def _who_orders(task: CaseTask, case: Case, order: Order) -> AtTheMachine:
    """Each order comes from whose it is; an operator's from who claimed the case."""
    match order:
        case Answer() | Return() | Extend() | Arrive():
            return AtTheMachine(LIAISON, "liaison", case.assignment.unit_id)
        case GrantExtend():
            return AtTheMachine(SUPERVISOR, "supervisor")
    if case.claimed is not None:
        return AtTheMachine(case.claimed.name, "operator")
    return AtTheMachine(task.operator, "operator")
