"""Two reports of one thing are worked on as one case, and taken apart again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dialogs.case import ledger
from dialogs.case.decisions import (
    UNDO,
    Given,
    alerting,
    dated,
    last_day,
    settled,
    spoken,
    with_nobody,
)
from dialogs.case.life import AT_UNIT, OPEN, STATES, Case, State
from dialogs.case.orders import Decision, Merge, Order, Unmerge
from dialogs.case.refusals import Refusal
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import add


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
        going = with_nobody(own, given.at, given.terms)
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
    check_kept(case)
    if joint.reply is not None:
        raise Refusal("unmerge_before_sent", alias=joint.alias, seconds=UNDO.seconds)
    if not case.reports:
        raise Refusal("unmerge_nobody", alias=case.alias, joint=joint.alias)
    if given.role != "supervisor":
        _check_unmerge_gives_no_time(given)


def check_kept(case: Case) -> None:
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
    check_nothing_waits(case)


def check_nothing_waits(case: Case) -> None:
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


MERGING: Mapping[type[Order], Callable[[Given, Any], Decision]] = {
    Merge: _merge,
    Unmerge: _unmerge,
}
