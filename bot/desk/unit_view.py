"""What a unit may read of a case it has, in words and times. Pure.

What a unit must not learn is left out here: who reported, how many and when, how they
rated, what staff noted. What a reporter caused becomes visible at the next local
midnight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from bot.desk.times import proviso
from dialogs.case.allowance import Clock
from dialogs.case.clock import ClockLine, ClockReading, read, running
from dialogs.case.corrections import (
    CorrectedSupplement,
    SupplementStep,
    corrected,
)
from dialogs.case.explaining import explain
from dialogs.case.life import FINDINGS, Case, State
from dialogs.case.notices import RANKS
from dialogs.case.refusals import Refusal
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms, day_of, workdays
from storage.repositories.cases import CaseRow
from storage.repositories.steps import StepRow

Mood = Literal["late", "soon", "fine", "paused"]
UnitSteps = Sequence[tuple[StepRow, Mapping[str, Any]]]  # rows with what they hold
TEXT_GONE = "（原文不再提供，请按已经掌握的情况继续办理。）"
# what a pause is called that may be a question to the reporter
ASKING = "专线在补充材料"
LINE_NAME = "专线"
CORRECTED = "更正：{words}（先前转给您的是：{before}）"
UNIT_CLOCK_NAMES = {
    "answer": "答复",
    "rectify": "整改",
    "on_site": "到场或上线",
    "result": "当日出结果",
}
UNIT_STATES: dict[State, str] = {
    State.ASSIGNED: "办理中",
    State.RETURNED: "已退回，等专线决定",
    State.ANSWERED: "已答复，等专线核实",
    State.VERIFIED: "已核实",
    State.RECTIFYING: "整改中",
    State.CLOSED: "已办结",
    State.CALLBACK: "已办结",
    State.LOOK_BACK: "已办结",
    State.MERGED: "专线已收回，不用再办",  # that others reported the same is not told
}  # others are the hotline's business: the case is not there
PUT_RIGHT = "已报整改完成，等专线核对"
AT_WORK = (State.ASSIGNED, State.RECTIFYING)
DONE = (State.CLOSED, State.CALLBACK, State.LOOK_BACK, State.MERGED)
GIVEN = ("assigned", "whistled")  # steps by which a unit is given a case
TO_THE_MINUTE = re.compile(r" \d\d:\d\d (暂停|接着算)")


# ── what a page shows ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Timer:
    """due: None while paused; used: percent; left: in words; proviso: what is said
    where the due time may still change, else "".
    """

    clock: str
    due: datetime | None
    used: int
    left: str
    mood: Mood
    proviso: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitItem:
    """A case in the list. open: it is the unit's turn; done: nothing is to be done any
    more.
    """

    alias: str
    serial: str | None
    category: str
    urgent: bool
    state: str
    timers: tuple[Timer, ...]
    received: bool
    open: bool
    done: bool

    @property
    def first(self) -> Timer | None:
        """The clock that ends first; a paused one last."""
        return self.timers[0] if self.timers else None


@dataclass(frozen=True, slots=True)
class PastEvent:
    """What the unit and the hotline said to each other. pictures: ids of the unit's
    own.
    """

    at: datetime
    words: str
    text: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCase:
    """One case as its unit may read it.

    more: what was added, without its times; why: how the deadline is counted, line by
    line; may: every action that fits the state → None or why it cannot be done now;
    days: working days an extension gives; returns: how often it may be sent back;
    return_within: how long after it was sent
    out the unit may send it back, "" where the rules let none.
    """

    item: UnitItem
    kind: str | None
    text: str
    place: str | None
    when: str | None
    more: tuple[str, ...]
    why: tuple[str, ...]
    past: tuple[PastEvent, ...]
    may: Mapping[str, Refusal | None]
    assigned: datetime | None
    days: int
    returns: int
    return_within: str


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with what the page is made from. steps: of the present unit, told to no
    single reporter.
    """

    row: CaseRow
    case: Case
    steps: UnitSteps

    @property
    def state(self) -> State:
        """Whether somebody is being asked, or has it reopened, is between the hotline
        and them.
        """
        if self.case.assignment.had:
            return State.CLOSED
        if self.case.state is State.WAITING and self.case.asked_in:
            return self.case.asked_in
        return self.case.state

    @property
    def shown(self) -> bool:
        """Whether the unit's pages have it at all."""
        return self.state in UNIT_STATES

    @property
    def at_work(self) -> bool:
        """Whether it is the unit's turn: not while the hotline looks at what it did."""
        return self.state in AT_WORK and not self._put_right

    @property
    def words(self) -> str:
        """How far it is, as the unit reads it."""
        return PUT_RIGHT if self._put_right else UNIT_STATES[self.state]

    @property
    def _put_right(self) -> bool:
        return self.state is State.RECTIFYING and self.case.assignment.rectified

    @property
    def received(self) -> bool:
        """Since it was given to the unit the last time."""
        kinds = [step.kind for step, _ in self.steps]
        marks = [kind for kind in kinds if kind in (*GIVEN, "received")]
        return marks[-1:] == ["received"]

    @property
    def given(self) -> datetime:
        """When the unit was given the case the last time."""
        times = [step.at for step, _ in self.steps if step.kind in GIVEN]
        return datetime.fromtimestamp(max(times, default=0), UTC)


