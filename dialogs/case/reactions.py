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
from dialogs.case.life import Case, State, leads, move
from dialogs.case.orders import Decision, StoryStep
from dialogs.case.worktime import Terms
from dialogs.words import (
    File,
    Forget,
    Held,
    Hush,
    Message,
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
        told=hour,
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
        case Supplement(report, text, pictures):
            entry = StoryStep(
                "supplemented", {"text": text, "pictures": len(pictures)}, report
            )
            moved = (
                _resumed(case, action)
                if asked and case.state is State.WAITING
                else case
            )
            return _reacted(case, _added(moved, action), action, terms, (entry,))
        case Rate(report):
            return _reacted(
                case,
                case,
                action,
                terms,
                () if rated else (StoryStep("rated", {}, report),),
            )
        case Reopen(report, text):
            return _reopen(
                case, action, terms, StoryStep("reopened", {"text": text}, report)
            )
        case Rebound(report, text):
            return _reopen(
                case, action, terms, StoryStep("rebounded", {"text": text}, report)
            )
        case Held(report):
            return _reacted(case, case, action, terms, (StoryStep("held", {}, report),))
        case Forget(report):
            left = tuple(other for other in case.reports if other != report)
            nobody = asked and not left and case.state is State.WAITING
            moved = _without(_resumed(case, action) if nobody else case, report)
            return _reacted(
                case, moved, action, terms, (StoryStep("forgotten", public=False),)
            )
        case Wish() | Hush():
            return _reacted(case, case, action, terms, ())


def _reopen(
    case: Case, action: Reopen | Rebound, terms: Terms, own: StoryStep
) -> Decision:
    if leads(case, "reopen") is None:
        return _reacted(case, _added(case, action), action, terms, (own,))
    moved = reopened(_added(case, action), ledger.next_hour(action.at), terms)
    others = tuple(
        push for push in to_all(case, "reopened") if push[0] != action.report
    )
    told = replace(moved, told=_hour(action.at))
    return _reacted(case, told, action, terms, (own, StoryStep("reopened")), others)


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
    entries: tuple[StoryStep, ...],
    pushes: tuple[tuple[str, Message], ...] = (),
) -> Decision:
    audit = (AUDIT_KINDS[type(action)], states(case, moved))
    return Decision(settled(moved, terms), entries, pushes, audit)
