"""Staff and reporters do anything in any order: each gets a decision or one sentence,
and a story is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.clock import next_due, running
from dialogs.case.deciding import decide
from dialogs.case.ledger import is_paused
from dialogs.case.life import FINISHED, OPEN, Case, Staff, State, legal
from dialogs.case.order_row import Field, OrderRow
from dialogs.case.order_table import ORDERS as ORDER_TABLE
from dialogs.case.orders import Decision, Order
from dialogs.case.reactions import Reaction, react
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import Rules
from dialogs.case.story import Filed, OpenedStep, Rating, is_asked, tell
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.words import (
    Forget,
    Held,
    Hush,
    KeepFrom,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Withdraw,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BEIJING = ZoneInfo("Asia/Shanghai")
CASE = Case("c", "白鹭-K7QM", State.FILED, "forms", reports=("r1", "r2"))
INTO = Case("d", "青松-0000", State.FILED, "forms", reports=("r3",))
WORDS = st.text(max_size=12)
DUES = st.none() | st.integers(-5, 40).map(lambda days: AT + timedelta(days=days))
REPORTS = st.sampled_from(["r1", "r2"])
NUMBERS = st.integers(-1, 12)


def _values(asked: Field) -> st.SearchStrategy[Any]:
    """What may be typed for a field, legal or not."""
    typed: dict[str, st.SearchStrategy[Any]] = {
        "choice": st.sampled_from([*asked.choices, "moon"]),
        "day": DUES.map(lambda due: due or AT),
        "days": NUMBERS,
        "number": NUMBERS,
        "flag": st.booleans(),
    }
    found = typed.get(asked.kind, WORDS)
    may_be_left_out = not asked.required and asked.kind in ("choice", "day", "days")
    return st.none() | found if may_be_left_out or asked.kind == "number" else found


def _orders(row: OrderRow) -> st.SearchStrategy[Order]:
    return st.builds(row.order, **{one.name: _values(one) for one in row.fields})


LEFT_OFF = (State.WAITING, State.MERGED)  # it goes on where it was
ORDERS = st.one_of([_orders(row) for row in ORDER_TABLE])
ROLES: list[Role] = ["operator", "supervisor", "liaison"]
ROLE = st.sampled_from(ROLES)
REACTIONS = st.one_of(
    st.builds(Supplement, REPORTS, WORDS, st.just(()), st.just(AT), st.booleans()),
    st.builds(Rate, REPORTS, st.booleans(), st.none(), st.none(), st.just(AT)),
    st.builds(Reopen, REPORTS, WORDS, st.just(AT)),
    st.builds(Forget, REPORTS, st.just(AT)),
    st.builds(Hush, REPORTS, st.just(AT)),
    st.builds(Rebound, REPORTS, WORDS, st.just(AT)),
    st.builds(Held, REPORTS, st.just(AT)),
    st.builds(KeepFrom, REPORTS, WORDS, st.just(AT)),
    st.builds(Withdraw, REPORTS, st.just(AT)),
)
STAFF = st.sampled_from([Staff("aa", "王"), Staff("bb", "李")])
TERMS = Terms(Rules.default(), weekday_calendar(), BEIJING)


Act = tuple[Staff, Order, Role]


def answered(
    case: Case, act: Act | Reaction, told: list[OpenedStep]
) -> Decision | None:
    """What follows, or None where it was refused in one sentence."""
    if not isinstance(act, tuple):
        if act.report not in case.reports:
            return None  # forgotten: the hotline drops it before the rules see it
        return react(case, act, TERMS, asked=is_asked(told, act.report))
    by, order, role = act
    try:
        return decide(case, order, by, AT, TERMS, into=INTO, role=role, unit_id=None)
    except Refusal as refusal:
        assert str(refusal) and "\n" not in str(refusal).replace(case.alias, "")
        return None


@given(
    st.lists(st.tuples(STAFF, ORDERS, ROLE) | REACTIONS, max_size=30),
    st.sampled_from(State),
    st.booleans(),
)
def test_whatever_is_done_a_case_stays_sound(
    acts: list[Act | Reaction], start: State, urgent: bool
) -> None:
    asked_in = State.ACCEPTED if start in LEFT_OFF else None
    case, told = (
        replace(CASE, state=start, asked_in=asked_in, urgent=urgent),
        list[OpenedStep](),
    )
    for act in acts:
        decision = answered(case, act, told)
        if decision is None:
            continue
        assert decision.case.ledger[: len(case.ledger)] == case.ledger, (
            "lines are only ever added"
        )
        case = decision.case
        runs = [one for one in running(case.ledger) if not is_paused(case, one)]
        assert case.state not in FINISHED or not runs
        assert case.due == next_due(case.ledger, TERMS)
        assert case.state not in LEFT_OFF or case.due is None
        assert (case.asked_in in OPEN) == (case.state in LEFT_OFF)
        assert legal(case)
        assert {report for report, _ in decision.pushes} <= {*CASE.reports}
        told += [
            OpenedStep(
                entry.kind,
                AT,
                case.id,
                entry.report,
                entry.public,
                not isinstance(act, tuple),
                entry.params,
            )
            for entry in decision.entries
        ]
    for report in CASE.reports:
        story = tell(
            case, Filed(report, "forms", AT, True, Rating(True)), told, AT, TERMS
        )
        for lang in ("zh", "en"):
            assert story.params(lang)["next"] and story.text(lang)
