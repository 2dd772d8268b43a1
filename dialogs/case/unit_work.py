"""What follows where a case goes to a unit, and from what the unit does with it: its
time, more of it, its return, its answer, what it is to put right. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockReading, by_the_rules, read, running
from dialogs.case.decisions import (
    Given,
    alerting,
    answer_due,
    choices,
    fresh,
    last_day,
    last_second,
    next_end,
    spoken,
)
from dialogs.case.life import LEVELS, Case, MoreTime, State, legal, move
from dialogs.case.moments import moment
from dialogs.case.notices import RANKS, Notice, handed_over, waiting
from dialogs.case.order_table import row_of
from dialogs.case.orders import (
    Alert,
    Answer,
    Arrive,
    Assign,
    Decision,
    Extend,
    GrantExtend,
    HandOver,
    Order,
    Rectified,
    Rectify,
    RefuseReturn,
    Return,
    SendBack,
    StoryStep,
    Supervise,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.case.worktime import Terms, add, after


def _assign(given: Given, order: Assign) -> Decision:
    at = given.at
    terms = given.terms
    _check_level(order.level)
    unit = given.needed("unit")
    moved = given.moved()
    _check_unit(given, unit)
    level = order.level or given.case.assignment.level
    assigned = _given_to(fresh(moved), unit, level)
    until = given.future(order.due)
    moved = ledger.dispatch(assigned, at, terms, until=until, complex=order.complex)
    if until is not None:
        moved = _within_the_rules(given, moved, until)
    due = last_second(answer_due(moved, terms))
    told = given.told(moved, unit=unit, due=due)
    return alerting(told, "unit", "assigned", urgent=given.case.urgent)


def _whistle(given: Given, order: Whistle) -> Decision:
    """One level up, or as far as the unit is, with a clock of its own."""
    _check_level(order.level)
    moved = given.moved()
    reason = given.needed("reason")
    level = _higher(_level_above(given.case.assignment.level), order.level)
    unit = order.unit.strip()
    if not unit:
        raise Refusal("missing_unit_above", level=LEVELS[level])
    _check_unit(given, unit)
    assigned = _given_to(fresh(moved), unit, level)
    moved = ledger.dispatch(assigned, given.at, given.terms)
    due = last_second(answer_due(moved, given.terms))
    told = given.told(moved, unit=unit, level=level, text=reason, due=due)
    return alerting(told, "unit", "assigned", urgent=given.case.urgent)


def _check_level(level: str | None) -> None:
    """Raises: Refusal."""
    if level is not None and level not in LEVELS:
        raise Refusal("unknown_level", known=choices(LEVELS))


def _check_unit(given: Given, unit: str) -> None:
    """Sending it to the same unit once more must not start its time again; to one that
    had it before, only as a supervisor decides. Raises: Refusal.
    """
    case = given.case
    key = given.unit_id or unit
    state = case.waited_in
    if key == case.assignment.unit_key and state is not State.ACCEPTED:
        names = INSTEAD.get(state, ("answer", "rectified", "rectify", "extend"))
        instead = _possible(given, names)
        raise Refusal("same_unit", legal=instead, alias=case.alias, unit=unit)
    if key in case.assignment.earlier and given.role != "supervisor":
        raise Refusal("had_before", alias=case.alias, unit=unit)


# what is meant where a case is sent to the unit that has it
INSTEAD: Mapping[State, tuple[str, ...]] = {
    State.RETURNED: ("refuse-return",),
    State.ANSWERED: ("send-back",),
}


def _given_to(case: Case, unit: str, level: str | None) -> Case:
    before = case.assignment
    earlier = dict.fromkeys(filter(None, (*before.earlier, before.unit_key)))
    return case.with_assignment(unit=unit, level=level, earlier=tuple(earlier))


def _within_the_rules(given: Given, moved: Case, until: datetime) -> Case:
    """A date later than the rules give is the one extension there is, and a supervisor
    grants it. Raises: Refusal.
    """
    terms = given.terms
    clock: Clock = "result" if moved.urgent else "answer"
    latest = by_the_rules(moved.ledger, clock, terms)
    assert latest is not None  # it was started just now
    _check_somebody_is_there(given, moved, until)
    if until <= latest:
        return moved
    if given.role != "supervisor":
        raise Refusal("due_too_late", latest=last_day(latest, given))
    if moved.urgent:
        raise Refusal("due_urgent", latest=last_day(latest, given))
    last = after(latest, terms.rules.extension, terms)
    if until > last:
        raise Refusal("due_beyond_extension", latest=last_day(last, given))
    return moved.with_assignment(extended=True)


def _check_somebody_is_there(given: Given, moved: Case, until: datetime) -> None:
    """No limit falls before anybody of the unit could act. Raises: Refusal."""
    on_site = read(moved.ledger, "on_site", given.terms)
    if on_site is None or not moved.urgent or until >= on_site.ends:
        return
    there = moment("zh", on_site.ends.astimezone(given.terms.zone), "minute", year=None)
    raise Refusal("due_before_duty", unit=moved.assignment.unit, there=there)


def _level_above(level: str | None) -> str:
    """level: not the highest; None counts as the lowest."""
    levels = list(LEVELS)
    present = levels.index(level or "community")
    return levels[present + 1]


def _higher(level: str, other: str | None) -> str:
    levels = list(LEVELS)
    if other is None:
        return level
    return max(level, other, key=levels.index)


def _arrive(given: Given, order: Arrive) -> Decision:
    moved = ledger.stop(given.moved(), given.at, "on_site")
    return given.told(moved, unit=given.unit, text=order.text.strip())


def _answer(given: Given, order: Answer) -> Decision:
    stopped = ledger.stop(given.moved(), given.at)
    moved = stopped.with_assignment(wants=None, notices=())
    text = given.needed("text")
    told = given.told(moved, unit=given.unit, text=text)
    return alerting(told, "staff", "answered")


def _return(given: Given, order: Return) -> Decision:
    """The unit's time pauses while the hotline decides; it goes on where the return is
    refused.
    """
    at = given.at
    moved = given.moved()
    rule = given.needed("rule")
    check_return(given)
    paused = ledger.pause(moved, at, reason="单位退回，专线在看")
    deciding = ledger.start(paused, "assign", at, given.terms)
    returns = given.case.assignment.returns + 1
    moved = deciding.with_assignment(returns=returns, wants=None)
    reason = order.reason.strip()
    told = given.told(moved, unit=given.unit, rule=rule, text=reason)
    return alerting(told, "staff", "returned")


def check_return(given: Given) -> None:
    """A unit sends a case back at once, and not again and again."""
    case = given.case
    terms = given.terms
    if case.assignment.returns >= terms.rules.returns:
        raise Refusal(
            "returned_too_often",
            legal=_possible(given, ("answer", "extend")),
            alias=case.alias,
            times=case.assignment.returns,
        )
    since = ledger.dispatched(case, terms)
    within = terms.rules.return_within
    if since is not None and given.at > add(since, within, terms):
        raise Refusal(
            "return_too_late",
            legal=_possible(given, ("answer", "extend")),
            alias=case.alias,
            within=spoken(within),
        )


def _refuse_return(given: Given, order: RefuseReturn) -> Decision:
    stopped = ledger.stop(given.moved(), given.at, "assign")
    moved = ledger.resume(stopped, given.at)
    reason = given.needed("reason")
    told = given.told(moved, unit=given.unit, text=reason)
    return alerting(told, "unit", "return_refused")


def _extend(given: Given, order: Extend) -> Decision:
    moved = given.moved()
    reason = given.needed("reason")
    _check_extension(order.days, given.terms)
    check_extendable(given)
    wanted = moved.with_assignment(wants=MoreTime(order.days, reason, given.at))
    params = {"unit": given.unit, "days": order.days, "text": reason}
    step = StoryStep("extension_asked", params, public=False)
    return alerting(given.decision(wanted, step), "supervisor", "extension_asked")


def check_extendable(given: Given) -> None:
    """Only what is not urgent, and before its time is over."""
    alias = given.case.alias
    resumed = ledger.resume(move(given.case, "extend"), given.at)
    reading = _extendable(resumed, given.terms)
    if reading is None:
        raise Refusal("urgent_not_extended", alias=alias)
    if reading.due is not None and given.at > reading.due:
        instead = _possible(given, ("answer", "rectified"))
        raise Refusal("extension_after_due", legal=instead, alias=alias)


def _possible(given: Given, names: Sequence[str]) -> tuple[str, ...]:
    """Those of these orders that may be given now: a refusal names no other."""
    may = legal(given.case)
    return tuple(
        name
        for name in names
        if name in may and (name != "extend" or _may_extend(given))
    )


def _may_extend(given: Given) -> bool:
    try:
        check_extendable(given)
    except Refusal:
        return False
    return True


def _extendable(case: Case, terms: Terms) -> ClockReading | None:
    """The clock of the unit that more time is for; None for that of an urgent case."""
    clock: Clock = "rectify" if case.state is State.RECTIFYING else "answer"
    return read(case.ledger, clock, terms) if clock in running(case.ledger) else None


def _check_extension(days: int, terms: Terms) -> None:
    most = terms.rules.extension
    if not 1 <= days <= most.number:
        raise Refusal("extension_out_of_range", most=spoken(most))


def _grant(given: Given, order: GrantExtend) -> Decision:
    terms = given.terms
    moved = given.moved().with_assignment(wants=None)
    wants = given.case.assignment.wants
    assert wants is not None  # the table says so
    reason = wants.reason
    if not order.granted:
        return _refuse_extension(given, moved)
    days = wants.days if order.days is None else order.days
    _check_extension(days, terms)
    more = Allowance(days, terms.rules.extension.unit)
    reading = _extendable(moved, terms)
    if reading is None:  # it has become urgent since it was asked for
        raise Refusal("urgent_not_extended", alias=given.case.alias)
    longer = ledger.extend(
        moved, reading.clock, given.at, more, reason=reason, by=given.by.name
    )
    extended = longer.with_assignment(extended=True)
    ends = read(longer.ledger, reading.clock, terms)
    due = last_second(ends.due if ends else None)
    rectifying = reading.clock == "rectify" or None
    told = given.told(
        extended,
        unit=given.unit,
        days=days,
        due=due,
        text=reason,
        rectifying=rectifying,
    )
    return alerting(told, "unit", "extended")


def _refuse_extension(given: Given, moved: Case) -> Decision:
    params = {"unit": given.unit, "text": given.needed("reason")}
    step = StoryStep("extension_refused", params, public=False)
    return alerting(given.decision(moved, step), "unit", "extension_refused")


def _supervise(given: Given, order: Supervise) -> Decision:
    text = given.needed("text")
    moved = ledger.mark(
        given.moved(), "supervised", given.at, reason=text, by=given.by.name
    )
    noticed = moved.with_assignment(
        notices=(
            *moved.assignment.notices,
            Notice("supervised", given.at, text),
        )
    )
    told = given.told(noticed, unit=given.unit, text=text, paper=True)
    alerts = (
        Alert("unit", "supervised"),
        Alert("leader", "supervised", {"ordered": True}),
    )
    return replace(told, alerts=alerts)


def _hand_over(given: Given, order: HandOver) -> Decision:
    """All papers that wait for this leader: who has one in hand has them all."""
    how = given.needed("how")
    if order.to is not None and order.to not in RANKS:
        raise Refusal("unknown_rank", known=choices(RANKS))
    case = given.case
    notices = case.assignment.notices
    row = row_of(order)
    assert row.fits is not None
    open_ones = waiting(notices, order.to)
    if not row.fits(case) or not open_ones:
        raise Refusal("no_paper_waits", alias=case.alias)
    rank = open_ones[0].rank
    moved = case.with_assignment(notices=handed_over(notices, rank, given.at))
    return given.told(moved, unit=given.unit, rank=rank, text=how)


def _send_back(given: Given, order: SendBack) -> Decision:
    """An answer that is not enough is due once more, by a time of its own; what was to
    be put right goes on by the time that was promised.
    """
    reason = given.needed("reason")
    moved = given.moved()
    rectifying = moved.state is State.RECTIFYING
    if rectifying:
        moved = ledger.resume(moved.with_assignment(rectified=False), given.at)
    else:
        moved = ledger.demand(moved, given.at, given.terms)
    ends = next_end(moved, given.terms)
    told = given.told(
        moved,
        unit=given.unit,
        text=reason,
        due=last_second(ends),
        rectifying=rectifying or None,
    )
    return alerting(told, "unit", "sent_back", urgent=given.case.urgent)


def _rectified(given: Given, order: Rectified) -> Decision:
    """The unit's time stops while the hotline looks; sent back, it goes on."""
    moved = given.moved()
    text = given.needed("text")
    paused = ledger.pause(moved, given.at, "rectify", reason="专线核对整改")
    reported = paused.with_assignment(rectified=True, wants=None)
    told = given.told(reported, unit=given.unit, text=text)
    return alerting(told, "staff", "rectified")