def steps_of_unit(steps: UnitSteps, unit: str | None) -> UnitSteps:
    """Those from the times when this unit had the case: what another wrote before is
    none of its business.

    unit: its name; None for the one that had it last.
    """
    if unit is None:
        given = [params.get("unit") for step, params in steps if step.kind in GIVEN]
        unit = next(reversed(given), None)
    found = []
    has = False
    for step, params in steps:
        if step.kind in GIVEN:
            has = params.get("unit") == unit
        elif step.kind == "reopened":
            has = False
        if has:
            found.append((step, params))
    return found


# ── the list's line and its clocks ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UnitView:
    """How a case looks at this moment. now: UTC."""

    terms: Terms
    now: datetime

    @property
    def midnight(self) -> datetime:
        """The last one: what reporters did since is not shown yet."""
        zone = self.terms.zone
        return datetime.combine(self.now.astimezone(zone).date(), time(), zone)

    def item(self, one: OpenedCase) -> UnitItem:
        case = one.case
        timers = self._timers(self.ledger(one)) if one.at_work else []
        return UnitItem(
            alias=case.alias,
            serial=case.serial,
            category=case.category,
            urgent=case.urgent,
            state=one.words,
            timers=tuple(timers),
            received=one.received,
            open=one.at_work,
            done=one.state in DONE,
        )

    def ledger(self, one: OpenedCase) -> list[ClockLine]:
        """The ledger as the unit may see it.

        Clocks that ran against it since it was given the case; a pause that a reporter
        may have ended begins and ends with the day.
        """
        return [
            replace(line, reason=_told_reason(line), by=LINE_NAME)
            for line in self._not_of_today(_against_the_unit(one))
        ]

    def _not_of_today(self, lines: Iterator[ClockLine]) -> Iterator[ClockLine]:
        """Without pauses of today that a question to reporters left, and their ends."""
        asked = set[str]()
        for line in lines:
            if line.kind == "pause" and not line.reason:
                asked.add(line.clock)
            by_reporter = line.kind in ("pause", "resume") and line.clock in asked
            if line.kind == "resume":
                asked.discard(line.clock)
            if not (by_reporter and line.at >= self.midnight):
                yield line

    def why(self, ledger: Sequence[ClockLine]) -> tuple[str, ...]:
        """How the deadline is counted, line by line; pauses by their day alone."""
        lines = explain(ledger, self.terms, self.now)
        return tuple(TO_THE_MINUTE.sub(r" \1", line) for line in lines)

    def _timers(self, ledger: Sequence[ClockLine]) -> list[Timer]:
        timers = [self._timer(ledger, clock) for clock in running(ledger)]
        return sorted(timers, key=lambda timer: (timer.due is None, timer.due))

    def _timer(self, ledger: Sequence[ClockLine], clock: Clock) -> Timer:
        reading = read(ledger, clock, self.terms)
        assert reading is not None  # it runs
        used = int(reading.share(self.now) * 100)
        if reading.due is None:
            return Timer(clock, None, used, "期限暂停", "paused")
        left = self._left(reading.due, reading.allowance.unit)
        mood = self._mood(reading, used)
        return Timer(clock, reading.due, used, left, mood, proviso(reading))

    def _mood(self, reading: ClockReading, used: int) -> Mood:
        if reading.due is not None and self.now >= reading.due:
            return "late"
        return "soon" if used >= self.terms.rules.warn_at * 100 else "fine"

    def _left(self, due: datetime, unit: str) -> str:
        late = self.now >= due
        head = "已超期" if late else "还剩"
        apart = self.now - due if late else due - self.now
        if apart < timedelta(hours=1):
            return "刚刚超期" if late else "还剩不到1小时"
        if apart < timedelta(days=1):
            return f"{head}{int(apart / timedelta(hours=1))}小时"
        days = self._workdays_to(due) if unit == "W" else 0
        if days:
            return f"{head}{days}个工作日"
        return f"{head}{int(apart / timedelta(days=1))}天"

    def _workdays_to(self, due: datetime) -> int:
        last = day_of(due - timedelta(microseconds=1), self.terms)
        first, after = sorted((day_of(self.now, self.terms), last))
        return workdays(first, after, self.terms.calendar)


