"""What follows from orders of staff and moves of reporters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.allowance import Allowance
from dialogs.case.clock import ClockLine, read, running
from dialogs.case.deciding import decide as _decide
from dialogs.case.decisions import settled
from dialogs.case.life import ENDED, OPEN, Case, MoreTime, Staff, State
from dialogs.case.order_table import ORDERS as ORDER_TABLE
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    CorrectFinding,
    Decision,
    Decline,
    Extend,
    Find,
    GrantExtend,
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
    Supervise,
    Undo,
    Unmerge,
    Wait,
    Whistle,
)
from dialogs.case.reactions import Reaction
from dialogs.case.reactions import react as _react
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.texts import CHINESE
from dialogs.words import Forget, Hush, Rate, Reopen, Supplement
from tests.dialogs.case.parts import changed

AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)
WANG, LI = Staff("aa", "王"), Staff("bb", "李")
CASE = Case("c", "白鹭-K7QM", State.FILED, "forms", claimed=WANG, reports=("r1", "r2"))
INTO = Case(
    "d", "青松-0000", State.ACCEPTED, "forms", serial="JF2026-000001", reports=("r3",)
)
ORDERS: list[tuple[State, Order, State]] = [
    (State.FILED, Accept(), State.ACCEPTED),
    (State.FILED, Decline("不归这里"), State.DECLINED),
    (State.ACCEPTED, Ask("哪天？"), State.WAITING),
    (
        State.ACCEPTED,
        Assign("某街道", "subdistrict", AT + timedelta(days=5)),
        State.ASSIGNED,
    ),
    (State.ASSIGNED, Wait("等区里的批复", AT + timedelta(days=5)), State.WAITING),
    (State.WAITING, Resume(), State.ASSIGNED),
    (State.ASSIGNED, Arrive("到了"), State.ASSIGNED),
    (State.ASSIGNED, Return("三定方案第二条", "归城管"), State.RETURNED),
    (State.RETURNED, RefuseReturn("首接负责"), State.ASSIGNED),
    (State.ASSIGNED, GrantExtend(True), State.ASSIGNED),
    (State.ASSIGNED, Supervise("请分管领导过问"), State.ASSIGNED),
    (State.RECTIFYING, Whistle("街道办不了", "区数据局"), State.ASSIGNED),
    (State.ASSIGNED, Answer("已改"), State.ANSWERED),
    (State.ANSWERED, SendBack("没有说哪天停"), State.ASSIGNED),
    (State.ANSWERED, Find("partly"), State.VERIFIED),
    (State.VERIFIED, CorrectFinding("partly", "只有一份"), State.VERIFIED),
    (State.VERIFIED, Rectify("取消", AT + timedelta(days=9)), State.RECTIFYING),
    (State.RECTIFYING, Rectified("撤了四份"), State.RECTIFYING),
    (State.RECTIFYING, Close("好了"), State.CLOSED),
    (State.CLOSED, StaffReopen("又来了"), State.ACCEPTED),
    (State.ACCEPTED, Merge("K7QM"), State.MERGED),
    (State.MERGED, Unmerge(), State.ASSIGNED),
]
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
LEFT_OFF = (State.WAITING, State.MERGED)
PUSHED = {report for report in CASE.reports}


def decide(
    case: Case,
    order: Order,
    by: Staff,
    at: datetime,
    into: Case | None = None,
    role: Role = "operator",
    unit_id: str | None = None,
) -> Decision:
    return _decide(case, order, by, at, TERMS, into=into, role=role, unit_id=unit_id)


def react(case: Case, action: Reaction, **known: bool) -> Decision:
    return _react(case, action, TERMS, **known)


def at(state: State, **known: object) -> Case:
    """A case in this state for which every "only if" holds."""
    on_site = ClockLine("on_site", "start", AT - timedelta(hours=1), Allowance(2, "h"))
    answer = ClockLine("answer", "start", AT - timedelta(hours=1), Allowance(5, "W"))
    facts = {
        "finding": "substantiated",
        "unit": "某街道",
        "ledger": () if state in (State.FILED, State.ACCEPTED) else (on_site, answer),
        "wants": MoreTime(5, "人手不够", AT),
        "asked_in": State.ASSIGNED if state in LEFT_OFF else None,
    }
    return changed(CASE, state=state, **{**facts, **known})


@pytest.mark.parametrize(
    ("state", "order", "to"), ORDERS, ids=lambda value: type(value).__name__
)
def test_every_move_is_told_to_every_reporter(
    state: State, order: Order, to: State
) -> None:
    """One step to read and one push each, whose sentence exists; the audit line names
    the states.
    """
    decision = decide(at(state), order, WANG, AT, INTO)
    assert decision.case.state is to
    assert decision.entries and all(entry.public for entry in decision.entries)
    assert {report for report, _ in decision.pushes} == PUSHED
    assert all(
        message.name in CHINESE and not message.params for _, message in decision.pushes
    )
    kind, content = decision.audit
    assert kind.startswith("case.") and content == {"from": state.value, "to": to.value}


def test_every_move_that_is_told_is_tried_above() -> None:
    told = {row.order for row in ORDER_TABLE if row.trigger and row.told}
    assert {type(order) for _, order, _ in ORDERS} == told


@pytest.mark.parametrize("state", State)
def test_a_note_and_a_claim_are_no_moves(state: State) -> None:
    """Possible in every state, told to nobody."""
    note = decide(at(state), Note(" 内部 "), LI, AT)
    assert (note.case, note.note, note.entries, note.pushes) == (
        at(state),
        "内部",
        (),
        (),
    )
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
def test_what_is_missing_or_wrong_is_one_sentence(
    state: State, order: Order, sentence: str
) -> None:
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


# ── units and their clocks ────────────────────────────────────────────────────────────

WORKDAY = timedelta(
    days=1
)  # AT is a Monday, and nothing here reaches the weekend unless it says so


def dispatched(**known: object) -> Case:
    """Given to a unit at AT, by the rules' time."""
    case = changed(CASE, state=State.ACCEPTED, opened=AT, told=AT, **known)
    return decide(case, Assign("某街道", "subdistrict"), WANG, AT).case


