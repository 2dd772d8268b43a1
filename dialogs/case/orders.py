"""What staff order and what reporters do, as values; `decide` and `react` say what follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from dialogs.case.life import (
    ENDED,
    FINDINGS,
    LEVELS,
    OPEN,
    STATES,
    Case,
    Refusal,
    Staff,
    State,
    accepted_until,
    leads,
    move,
)
from dialogs.texts import phrases
from dialogs.words import Button, Forget, Hush, Message, Params, Rate, Reopen, Supplement

# What is pushed says that something happened, and nothing of what: a screen may be seen by anybody.
phrases(
    "push",
    accepted="有新进展：受理了。点“查进展”看下一步。",
    declined="有新进展：专线回复您了。点“查进展”看看。",
    asked="有个问题想请您补充一句。点“查进展”看看。",
    assigned="有新进展：已转给承办单位。点“查进展”看看。",
    answered="有新进展：单位答复了，正在核对。点“查进展”看看。",
    found="有新进展：核实有结论了。点“查进展”看看。",
    rectifying="有新进展：开始整改了。点“查进展”看看。",
    closed="办结了。点“查进展”看结果，也可以评一评。",
    merged="有新进展：和同样的事合在一起办了。点“查进展”看看。",
    reopened="有新进展：重新办理了。点“查进展”看看。",
)


# ── staff's orders ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Claim:
    """I take this case; `take`: also from a colleague."""

    take: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    pass


@dataclass(frozen=True, slots=True)
class Decline:
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the reporters; `to`: only the n-th of them, counted from 1."""

    question: str
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """due: the answer's, in place of the rules' time; complex: the rules give more of it."""

    unit: str
    level: str | None = None
    due: datetime | None = None
    complex: bool = False


@dataclass(frozen=True, slots=True)
class Arrive:
    """The unit is on site, or on line, with an urgent case."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str


@dataclass(frozen=True, slots=True)
class Find:
    finding: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rectify:
    plan: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Close:
    result: str


@dataclass(frozen=True, slots=True)
class StaffReopen:
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """`into`: how staff call the other case (alias or serial)."""

    into: str


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """I give the case back to whoever takes it."""


@dataclass(frozen=True, slots=True)
class Return:
    """The unit is not competent. rule: the rule that shows it; within a working day, at most twice a case."""

    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RefuseReturn:
    """The hotline keeps the case with the unit that sent it back, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Extend:
    """The unit asks for more time, before its own has run out. days: working days."""

    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class GrantExtend:
    """A supervisor decides about more time. days: fewer or more than were asked for; None: as asked."""

    granted: bool
    reason: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Whistle:
    """One level up, with its clock; unit: who has it there, "" for the parent of the present one."""

    reason: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """For a third party: clocks pause. until: when it goes on by itself."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Resume:
    """What was waited for is there, or not needed any more."""


@dataclass(frozen=True, slots=True)
class Supervise:
    """督办 by a person; the ladder of clocks does it by itself too."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The hotline writes to the reporters. It goes out when the undo window is over. to: as in `Ask`."""

    text: str
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back a reply that has not gone out yet."""


Order = (
    Claim | Release | Accept | Decline | Ask | Wait | Resume | Assign | Arrive | Answer | Return
    | RefuseReturn | Extend | GrantExtend | Supervise | Whistle | Find | Rectify | Close | StaffReopen
    | Merge | Reply | Undo | Note
)  # fmt: skip


# ── what follows ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Entry:
    """A step to add. report: only for the reporter of this one; public: reporters may read it."""

    kind: str
    params: Params = field(default_factory=dict)
    report: str | None = None
    public: bool = True


@dataclass(frozen=True, slots=True)
class Alert:
    """Staff or a unit are told. to: who; name: a phrase under "alert.", filled with params.

    urgent: also at night and at once; else staff of the hotline by day, units in their hours.
    """

    to: Literal["staff", "supervisor", "unit"]
    name: str
    params: Params = field(default_factory=dict)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The case afterwards, the steps to add, who is told what, and the audit line's content.

    serial: give the case a number; note: internal text that no reporter will ever read; into: where its
    reports move.
    """

    case: Case
    entries: tuple[Entry, ...] = ()
    pushes: tuple[tuple[str, Message], ...] = ()
    audit: tuple[str, Mapping[str, Any]] = ("", {})
    serial: bool = False
    note: str | None = None
    into: Case | None = None
    alerts: tuple[Alert, ...] = ()


