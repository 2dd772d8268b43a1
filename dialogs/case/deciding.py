"""What follows from what staff order, as the table of a case's life and its clocks have
it. Pure.

`decide` is the way in; below it stands one rule for each order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockReading, by_the_rules, read, running
from dialogs.case.correcting import CORRECTING, check_redatable
from dialogs.case.decisions import (
    Given,
    alerting,
    answer_due,
    choices,
    dated,
    last_day,
    last_second,
    next_end,
    settled,
    spoken,
)
from dialogs.case.life import (
    AT_UNIT,
    FINDINGS,
    LEVELS,
    OPEN,
    STATES,
    Case,
    MoreTime,
    Pending,
    Staff,
    State,
    legal,
    move,
)
from dialogs.case.moments import moment
from dialogs.case.notices import RANKS, Notice, handed_over, waiting
from dialogs.case.order_table import BY_NAME, possible, row_of
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
    Extend,
    Find,
    GrantExtend,
    HandOver,
    Merge,
    Note,
    Order,
    Rectified,
    Rectify,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    SendBack,
    StaffReopen,
    StoryStep,
    Supervise,
    Undo,
    Unmerge,
    Wait,
    Whistle,
)
from dialogs.case.pushes import push
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms, add, after
from dialogs.texts import phrases

# What is pushed says that something happened, and nothing of what: a screen may be seen
# by anybody.
phrases(
    "push",
    accepted="有新进展：受理了。点“查进展”看下一步。",
    declined="有新进展：专线回复您了。点“查进展”看看。",
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
    unmerged="有新进展：分开来单独办了。点“查进展”看看。",
    reopened="有新进展：重新办理了。点“查进展”看看。",
    urgent_set="有新进展：改为加急办了。点“查进展”看看。",
    urgent_lifted="有新进展：办理期限改了。点“查进展”看看。",
    recategorised="有新进展：类别改了。点“查进展”看看。",
    redated="有新进展：办理期限更正了。点“查进展”看看。",
    sent_back="有新进展：专线要单位再办。点“查进展”看看。",
    finding_corrected="有新进展：核实的结论更正了。点“查进展”看看。",
    rectified="有新进展：单位说改好了，正在核对。点“查进展”看看。",
)
UNDO = timedelta(seconds=10)  # how long a reply can be taken back
BESIDE_THE_WORK = (Claim, Release, Note)  # they leave clocks and claim as they say


def decide(
    case: Case,
    order: Order,
    by: Staff,
    at: datetime,
    terms: Terms,
    *,
    role: Role,
    unit_id: str | None,
    into: Case | None = None,
    instead: str | None = None,
) -> Decision:
    """What follows from an order of `by`. The first of the hotline who works on a case
    has claimed it.

    into: the case that `Merge` names, as it is now, or that has the reports of one that
    `Unmerge` takes out, which `case` names already; role: a liaison claims nothing, and
    does not learn who did; unit_id: in the register (hex), of the unit that `Assign` or
    `Whistle` names; instead: the words of a reply that still waits, whose place a
    `Reply` takes. Raises: Refusal.
    """
    given = Given(
        case=case,
        order=order,
        by=by,
        at=at,
        terms=terms,
        role=role,
        unit_id=unit_id,
        into=into,
        instead=instead,
    )
    try:
        return _decided(given, unit_id)
    except Refusal as refusal:
        refusal.legal = _instead(given, refusal.legal)
        raise


def _decided(given: Given, unit_id: str | None) -> Decision:
    _check_appeal(given)
    order = given.order
    rule = RULES[type(order)]
    if isinstance(order, BESIDE_THE_WORK):
        return rule(given, order)
    claims = given.role != "liaison" and not row_of(order).beside
    if claims:
        _check_claim(given)
    decision = rule(given, order)
    moved = decision.case
    if isinstance(order, Assign | Whistle):
        moved = moved.with_assignment(unit_id=unit_id, had=None, dispatched=given.at)
    if claims:
        moved = replace(moved, claimed=given.by)
    return replace(decision, case=settled(moved, given.terms))


def _instead(given: Given, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the orders that a refusal names, those that this person may give now. Who
    would have to claim the case first is told so.
    """
    found = tuple(name for name in names if _may_now(given, name))
    if not names or found or not _has_another(given):
        return found
    return ("claim", "note")


