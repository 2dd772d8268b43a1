"""Every order is answered with what is so now, in one sentence, at the terminal and in
chats.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.cases.staff import Handed, Outcome, PaperRoute
from bot.desk.outcomes import SENTENCES, outcome_text
from bot.desk.screen import CaseScreen
from dialogs.case.decisions import answer_due
from dialogs.case.life import Case, Pending
from dialogs.case.notices import Notice
from dialogs.case.order_table import BY_CLASS
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    CorrectFinding,
    Decline,
    Extend,
    Find,
    GrantExtend,
    HandOver,
    MarkUrgent,
    Merge,
    Note,
    NotUrgent,
    Order,
    Recategorise,
    Rectified,
    Rectify,
    Redate,
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
from tests.dialogs.case.parts import changed
from tests.dialogs.case.test_orders import AT, CASE, INTO, TERMS, WANG, decide

SOON = datetime(2026, 12, 1, 16, tzinfo=AT.tzinfo)  # 24:00 of the day in Beijing
OFF_REGISTER = "没有联络员，请登记，或自己通知它"
LEFT = changed(CASE, claimed=None)


def after(*orders: Order, case: Case = CASE) -> Case:
    """The case as these orders leave it."""
    for order in orders:
        case = decide(case, order, WANG, AT, INTO, role="supervisor").case
    return case


ASSIGNED = after(Accept(), Assign("某街道", "subdistrict"))
WAITING = after(Wait("等批复", SOON), case=ASSIGNED)
URGENT = after(MarkUrgent(), case=ASSIGNED)
ASKED = after(Extend(5, "人手不够"), case=ASSIGNED)
RETURNED = after(Return("三定方案"), case=ASSIGNED)
ANSWERED = after(Answer("改了"), case=ASSIGNED)
VERIFIED = after(Find("substantiated"), case=ANSWERED)
RECTIFYING = after(Rectify("撤表"), case=VERIFIED)
CLOSED = after(Close("好了"), case=VERIFIED)
SUPERVISED = after(Supervise("快"), case=ASSIGNED)
TWICE = SUPERVISED.with_assignment(
    notices=(*SUPERVISED.assignment.notices, Notice("escalated", AT))
)
REPLY = Reply("在看了")
PENDING = replace(CASE, reply=Pending("在看了", AT + timedelta(seconds=10)))
RULES: list[tuple[Case, Order, str]] = [
    (LEFT, Claim(), "现在归王办"),
    (CASE, Release(), "放回去了，谁都可以认领"),
    (CASE, Accept(), "受理了，11月24日 24:00 前转办"),
    (CASE, Decline("不归这里"), "不予受理，理由反映人会看到"),
    (after(Accept()), Decline("看错了"), "受理撤销，改为不予受理，理由反映人会看到"),
    (CASE, MarkUrgent(), "改为加急"),
    (
        ASSIGNED,
        MarkUrgent(),
        "改为加急，11月23日 12:17 前到场或上线，11月23日 24:00 前出结果",
    ),
    (URGENT, NotUrgent("看错了"), "不加急了，期限到 11月30日 24:00"),
    (ASSIGNED, Recategorise("meetings"), "类别改为会议过多过长，期限不变"),
    (CASE, Ask("哪天？"), "问了反映人，等到 11月30日 10:17，没有回答就接着办"),
    (
        CASE,
        Ask("哪天？", 2),
        "问了第 2 位反映人，等到 11月30日 10:17，没有回答就接着办",
    ),
    (ASSIGNED, Wait("等批复", SOON), "等着，期限停下，12月1日 24:00 自己接着办"),
    (WAITING, Resume(), "不等了，接着办，期限到 11月30日 24:00"),
    (CASE, REPLY, "10 秒后发给反映人，这之前可以撤回"),
    (PENDING, Undo(), "撤回了，没有发出"),
    (
        after(Accept()),
        Assign("某街道", "subdistrict"),
        f"转给某街道（街道），11月30日 24:00 前答复，{OFF_REGISTER}",
    ),
    (
        after(MarkUrgent(), Accept()),
        Assign("某街道"),
        "转给某街道，11月23日 12:17 前到场或上线，11月23日 24:00 前出结果，"
        f"{OFF_REGISTER}",
    ),
    (URGENT, Arrive(), "单位到场记下了，11月23日 24:00 前出结果"),
    (ASSIGNED, Answer("改了"), "单位的答复记下了，期限停下，等专线核实"),
    (
        ASSIGNED,
        Return("三定方案"),
        "单位退回记下了，11月24日 24:00 前决定：转给别的单位，或不准退回",
    ),
    (
        RETURNED,
        RefuseReturn("首接负责"),
        "不准退回，某街道接着办，期限到 11月30日 24:00",
    ),
    (
        ASSIGNED,
        Extend(5, "人手不够"),
        "申请延期 5 个工作日，等主管批，批准以前期限仍是 11月30日 24:00",
    ),
    (ASKED, GrantExtend(True), "批准延期 5 个工作日，期限改到 12月7日 24:00"),
    (ASKED, GrantExtend(True, days=2), "批准延期 2 个工作日，期限改到 12月2日 24:00"),
    (ASKED, GrantExtend(False, "先办"), "没有批准延期，期限仍是 11月30日 24:00"),
    (ASSIGNED, Supervise("快"), "督办了，督办单发给分管负责人周分管，等签收"),
    (SUPERVISED, HandOver("当面交"), "督办单送达记下了"),
    (
        TWICE,
        HandOver("当面交"),
        "督办单送达记下了，还没送到的：督办单，交主要负责人",
    ),
    (
        ASSIGNED,
        Whistle("办不了", "区数据局"),
        f"吹哨到区，转给区数据局（区），11月30日 24:00 前答复，{OFF_REGISTER}",
    ),
    (
        ASSIGNED,
        Redate(AT + timedelta(days=2), "写错了"),
        "期限更正，改到 11月25日 10:17",
    ),
    (ANSWERED, SendBack("不够"), "退给某街道再答复，期限到 11月26日 24:00"),
    (
        after(Rectified("撤了"), case=RECTIFYING),
        SendBack("还在"),
        "退给某街道接着改，期限到 2027年1月4日 24:00",
    ),
    (ANSWERED, Find("partly"), "核实为部分属实"),
    (VERIFIED, CorrectFinding("partly", "一份"), "结论由属实改为部分属实"),
    (
        RECTIFYING,
        CorrectFinding("unsubstantiated", "有依据"),
        "结论由属实改为不属实，整改停下",
    ),
    (VERIFIED, Rectify("撤表"), "开始整改，期限到 2027年1月4日 24:00"),
    (RECTIFYING, Rectified("撤了"), "整改完成记下了，期限停下，等专线核对"),
    (VERIFIED, Close("好了"), "办结了，结果反映人会看到"),
    (CLOSED, StaffReopen("又来了"), "重新办理，谁都可以认领，11月24日 24:00 前转办"),
    (after(Accept()), Merge("青松-0000"), "并入 青松-0000，反映人跟着过去"),
    (
        after(Accept(), Merge("青松-0000")),
        Unmerge(),
        "从 青松-0000 里分出来，接着是“已受理”，反映人跟回来，期限到 11月24日 24:00",
    ),
    (CASE, Note("内部"), "备注记下了，只有同事看得到"),
]


def carried_out(case: Case, order: Order) -> Outcome:
    decision = decide(case, order, WANG, AT, INTO, role="supervisor")
    moved = decision.case
    handed = None
    if isinstance(order, Assign | Whistle):
        handed = Handed(
            unit=moved.assignment.unit or "",
            level=moved.assignment.level,
            due=answer_due(moved, TERMS),
            known=True,
            liaisons=(),
        )
    return Outcome(
        order=order,
        before=case,
        case=moved,
        told=len(decision.pushes),
        handed=handed,
        into=decision.into,
        paper=PaperRoute("deputy", ("周分管",), ("周分管",)),
    )


@pytest.mark.parametrize(
    ("case", "order", "said"), RULES, ids=lambda value: type(value).__name__
)
def test_an_order_is_answered_with_what_is_so_now(
    case: Case, order: Order, said: str
) -> None:
    outcome = carried_out(case, order)
    told = f"{outcome.told} 位反映人看得到。" if outcome.told else ""
    assert outcome_text(outcome, TERMS, AT) == f"{said}。{told}"
    out = io.StringIO()
    CaseScreen(TERMS, out, AT).outcome(outcome)
    assert out.getvalue().endswith(f"：{said}。{told}\n")


def test_no_order_is_without_its_sentence() -> None:
    """Of none only the state is said, which a correction does not change."""
    assert set(SENTENCES) == set(BY_CLASS)
    assert {type(order) for _, order, _ in RULES} == set(BY_CLASS)


def test_who_takes_a_case_over_reads_from_whom() -> None:
    outcome = carried_out(replace(CASE, claimed=WANG), Release())
    taken = replace(outcome, order=Claim(take=True), case=replace(CASE, claimed=WANG))
    assert outcome_text(taken, TERMS).startswith("从王手里接过来，现在归王办。")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("周分管",), "交分管负责人周分管，要人送到（打印用 jianfu unit papers）"),
        ((), "交分管负责人，名录里没有登记，要人送到（打印用 jianfu unit papers）"),
    ],
)
def test_a_paper_that_does_not_go_by_itself_is_said(
    names: tuple[str, ...], said: str
) -> None:
    outcome = carried_out(ASSIGNED, Supervise("快"))
    by_hand = replace(outcome, paper=PaperRoute("deputy", names, ()))
    assert f"督办单{said}" in outcome_text(by_hand, TERMS)


def test_a_terminal_is_not_steered_by_a_name() -> None:
    sly = Assign("某街道\x1b[2J", "subdistrict")
    assert "\x1b" not in outcome_text(carried_out(after(Accept()), sly), TERMS)
