"""What follows from what staff order, as the table of a case's life and its clocks have
it. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from dialogs.case import ledger
from dialogs.case.allowance import Allowance
from dialogs.case.clock import Line, next_due, read, running
from dialogs.case.life import (
    FINDINGS,
    LEVELS,
    OPEN,
    STATES,
    Case,
    MoreTime,
    Pending,
    Refusal,
    Staff,
    State,
    move,
)
from dialogs.case.orders import (
    Accept,
    Alert,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    Decision,
    Decline,
    Entry,
    Extend,
    Find,
    GrantExtend,
    Merge,
    Note,
    Order,
    Rectify,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    StaffReopen,
    Supervise,
    Undo,
    Wait,
    Whistle,
)
from dialogs.case.pushes import push
from dialogs.case.worktime import Terms, add
from dialogs.texts import phrases
from dialogs.words import Message

# What is pushed says that something happened, and nothing of what: a screen may be seen
# by anybody.
phrases(
    "push",
    accepted="有新进展：受理了。点“查进展”看下一步。",
    declined="有新进展：专线回复您了。点“查进展”看看。",
    asked="有个问题想请您补充一句。点“查进展”看看。",
    waiting="有新进展：在等一份材料。点“查进展”看看。",
    assigned="有新进展：已转给承办单位。点“查进展”看看。",
    arrived="有新进展：单位到场了。点“查进展”看看。",
    answered="有新进展：单位答复了，正在核对。点“查进展”看看。",
    returned="有新进展：单位退回了，专线在安排。点“查进展”看看。",
    return_refused="有新进展：专线要单位接着办。点“查进展”看看。",
    extended="有新进展：办理期限改了。点“查进展”看看。",
    whistled="有新进展：交给上一级办了。点“查进展”看看。",
    found="有新进展：核实有结论了。点“查进展”看看。",
    rectifying="有新进展：开始整改了。点“查进展”看看。",
    closed="办结了。点“查进展”看结果，也可以评一评。",
    merged="有新进展：和同样的事合在一起办了。点“查进展”看看。",
    reopened="有新进展：重新办理了。点“查进展”看看。",
)
UNDO = timedelta(seconds=10)  # how long a reply can be taken back
UNITS = {"W": "个工作日", "C": "天", "D": "天", "h": "小时"}
BESIDE = (
    Note,
    GrantExtend,
    Supervise,
)  # given over the shoulder of whoever has the case


def decide(
    case: Case,
    order: Order,
    by: Staff,
    at: datetime,
    terms: Terms,
    into: Case | None = None,
    role: str = "operator",
    unit_id: str | None = None,
) -> Decision:
    """What follows from an order of `by`. The first of the hotline who works on a case
    has claimed it.

    into: the case that `Merge` names, as it is now; role: a liaison claims nothing, and
    does not learn who did; unit_id: in the register (hex), of the unit that `Assign` or
    `Whistle` names. Raises: Refusal.
    """
    if isinstance(order, Note):
        return _decision(case, case, order, note=_words(order.text, "备注"))
    if isinstance(order, Claim):
        return _claim(case, order, by)
    if isinstance(order, Release):
        return _release(case, order, by, role)
    beside = role == "liaison" or isinstance(order, BESIDE)
    if not beside and case.claimed not in (None, by):
        raise Refusal(
            f"{case.alias} 由{_name(case)}在办。要接过来，请先用 claim --take；"
            "只想留话，用 note。",
            ("claim", "note"),
        )
    decision = _decide(case, order, by, at, terms, into)
    moved = decision.case
    if isinstance(order, Assign | Whistle):
        moved = replace(moved, unit_id=unit_id, had=None)
    return replace(
        decision, case=settled(moved if beside else replace(moved, claimed=by), terms)
    )


def settled(case: Case, terms: Terms) -> Case:
    """The case with its due time, as the ledger has it."""
    due = next_due(case.ledger, terms)
    return case if due == case.due else replace(case, due=due)


def _decide(
    case: Case, order: Order, by: Staff, at: datetime, terms: Terms, into: Case | None
) -> Decision:
    match order:
        case Accept():
            moved = ledger.start(
                ledger.stop(_moved(case, "accept", at), at), "assign", at, terms
            )
            return _told(case, moved, order, at, "accepted", serial=case.serial is None)
        case Decline(reason):
            moved = replace(
                ledger.stop(_moved(case, "decline", at), at), closed=at, forgot=0
            )
            return _told(
                case, moved, order, at, "declined", text=_words(reason, "理由")
            )
        case Ask():
            return _ask(case, order, at, terms)
        case Wait(reason, until):
            reason = _words(reason, "等什么")
            moved = ledger.pause(
                move(case, "wait"),
                at,
                until=_future(until, at),
                reason=reason,
                by=by.name,
            )
            moved = replace(moved, resumes=until)
            return _told(
                case,
                moved,
                order,
                at,
                "waiting",
                text=reason,
                until=_last_second(until),
            )
        case Resume():
            return _told(case, _moved(case, "resume", at), order, at, "resumed")
        case Assign():
            return _assign(case, order, at, terms)
        case Arrive(text):
            moved = ledger.stop(_moved(case, "arrive", at), at, "on_site")
            return _told(
                case, moved, order, at, "arrived", unit=case.unit, text=text.strip()
            )
        case Answer(text):
            moved = replace(ledger.stop(_moved(case, "answer", at), at), wants=None)
            told = _told(
                case,
                moved,
                order,
                at,
                "answered",
                unit=case.unit,
                text=_words(text, "答复"),
            )
            return replace(told, alerts=(Alert("staff", "answered"),))
        case Return():
            return _return(case, order, at, terms)
        case RefuseReturn(reason):
            moved = ledger.resume(
                ledger.stop(_moved(case, "refuse-return", at), at, "assign"), at
            )
            reason = _words(reason, "为什么不准退回")
            told = _told(
                case, moved, order, at, "return_refused", unit=case.unit, text=reason
            )
            return replace(told, alerts=(Alert("unit", "return_refused"),))
        case Extend():
            return _extend(case, order, at, terms)
        case GrantExtend():
            return _grant(case, order, by, at, terms)
        case Supervise(text):
            text = _words(text, "督办的要求")
            moved = ledger.mark(
                _moved(case, "supervise", at), "supervised", at, text, by.name
            )
            told = _told(
                case, moved, order, at, "supervised", unit=case.unit, text=text
            )
            return replace(told, alerts=(Alert("unit", "supervised"),))
        case Whistle():
            return _whistle(case, order, at, terms)
        case Find(finding, text):
            if finding not in FINDINGS:
                known = [f"{code}（{name}）" for code, name in FINDINGS.items()]
                raise Refusal(f"结论只能是：{'、'.join(known)}。")
            moved = replace(_moved(case, "find", at), finding=finding)
            return _told(
                case, moved, order, at, "found", finding=finding, text=text.strip()
            )
        case Rectify():
            return _rectify(case, order, at, terms)
        case Close(result):
            moved = _closed(_moved(case, "close", at), at)
            return _told(case, moved, order, at, "closed", text=_words(result, "结果"))
        case StaffReopen(reason):
            return _told(
                case,
                reopened(case, at, terms),
                order,
                at,
                "reopened",
                text=reason.strip(),
            )
        case Merge():
            assert into is not None
            return _merge(case, order, at, terms, into)
        case Reply():
            return _reply(case, order, at)
        case Undo():
            if case.reply is None:
                raise Refusal(f"{case.alias} 没有还能撤回的话：已经发出，或没有写过。")
            return _decision(case, replace(case, reply=None), order)
    raise TypeError(type(order).__name__)


# ── who has it ────────────────────────────────────────────────────────────────────────


def _claim(case: Case, order: Claim, by: Staff) -> Decision:
    if case.claimed == by:
        raise Refusal(f"{case.alias} 本来就由您在办。")
    if case.claimed is not None and not order.take:
        raise Refusal(
            f"{case.alias} 已由{_name(case)}认领。要接过来，请用 claim --take。",
            ("claim", "note"),
        )
    return _decision(
        case, replace(case, claimed=by), order, (Entry("claimed", public=False),)
    )


def _release(case: Case, order: Release, by: Staff, role: str) -> Decision:
    if case.claimed is None:
        raise Refusal(f"{case.alias} 本来就没有人认领。")
    if case.claimed != by and role != "supervisor":
        raise Refusal(
            f"{case.alias} 由{_name(case)}在办，只有本人或主管能放回去。", ("note",)
        )
    return _decision(
        case, replace(case, claimed=None), order, (Entry("released", public=False),)
    )


def _merge(
    case: Case, order: Merge, at: datetime, terms: Terms, into: Case
) -> Decision:
    """All reporters of `case` belong to `into` from now on; what each of them said
    stays their own.
    """
    moved = replace(_moved(case, "merge", at), merged_into=into.id)
    if into.id == case.id:
        raise Refusal(f"{case.alias} 不能并入它自己。")
    if into.state not in (*OPEN, State.WAITING):
        hint = "它并入的那一件" if into.state is State.MERGED else "一件还在办的"
        raise Refusal(
            f"{into.alias} 现在是“{STATES[into.state]}”，不能并入。"
            f"请改用{hint}，或先重新办理。"
        )
    if case.reply is not None:
        raise Refusal(
            f"{case.alias} 刚写给反映人的话还没发出，请{UNDO.seconds}秒后再合并。"
        )
    decision = _told(case, ledger.stop(moved, at), order, at, "merged")
    target = replace(
        into,
        urgent=into.urgent or case.urgent,
        reports=tuple(dict.fromkeys([*into.reports, *case.reports])),
    )
    return replace(decision, into=settled(target, terms))


# ── the hotline and the reporters ─────────────────────────────────────────────────────


def _ask(case: Case, order: Ask, at: datetime, terms: Terms) -> Decision:
    """Who does not answer holds nothing up for longer than a week: then it goes on by
    itself.
    """
    question, until = (
        _words(order.question, "问题"),
        add(at, terms.rules.hear_every, terms),
    )
    moved = replace(ledger.pause(move(case, "ask"), at, until=until), resumes=until)
    asked = _addressed(case, order.to)
    entries = tuple(Entry("asked", {"text": question}, report) for report in asked)
    pushes = tuple(push(report, "asked") for report in asked)
    return _decision(case, replace(moved, told=at), order, entries, pushes)


def _reply(case: Case, order: Reply, at: datetime) -> Decision:
    """Nothing goes out and nobody reads it until the undo window is over: then it
    rings.
    """
    text = _words(order.text, "要说的话")
    _addressed(case, order.to)
    if case.reply is not None:
        raise Refusal(
            f"{case.alias} 上一句还没发出，{UNDO.seconds}秒内可以撤回（undo）。"
            "请等它发出再写。",
            ("undo",),
        )
    return _decision(
        case, replace(case, reply=Pending(text, at + UNDO, order.to)), order
    )


def _addressed(case: Case, to: int | None) -> tuple[str, ...]:
    if not case.reports:
        raise Refusal(f"{case.alias} 的反映人都已要求删除，没有人可问。")
    if to is not None and not 1 <= to <= len(case.reports):
        raise Refusal(f"{case.alias} 只有{len(case.reports)}位反映人，没有第{to}位。")
    return case.reports if to is None else case.reports[to - 1 : to]


# ── the hotline and the units ─────────────────────────────────────────────────────────


def _assign(case: Case, order: Assign, at: datetime, terms: Terms) -> Decision:
    if order.level is not None and order.level not in LEVELS:
        raise Refusal(
            "层级只能是："
            f"{'、'.join(f'{code}（{name}）' for code, name in LEVELS.items())}。"
        )
    unit = _words(order.unit, "承办单位")
    moved = replace(
        _moved(case, "assign", at), unit=unit, level=order.level or case.level
    )
    moved = ledger.dispatch(
        _fresh(moved), at, terms, _future(order.due, at), order.complex
    )
    told = _told(
        case,
        moved,
        order,
        at,
        "assigned",
        unit=unit,
        due=_last_second(_answer_due(moved, terms)),
    )
    return replace(told, alerts=(Alert("unit", "assigned", urgent=case.urgent),))


def _whistle(case: Case, order: Whistle, at: datetime, terms: Terms) -> Decision:
    """One level up, with a clock of its own."""
    moved, reason = (
        _moved(case, "whistle", at),
        _words(order.reason, "为什么要上一级办"),
    )
    level = list(LEVELS)[list(LEVELS).index(case.level or "community") + 1]
    unit = _words(order.unit, f"{LEVELS[level]}一级由哪个单位办")
    moved = ledger.dispatch(_fresh(replace(moved, unit=unit, level=level)), at, terms)
    due = _last_second(_answer_due(moved, terms))
    told = _told(
        case, moved, order, at, "whistled", unit=unit, level=level, text=reason, due=due
    )
    return replace(told, alerts=(Alert("unit", "assigned", urgent=case.urgent),))


def _fresh(case: Case) -> Case:
    """Nothing of what the unit before was granted or found."""
    return replace(case, extended=False, wants=None, finding=None)


def _answer_due(case: Case, terms: Terms) -> datetime | None:
    """By when the unit must answer, be it by a result."""
    found = read(case.ledger, "result" if case.urgent else "answer", terms)
    return found.due if found else None


def _return(case: Case, order: Return, at: datetime, terms: Terms) -> Decision:
    """The unit's time pauses while the hotline decides; it goes on where the return is
    refused.
    """
    moved = _moved(case, "return", at)
    rule = _words(order.rule, "依据哪一条，说明不归本单位管")
    if case.returns >= terms.rules.returns:
        raise Refusal(
            f"{case.alias} 已经退回过{case.returns}次，不能再退：首接负责，请接着办；"
            "时间不够可以申请延期（extend），办不了请专线吹哨到上一级。",
            ("answer", "extend"),
        )
    since = ledger.dispatched(case, terms)
    if since is not None and at > add(since, terms.rules.return_within, terms):
        within = _spoken(terms.rules.return_within)
        raise Refusal(
            f"{case.alias} 转办已超过{within}，不能退回：首接负责，请接着办；"
            "不够时间可以申请延期。",
            ("answer", "extend"),
        )
    moved = ledger.pause(
        moved, at, *running(moved.ledger), reason="单位退回，专线在看", by=""
    )
    moved = replace(
        ledger.start(moved, "assign", at, terms), returns=case.returns + 1, wants=None
    )
    told = _told(
        case,
        moved,
        order,
        at,
        "returned",
        unit=case.unit,
        rule=rule,
        text=order.reason.strip(),
    )
    return replace(told, alerts=(Alert("staff", "returned"),))


def _extend(case: Case, order: Extend, at: datetime, terms: Terms) -> Decision:
    moved, most = _moved(case, "extend", at), terms.rules.extension
    reason = _words(order.reason, "为什么要延期")
    reading = (
        read(moved.ledger, "answer", terms)
        if "answer" in running(moved.ledger)
        else None
    )
    if reading is None:
        raise Refusal(f"{case.alias} 是加急件，当日要有结果，不能延期。")
    if not 1 <= order.days <= most.number:
        raise Refusal(f"延期只能是1到{most.number}{UNITS[most.unit]}。")
    if reading.due is not None and at > reading.due:
        raise Refusal(
            f"{case.alias} 已经到期，不能再申请延期：要在到期前申请。请尽快答复。",
            ("answer",),
        )
    wanted = replace(moved, wants=MoreTime(order.days, reason, at))
    params = {"unit": case.unit, "days": order.days, "text": reason}
    entry = Entry("extension_asked", params, public=False)
    alerts = (Alert("supervisor", "extension_asked"),)
    return replace(_decision(case, wanted, order, (entry,)), alerts=alerts)


def _grant(
    case: Case, order: GrantExtend, by: Staff, at: datetime, terms: Terms
) -> Decision:
    moved, wants, most = _moved(case, "grant", at), case.wants, terms.rules.extension
    assert wants is not None  # the table says so
    moved, reason = replace(moved, wants=None), order.reason.strip()
    if not order.granted:
        entry = Entry(
            "extension_refused",
            {"unit": case.unit, "text": _words(reason, "理由")},
            public=False,
        )
        alerts = (Alert("unit", "extension_refused"),)
        return replace(_decision(case, moved, order, (entry,)), alerts=alerts)
    days = wants.days if order.days is None else order.days
    if not 1 <= days <= most.number:
        raise Refusal(f"延期只能是1到{most.number}{UNITS[most.unit]}。")
    line = Line(
        "answer", "extend", at, Allowance(days, most.unit), None, wants.reason, by.name
    )
    moved = replace(moved, extended=True, ledger=(*moved.ledger, line))
    due = _last_second(_answer_due(moved, terms))
    told = _told(
        case,
        moved,
        order,
        at,
        "extended",
        unit=case.unit,
        days=days,
        due=due,
        text=wants.reason,
    )
    return replace(told, alerts=(Alert("unit", "extended"),))


def _rectify(case: Case, order: Rectify, at: datetime, terms: Terms) -> Decision:
    moved, most = _moved(case, "rectify", at), terms.rules.rectify_most
    due = _future(order.due, at)
    if due is not None and due > add(at, most, terms):
        raise Refusal(f"整改最长{_spoken(most)}，请写早一些的日期。")
    moved = ledger.start(ledger.stop(moved, at), "rectify", at, terms, due)
    reading = read(moved.ledger, "rectify", terms)
    params: dict[str, Any] = {
        "text": order.plan.strip(),
        "due": _last_second(reading.due if reading else None),
    }
    told = _told(case, moved, order, at, "rectifying", **params)
    return replace(told, alerts=(Alert("unit", "rectifying"),))


# ── small parts ───────────────────────────────────────────────────────────────────────


def _moved(case: Case, trigger: str, at: datetime) -> Case:
    """The case after the move; clocks that waited run on."""
    moved = move(case, trigger)
    return ledger.resume(moved, at) if case.state is State.WAITING else moved


def _closed(case: Case, at: datetime) -> Case:
    stopped = ledger.stop(case, at)
    return replace(
        stopped, closed=at, called_back=0, looked_back=0, forgot=0, wants=None
    )


def reopened(case: Case, at: datetime, terms: Terms) -> Case:
    """All that a unit and the first finding said lies behind it, and anybody may take
    it.

    at: from when its clock runs, the next full hour where a reporter did it.
    """
    moved = replace(
        _fresh(move(case, "reopen")),
        unit=None,
        unit_id=None,
        had=case.unit_id or case.had,
        claimed=None,
        closed=None,
        returns=0,
    )
    clock: Literal["accept", "assign"] = (
        "accept" if moved.state is State.FILED else "assign"
    )
    return replace(
        ledger.start(moved, clock, at, terms), called_back=0, looked_back=0, forgot=0
    )


def _told(
    case: Case,
    moved: Case,
    order: Order,
    at: datetime,
    kind: str,
    *,
    serial: bool = False,
    **params: Any,
) -> Decision:
    """A move that every reporter of the case may read, and is told of."""
    entry = Entry(
        kind, {name: value for name, value in params.items() if value is not None}
    )
    moved = replace(moved, told=at)
    return replace(
        _decision(case, moved, order, (entry,), to_all(case, kind)), serial=serial
    )


def _decision(
    case: Case,
    moved: Case,
    order: Order,
    entries: tuple[Entry, ...] = (),
    pushes: tuple[tuple[str, Message], ...] = (),
    note: str | None = None,
) -> Decision:
    verb = type(order).__name__.removeprefix("Staff").lower()
    return Decision(
        moved, entries, pushes, (f"case.{verb}", states(case, moved)), note=note
    )


def to_all(case: Case, kind: str) -> tuple[tuple[str, Message], ...]:
    return tuple(push(report, kind) for report in case.reports)


def states(case: Case, moved: Case) -> dict[str, str]:
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


def _last_second(due: datetime | None) -> int | None:
    """24:00 belongs to the day that it ends."""
    return int((due - timedelta(seconds=1)).timestamp()) if due else None


def _spoken(allowance: Allowance) -> str:
    return f"{allowance.number}{UNITS[allowance.unit]}"
