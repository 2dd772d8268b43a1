"""What was ordered by mistake is corrected by an order, and told as what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.clock import read, running
from dialogs.case.deciding import decide
from dialogs.case.figures import unit_figures
from dialogs.case.follow import ring
from dialogs.case.life import Case, Staff, State, legal
from dialogs.case.order_table import possible
from dialogs.case.orders import (
    Accept,
    Answer,
    Assign,
    Claim,
    Close,
    CorrectFinding,
    Decision,
    Decline,
    Extend,
    Find,
    GrantExtend,
    MarkUrgent,
    Note,
    NotUrgent,
    Order,
    Recategorise,
    Rectified,
    Rectify,
    Redate,
    Return,
    SendBack,
    StaffReopen,
    Wait,
)
from dialogs.case.reactions import react
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import Rules
from dialogs.case.story import Filed, OpenedStep, tell
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.texts import text
from dialogs.words import Reopen

AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # a Monday, 10:17
DAY = timedelta(days=1)
WANG, LI = Staff("aa", "王"), Staff("bb", "李")
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
TOWN = "aa" * 16
CASE = Case(
    "c", "白鹭-K7QM", State.FILED, "forms", serial="JF1", opened=AT, reports=("r1",)
)


class Life:
    """A case in the hands of people, and the steps that its reporter may read."""

    def __init__(self, *orders: Order, case: Case = CASE) -> None:
        self.case = case
        self.at = AT
        self.steps: list[OpenedStep] = []
        for order in orders:
            self.does(order)

    def does(self, order: Order, by: Staff = WANG, role: Role = "operator") -> Decision:
        unit_id = TOWN if isinstance(order, Assign) else None
        decision = decide(
            self.case, order, by, self.at, TERMS, role=role, unit_id=unit_id
        )
        return self.take(decision)

    def take(self, decision: Decision, *, by_reporter: bool = False) -> Decision:
        self.steps += [
            OpenedStep(
                entry.kind,
                self.at,
                "c",
                entry.report,
                entry.public,
                by_reporter,
                entry.params,
            )
            for entry in decision.entries
        ]
        self.case = decision.case
        return decision

    def later(self, days: float) -> Life:
        self.at += timedelta(days=days)
        return self

    def reopens(self, words: str = "") -> Decision:
        """By the reporter."""
        decision = react(self.case, Reopen("r1", words, self.at), TERMS)
        return self.take(decision, by_reporter=True)

    def refused(
        self, order: Order, by: Staff = WANG, role: Role = "operator"
    ) -> Refusal:
        with pytest.raises(Refusal) as refusal:
            self.does(order, by, role)
        return refusal.value

    @property
    def state(self) -> str:
        return self.case.state.value

    @property
    def story(self) -> Any:
        mine = Filed("r1", "forms", AT, follows=True)
        return tell(self.case, mine, self.steps, self.at, TERMS)

    @property
    def told(self) -> Sequence[str]:
        return [line.text("zh") for line in self.story.lines]

    @property
    def next(self) -> str:
        return str(self.story.params("zh")["next"])

    def due(self) -> str:
        zone = TERMS.zone
        due = self.case.due
        return f"{due.astimezone(zone):%m-%d %H:%M}" if due else ""


SENT = (Accept(), Assign("文新街道"))
FOUND = (*SENT, Answer("停了四份"), Find("substantiated", "台账五份一样"))
RECTIFYING = (*FOUND, Rectify("减到一份"))

# ── urgent, and what kind ─────────────────────────────────────────────────────────────


def test_more_time_that_was_asked_for_ends_where_it_turns_out_urgent() -> None:
    """Nobody is offered to grant it; as an older program left it, it is refused."""
    life = Life(Accept(), Assign("文新街道"), Extend(5, "人手不够"))
    asked = life.case
    life.does(MarkUrgent())
    assert life.case.assignment.wants is None and "grant" not in possible(life.case)
    left = life.case.with_assignment(wants=asked.assignment.wants)
    refused = Life(case=left).refused(GrantExtend(True), role="supervisor")
    assert refused.code == "urgent_not_extended"


def test_what_turns_out_urgent_gets_the_urgent_clocks() -> None:
    life = Life(*SENT).later(1)
    decision = life.does(MarkUrgent())
    assert life.case.urgent and running(life.case.ledger) == ("on_site", "result")
    assert life.due() == "11-24 12:17"
    assert life.told[-1] == (
        "专线把这件改为加急，请文新街道马上到场或上线，11月24日出结果。"
    )
    assert decision.audit[0] == "case.urgent"
    assert [(one.to, one.urgent) for one in decision.alerts] == [("unit", True)]


def test_before_a_unit_has_it_the_clocks_stay() -> None:
    life = Life(Accept())
    due = life.case.due
    life.does(MarkUrgent())
    assert life.case.urgent and life.case.due == due
    assert life.told[-1] == "专线把这件改为加急。"
    life.does(Assign("文新街道"))
    assert running(life.case.ledger) == ("on_site", "result")


def test_what_was_no_emergency_has_the_usual_time_since_it_was_sent_out() -> None:
    """Marking it and taking it back gives no day more."""
    life = Life(*SENT).later(1)
    life.does(MarkUrgent())
    life.later(1).does(NotUrgent("没有人受伤"))
    assert running(life.case.ledger) == ("answer",) and life.due() == "12-01 00:00"
    assert life.told[-1] == (
        "专线核对过，这件不按加急办，要求文新街道11月30日前答复。没有人受伤"
    )


def test_a_result_that_was_never_due_is_not_counted_late() -> None:
    life = Life(Accept(), MarkUrgent(), Assign("文新街道")).later(1)
    for kind in ("breach", "urged"):
        rung = ring(life.case, kind, life.at, TERMS)
        life.case = rung.case if rung else life.case
    decision = decide(
        life.case,
        NotUrgent("不急"),
        WANG,
        life.at,
        TERMS,
        role="operator",
        unit_id=None,
    )
    figures = unit_figures(life.case, decision, TERMS)
    assert figures == {"due": -1, "late": -1}


@pytest.mark.parametrize("order", [Wait("等批复", AT + 3 * DAY), Return("三定方案")])
def test_while_a_unit_s_clocks_wait_the_pace_stays(order: Order) -> None:
    life = Life(*SENT, order)
    refusal = life.refused(MarkUrgent())
    assert refusal.code == "illegal_move" and refusal.legal
    assert "urgent" not in possible(life.case)


def test_a_wrong_category_is_corrected_and_told() -> None:
    life = Life(*SENT)
    due = life.case.due
    decision = life.does(Recategorise("meetings"))
    assert (life.case.category, life.case.due) == ("meetings", due)
    assert life.told[-1] == "专线把类别改为“会议过多过长”。"
    assert life.story.category == "meetings"
    assert life.story.text("en").startswith(text("en", "category.meetings"))
    assert decision.audit[0] == "case.category"
    assert life.refused(Recategorise("meetings")).code == "same_category"
    assert life.refused(Recategorise("retaliation")).code == "unknown_category"


# ── declined after all, and an appeal ─────────────────────────────────────────────────


def test_what_was_accepted_by_mistake_is_declined_with_an_apology() -> None:
    life = Life(Accept())
    life.does(Decline("这是居民诉求，请打12345"))
    assert life.state == "declined" and not running(life.case.ledger)
    assert life.told[-1] == (
        "专线先前受理了，再看是看错了，对不住。没有受理：这是居民诉求，请打12345"
    )


def test_what_came_back_is_not_declined_away() -> None:
    life = Life(*SENT, Answer("停了"), Find("unsubstantiated"), Close("说明了"))
    life.does(StaffReopen())
    assert "decline" not in legal(life.case)
    assert life.refused(Decline("办过了")).code == "illegal_move"


def test_an_appeal_is_decided_by_another_person() -> None:
    """One tap of the reporter, no reason asked."""
    life = Life(Decline("不归这里管"))
    assert "appeal" in life.story.can and "换个人再看" in life.next
    decision = life.reopens()
    assert decision.audit[0] == "report.appeal"
    assert life.state == "filed"
    assert life.told[-2:] == ["您不同意，要专线换个人再看。", "专线换一个人再看。"]
    for order in (Accept(), Decline("还是不归"), Claim(), Claim(take=True)):
        refusal = life.refused(order, by=WANG)
        assert refusal.code == "appeal_by_another" and "note" in refusal.legal
    life.does(Note("我定过的，请别人看"), by=WANG)
    life.does(Accept(), by=LI)
    assert life.state == "accepted" and life.case.declined_by is None


def test_a_second_appeal_is_decided_by_another_person_again() -> None:
    life = Life(Decline("不归这里管"))
    life.reopens()
    life.does(Decline("看过了，不归"), by=LI)
    life.reopens("可是街道要的")
    assert life.refused(Accept(), by=LI).code == "appeal_by_another"
    life.does(Accept(), by=WANG)


def test_who_takes_up_again_what_he_declined_may_go_on() -> None:
    """It is no appeal."""
    life = Life(Decline("不归这里管"))
    life.does(StaffReopen("看错了"))
    life.does(Accept())
    assert life.state == "accepted"


def test_what_an_older_version_declined_was_declined_by_who_had_claimed_it() -> None:
    life = Life(Decline("不归这里管"))
    life.case = replace(life.case, declined_by=None)
    life.reopens()
    assert life.refused(Accept(), by=WANG).code == "appeal_by_another"


# ── a finding, a date ─────────────────────────────────────────────────────────────────


def test_a_wrong_finding_is_corrected_while_it_is_put_right() -> None:
    life = Life(*RECTIFYING)
    decision = life.does(CorrectFinding("unsubstantiated", "那四份是另一件事"))
    assert life.state == "verified" and not running(life.case.ledger)
    assert life.told[-1] == "专线更正核实的结论：不属实。那四份是另一件事"
    assert decision.audit == (
        "case.correctfinding",
        {"from": "rectifying", "to": "verified"},
    )


def test_to_partly_it_goes_on_being_put_right() -> None:
    life = Life(*RECTIFYING)
    due = life.case.due
    life.does(CorrectFinding("partly", "三份"))
    assert life.state == "rectifying" and life.case.due == due


def test_a_finding_corrected_after_the_end_is_no_new_end() -> None:
    """No word of 办结, nothing asked anew."""
    life = Life(*FOUND, Close("停了"))
    closed = life.case.followup.closed
    decision = life.later(2).does(CorrectFinding("partly", "只查实三份"))
    assert life.state == "closed"
    assert life.case.followup.closed == closed
    assert life.told[-1] == "专线更正核实的结论：部分属实。只查实三份"
    assert [name.name for _, name in decision.pushes] == ["push.finding_corrected"]


def test_a_finding_needs_a_reason_and_another_word() -> None:
    life = Life(*FOUND)
    assert life.refused(CorrectFinding("substantiated", "还是")).code == "same_finding"
    assert life.refused(CorrectFinding("partly", " ")).code == "missing"
    assert Life(*SENT).refused(CorrectFinding("partly", "错")).code == "illegal_move"


def test_found_wrong_again_it_is_put_right_by_the_first_time() -> None:
    """Correcting to and fro gives no thirty days more."""
    life = Life(*RECTIFYING)
    due = life.case.due
    life.does(CorrectFinding("unsubstantiated", "看错了"))
    life.later(3).does(CorrectFinding("substantiated", "没看错"))
    life.does(Rectify("减到一份"))
    assert life.case.due == due
    assert life.refused(CorrectFinding("substantiated", "是")).code == "same_finding"


def test_a_date_written_wrong_is_corrected_within_the_rules() -> None:
    life = Life(*FOUND, Rectify("减到一份", AT + 5 * DAY))
    decision = life.does(Redate(AT + 12 * DAY, "写错了"))
    assert life.case.due == AT + 12 * DAY
    assert life.told[-1] == "专线更正了文新街道的期限，改为12月5日前。写错了"
    assert decision.audit[0] == "case.redate"
    life.does(Redate(AT + 8 * DAY, "还是八天"))
    assert life.case.due == AT + 8 * DAY
    assert life.refused(Redate(AT + 60 * DAY, "再多些")).code == "redate_too_late"
    assert life.refused(Redate(AT - DAY, "早些")).code == "past_date"


def test_the_answer_s_date_is_corrected_but_gives_no_more_time() -> None:
    life = Life(Accept(), Assign("文新街道", due=AT + 2 * DAY))
    life.does(Redate(AT + 6 * DAY, "写错了"))
    assert life.case.due == AT + 6 * DAY
    refusal = life.refused(Redate(AT + 8 * DAY, "多给一天"))
    assert (refusal.code, refusal.legal) == ("redate_too_late", ("extend",))
    reading = read(life.case.ledger, "answer", TERMS)
    assert reading is not None and reading.allowance.number == 6


def test_a_date_missed_because_it_was_wrong_is_not_counted_late() -> None:
    life = Life(Accept(), Assign("文新街道", due=AT + DAY)).later(2)
    rung = ring(life.case, "breach", life.at, TERMS)
    assert rung is not None
    assert unit_figures(life.case, rung, TERMS) == {"due": 1, "late": 1}
    order = Redate(AT + 6 * DAY, "写错了")
    decision = decide(
        rung.case, order, WANG, life.at, TERMS, role="operator", unit_id=None
    )
    assert unit_figures(rung.case, decision, TERMS) == {"due": -1, "late": -1}


# ── sent back, put right ──────────────────────────────────────────────────────────────


def test_an_answer_that_is_not_enough_goes_back_with_a_time_of_its_own() -> None:
    life = Life(*SENT).later(4)
    life.does(Answer("在研究"))
    decision = life.does(SendBack("没有说哪天停"))
    assert life.state == "assigned" and life.due() == "12-03 00:00"
    assert life.told[-1] == (
        "专线看了，答复还不够，退给文新街道再答复，要求12月2日前。没有说哪天停"
    )
    assert decision.audit[0] == "case.sendback"
    assert [one.to for one in decision.alerts] == ["unit"]
    life.does(Answer("周五停"))
    assert life.state == "answered"


def test_an_urgent_answer_goes_back_until_the_next_day() -> None:
    life = Life(Accept(), MarkUrgent(), Assign("文新街道"), Answer("在看"))
    life.does(SendBack("没有结果"))
    assert running(life.case.ledger) == ("result",) and life.due() == "11-25 00:00"


def test_a_unit_says_that_it_is_put_right_and_the_hotline_looks() -> None:
    """Its time stops meanwhile; sent back, what was left of it goes on."""
    life = Life(*FOUND, Rectify("减到一份", AT + 9 * DAY))
    decision = life.later(2).does(Rectified("撤了四份，见通知"), role="liaison")
    assert life.case.due is None and life.case.assignment.rectified
    assert life.told[-1] == "文新街道说改好了：撤了四份，见通知"
    assert "专线正在核对" in life.next and [one.to for one in decision.alerts] == [
        "staff"
    ]
    assert {"rectified", "extend"}.isdisjoint(legal(life.case))
    life.later(2).does(SendBack("还有两份在收"))
    assert life.case.due == AT + 11 * DAY
    assert "rectified" in legal(life.case)
    assert life.told[-1] == (
        "专线核对了，还没有改好，退给文新街道接着改，仍是12月4日前改好。还有两份在收"
    )
    life.does(Rectified("都撤了"), role="liaison")
    life.does(Close("核对过，撤了"))
    assert life.state == "closed"


def test_a_unit_asks_for_time_to_put_it_right() -> None:
    life = Life(*SENT, Extend(5, "人手不够"))
    life.does(GrantExtend(True), role="supervisor")
    for order in (Answer("停了"), Find("partly"), Rectify("改", AT + 9 * DAY)):
        life.does(order)
    life.does(Extend(5, "系统要改"), role="liaison")
    life.does(GrantExtend(True), role="supervisor")
    assert life.told[-1] == (
        "文新街道申请延期，专线同意了，改为12月9日前改好。系统要改"
    )
    assert life.refused(Extend(5, "还要")).code == "illegal_move"
    assert life.refused(SendBack("没报过")).code == "illegal_move"
