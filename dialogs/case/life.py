"""The life of a case: one table. What stands here may happen; everything else is
refused, with what may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal

from transitions import Machine, MachineError

from dialogs.case.clock import ClockLine
from dialogs.case.notices import Notice
from dialogs.case.refusals import Refusal
from dialogs.categories import RETALIATION

Finding = Literal["substantiated", "partly", "unsubstantiated"]
FINDINGS: dict[str, str] = {
    "substantiated": "属实",
    "partly": "部分属实",
    "unsubstantiated": "不属实",
}
LEVELS: dict[str, str] = {
    "community": "社区",
    "subdistrict": "街道",
    "district": "区",
    "city": "市",
}


class State(Enum):
    FILED = "filed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    ANSWERED = "answered"
    VERIFIED = "verified"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    CALLBACK = "callback"
    LOOK_BACK = "look_back"
    WAITING = "waiting"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


# As staff say it; the reporter's words are in story.py.
STATES: dict[State, str] = {
    State.FILED: "待受理",
    State.ACCEPTED: "已受理",
    State.DECLINED: "不予受理",
    State.ASSIGNED: "已转办",
    State.RETURNED: "已退回",
    State.ANSWERED: "已答复",
    State.VERIFIED: "已核实",
    State.RECTIFYING: "整改中",
    State.CLOSED: "已办结",
    State.CALLBACK: "回访中",
    State.LOOK_BACK: "回头看",
    State.WAITING: "等待补充",
    State.MERGED: "已合并",
    State.WITHDRAWN: "已撤回",
}


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works at the hotline. id: hex, made from the name with a key; name: as
    colleagues know them.
    """

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class MoreTime:
    """The unit asks for more time. days: working days."""

    days: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply to the reporters that can still be taken back. to: as in `Ask`; at: when
    it goes out; by: who wrote it, None in what was stored before it was kept.
    """

    text: str
    at: datetime
    to: int | None = None
    by: Staff | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What staff and the unit settle between them.

    unit: its name; unit_id: in the register (hex), None for one that is not in it;
    level: a key of LEVELS; finding: of what the unit answered;
    extended: it got more time; wants: more time that it asked for, not decided yet;
    returns: how often units have sent the case back;
    had: the unit (hex) that had it until it was reopened, which is not to notice before
    it is sent out again; dispatched: when it was sent to the present unit;
    earlier: units (as `unit_key` has them) that had it before, since it was accepted or
    reopened; rectified: the unit says that it is put right, and the hotline looks;
    notices: papers to those who lead the unit, since it has the case.
    """

    unit: str | None = None
    unit_id: str | None = None
    level: str | None = None
    finding: str | None = None
    extended: bool = False
    wants: MoreTime | None = None
    returns: int = 0
    had: str | None = None
    dispatched: datetime | None = None
    earlier: tuple[str, ...] = ()
    rectified: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def last_unit_id(self) -> str | None:
        """Of the unit that has the case, or had it until it was reopened."""
        return self.unit_id or self.had

    @property
    def unit_key(self) -> str | None:
        """By what units are told apart: the id, or the name of one not registered."""
        return self.unit_id or self.unit