def _against_the_unit(one: OpenedCase) -> Iterator[ClockLine]:
    going = running(one.case.ledger)
    for line in one.case.ledger:
        if line.clock not in UNIT_CLOCKS:
            continue
        if line.clock in going or line.at >= one.given:
            yield line


def _told_reason(line: ClockLine) -> str:
    """A pause that ends by itself may be a question to the reporter."""
    of_the_unit = line.kind != "pause" or (line.reason and line.until is None)
    return line.reason if of_the_unit else ASKING


# ── what was added ────────────────────────────────────────────────────────────────────


def added(
    said: Sequence[Mapping[str, Any]], days: Sequence[date], given: date
) -> list[str]:
    """The words that a reporter added, as the unit reads them: a correction together
    with what it corrects, or alone, where the unit was never told of that.

    said: the parameters of each supplement; days: the local day of each, at whose end
    it is passed on; given: the day on which the unit got the case.
    """
    steps = [SupplementStep(number, "", params) for number, params in enumerate(said)]
    words = (_added(one, days, given) for one in corrected(steps))
    return list(filter(None, words))


def _added(one: CorrectedSupplement, days: Sequence[date], given: date) -> str:
    words = str(one.newest.params.get("text", ""))
    day = days[one.newest.number]
    told_before = given <= day
    passed_on = tuple(
        old for old in one.before if told_before and days[old.number] < day
    )
    before = CorrectedSupplement(one.newest, passed_on).words_before
    if not words or not before:
        return words
    return CORRECTED.format(words=words, before=before)


# ── what passed between the hotline and the unit ──────────────────────────────────────

# Kind of step → (our words, theirs). What is not here is not shown.
PAST: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "assigned": lambda params: ("专线转办", ""),
    "whistled": lambda params: ("专线转办（吹哨升级）", ""),
    "received": lambda params: ("本单位签收", ""),
    "arrived": lambda params: ("本单位到场或上线", params.get("text", "")),
    "answered": lambda params: ("本单位答复", params.get("text", "")),
    "returned": lambda params: ("本单位退回", _rule_and_reason(params)),
    "return_refused": lambda params: ("专线没有同意退回", params.get("text", "")),
    "extension_asked": lambda params: (
        f"本单位申请延期{params['days']}个工作日",
        params.get("text", ""),
    ),
    "extended": lambda params: (f"专线同意延期{params['days']}个工作日", ""),
    "extension_refused": lambda params: ("专线没有同意延期", params.get("text", "")),
    "urged": lambda params: ("专线催办", ""),
    "supervised": lambda params: ("专线督办", params.get("text", "")),
    "escalated": lambda params: ("专线提级督办", ""),
    "circulated": lambda params: ("专线提出通报", ""),
    "handed": lambda params: (
        f"督办单送到{RANKS.get(params.get('rank', ''), '负责人')}",
        params.get("text", ""),
    ),
    "found": lambda params: (
        f"专线核实：{FINDINGS.get(params.get('finding', ''), '')}",
        "",
    ),
    "rectifying": lambda params: ("开始整改", params.get("text", "")),
    "rectified": lambda params: ("本单位报整改完成", params.get("text", "")),
    "sent_back": lambda params: ("专线退给本单位再办", params.get("text", "")),
    "redated": lambda params: ("专线更正期限", params.get("text", "")),
    "urgent_set": lambda params: ("专线改为加急", ""),
    "urgent_lifted": lambda params: ("专线取消加急", ""),
    "recategorised": lambda params: ("专线改了类别", ""),
    "finding_corrected": lambda params: (
        f"专线更正结论：{FINDINGS.get(params.get('finding', ''), '')}",
        "",
    ),
    "closed": lambda params: ("专线办结", ""),
}


def past(steps: UnitSteps) -> Iterator[tuple[StepRow, PastEvent]]:
    """In words of our own around theirs; pictures are still to be added."""
    given_before = False
    for step, params in steps:
        if step.kind not in PAST:
            continue
        words, said = PAST[step.kind](params)
        if step.kind == "assigned":
            words = "专线再次交办" if given_before else words
            given_before = True
        yield step, PastEvent(datetime.fromtimestamp(step.at, UTC), words, said)


def _rule_and_reason(params: Mapping[str, Any]) -> str:
    rule = params.get("rule")
    reason = params.get("text")
    return "\n".join(filter(None, [f"依据：{rule}" if rule else "", reason]))
