"""What reporters do to their case; `react` says what follows. Pure, and it never
refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dialogs.case import ledger
from dialogs.case.corrections import CORRECTS, LEFT, SUPPLEMENTED
from dialogs.case.deciding import reopened
from dialogs.case.decisions import settled, states
from dialogs.case.life import ENDED, Case, Followup, Pending, State, leads, move
from dialogs.case.orders import Decision, StoryStep
from dialogs.case.pushes import push
from dialogs.case.worktime import Terms
from dialogs.words import (
    Forget,
    Held,
    Hush,
    KeepFrom,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Wish,
    Withdraw,
)

Reaction = (
    Supplement
    | Rate
    | Reopen
    | Rebound
    | Held
    | Wish
    | KeepFrom
    | Withdraw
    | Forget
    | Hush
)
AUDIT_KINDS: Mapping[type[Reaction], str] = {
    Supplement: "report.supplement",
    Rate: "report.rate",
    Reopen: "report.reopen",
    Rebound: "report.rebound",
    Held: "report.held",
    Wish: "report.wish",
    KeepFrom: "report.keep_from",
    Withdraw: "report.withdraw",
    Forget: "report.forget",
    Hush: "report.hush",
}  # persisted in the audit chain: never changed
KEPT_FROM = "kept_from"  # the kind of step
APPEAL = "report.appeal"  # to take up again what was declined


def filed(
    *,
    id: str,
    alias: str,
    report: str,
    category: str,
    urgent: bool,
    keep_from: tuple[str, ...] = (),
    at: datetime,
    terms: Terms,
) -> Case:
    """A new case, which is to be accepted or declined: its clock starts at the next
    full hour.

    keep_from: units whose people must not see it; at: from when on it is filed.
    """
    hour = _hour(at)
    case = Case(
        id=id,
        alias=alias,
        state=State.FILED,
        category=category,
        urgent=urgent,
        reports=(report,),
        opened=hour,
        keep_from=keep_from,
        followup=Followup(told=hour),
    )
    starts = ledger.next_hour(at)
    return settled(ledger.start(case, "accept", starts, terms), terms)


def react(
    case: Case,
    action: Reaction,
    terms: Terms,
    *,
    asked: bool = False,
    rated: bool = False,
) -> Decision:
    """What follows from what a reporter did. Never refuses: what came too late is kept
    as said.

    asked: a question to this reporter is open; rated: they rated before. The answer to
    them is no push. Clocks go on at the next full hour.
    """
    given = _Given(case, action, terms)
    is_answered = asked and case.state is State.WAITING
    match action:
        case Supplement():
            return _supplement(given, action, is_answered=is_answered)
        case Rate() if rated:
            return given.decision(case)
        case Rate(report):
            return given.decision(case, StoryStep("rated", {}, report))
        case Reopen(report, text):
            kind = "appealed" if case.state is State.DECLINED else "reopened"
            return _reopen(given, action, StoryStep(kind, {"text": text}, report))
        case Rebound(report, text):
            own = StoryStep("rebounded", {"text": text}, report)
            return _reopen(given, action, own)
        case Held(report):
            return given.decision(case, StoryStep("held", {}, report))
        case KeepFrom():
            return _keep_from(given, action)
        case Withdraw():
            return _withdraw(given, action, was_asked=is_answered)
        case Forget():
            return _forget(given, action, was_asked=is_answered)
        case Wish() | Hush():
            return given.decision(case)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a reporter did to a case."""

    case: Case
    action: Reaction
    terms: Terms

    def decision(self, moved: Case, *steps: StoryStep) -> Decision:
        """The case becomes this, and nobody is told."""
        kind = AUDIT_KINDS[type(self.action)]
        audit = (kind, states(self.case, moved))
        return Decision(settled(moved, self.terms), steps, audit=audit)


def _supplement(given: _Given, action: Supplement, *, is_answered: bool) -> Decision:
    case = given.case
    if is_answered and not action.left:
        case = _resumed(case, action)
    said: dict[str, Any] = {"text": action.text, "pictures": len(action.pictures)}
    if action.corrects:
        said[CORRECTS] = True
    if is_answered and action.left:
        said[LEFT] = action.left
    step = StoryStep(SUPPLEMENTED, said, action.report)
    return given.decision(_added(case, action), step)