def _rectify(given: Given, order: Rectify) -> Decision:
    """Where it was put right before, since it was answered, its time began then."""
    at = given.at
    terms = given.terms
    moved = given.moved()
    most = terms.rules.rectify_most
    due = given.future(order.due)
    latest = add(_rectifying_since(given.case) or at, most, terms)
    if due is not None and due > latest:
        raise Refusal("rectify_too_long", most=spoken(most))
    stopped = ledger.stop(moved, at).with_assignment(extended=False, rectified=False)
    usual = add(at, terms.rules.deadline("rectify", moved.category), terms)
    until = due or (latest if latest < usual else None)
    moved = ledger.start(stopped, "rectify", at, terms, until=until)
    reading = read(moved.ledger, "rectify", terms)
    promised = last_second(reading.due if reading else None)
    plan = order.plan.strip()
    told = given.told(moved, text=plan, due=promised)
    return alerting(told, "unit", "rectifying")


def _rectifying_since(case: Case) -> datetime | None:
    """When it began to be put right, since a unit had to answer last."""
    starts = [line for line in case.ledger if line.kind == "start"]
    others = [n for n, line in enumerate(starts) if line.clock != "rectify"]
    last_other = max(others, default=-1)
    later = starts[last_other + 1 :]
    return later[0].at if later else None


UNIT_WORK: Mapping[type[Order], Callable[[Given, Any], Decision]] = {
    Assign: _assign,
    Arrive: _arrive,
    Answer: _answer,
    Return: _return,
    RefuseReturn: _refuse_return,
    Extend: _extend,
    GrantExtend: _grant,
    Supervise: _supervise,
    HandOver: _hand_over,
    Whistle: _whistle,
    SendBack: _send_back,
    Rectify: _rectify,
    Rectified: _rectified,
}