def local(at: datetime | None) -> str:
    return f"{at.astimezone(TERMS.zone):%m-%d %H:%M}" if at else ""


def test_each_step_has_its_clock() -> None:
    filed = replace(CASE, opened=AT, claimed=None)
    accepted = decide(filed, Accept(), WANG, AT).case
    assert (running(accepted.ledger), local(accepted.due)) == (
        ("assign",),
        "11-25 00:00",
    )
    assigned = decide(accepted, Assign("某街道"), WANG, AT).case
    assert (running(assigned.ledger), local(assigned.due)) == (
        ("answer",),
        "12-01 00:00",
    )
    complex = decide(accepted, Assign("某街道", complex=True), WANG, AT).case
    assert local(complex.due) == "12-15 00:00"
    answered = decide(assigned, Answer("改"), WANG, AT).case
    assert (running(answered.ledger), answered.due) == ((), None)
    rectifying = decide(at(State.VERIFIED, ledger=()), Rectify("改"), WANG, AT).case
    assert (running(rectifying.ledger), local(rectifying.due)) == (
        ("rectify",),
        "01-05 00:00",
    )
    closed = decide(rectifying, Close("好"), WANG, AT).case
    assert (running(closed.ledger), closed.followup.closed) == ((), AT)


def test_an_urgent_case_is_on_site_in_two_hours_and_has_its_result_the_same_day() -> (
    None
):
    case = dispatched(urgent=True)
    assert (
        running(case.ledger) == ("on_site", "result")
        and local(case.due) == "11-23 12:17"
    )
    there = decide(case, Arrive("到了"), WANG, AT + timedelta(hours=1)).case
    assert running(there.ledger) == ("result",) and local(there.due) == "11-24 00:00"
    with pytest.raises(Refusal, match="不能办"):
        decide(there, Arrive(), WANG, AT)
    with pytest.raises(Refusal, match=r"加急件.*不能延期"):
        decide(there, Extend(2, "来不及"), WANG, AT)


def test_a_liaison_claims_nothing_and_does_not_learn_who_did() -> None:
    case = dispatched(claimed=WANG)
    decision = decide(case, Answer("改了"), LI, AT, role="liaison")
    assert decision.case.claimed == WANG
    assert (
        decide(
            replace(case, claimed=None), Answer("改了"), LI, AT, role="liaison"
        ).case.claimed
        is None
    )


def test_a_supervisor_looks_over_the_shoulder() -> None:
    case = dispatched(claimed=WANG)
    asked = decide(case, Extend(5, "人手不够"), WANG, AT).case
    for order, of in ((Supervise("今天就办"), case), (GrantExtend(True), asked)):
        assert decide(of, order, LI, AT, role="supervisor").case.claimed == WANG