def decide(case: Case, order: Order, by: Staff, at: datetime, into: Case | None = None) -> Decision:
    """What follows from an order of `by`. The first who works on a case has claimed it.

    into: the case that `Merge` names, as it is now. Raises: Refusal.
    """
    if isinstance(order, Note):
        return _decision(case, case, order, note=_words(order.text, "备注"))
    if isinstance(order, Claim):
        return _claim(case, order, by)
    if case.claimed not in (None, by):
        raise Refusal(
            f"{case.alias} 由{_name(case)}在办。要接过来，请先用 claim --take；只想留话，用 note。",
            ("claim", "note"),
        )
    decision = _decide(case, order, at, into)
    return replace(decision, case=replace(decision.case, claimed=by))


def _decide(case: Case, order: Order, at: datetime, into: Case | None) -> Decision:
    match order:
        case Accept():
            moved = replace(move(case, "accept"), due=None)
            return _told(case, moved, order, "accepted", serial=case.serial is None)
        case Decline(reason):
            moved = replace(move(case, "decline"), due=None)
            return _told(case, moved, order, "declined", text=_words(reason, "理由"))
        case Ask():
            return _ask(case, order)
        case Assign():
            return _assign(case, order, at)
        case Answer(text):
            moved = replace(move(case, "answer"), due=None)
            return _told(case, moved, order, "answered", unit=case.unit, text=_words(text, "答复"))
        case Find(finding, text):
            if finding not in FINDINGS:
                raise Refusal(
                    f"结论只能是：{'、'.join(f'{code}（{name}）' for code, name in FINDINGS.items())}。"
                )
            moved = replace(move(case, "find"), finding=finding)
            return _told(case, moved, order, "found", finding=finding, text=text.strip())
        case Rectify(plan, due):
            moved = replace(move(case, "rectify"), due=_future(due, at))
            return _told(case, moved, order, "rectifying", text=plan.strip(), due=_seconds(due))
        case Close(result):
            moved = replace(move(case, "close"), due=None)
            return _told(case, moved, order, "closed", text=_words(result, "结果"))
        case StaffReopen(reason):
            return _told(case, _reopened(case, at), order, "reopened", text=reason.strip())
        case Merge():
            assert into is not None
            return _merge(case, order, into)
    raise TypeError(type(order).__name__)


def _claim(case: Case, order: Claim, by: Staff) -> Decision:
    if case.claimed == by:
        raise Refusal(f"{case.alias} 本来就由您在办。")
    if case.claimed is not None and not order.take:
        raise Refusal(f"{case.alias} 已由{_name(case)}认领。要接过来，请用 claim --take。", ("claim", "note"))
    return _decision(case, replace(case, claimed=by), order, (Entry("claimed", public=False),))


def _ask(case: Case, order: Ask) -> Decision:
    question = _words(order.question, "问题")
    moved = move(case, "ask")
    if not case.reports:
        raise Refusal(f"{case.alias} 的反映人都已要求删除，没有人可问。")
    if order.to is not None and not 1 <= order.to <= len(case.reports):
        raise Refusal(f"{case.alias} 只有{len(case.reports)}位反映人，没有第{order.to}位。")
    asked = case.reports if order.to is None else case.reports[order.to - 1 : order.to]
    entries = tuple(Entry("asked", {"text": question}, report) for report in asked)
    return _decision(case, moved, order, entries, tuple((report, _push("asked")) for report in asked))


def _assign(case: Case, order: Assign, at: datetime) -> Decision:
    if order.level is not None and order.level not in LEVELS:
        raise Refusal(f"层级只能是：{'、'.join(f'{code}（{name}）' for code, name in LEVELS.items())}。")
    unit = _words(order.unit, "承办单位")
    moved = replace(
        move(case, "assign"),
        unit=unit,
        level=order.level or case.level,
        due=_future(order.due, at),
        extended=False,
        finding=None,
    )
    return _told(case, moved, order, "assigned", unit=unit, due=_seconds(order.due))


