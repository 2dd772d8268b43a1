"""More time than the rules give is granted by a supervisor, whatever the door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.clock import read
from dialogs.case.deciding import decide
from dialogs.case.life import Case, Staff, State
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Decision,
    Merge,
    Order,
    RefuseReturn,
    Resume,
    Return,
    StaffReopen,
    Wait,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms, weekday_calendar
from tests.dialogs.case.parts import changed

AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
WANG = Staff("aa", "王")
CASE = Case("c", "白鹭-K7QM", State.FILED, "forms", opened=AT, reports=("r1",))
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
TOWN, OTHER = "aa" * 16, "bb" * 16
IDS = {"文新街道": TOWN, "古荡街道": OTHER}


def does(
    case: Case, order: Order, days: float = 0, role: Role = "operator"
) -> Decision:
    """An order given so many days after AT."""
    unit_id = IDS.get(getattr(order, "unit", ""))
    at = AT + timedelta(days=days)
    return decide(case, order, WANG, at, TERMS, role=role, unit_id=unit_id)


def merges(
    case: Case, into: Case, days: float = 0, role: Role = "operator"
) -> Decision:
    at = AT + timedelta(days=days)
    order = Merge(into.alias)
    return decide(case, order, WANG, at, TERMS, into=into, role=role, unit_id=None)


def sent(unit: str = "文新街道", **known: object) -> Case:
    accepted = does(changed(CASE, **known), Accept()).case
    return does(accepted, Assign(unit)).case


# ── the same unit again ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("unit", ["文新街道", "名录外的办"])
def test_sending_it_to_the_same_unit_again_starts_no_time_again(unit: str) -> None:
    """Not while it has it, and what is meant is named."""
    case = sent(unit)
    with pytest.raises(Refusal) as refusal:
        does(case, Assign(unit), 3)
    assert refusal.value.code == "same_unit"
    assert refusal.value.legal == ("answer", "extend")
    with pytest.raises(Refusal, match="不会重算期限"):
        does(case, Whistle("办不了", unit), 3)


@pytest.mark.parametrize(
    ("order", "legal"),
    [(Return("三定方案"), ("refuse-return",)), (Answer("改了"), ("send-back",))],
)
def test_nor_after_it_sent_it_back_or_answered(
    order: Order, legal: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal) as refusal:
        does(does(sent(), order, 1).case, Assign("文新街道"), 2)
    assert refusal.value.legal == legal


def test_nor_while_it_waits() -> None:
    waiting = does(sent(), Wait("等批复", AT + 3 * DAY), 1).case
    with pytest.raises(Refusal, match="不会重算期限"):
        does(waiting, Assign("文新街道"), 2)


def test_by_way_of_another_unit_a_supervisor_sends_it_back() -> None:
    """To and fro would give the first one its whole time again."""
    to_and = does(sent(), Assign("古荡街道"), 2).case
    with pytest.raises(Refusal, match="请专线主管来转"):
        does(to_and, Assign("文新街道"), 3)
    again = does(to_and, Assign("文新街道"), 3, role="supervisor").case
    assert again.assignment.unit_id == TOWN and again.state is State.ASSIGNED


def test_what_is_taken_up_again_goes_to_any_unit() -> None:
    answered = does(sent(), Answer("改了"), 1).case
    closed = changed(answered, state=State.CLOSED)
    reopened = does(closed, StaffReopen(), 9).case
    assert does(reopened, Assign("文新街道"), 9).case.state is State.ASSIGNED


# ── a date ────────────────────────────────────────────────────────────────────────────


def test_a_date_within_the_rules_is_anybody_s_to_name() -> None:
    accepted = does(CASE, Accept()).case
    due = AT + 4 * DAY
    case = does(accepted, Assign("文新街道", due=due)).case
    assert case.due == due and not case.assignment.extended


def test_a_date_later_than_the_rules_give_is_an_extension() -> None:
    """A supervisor's, once, and no longer than an extension is."""
    accepted = does(CASE, Accept()).case
    late = Assign("文新街道", due=AT + 10 * DAY)
    with pytest.raises(Refusal, match=r"照规则最迟11月30日.*请专线主管"):
        does(accepted, late)
    case = does(accepted, late, role="supervisor").case
    assert case.assignment.extended
    reading = read(case.ledger, "answer", TERMS)
    assert reading is not None and reading.ends == AT + 10 * DAY
    for year in (2027, 2030):
        never = Assign("文新街道", due=datetime(year, 1, 1, tzinfo=UTC))
        with pytest.raises(Refusal, match="最迟只能到12月14日"):
            does(accepted, never, role="supervisor")


