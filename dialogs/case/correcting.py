"""What follows where staff correct what was ordered or filed: the pace, the category,
the finding, a date. Pure.

None of it gives a unit more time than the rules do: that is asked for and granted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs.case import ledger
from dialogs.case.clock import ClockReading, by_the_rules
from dialogs.case.decisions import (
    Given,
    alerting,
    answer_due,
    choices,
    dated,
    last_day,
    last_second,
    next_end,
)
from dialogs.case.life import FINDINGS, ORDERED, STATES, Case, State, legal
from dialogs.case.order_table import CATEGORY_NAMES, row_of
from dialogs.case.orders import (
    CorrectFinding,
    Decision,
    MarkUrgent,
    NotUrgent,
    Order,
    Recategorise,
    Redate,
)
from dialogs.case.refusals import Refusal
from dialogs.case.worktime import Terms, add


def _mark_urgent(given: Given, order: MarkUrgent) -> Decision:
    """The unit that has it is to come at once; its usual time is over."""
    if given.case.urgent:
        raise Refusal("urgent_already", alias=given.case.alias)
    urgent = replace(_fitting(given), urgent=True)
    if given.case.state is not State.ASSIGNED:
        return given.told(urgent)
    # more time that was asked for is no question any more
    pressing = urgent.with_assignment(wants=None)
    moved = ledger.dispatch(pressing, given.at, given.terms)
    due = last_second(answer_due(moved, given.terms))
    told = given.told(moved, unit=given.unit, due=due)
    return alerting(told, "unit", "urgent_set", urgent=True)


def _not_urgent(given: Given, order: NotUrgent) -> Decision:
    """The usual time, as if it had been usual from the start."""
    if not given.case.urgent:
        raise Refusal("not_urgent_already", alias=given.case.alias)
    reason = given.needed("reason")
    usual = replace(_fitting(given), urgent=False)
    if given.case.state is not State.ASSIGNED:
        return given.told(usual, text=reason)
    since = given.case.assignment.dispatched or given.at
    allowance = given.terms.rules.deadline("answer", usual.category)
    until = add(since, allowance, given.terms)
    moved = ledger.dispatch(usual, given.at, given.terms, until=until)
    due = last_second(answer_due(moved, given.terms))
    told = given.told(moved, unit=given.unit, text=reason, due=due)
    return alerting(told, "unit", "urgent_lifted")


def _recategorise(given: Given, order: Recategorise) -> Decision:
    case = _fitting(given)
    if order.category not in CATEGORY_NAMES:
        raise Refusal("unknown_category", known=choices(CATEGORY_NAMES))
    if order.category == case.category:
        raise Refusal("same_category", alias=case.alias)
    return given.told(replace(case, category=order.category), category=order.category)


def _fitting(given: Given) -> Case:
    """The case, for an order that is no move. Raises: Refusal, where it does not fit
    now.
    """
    row = row_of(given.order)
    assert row.fits is not None  # only moves are in the table of the case's life
    if row.fits(given.case):
        return given.case
    raise Refusal(
        "illegal_move",
        legal=tuple(name for name in legal(given.case) if name in ORDERED),
        alias=given.case.alias,
        state=STATES[given.case.state],
        move=row.name,
    )


def _correct_finding(given: Given, order: CorrectFinding) -> Decision:
    """A closed case stays closed: its reporter reads what was corrected, and that
    alone.
    """
    if order.finding not in FINDINGS:
        raise Refusal("unknown_finding", known=choices(FINDINGS))
    given.moved()  # where it may not be corrected, that is said first
    case = given.case
    reason = given.needed("text")
    if order.finding == case.assignment.finding:
        finding = FINDINGS[order.finding]
        raise Refusal("same_finding", alias=case.alias, finding=finding)
    found = replace(given, case=case.with_assignment(finding=order.finding))
    moved = found.moved()
    if case.state is State.RECTIFYING and moved.state is State.VERIFIED:
        stopped = ledger.stop(moved, given.at)
        moved = stopped.with_assignment(wants=None, rectified=False)
    told = given.told(moved, finding=order.finding, text=reason)
    return alerting(told, "unit", "finding_corrected")


def _redate(given: Given, order: Redate) -> Decision:
    """A date that was written wrong, not more time: that is asked for and granted."""
    case = _fitting(given)
    terms = given.terms
    reason = given.needed("reason")
    due = given.future(order.due)
    assert due is not None  # a date is asked for
    reading, latest = _redatable(given)
    if due > latest:
        raise _redate_too_late(given, latest)
    moved = ledger.redate(
        case, reading.clock, given.at, due, reason=reason, by=given.by.name
    )
    ends = last_second(next_end(moved, terms))
    told = given.told(moved, unit=given.unit, text=reason, due=ends)
    return alerting(told, "unit", "redated")


def check_redatable(given: Given) -> None:
    """Once the latest day that the rules give is over, no other date can be written.
    Raises: Refusal.
    """
    _, latest = _redatable(given)
    if latest <= given.at:
        raise _redate_too_late(given, latest)


def _redatable(given: Given) -> tuple[ClockReading, datetime]:
    """The clock whose date may be corrected, and the latest that it may be.
    Raises: Refusal.
    """
    case = given.case
    reading = dated(case, given.terms)
    assert reading is not None  # it fits
    if reading.due is None:
        raise Refusal("redate_paused", alias=case.alias)
    return reading, _latest(case, reading, given.terms)


def _redate_too_late(given: Given, latest: datetime) -> Refusal:
    return Refusal("redate_too_late", legal=("extend",), latest=last_day(latest, given))


def _latest(case: Case, reading: ClockReading, terms: Terms) -> datetime:
    """The latest day that the rules give, with pauses and what was granted."""
    most = terms.rules.rectify_most if reading.clock == "rectify" else None
    ends = by_the_rules(case.ledger, reading.clock, terms, most)
    return ends or reading.ends


CORRECTING: Mapping[type[Order], Callable[[Given, Any], Decision]] = {
    MarkUrgent: _mark_urgent,
    NotUrgent: _not_urgent,
    Recategorise: _recategorise,
    Redate: _redate,
    CorrectFinding: _correct_finding,
}