def _may_now(given: Given, name: str) -> bool:
    row = BY_NAME[name]
    beside = row.beside or row.order in BESIDE_THE_WORK
    if given.role not in row.roles or (_has_another(given) and not beside):
        return False
    if _appealed_against(given) and row.order not in (Release, Unmerge, Note):
        return False
    return _is_within_limits(given, name)


def possible_now(case: Case, at: datetime, terms: Terms) -> tuple[str, ...]:
    """The names of the orders that the case allows at this moment, in the order of
    their buttons: without those that would come too late, or be refused as they stand.

    Who orders is not looked at, nor what is written.
    """
    given = _by_nobody(case, at, terms)
    return tuple(name for name in possible(case) if _is_within_limits(given, name))


def check_limits(name: str, case: Case, at: datetime, terms: Terms) -> None:
    """The same of one order. Raises: Refusal, with the orders that may be given in its
    place.
    """
    check = LIMITS.get(name)
    if check is None:
        return
    given = _by_nobody(case, at, terms)
    try:
        check(given)
    except Refusal as refusal:
        refusal.legal = _instead(given, refusal.legal)
        raise


def _by_nobody(case: Case, at: datetime, terms: Terms) -> Given:
    """Looked at without anybody who orders, and without words."""
    return Given(
        case=case,
        order=Note(""),
        by=Staff("", ""),
        at=at,
        terms=terms,
        role="supervisor",
        unit_id=None,
    )


def _is_within_limits(given: Given, name: str) -> bool:
    check = LIMITS.get(name)
    try:
        if check is not None:
            check(given)
    except Refusal:
        return False
    return True


def _has_another(given: Given) -> bool:
    """Whether a colleague has the case; units claim nothing."""
    return given.role != "liaison" and given.case.claimed not in (None, given.by)


def _check_appeal(given: Given) -> None:
    """Who declined it does not decide whether that was right."""
    decides = not isinstance(given.order, Release | Unmerge | Note)
    if decides and _appealed_against(given):
        raise Refusal("appeal_by_another", legal=("note",), alias=given.case.alias)


def _appealed_against(given: Given) -> bool:
    """Whether a reporter appealed against what this person decided."""
    case = given.case
    filed = case.state is State.FILED or case.asked_in is State.FILED
    return filed and case.declined_by == given.by.id


def _check_claim(given: Given) -> None:
    case = given.case
    if _has_another(given):
        raise Refusal(
            "claimed_by_other",
            legal=("claim", "note"),
            alias=case.alias,
            by=_claimer(case),
        )


# ── who has it ────────────────────────────────────────────────────────────────────────


def _claim(given: Given, order: Claim) -> Decision:
    case = given.case
    if case.claimed == given.by:
        raise Refusal("claimed_by_you", alias=case.alias)
    if case.claimed is not None and not order.take:
        raise Refusal(
            "claimed_already",
            legal=("claim", "note"),
            alias=case.alias,
            by=_claimer(case),
        )
    claimed = replace(case, claimed=given.by)
    return given.decision(claimed, StoryStep("claimed", public=False))


def _release(given: Given, order: Release) -> Decision:
    case = given.case
    if case.claimed is None:
        raise Refusal("not_claimed", alias=case.alias)
    if case.claimed != given.by and given.role != "supervisor":
        raise Refusal(
            "not_yours_to_release",
            legal=("note",),
            alias=case.alias,
            by=_claimer(case),
        )
    released = replace(case, claimed=None)
    return given.decision(released, StoryStep("released", public=False))


def _claimer(case: Case) -> str:
    return case.claimed.name if case.claimed else ""


def _note(given: Given, order: Note) -> Decision:
    note = given.needed("text")
    return replace(given.decision(given.case), note=note)


# ── the hotline and the reporters ─────────────────────────────────────────────────────


def _accept(given: Given, order: Accept) -> Decision:
    accepted = ledger.stop(given.moved(), given.at)
    moved = ledger.start(accepted, "assign", given.at, given.terms)
    case = given.case
    # numbers that skip would tell others that there is something
    numbered = case.serial is None and not case.supervisors_only
    decided = replace(moved, declined_by=None)
    return replace(given.told(decided), serial=numbered)