def _keep_from(given: _Given, action: KeepFrom) -> Decision:
    """Staff hear of it: where that very unit has the case, another must have it."""
    case = _added(given.case, action)
    units = tuple(dict.fromkeys([*case.keep_from, action.unit]))
    kept = replace(case, keep_from=units)
    return given.decision(kept, kept_from(action.unit, action.report))


def kept_from(unit: str, report: str) -> StoryStep:
    """What a reporter wished, as it stands in the story; unit: as it was named."""
    return StoryStep(KEPT_FROM, {"unit": unit}, report)


def _withdraw(given: _Given, action: Withdraw, *, was_asked: bool) -> Decision:
    """Before a unit has it the case ends, unless others reported the same. Afterwards
    staff are told, and see to it whether it goes on: what was done to one was done to
    others.
    """
    case = _added(given.case, action)
    going = _resumed(case, action) if case.state is State.WAITING else case
    if leads(going, "withdraw") is not None:
        hour = _hour(action.at)
        moved = ledger.stop(move(going, "withdraw"), ledger.next_hour(action.at))
        ended = moved.with_followup(told=hour, closed=hour, forgot=0)
        return given.decision(ended, _withdrawn(action, ended=True))
    if was_asked and not _others(case, action.report):
        case = going  # nobody is left to answer
    return given.decision(case, _withdrawn(action, ended=False))


def _withdrawn(action: Withdraw, *, ended: bool) -> StoryStep:
    return StoryStep("withdrawn", {"ended": ended}, action.report)


def _forget(given: _Given, action: Forget, *, was_asked: bool) -> Decision:
    """Where nobody is left to answer a question, the case goes on."""
    case = given.case
    others = _others(case, action.report)
    if was_asked and not others:
        case = _resumed(case, action)
    step = StoryStep("forgotten", public=False)
    return given.decision(_without(case, action.report), step)


def _reopen(given: _Given, action: Reopen | Rebound, own: StoryStep) -> Decision:
    case = given.case
    added = _added(case, action)
    if leads(case, "reopen") is None:
        return given.decision(added, own)
    moved = reopened(added, ledger.next_hour(action.at), given.terms)
    if isinstance(action, Rebound) and case.state in ENDED:
        moved = moved.with_followup(rebounds=case.followup.rebounds + 1)
    heard = moved.with_followup(told=_hour(action.at))
    decision = given.decision(heard, own, StoryStep("reopened"))
    if case.state is State.DECLINED:
        decision = _appealed(case, decision, own)
    pushes = tuple(push(report, "reopened") for report in _others(case, action.report))
    return replace(decision, pushes=pushes)


def _appealed(case: Case, decision: Decision, own: StoryStep) -> Decision:
    """Another person decides than the one who declined it; of a case that an older
    version declined, that is who had claimed it.
    """
    by = case.declined_by or (case.claimed.id if case.claimed else None)
    again = StoryStep("reopened", {"appeal": True})
    return replace(
        decision,
        case=replace(decision.case, declined_by=by),
        entries=(own, again),
        audit=(APPEAL, decision.audit[1]),
    )


def _others(case: Case, report: str) -> tuple[str, ...]:
    return tuple(other for other in case.reports if other != report)


def _resumed(case: Case, action: Reaction) -> Case:
    goes_on = ledger.next_hour(action.at)
    return ledger.resume(move(case, "resume"), goes_on)


def _added(
    case: Case, action: Supplement | Reopen | Rebound | KeepFrom | Withdraw
) -> Case:
    return replace(case, added=_hour(action.at))


def _without(case: Case, report: str) -> Case:
    """Reporters are counted anew: what waits for one of them must not reach another."""
    others = _others(case, report)
    return replace(case, reports=others, reply=_reply_to(case, others))


def _reply_to(case: Case, others: tuple[str, ...]) -> Pending | None:
    """The reply that waits, as it is addressed where only these are left."""
    reply = case.reply
    if reply is None or reply.to is None:
        return reply
    addressed = case.reports[reply.to - 1]
    if addressed not in others:
        return None
    return replace(reply, to=others.index(addressed) + 1)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
