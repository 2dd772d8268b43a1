"""What follows from orders of staff and moves of reporters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.clock import Allowance, Line
from dialogs.case.deciding import decide as _decide
from dialogs.case.deciding import settled
from dialogs.case.life import ENDED, OPEN, Case, MoreTime, Refusal, Staff, State
from dialogs.case.orders import (
    Accept,
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
    Merge,
    Note,
    Order,
    Rectify,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    StaffReopen,
    Supervise,
    Undo,
    Wait,
    Whistle,
)
from dialogs.case.reactions import Reaction
from dialogs.case.reactions import react as _react
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.texts import CHINESE
from dialogs.words import Forget, Hush, Rate, Reopen, Supplement

AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)
WANG, LI = Staff("aa", "王"), Staff("bb", "李")
CASE = Case("c", "白鹭-K7QM", State.FILED, "forms", claimed=WANG, reports=("r1", "r2"))
INTO = Case("d", "青松-0000", State.ACCEPTED, "forms", serial="JF2026-000001", reports=("r3",))
ORDERS: list[tuple[State, Order, State]] = [
    (State.FILED, Accept(), State.ACCEPTED),
    (State.FILED, Decline("不归这里"), State.DECLINED),
    (State.ACCEPTED, Ask("哪天？"), State.WAITING),
    (State.ACCEPTED, Assign("某街道", "subdistrict", AT + timedelta(days=5)), State.ASSIGNED),
    (State.ASSIGNED, Wait("等区里的批复", AT + timedelta(days=5)), State.WAITING),
    (State.WAITING, Resume(), State.ASSIGNED),
    (State.ASSIGNED, Arrive("到了"), State.ASSIGNED),
    (State.ASSIGNED, Return("三定方案第二条", "归城管"), State.RETURNED),
    (State.RETURNED, RefuseReturn("首接负责"), State.ASSIGNED),
    (State.ASSIGNED, GrantExtend(True), State.ASSIGNED),
    (State.ASSIGNED, Supervise("请分管领导过问"), State.ASSIGNED),
    (State.RECTIFYING, Whistle("街道办不了", "区数据局"), State.ASSIGNED),
    (State.ASSIGNED, Answer("已改"), State.ANSWERED),
    (State.ANSWERED, Find("partly"), State.VERIFIED),
    (State.VERIFIED, Rectify("取消", AT + timedelta(days=9)), State.RECTIFYING),
    (State.RECTIFYING, Close("好了"), State.CLOSED),
    (State.CLOSED, StaffReopen("又来了"), State.ACCEPTED),
    (State.ACCEPTED, Merge("K7QM"), State.MERGED),
]
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
PUSHED = {report for report in CASE.reports}


def decide(case: Case, order: Order, by: Staff, at: datetime, into: Case | None = None) -> Decision:
    return _decide(case, order, by, at, TERMS, into)


def react(case: Case, action: Reaction, **known: bool) -> Decision:
    return _react(case, action, TERMS, **known)


def at(state: State, **known: object) -> Case:
    """A case in this state for which every "only if" holds."""
    on_site = Line("on_site", "start", AT - timedelta(hours=1), Allowance(2, "h"))
    answer = Line("answer", "start", AT - timedelta(hours=1), Allowance(5, "W"))
    facts = {
        "finding": "substantiated",
        "unit": "某街道",
        "ledger": (on_site, answer),
        "wants": MoreTime(5, "人手不够", AT),
        "asked_in": State.ASSIGNED if state is State.WAITING else None,
    }
    return replace(CASE, state=state, **{**facts, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "order", "to"), ORDERS, ids=lambda value: type(value).__name__)
def test_every_move_is_told_to_every_reporter(state: State, order: Order, to: State) -> None:
    """One step to read and one push each, whose sentence exists; the audit line names the states."""
    decision = decide(at(state), order, WANG, AT, INTO)
    assert decision.case.state is to
    assert decision.entries and all(entry.public for entry in decision.entries)
    assert {report for report, _ in decision.pushes} == PUSHED
    assert all(message.name in CHINESE and not message.params for _, message in decision.pushes)
    kind, content = decision.audit
    assert kind.startswith("case.") and content == {"from": state.value, "to": to.value}


def test_every_order_is_tried_above() -> None:
    assert {type(order) for _, order, _ in ORDERS} == {*get_args(Order)} - {
        Claim, Release, Note, Extend, Reply, Undo
    }  # fmt: skip


@pytest.mark.parametrize("state", State)
def test_a_note_and_a_claim_are_no_moves(state: State) -> None:
    """Possible in every state, told to nobody."""
    note = decide(at(state), Note(" 内部 "), LI, AT)
    assert (note.case, note.note, note.entries, note.pushes) == (at(state), "内部", (), ())
    claim = decide(at(state, claimed=None), Claim(), LI, AT)
    assert claim.case == at(state, claimed=LI) and claim.pushes == ()
    assert [entry.public for entry in claim.entries] == [False]


def test_the_first_who_works_on_a_case_has_claimed_it() -> None:
    assert decide(at(State.FILED, claimed=None), Accept(), LI, AT).case.claimed == LI


@pytest.mark.parametrize("order", [Accept(), Claim()])
def test_a_claimed_case_is_not_touched_by_others(order: Order) -> None:
    with pytest.raises(Refusal, match="“王”"):
        decide(CASE, order, LI, AT)


def test_claiming_twice_is_told() -> None:
    with pytest.raises(Refusal, match="本来就由您在办"):
        decide(CASE, Claim(), WANG, AT)


def test_the_number_is_given_once() -> None:
    assert decide(CASE, Accept(), WANG, AT).serial
    assert not decide(replace(CASE, serial="JF2026-000001"), Accept(), WANG, AT).serial


def test_a_deadline_ends_with_what_it_waited_for() -> None:
    due = AT + timedelta(days=5)
    assigned = decide(at(State.ACCEPTED), Assign("某街道", None, due), WANG, AT).case
    assert assigned.due == due
    assert decide(assigned, Answer("已改"), WANG, AT).case.due is None


@pytest.mark.parametrize(
    ("state", "order", "sentence"),
    [
        (State.ACCEPTED, Assign("某街道", "province"), "层级只能是：community（社区）"),
        (State.ACCEPTED, Assign("某街道", None, AT), "期限已经过去"),
        (State.ACCEPTED, Assign("  "), "请写明承办单位"),
        (State.FILED, Decline(""), "请写明理由"),
        (State.ACCEPTED, Ask(" "), "请写明问题"),
        (State.ACCEPTED, Ask("哪天？", to=3), "只有2位反映人，没有第3位"),
        (State.ASSIGNED, Answer(""), "请写明答复"),
        (State.ANSWERED, Find("true"), "结论只能是：substantiated（属实）"),
        (State.VERIFIED, Rectify("改", AT - timedelta(days=1)), "期限已经过去"),
        (State.ACCEPTED, Close("\n"), "请写明结果"),
        (State.ACCEPTED, Note(""), "请写明备注"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(state: State, order: Order, sentence: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decide(at(state), order, WANG, AT)
    assert sentence in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_question_goes_to_one_reporter_where_staff_say_so() -> None:
    decision = decide(at(State.ACCEPTED), Ask("哪天？", to=2), WANG, AT)
    assert [entry.report for entry in decision.entries] == ["r2"]
    assert [report for report, _ in decision.pushes] == ["r2"]


def test_a_question_to_all_is_sealed_for_each() -> None:
    decision = decide(at(State.ACCEPTED), Ask("哪天？"), WANG, AT)
    assert [entry.report for entry in decision.entries] == ["r1", "r2"]


def test_merging_takes_reporters_and_urgency_along() -> None:
    decision = decide(at(State.FILED, urgent=True), Merge("青松-0000"), WANG, AT, INTO)
    assert decision.case.merged_into == INTO.id
    assert decision.into == replace(INTO, urgent=True, reports=("r3", "r1", "r2"))


@pytest.mark.parametrize("state", [*ENDED, State.DECLINED, State.MERGED])
def test_nothing_is_merged_into_what_is_over(state: State) -> None:
    with pytest.raises(Refusal, match="不能并入"):
        decide(CASE, Merge("青松-0000"), WANG, AT, replace(INTO, state=state))


# ── reporters ────────────────────────────────────────────────────────────────────────────────


def test_an_answer_ends_the_waiting_and_a_supplement_does_not() -> None:
    waiting = at(State.WAITING, asked_in=State.ACCEPTED)
    action = Supplement("r1", "党政办", (), AT)
    assert react(waiting, action, asked=True).case.state is State.ACCEPTED
    assert react(waiting, action, asked=False).case.state is State.WAITING


@pytest.mark.parametrize("state", State)
def test_no_move_of_a_reporter_is_refused(state: State) -> None:
    """What comes too late is kept as said; the answer to whom it came from is no push."""
    case = at(state, asked_in=State.FILED if state is State.WAITING else None)
    for action in (
        Supplement("r1", "再说一句", (), AT),
        Rate("r1", True, None, None, AT),
        Reopen("r1", "又来了", AT),
        Forget("r1", AT),
        Hush("r1", AT),
    ):
        decision = react(case, action, asked=state is State.WAITING)
        assert "r1" not in {report for report, _ in decision.pushes}
        assert decision.case.category == case.category


@pytest.mark.parametrize("state", ENDED)
def test_reopening_starts_afresh_and_tells_the_others(state: State) -> None:
    """The unit hears that the hotline reopened it; the reporter's words stay the reporter's."""
    decision = react(at(state), Reopen("r1", "又来了", AT))
    assert (decision.case.state, decision.case.unit, decision.case.finding) == (State.ACCEPTED, None, None)
    assert decision.case.claimed is None
    assert [(entry.report, dict(entry.params)) for entry in decision.entries] == [
        ("r1", {"text": "又来了"}),
        (None, {}),
    ]
    assert [report for report, _ in decision.pushes] == ["r2"]


@pytest.mark.parametrize("state", [*OPEN, State.WAITING])
def test_reopening_what_is_open_only_adds_the_words(state: State) -> None:
    case = settled(at(state, asked_in=State.FILED if state is State.WAITING else None), TERMS)
    decision = react(case, Reopen("r1", "又来了", AT))
    added = AT.replace(minute=0, second=0)
    assert decision.case == replace(case, added=added) and len(decision.entries) == 1


def test_one_rating_is_one_line_of_the_story() -> None:
    closed = at(State.CLOSED)
    assert len(react(closed, Rate("r1", True, None, None, AT)).entries) == 1
    assert react(closed, Rate("r1", None, True, None, AT), rated=True).entries == ()


def test_forgetting_the_only_one_asked_ends_the_waiting() -> None:
    waiting = at(State.WAITING, asked_in=State.ANSWERED, reports=("r1",))
    assert react(waiting, Forget("r1", AT), asked=True).case.state is State.ANSWERED
    two = replace(waiting, reports=("r1", "r2"))
    assert react(two, Forget("r1", AT), asked=True).case.state is State.WAITING