def test_a_unit_returns_within_a_working_day_by_a_rule_and_twice_at_most() -> None:
    case = dispatched()
    with pytest.raises(Refusal, match="依据哪一条"):
        decide(case, Return("  "), WANG, AT)
    returned = decide(case, Return("三定方案", "归城管"), WANG, AT + WORKDAY).case
    assert returned.state is State.RETURNED and running(returned.ledger) == (
        "answer",
        "assign",
    )
    assert read(returned.ledger, "answer", TERMS).due is None, "the unit's time waits"  # type: ignore[union-attr]
    with pytest.raises(Refusal, match=r"转办已超过1个工作日.*首接负责"):
        decide(case, Return("三定方案"), WANG, AT + 2 * WORKDAY)
    with pytest.raises(Refusal, match=r"已经退回过2次.*首接负责"):
        decide(case.with_assignment(returns=2), Return("三定方案"), WANG, AT)


def test_a_return_refused_lets_the_unit_s_time_run_on() -> None:
    case = dispatched()
    returned = decide(case, Return("三定方案"), WANG, AT).case
    decision = decide(returned, RefuseReturn("首接负责"), WANG, AT + WORKDAY)
    assert running(decision.case.ledger) == ("answer",)
    assert decision.case.due is not None and case.due is not None
    assert case.due <= decision.case.due <= case.due + WORKDAY
    assert [(alert.to, alert.name) for alert in decision.alerts] == [
        ("unit", "return_refused")
    ]


def test_more_time_is_asked_for_before_it_has_run_out_once_and_granted() -> None:
    case = dispatched()
    for days, sentence in ((0, "1到10个工作日"), (11, "1到10个工作日")):
        with pytest.raises(Refusal, match=sentence):
            decide(case, Extend(days, "人手"), WANG, AT)
    with pytest.raises(Refusal, match="已经到期"):
        decide(case, Extend(5, "人手"), WANG, AT + timedelta(days=8))
    asked = decide(case, Extend(5, "人手"), WANG, AT)
    assert (
        asked.case.due == case.due
        and asked.pushes == ()
        and not asked.entries[0].public
    )
    with pytest.raises(Refusal, match="不能办"):
        decide(asked.case, Extend(5, "人手"), WANG, AT)
    granted = decide(asked.case, GrantExtend(True, days=3), LI, AT)
    assert (
        local(granted.case.due) == "12-04 00:00"
        and granted.case.assignment.wants is None
    )
    assert {report for report, _ in granted.pushes} == PUSHED
    with pytest.raises(Refusal, match="不能办"):
        decide(granted.case, Extend(5, "人手"), WANG, AT)


def test_more_time_refused_is_told_to_the_unit_with_the_reason_and_to_nobody_else() -> (
    None
):
    asked = decide(dispatched(), Extend(5, "人手"), WANG, AT).case
    with pytest.raises(Refusal, match="请写明理由"):
        decide(asked, GrantExtend(False), LI, AT)
    refused = decide(asked, GrantExtend(False, "事情不大"), LI, AT)
    assert (
        refused.pushes == ()
        and not refused.entries[0].public
        and refused.case.assignment.wants is None
    )
    assert [(alert.to, alert.name) for alert in refused.alerts] == [
        ("unit", "extension_refused")
    ]


def test_a_whistle_goes_one_level_up_with_a_clock_of_its_own() -> None:
    case = dispatched()
    with pytest.raises(Refusal, match="请写明区一级由哪个单位办"):
        decide(case, Whistle("街道办不了"), WANG, AT)
    up = decide(case, Whistle("街道办不了", "区数据局"), WANG, AT + WORKDAY)
    assert (up.case.assignment.level, up.case.assignment.unit, local(up.case.due)) == (
        "district",
        "区数据局",
        "12-02 00:00",
    )
    assert [line.kind for line in up.case.ledger[len(case.ledger) :]] == [
        "stop",
        "start",
    ]
    city = decide(up.case, Whistle("区里也办不了", "市数据局"), WANG, AT).case
    with pytest.raises(Refusal, match="不能办"):
        decide(city, Whistle("再上", "省里"), WANG, AT)


def test_rectifying_takes_thirty_working_days_at_most() -> None:
    with pytest.raises(Refusal, match="整改最长30个工作日"):
        decide(at(State.VERIFIED), Rectify("改", AT + timedelta(days=60)), WANG, AT)