def _decline(given: Given, order: Decline) -> Decision:
    stopped = ledger.stop(given.moved(), given.at)
    declined = replace(stopped, declined_by=given.by.id)
    moved = declined.with_followup(closed=given.at, forgot=0)
    reason = given.needed("reason")
    mistaken = State.ACCEPTED in (given.case.state, given.case.asked_in)
    return given.told(moved, text=reason, mistaken=mistaken or None)


def _ask(given: Given, order: Ask) -> Decision:
    """Who does not answer holds nothing up for longer than a week: then it goes on by
    itself. A further question makes that no longer.
    """
    case = given.case
    at = given.at
    _check_ask(given)
    terms = given.terms
    question = given.needed("question")
    waiting = move(case, "ask")
    asked = _addressed(case, order.to)
    until = case.resumes or add(at, terms.rules.hear_every, terms)
    paused = ledger.pause(waiting, at, until=until)
    moved = replace(paused, resumes=until).with_followup(told=at)
    steps = [StoryStep("asked", {"text": question}, report) for report in asked]
    pushes = tuple(push(report, "asked") for report in asked)
    return replace(given.decision(moved, *steps), pushes=pushes)


def _check_ask(given: Given) -> None:
    """Asked again and again, a deadline would never come. While an answer is still
    waited for, one more question costs no time. Raises: Refusal.
    """
    case = given.case
    most = given.terms.rules.asks
    is_free = case.resumes is not None or given.role == "supervisor"
    if not is_free and ledger.times_asked(case) >= most:
        raise Refusal("ask_again", alias=case.alias, times=most)


def _wait(given: Given, order: Wait) -> Decision:
    reason = given.needed("reason")
    waiting = move(given.case, "wait")
    until = given.future(order.until)
    _check_wait(given, order.until)
    paused = ledger.pause(
        waiting, given.at, until=until, reason=reason, by=given.by.name
    )
    moved = replace(paused, resumes=until)
    return given.told(moved, text=reason, until=last_second(until))


def _check_wait(given: Given, until: datetime) -> None:
    """While it waits no time is counted: a wait without an end would be an extension
    without one. Raises: Refusal.
    """
    most = given.terms.rules.wait_most
    latest = add(given.at, most, given.terms)
    if until > latest:
        raise Refusal(
            "wait_too_long", most=spoken(most), latest=last_day(latest, given)
        )
    if ledger.waited(given.case) and given.role != "supervisor":
        raise Refusal("wait_again", alias=given.case.alias)


def _resume(given: Given, order: Resume) -> Decision:
    return given.told(given.moved())


def _reply(given: Given, order: Reply) -> Decision:
    """Nothing goes out and nobody reads it until the undo window is over: then it
    rings.
    """
    case = given.case
    text = given.needed("text")
    _addressed(case, order.to)
    waiting = case.reply.text if case.reply else None
    if given.instead is not None and waiting != given.instead:
        raise Refusal("reply_gone", alias=case.alias)
    if given.instead is None and waiting is not None:
        raise Refusal(
            "reply_pending", legal=("undo",), alias=case.alias, seconds=UNDO.seconds
        )
    reply = Pending(text, given.at + UNDO, order.to, given.by)
    return given.decision(replace(case, reply=reply))


def _undo(given: Given, order: Undo) -> Decision:
    if given.case.reply is None:
        raise Refusal("nothing_to_undo", alias=given.case.alias)
    return given.decision(replace(given.case, reply=None))


def _addressed(case: Case, to: int | None) -> tuple[str, ...]:
    if not case.reports:
        raise Refusal("nobody_to_ask", alias=case.alias)
    if to is None:
        return case.reports
    if not 1 <= to <= len(case.reports):
        raise Refusal(
            "no_such_reporter", alias=case.alias, count=len(case.reports), to=to
        )
    return case.reports[to - 1 : to]


