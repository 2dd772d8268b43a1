"""What reporters do to their case; `react` says what follows. Pure, and it never
refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dialogs.case import ledger
from dialogs.case.deciding import reopened
from dialogs.case.decisions import settled, states, to_all
from dialogs.case.life import Case, Followup, State, leads, move
from dialogs.case.orders import Decision, StoryStep
from dialogs.case.worktime import Terms
from dialogs.words import (
    File,
    Forget,
    Held,
    Hush,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Wish,
)

Reaction = Supplement | Rate | Reopen | Rebound | Held | Wish | Forget | Hush
AUDIT_KINDS: Mapping[type[Reaction], str] = {
    Supplement: "report.supplement",
    Rate: "report.rate",
    Reopen: "report.reopen",
    Rebound: "report.rebound",
    Held: "report.held",
    Wish: "report.wish",
    Forget: "report.forget",
    Hush: "report.hush",
}  # persisted in the audit chain: never changed


def filed(id: str, alias: str, report: str, action: File, terms: Terms) -> Case:
    """A new case, which is to be accepted or declined: its clock starts at the next
    full hour.
    """
    hour = _hour(action.at)
    case = Case(
        id,
        alias,
        State.FILED,
        action.category,
        action.urgent,
        reports=(report,),
        opened=hour,
        followup=Followup(told=hour),
    )
    return settled(
        ledger.start(case, "accept", ledger.next_hour(action.at), terms), terms
    )


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
    match action:
        case Supplement():
            return _supplement(case, action, terms, asked)
        case Rate(report):
            steps = () if rated else (StoryStep("rated", {}, report),)
            return _reacted(case, case, action, terms, steps)
        case Reopen(report, text):
            own = StoryStep("reopened", {"text": text}, report)
            return _reopen(case, action, terms, own)
        case Rebound(report, text):
            own = StoryStep("rebounded", {"text": text}, report)
            return _reopen(case, action, terms, own)
        case Held(report):
            held = StoryStep("held", {}, report)
            return _reacted(case, case, action, terms, (held,))
        case Forget():
            return _forget(case, action, terms, asked)
        case Wish() | Hush():
            return _reacted(case, case, action, terms, ())


def _supplement(case: Case, action: Supplement, terms: Terms, asked: bool) -> Decision:
    said = {"text": action.text, "pictures": len(action.pictures)}
    answers = asked and case.state is State.WAITING
    moved = _resumed(case, action) if answers else case
    step = StoryStep("supplemented", said, action.report)
    return _reacted(case, _added(moved, action), action, terms, (step,))


def _forget(case: Case, action: Forget, terms: Terms, asked: bool) -> Decision:
    """Where nobody is left to answer a question, the case goes on."""
    left = tuple(other for other in case.reports if other != action.report)
    nobody = asked and not left and case.state is State.WAITING
    moved = _resumed(case, action) if nobody else case
    step = StoryStep("forgotten", public=False)
    return _reacted(case, _without(moved, action.report), action, terms, (step,))


def _reopen(
    case: Case, action: Reopen | Rebound, terms: Terms, own: StoryStep
) -> Decision:
    if leads(case, "reopen") is None:
        return _reacted(case, _added(case, action), action, terms, (own,))
    moved = reopened(_added(case, action), ledger.next_hour(action.at), terms)
    told = moved.with_followup(told=_hour(action.at))
    decision = _reacted(case, told, action, terms, (own, StoryStep("reopened")))
    pushes = to_all(case, "reopened")
    others = tuple(push for push in pushes if push[0] != action.report)
    return replace(decision, pushes=others)


def _resumed(case: Case, action: Reaction) -> Case:
    return ledger.resume(move(case, "resume"), ledger.next_hour(action.at))


def _added(case: Case, action: Supplement | Reopen | Rebound) -> Case:
    return replace(case, added=_hour(action.at))


def _without(case: Case, report: str) -> Case:
    """Reporters are counted anew: what waits for one of them must not reach another."""
    left = tuple(other for other in case.reports if other != report)
    reply = case.reply
    if reply is not None and reply.to is not None:
        to = case.reports[reply.to - 1]
        reply = replace(reply, to=left.index(to) + 1) if to in left else None
    return replace(case, reports=left, reply=reply)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _reacted(
    case: Case,
    moved: Case,
    action: Reaction,
    terms: Terms,
    steps: tuple[StoryStep, ...],
) -> Decision:
    audit = (AUDIT_KINDS[type(action)], states(case, moved))
    return Decision(settled(moved, terms), steps, audit=audit)