def test_waiting_pauses_every_clock_and_doing_something_else_ends_it() -> None:
    case = dispatched()
    waiting = decide(case, Wait("等批复", AT + timedelta(days=10)), WANG, AT).case
    assert (waiting.due, waiting.resumes) == (None, AT + timedelta(days=10))
    answered = decide(waiting, Answer("改了"), WANG, AT + WORKDAY).case
    assert (
        answered.state is State.ANSWERED
        and answered.resumes is None
        and running(answered.ledger) == ()
    )
    with pytest.raises(Refusal, match="期限已经过去"):
        decide(case, Wait("等批复", AT), WANG, AT)


def test_a_unit_that_sent_it_back_does_not_run_on_because_a_reporter_answered() -> None:
    returned = decide(dispatched(), Return("三定方案"), WANG, AT).case
    waiting = decide(returned, Ask("哪个科室？"), WANG, AT).case
    answered = react(waiting, Supplement("r1", "党政办", (), AT), asked=True).case
    assert answered.state is State.RETURNED
    assert read(answered.ledger, "answer", TERMS).due is None  # type: ignore[union-attr]
    assert read(answered.ledger, "assign", TERMS).due is not None  # type: ignore[union-attr]


def test_what_a_reporter_starts_runs_from_the_next_full_hour() -> None:
    waiting = decide(dispatched(), Ask("哪天？"), WANG, AT).case
    answered = react(waiting, Supplement("r1", "周一", (), AT), asked=True).case
    assert answered.ledger[-1].at == datetime(2026, 11, 23, 3, tzinfo=UTC)
    reopened = react(at(State.CLOSED, ledger=()), Reopen("r1", "又来了", AT)).case
    assert [line.at.minute for line in reopened.ledger] == [0]


def test_who_has_a_case_gives_it_back_or_a_supervisor_does() -> None:
    assert decide(CASE, Release(), WANG, AT).case.claimed is None
    assert decide(CASE, Release(), LI, AT, role="supervisor").case.claimed is None
    with pytest.raises(Refusal, match="只有本人或主管"):
        decide(CASE, Release(), LI, AT)
    with pytest.raises(Refusal, match="没有人认领"):
        decide(replace(CASE, claimed=None), Release(), WANG, AT)


def test_a_reply_waits_and_what_waits_can_be_taken_back() -> None:
    said = decide(CASE, Reply("在看了"), WANG, AT)
    assert (said.entries, said.pushes) == ((), ())
    assert said.case.reply is not None and said.case.reply.at == AT + timedelta(
        seconds=10
    )
    assert decide(said.case, Undo(), WANG, AT).case.reply is None
    with pytest.raises(Refusal, match="没有还能撤回的话"):
        decide(CASE, Undo(), WANG, AT)
    with pytest.raises(Refusal, match="还没发出"):
        decide(said.case, Merge("青松"), WANG, AT, INTO)


# ── reporters ─────────────────────────────────────────────────────────────────────────


def test_an_answer_ends_the_waiting_and_a_supplement_does_not() -> None:
    waiting = at(State.WAITING, asked_in=State.ACCEPTED)
    action = Supplement("r1", "党政办", (), AT)
    assert react(waiting, action, asked=True).case.state is State.ACCEPTED
    assert react(waiting, action, asked=False).case.state is State.WAITING


@pytest.mark.parametrize("state", State)
def test_no_move_of_a_reporter_is_refused(state: State) -> None:
    """What comes too late is kept as said; the answer to whom it came from is
    no push.
    """
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
    """The unit hears that the hotline reopened it; the reporter's words stay the
    reporter's.
    """
    decision = react(at(state), Reopen("r1", "又来了", AT))
    assert (
        decision.case.state,
        decision.case.assignment.unit,
        decision.case.assignment.finding,
    ) == (
        State.ACCEPTED,
        None,
        None,
    )
    assert decision.case.claimed is None
    assert [(entry.report, dict(entry.params)) for entry in decision.entries] == [
        ("r1", {"text": "又来了"}),
        (None, {}),
    ]
    assert [report for report, _ in decision.pushes] == ["r2"]


@pytest.mark.parametrize("state", [*OPEN, State.WAITING])
def test_reopening_what_is_open_only_adds_the_words(state: State) -> None:
    case = settled(
        at(state, asked_in=State.FILED if state is State.WAITING else None), TERMS
    )
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