def _merge(given: Given, order: Merge) -> Decision:
    """All reporters of the case belong to `into` from now on; what each of them said
    stays their own.
    """
    case = given.case
    into = given.into
    assert into is not None  # who orders a merge names it
    moved = replace(given.moved(), merged_into=into.id)
    _check_merge(case, into)
    if given.role != "supervisor":
        _check_merge_loses_no_time(given, into)
    decision = given.told(_taken_back(moved, given), case=into.alias)
    reports = dict.fromkeys([*into.reports, *case.reports])
    urgent = into.urgent or case.urgent
    joined = replace(into, urgent=urgent, reports=tuple(reports))
    return replace(decision, into=settled(joined, given.terms))


def _taken_back(case: Case, given: Given) -> Case:
    """No time is counted while another case is worked on in its place. Units read their
    clocks: they are not told that others reported the same.
    """
    at = given.at
    by = given.by.name
    units = ledger.pause(case, at, *UNIT_CLOCKS, reason="专线收回", by=by)
    return ledger.pause(units, at, reason="并案", by=by)


def _unmerge(given: Given, order: Unmerge) -> Decision:
    """It goes on where it was when it was merged; what was done meanwhile stays with
    the other case.
    """
    joint = given.into
    back = given.moved()
    assert joint is not None  # it was merged
    _check_unmerge(given, joint)
    own = replace(back, merged_into=None)
    if given.case.asked_in is None:  # an older version merged it, and ended its clocks
        going = _with_nobody(own, given.at, given.terms)
    else:
        going = ledger.resume(own, given.at)
    told = given.told(going, case=joint.alias)
    if going.state in AT_UNIT:
        told = alerting(told, "unit", "unmerged", urgent=going.urgent)
    own_reports = given.case.reports
    left = tuple(one for one in joint.reports if one not in own_reports)
    rest = replace(joint, reports=left)
    return replace(told, into=settled(rest, given.terms))


def _check_unmerge(given: Given, joint: Case) -> None:
    case = given.case
    _check_kept(case)
    if joint.reply is not None:
        raise Refusal("unmerge_before_sent", alias=joint.alias, seconds=UNDO.seconds)
    if not case.reports:
        raise Refusal("unmerge_nobody", alias=case.alias, joint=joint.alias)
    if given.role != "supervisor":
        _check_unmerge_gives_no_time(given)


def _check_kept(case: Case) -> None:
    if case.followup.retained:
        raise Refusal("unmerge_retained", alias=case.alias)


def _check_unmerge_gives_no_time(given: Given) -> None:
    """While it was merged its clocks waited: that is a wait like any other, once for a
    clock and not longer than the rules let one wait. Raises: Refusal.
    """
    case = given.case
    since = ledger.waits_since(case)
    if since is None:
        return
    most = given.terms.rules.wait_most
    if ledger.times_waited(case) > 1 or given.at > add(since, most, given.terms):
        raise Refusal("unmerge_gives_time", alias=case.alias, most=spoken(most))


def _check_merge(case: Case, into: Case) -> None:
    if into.id == case.id:
        raise Refusal("merge_into_itself", alias=case.alias)
    if into.state not in (*OPEN, State.WAITING):
        merged = into.state is State.MERGED
        code = "merge_into_merged" if merged else "merge_into_ended"
        raise Refusal(code, alias=into.alias, state=STATES[into.state])
    if into.supervisors_only:
        raise Refusal("merge_into_apart", alias=into.alias)
    _check_nothing_waits(case)


def _check_nothing_waits(case: Case) -> None:
    """A reply that still can be taken back goes to the reporters as they are now."""
    if case.reply is not None:
        raise Refusal("merge_before_sent", alias=case.alias, seconds=UNDO.seconds)


def _check_merge_loses_no_time(given: Given, into: Case) -> None:
    """What a unit owes sooner is not merged into what is owed later or by nobody: that
    would be more time by a side door. The other way round it may. Raises: Refusal.
    """
    owed = dated(given.case, given.terms)
    owed_there = dated(into, given.terms)
    if owed is None or (owed_there is not None and owed_there.ends <= owed.ends):
        return
    raise Refusal(
        "merge_into_later",
        alias=given.case.alias,
        into=into.alias,
        due=last_day(owed.ends, given),
    )


def _find(given: Given, order: Find) -> Decision:
    if order.finding not in FINDINGS:
        raise Refusal("unknown_finding", known=choices(FINDINGS))
    moved = given.moved().with_assignment(finding=order.finding)
    return given.told(moved, finding=order.finding, text=order.text.strip())