def _merge(case: Case, order: Merge, into: Case) -> Decision:
    """All reporters of `case` belong to `into` from now on; what each of them said stays their own."""
    moved = replace(move(case, "merge"), merged_into=into.id, due=None)
    if into.id == case.id:
        raise Refusal(f"{case.alias} 不能并入它自己。")
    if into.state not in (*OPEN, State.WAITING):
        hint = "它并入的那一件" if into.state is State.MERGED else "一件还在办的"
        raise Refusal(f"{into.alias} 现在是“{STATES[into.state]}”，不能并入。请改用{hint}，或先重新办理。")
    decision = _told(case, moved, order, "merged")
    target = replace(
        into, urgent=into.urgent or case.urgent, reports=tuple(dict.fromkeys([*into.reports, *case.reports]))
    )
    return replace(decision, into=target)


def _told(
    case: Case, moved: Case, order: Order, kind: str, *, serial: bool = False, **params: Any
) -> Decision:
    """A move that every reporter of the case may read, and is told of."""
    entry = Entry(kind, {name: value for name, value in params.items() if value is not None})
    return replace(_decision(case, moved, order, (entry,), _all(case, kind)), serial=serial)


def _decision(
    case: Case,
    moved: Case,
    order: Order,
    entries: tuple[Entry, ...] = (),
    pushes: tuple[tuple[str, Message], ...] = (),
    note: str | None = None,
) -> Decision:
    verb = type(order).__name__.removeprefix("Staff").lower()
    return Decision(moved, entries, pushes, (f"case.{verb}", _states(case, moved)), note=note)


# ── the reporter's moves ─────────────────────────────────────────────────────────────────────


def react(
    case: Case,
    action: Supplement | Rate | Reopen | Forget | Hush,
    *,
    asked: bool = False,
    rated: bool = False,
) -> Decision:
    """What follows from what a reporter did. Never refuses: what came too late is kept as said.

    asked: a question to this reporter is open; rated: they rated before. The answer to them is no push.
    """
    match action:
        case Supplement(report, text, pictures):
            moved = move(case, "resume") if asked and case.state is State.WAITING else case
            entry = Entry("supplemented", {"text": text, "pictures": len(pictures)}, report)
            return _reacted(case, moved, action, (entry,))
        case Rate(report):
            return _reacted(case, case, action, () if rated else (Entry("rated", {}, report),))
        case Reopen(report, reason):
            own = Entry("reopened", {"text": reason}, report)
            if leads(case, "reopen") is None:
                return _reacted(case, case, action, (own,))
            others = tuple(push for push in _all(case, "reopened") if push[0] != report)
            return _reacted(case, _reopened(case, action.at), action, (own, Entry("reopened")), others)
        case Forget(report):
            left = tuple(other for other in case.reports if other != report)
            nobody = asked and not left and case.state is State.WAITING
            moved = replace(move(case, "resume") if nobody else case, reports=left)
            return _reacted(case, moved, action, (Entry("forgotten", public=False),))
        case Hush():
            return _reacted(case, case, action, ())


def _reacted(
    case: Case,
    moved: Case,
    action: object,
    entries: tuple[Entry, ...],
    pushes: tuple[tuple[str, Message], ...] = (),
) -> Decision:
    return Decision(moved, entries, pushes, (f"report.{type(action).__name__.lower()}", _states(case, moved)))


# ── small parts ──────────────────────────────────────────────────────────────────────────────


def _reopened(case: Case, at: datetime) -> Case:
    """All that a unit and the first finding said lies behind it, and anybody may take it."""
    moved = move(case, "reopen")
    due = accepted_until(at) if moved.state is State.FILED else None
    return replace(moved, unit=None, finding=None, due=due, extended=False, claimed=None)


def _all(case: Case, kind: str) -> tuple[tuple[str, Message], ...]:
    return tuple((report, _push(kind)) for report in case.reports)


def _push(kind: str) -> Message:
    return Message(f"push.{kind}", buttons=(Button("status", "b.status"),))


def _states(case: Case, moved: Case) -> dict[str, str]:
    return {"from": case.state.value, "to": moved.state.value}


def _name(case: Case) -> str:
    return f"“{case.claimed.name}”" if case.claimed else ""


def _words(text: str, what: str) -> str:
    if not text.strip():
        raise Refusal(f"请写明{what}。")
    return text.strip()


def _future(due: datetime | None, at: datetime) -> datetime | None:
    if due is not None and due <= at:
        raise Refusal("期限已经过去，请写以后的日期。")
    return due


def _seconds(due: datetime | None) -> int | None:
    return int(due.timestamp()) if due else None


FINISHED = (State.DECLINED, State.MERGED, *ENDED)  # what staff need not look at any more