@dataclass(frozen=True, slots=True)
class Followup:
    """How far reporters were told and asked, and what is over with the case.

    told: when they last heard of it; closed: when it was closed or declined;
    called_back, looked_back: how often they were asked since then;
    forgot: how many of the two sweeps of addresses (31 and 91 days after closing) are
    done; retained: its content is gone, by age; rebounds: how often it came back after
    it was over, each time a matter that is found anew.
    """

    told: datetime | None = None
    closed: datetime | None = None
    called_back: int = 0
    looked_back: int = 0
    forgot: int = 0
    retained: bool = False
    rebounds: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules know of a case: nothing a reporter said. Ids in hex.

    opened: the hour of filing; due: when the next running clock ends;
    reports: those not forgotten, as staff count them; added: the hour when a reporter
    last added something;
    keep_from: units, as reporters named them, whose people must not see it;
    asked_in: where it was when it began to wait, or was merged; resumes: when waiting
    ends by itself;
    reply: what goes out when its undo window is over; declined_by: who declined it last
    (hex), and must not decide about it when its reporter appealed;
    ledger: every line of its clocks, in order (empty where only a list is shown).
    """

    id: str
    alias: str
    state: State
    category: str
    urgent: bool = False
    serial: str | None = None
    due: datetime | None = None
    claimed: Staff | None = None
    merged_into: str | None = None
    opened: datetime | None = None
    reports: tuple[str, ...] = ()
    added: datetime | None = None
    keep_from: tuple[str, ...] = ()
    asked_in: State | None = None
    resumes: datetime | None = None
    reply: Pending | None = None
    declined_by: str | None = None
    ledger: tuple[ClockLine, ...] = ()
    assignment: Assignment = Assignment()
    followup: Followup = Followup()

    @property
    def waited_in(self) -> State:
        """Where it is, or was when it began to wait."""
        return self.goes_on_in if self.state is State.WAITING else self.state

    @property
    def goes_on_in(self) -> State:
        """Where one goes on that waits or is merged; where nobody knows that any more,
        the furthest it may have been without a word of a unit.
        """
        if self.asked_in is not None:
            return self.asked_in
        if self.state is State.WAITING and self.assignment.unit is not None:
            return State.ASSIGNED
        return State.ACCEPTED if self.serial else State.FILED

    @property
    def supervisors_only(self) -> bool:
        """Whether it exists for supervisors alone."""
        return self.category == RETALIATION

    def with_assignment(self, **changes: Any) -> Case:
        """This case with other values in its assignment."""
        return replace(self, assignment=replace(self.assignment, **changes))

    def with_followup(self, **changes: Any) -> Case:
        """This case with other values in its follow-up."""
        return replace(self, followup=replace(self.followup, **changes))


# ── where it may go ───────────────────────────────────────────────────────────────────

OnlyIf = Callable[[Case], bool]


def wrong_found(case: Case) -> bool:
    """属实或部分属实"""
    return case.assignment.finding in ("substantiated", "partly")


def never_extended(case: Case) -> bool:
    """没有延过期"""
    return not case.assignment.extended and case.assignment.wants is None


def wants_time(case: Case) -> bool:
    """单位申请了延期"""
    return case.assignment.wants is not None


def may_ask_for_time(case: Case) -> bool:
    """没有延过期，没有报完成"""
    return never_extended(case) and not case.assignment.rectified


def not_yet_put_right(case: Case) -> bool:
    """单位没有报完成"""
    return not case.assignment.rectified


def said_put_right(case: Case) -> bool:
    """单位报了完成"""
    return case.assignment.rectified


def was_found(case: Case) -> bool:
    """核实过"""
    return case.assignment.finding is not None


def first_round(case: Case) -> bool:
    """没有重新办理过"""
    starts = [line for line in case.ledger if line.kind == "start"]
    return [line.clock for line in starts].count("assign") <= 1


def expected_on_site(case: Case) -> bool:
    """加急，还没到场"""
    expected = False
    for line in case.ledger:
        if line.clock == "on_site" and line.kind in ("start", "stop"):
            expected = line.kind == "start"
    return expected


def for_everybody(case: Case) -> bool:
    """不是只给主管看的"""
    return not case.supervisors_only


def nobody_else(case: Case) -> bool:
    """没有别的反映人"""
    return len(case.reports) <= 1


def below_city(case: Case) -> bool:
    """还没到市级"""
    return case.assignment.level != "city"


def goes_on_in(state: State, when: str) -> OnlyIf:
    def was_here(case: Case) -> bool:
        return case.goes_on_in is state

    was_here.__doc__ = f"{when}{STATES[state]}"
    return was_here


OPEN = (
    State.FILED,
    State.ACCEPTED,
    State.ASSIGNED,
    State.RETURNED,
    State.ANSWERED,
    State.VERIFIED,
    State.RECTIFYING,
)
ENDED = (State.CLOSED, State.CALLBACK, State.LOOK_BACK)
# What staff need not look at any more.
FINISHED = (State.DECLINED, State.MERGED, State.WITHDRAWN, *ENDED)
BEFORE_ASSIGNMENT = (State.FILED, State.ACCEPTED)
PAUSES = ("ask", "wait")
AT_UNIT = (State.ASSIGNED, State.RETURNED, State.RECTIFYING)
TRANSITIONS: list[list[Any]] = [
    # trigger      from              to                only if
    ["accept", State.FILED, State.ACCEPTED],
    ["decline", State.FILED, State.DECLINED],
    ["decline", State.ACCEPTED, State.DECLINED, first_round],  # accepted by mistake
    *(["ask", state, State.WAITING] for state in (*OPEN, State.WAITING)),
    *(["wait", state, State.WAITING] for state in OPEN),
    *(["resume", State.WAITING, to, goes_on_in(to, "问的时候")] for to in OPEN),
    *(
        ["assign", state, State.ASSIGNED, for_everybody]
        for state in (State.ACCEPTED, State.ASSIGNED, State.RETURNED, State.ANSWERED)
    ),
    ["arrive", State.ASSIGNED, State.ASSIGNED, expected_on_site],
    ["return", State.ASSIGNED, State.RETURNED],
    ["refuse-return", State.RETURNED, State.ASSIGNED],
    ["extend", State.ASSIGNED, State.ASSIGNED, never_extended],
    ["extend", State.RECTIFYING, State.RECTIFYING, may_ask_for_time],
    ["grant", State.ASSIGNED, State.ASSIGNED, wants_time],
    ["grant", State.RECTIFYING, State.RECTIFYING, wants_time],
    *(["supervise", state, state] for state in (State.ASSIGNED, State.RECTIFYING)),
    *(["whistle", state, State.ASSIGNED, below_city] for state in AT_UNIT),
    ["answer", State.ASSIGNED, State.ANSWERED],
    ["send-back", State.ANSWERED, State.ASSIGNED],
    ["send-back", State.RECTIFYING, State.RECTIFYING, said_put_right],
    ["find", State.ANSWERED, State.VERIFIED],
    ["rectify", State.VERIFIED, State.RECTIFYING, wrong_found],
    ["rectified", State.RECTIFYING, State.RECTIFYING, not_yet_put_right],
    ["close", State.ACCEPTED, State.CLOSED],  # explained by the hotline itself
    ["close", State.VERIFIED, State.CLOSED],
    ["close", State.RECTIFYING, State.CLOSED],
    ["call_back", State.CLOSED, State.CALLBACK],
    ["look_back", State.CLOSED, State.LOOK_BACK],
    ["look_back", State.CALLBACK, State.LOOK_BACK],
    *(["reopen", state, State.ACCEPTED] for state in ENDED),
    ["reopen", State.DECLINED, State.FILED],
    ["reopen", State.WITHDRAWN, State.FILED],
    # with the finding as it is corrected
    ["correct-finding", State.VERIFIED, State.VERIFIED],
    ["correct-finding", State.RECTIFYING, State.RECTIFYING, wrong_found],
    ["correct-finding", State.RECTIFYING, State.VERIFIED],  # nothing to put right
    *(["correct-finding", state, state, was_found] for state in ENDED),
    *(["withdraw", state, State.WITHDRAWN, nobody_else] for state in BEFORE_ASSIGNMENT),
    *(["merge", state, State.MERGED, for_everybody] for state in OPEN),
    *(["unmerge", State.MERGED, to, goes_on_in(to, "合并的时候")] for to in OPEN),
]
TRIGGERS: tuple[str, ...] = tuple(dict.fromkeys(row[0] for row in TRANSITIONS))
# moves that nobody orders: they fall due, or a reporter makes them
NOT_ORDERED = ("call_back", "look_back", "withdraw")
ORDERED = tuple(trigger for trigger in TRIGGERS if trigger not in NOT_ORDERED)


def accepted_until(at: datetime) -> datetime:
    """By when a report is accepted or declined: a day, counted from the next
    full hour.
    """
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=25)


# ── moving by it ──────────────────────────────────────────────────────────────────────
MACHINE = Machine(
    model=None,
    states=State,
    transitions=TRANSITIONS,
    initial=State.FILED,
    auto_transitions=False,
)


@dataclass(slots=True)
class Walker:
    """What the machine moves in the place of a case, which is a frozen value."""

    state: State


def leads(case: Case, trigger: str) -> State | None:
    """Where the table lets this move go from here; None if nowhere."""
    walker = Walker(case.state)
    try:
        moved = MACHINE.events[trigger].trigger(walker, case)
    except MachineError:  # no row begins here
        return None
    return walker.state if moved else None


def move(case: Case, trigger: str) -> Case:
    """The case after the move. Who waits may do without the answer: then the case
    resumes first.

    Raises: Refusal, naming the moves that are legal now.
    """
    to = leads(case, trigger)
    may_go_on = case.state is State.WAITING and trigger not in (*PAUSES, "resume")
    if to is None and may_go_on:
        resumed = move(case, "resume")
        if leads(resumed, trigger) is not None:
            return move(resumed, trigger)
    if to is None:
        return refuse(case, trigger)
    if case.state is to is State.WAITING:
        return case  # as it waits already
    left_off = to in (State.WAITING, State.MERGED)
    asked_in = case.state if left_off else None
    return replace(case, state=to, asked_in=asked_in, resumes=None)


def legal(case: Case) -> tuple[str, ...]:
    """All moves that are possible now, in the order of the table."""
    found = [trigger for trigger in TRIGGERS if leads(case, trigger)]
    if case.state is State.WAITING:
        then = legal(move(case, "resume"))
        found += [trigger for trigger in then if trigger not in PAUSES]
    return tuple(found)


def refuse(case: Case, trigger: str) -> Case:
    """Never returns. Raises: Refusal."""
    orders = tuple(name for name in legal(case) if name in ORDERED)
    raise Refusal(
        "illegal_move",
        legal=orders,
        alias=case.alias,
        state=STATES[case.state],
        move=trigger,
    )