def test_what_is_complex_has_its_own_latest_date() -> None:
    accepted = does(CASE, Accept()).case
    order = Assign("文新街道", due=AT + 20 * DAY, complex=True)
    assert not does(accepted, order).case.assignment.extended


def test_an_urgent_case_has_no_later_date_at_all() -> None:
    accepted = does(changed(CASE, urgent=True), Accept()).case
    with pytest.raises(Refusal, match="加急件最迟11月23日"):
        does(accepted, Assign("文新街道", due=AT + 2 * DAY), role="supervisor")


# ── waiting ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_nobody_lets_it_wait_without_an_end(role: Role) -> None:
    for until in (datetime(2035, 1, 1, tzinfo=UTC), AT + 20 * DAY):
        with pytest.raises(Refusal, match="一次最多等10个工作日，最迟等到12月7日"):
            does(sent(), Wait("等批复", until), role=role)


def test_waiting_once_more_is_an_extension() -> None:
    """In the time of one clock; the next begins anew."""
    waiting = does(sent(), Wait("等批复", AT + 3 * DAY), 1).case
    goes_on = does(waiting, Resume(), 2).case
    again = Wait("还要等", AT + 9 * DAY)
    with pytest.raises(Refusal, match="请专线主管来定"):
        does(goes_on, again, 2)
    assert does(goes_on, again, 2, role="supervisor").case.state is State.WAITING
    elsewhere = does(goes_on, Assign("古荡街道"), 2).case
    assert does(elsewhere, again, 2).case.state is State.WAITING


def test_asking_back_without_end_is_an_extension() -> None:
    """Twice in the time of one clock; a question while one is open costs no time."""
    case = sent()
    for day in (1, 2):
        asked = does(case, Ask("哪张表？"), day).case
        case = does(does(asked, Ask("多久一次？"), day).case, Resume(), day + 0.5).case
    with pytest.raises(Refusal) as refusal:
        does(case, Ask("谁要的？"), 3)
    assert refusal.value.code == "ask_again"
    assert does(case, Ask("谁要的？"), 3, "supervisor").case.state is State.WAITING
    elsewhere = does(case, Assign("古荡街道"), 3).case
    assert does(elsewhere, Ask("谁要的？"), 4).case.state is State.WAITING


def test_a_return_is_no_wait() -> None:
    returned = does(sent(), Return("三定方案"), 1).case
    kept = does(returned, RefuseReturn("首接负责"), 1).case
    assert does(kept, Wait("等批复", AT + 5 * DAY), 2).case.state is State.WAITING


# ── merging ───────────────────────────────────────────────────────────────────────────


def test_what_is_nearly_due_is_not_merged_into_what_is_not() -> None:
    """The later joins the sooner; whoever wants it otherwise asks the supervisor."""
    sooner = sent()
    other = replace(CASE, id="d", alias="青松-0000", reports=("r3",))
    accepted = does(other, Accept(), 4).case
    later = does(accepted, Assign("古荡街道"), 4).case
    for into in (other, accepted, later):
        with pytest.raises(Refusal, match="请反过来把 青松-0000 并入 白鹭-K7QM"):
            merges(sooner, into, 4)
        assert merges(sooner, into, 4, "supervisor").into is not None
        assert merges(into, sooner, 4).into is not None
