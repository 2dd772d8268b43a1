"""What follows from what staff order, as the table of a case's life and its clocks have
it. Pure.

`decide` is the way in; below it stands one rule for each order. The rules for units,
for merging and for corrections stand in `unit_work`, `merging` and `correcting`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs.case import ledger
from dialogs.case.correcting import CORRECTING, check_redatable
from dialogs.case.decisions import (
    UNDO,
    Given,
    choices,
    last_day,
    last_second,
    settled,
    spoken,
    with_nobody,
)
from dialogs.case.life import FINDINGS, Case, Pending, Staff, State, move
from dialogs.case.merging import MERGING, check_kept, check_nothing_waits
from dialogs.case.order_table import BY_NAME, possible, row_of
from dialogs.case.orders import (
    Accept,
    Ask,
    Assign,
    Claim,
    Close,
    Decision,
    Decline,
    Find,
    Note,
    Order,
    Release,
    Reply,
    Resume,
    StaffReopen,
    StoryStep,
    Undo,
    Unmerge,
    Wait,
    Whistle,
)
from dialogs.case.pushes import push
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.unit_work import UNIT_WORK, check_extendable, check_return
from dialogs.case.worktime import Terms, add
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
    Find: _find,
    Close: _close,
    StaffReopen: _reopen,
    Note: _note,
    **UNIT_WORK,
    **MERGING,
    **CORRECTING,
}

# what the table of a case's life cannot know of a move: how often, and until when
LIMITS: Mapping[str, Callable[[Given], object]] = {
    "ask": lambda given: _addressed(given.case, None),
    "return": check_return,
    "extend": check_extendable,
    "redate": lambda given: check_redatable(given),
    "merge": lambda given: check_nothing_waits(given.case),
    "unmerge": lambda given: check_kept(given.case),
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
    return with_nobody(moved, at, terms)