def _close(given: Given, order: Close) -> Decision:
    moved = _closed(given.moved(), given.at)
    result = given.needed("result")
    return given.told(moved, text=result)


def _reopen(given: Given, order: StaffReopen) -> Decision:
    moved = reopened(given.case, given.at, given.terms)
    taken_up = replace(moved, declined_by=None)  # no appeal: staff saw it themselves
    return given.told(taken_up, text=order.reason.strip())


# ── the hotline and the units ─────────────────────────────────────────────────────────


def _assign(given: Given, order: Assign) -> Decision:
    at = given.at
    terms = given.terms
    _check_level(order.level)
    unit = given.needed("unit")
    moved = given.moved()
    _check_unit(given, unit)
    level = order.level or given.case.assignment.level
    assigned = _given_to(_fresh(moved), unit, level)
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
    assigned = _given_to(_fresh(moved), unit, level)
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


def _fresh(case: Case) -> Case:
    """Nothing of what the unit before was granted, found or has said."""
    return case.with_assignment(
        extended=False, wants=None, finding=None, rectified=False, notices=()
    )


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
    _check_return(given)
    paused = ledger.pause(moved, at, reason="单位退回，专线在看")
    deciding = ledger.start(paused, "assign", at, given.terms)
    returns = given.case.assignment.returns + 1
    moved = deciding.with_assignment(returns=returns, wants=None)
    reason = order.reason.strip()
    told = given.told(moved, unit=given.unit, rule=rule, text=reason)
    return alerting(told, "staff", "returned")


def _check_return(given: Given) -> None:
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
    _check_extendable(given)
    wanted = moved.with_assignment(wants=MoreTime(order.days, reason, given.at))
    params = {"unit": given.unit, "days": order.days, "text": reason}
    step = StoryStep("extension_asked", params, public=False)
    return alerting(given.decision(wanted, step), "supervisor", "extension_asked")


def _check_extendable(given: Given) -> None:
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
        _check_extendable(given)
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


Rule = Callable[[Given, Any], Decision]
RULES: Mapping[type[Order], Rule] = {
    Claim: _claim,
    Release: _release,
    Accept: _accept,
    Decline: _decline,
    Ask: _ask,
    Wait: _wait,
    Resume: _resume,
    Reply: _reply,
    Undo: _undo,
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
    Find: _find,
    Rectify: _rectify,
    Rectified: _rectified,
    Close: _close,
    StaffReopen: _reopen,
    Merge: _merge,
    Unmerge: _unmerge,
    Note: _note,
    **CORRECTING,
}

# what the table of a case's life cannot know of a move: how often, and until when
LIMITS: Mapping[str, Callable[[Given], object]] = {
    "ask": lambda given: _addressed(given.case, None),
    "return": _check_return,
    "extend": _check_extendable,
    "redate": lambda given: check_redatable(given),
    "merge": lambda given: _check_nothing_waits(given.case),
    "unmerge": lambda given: _check_kept(given.case),
}


# ── small parts ───────────────────────────────────────────────────────────────────────


def _closed(case: Case, at: datetime) -> Case:
    stopped = ledger.stop(case, at).with_assignment(wants=None)
    return stopped.with_followup(closed=at, called_back=0, looked_back=0, forgot=0)


def reopened(case: Case, at: datetime, terms: Terms) -> Case:
    """All that a unit and the first finding said lies behind it, and anybody may take
    it.

    at: from when its clock runs, the next full hour where a reporter did it.
    """
    moved = replace(move(case, "reopen"), claimed=None).with_followup(
        closed=None, called_back=0, looked_back=0, forgot=0
    )
    return _with_nobody(moved, at, terms)


def _with_nobody(case: Case, at: datetime, terms: Terms) -> Case:
    """No unit has it any more: it is to be accepted, or to be sent out, from now on."""
    had = case.assignment.last_unit_id
    moved = _fresh(case).with_assignment(
        unit=None, unit_id=None, had=had, returns=0, earlier=(), dispatched=None
    )
    clock: Clock = "accept" if moved.state is State.FILED else "assign"
    return ledger.start(moved, clock, at, terms)
