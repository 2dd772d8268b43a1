"""Months of a case: staff and reporters do anything, whatever falls due rings, long
stops among it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dialogs.case import ledger
from dialogs.case.clock import read, running
from dialogs.case.deciding import decide
from dialogs.case.decisions import settled
from dialogs.case.follow import AFTER_THE_END, dues, ring
from dialogs.case.life import Case, Followup, Staff, State
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Close,
    Decision,
    Decline,
    Extend,
    Find,
    GrantExtend,
    Order,
    Rectify,
    RefuseReturn,
    Reply,
    Resume,
    Return,
    StaffReopen,
    StoryStep,
    Supervise,
    Undo,
    Wait,
    Whistle,
)
from dialogs.case.reactions import Reaction, react
from dialogs.case.refusals import Refusal
from dialogs.case.rules import Rules
from dialogs.case.story import Filed, OpenedStep, is_asked, is_rated, tell
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.words import (
    Forget,
    Held,
    KeepFrom,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Wish,
    Withdraw,
)

TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WANG = Staff("aa" * 16, "王")
R1, R2 = "1" * 32, "2" * 32
DAY = timedelta(days=1)
WEEK = 7 * DAY


def orders(at: datetime) -> list[Order]:
    """One of each that can be carried out somewhere."""
    return [
        Accept(),
        Decline("理由"),
        Ask("问题"),
        Ask("问题", 1),
        Wait("等批复", at + 3 * DAY),
        Resume(),
        Assign("某街道"),
        Assign("某街道", complex=True),
        Arrive(),
        Answer("答复"),
        Return("第三条"),
        RefuseReturn("归你管"),
        Extend(5, "人手不够"),
        GrantExtend(True),
        GrantExtend(False, "不必"),
        Supervise("抓紧"),
        Whistle("办不了", "某区"),
        Find("substantiated"),
        Find("unsubstantiated"),
        Rectify("改", at + 10 * DAY),
        Close("改好了"),
        StaffReopen(),
        Reply("请放心"),
        Undo(),
    ]


def reactions(at: datetime) -> list[Reaction]:
    return [
        Supplement(R1, "又来了", (), at),
        Rate(R1, True, None, None, at),
        Rate(R2, False, None, None, at),
        Reopen(R1, "", at),
        Rebound(R2, "又报了", at),
        Held(R1, at),
        Wish(R1, {"later": True}, at),
        KeepFrom(R1, "某街道", at),
        Withdraw(R1, at),
        Withdraw(R2, at),
        Forget(R2, at),
    ]


class Life:
    """One case, its story and the clock on the wall."""

    def __init__(self, urgent: bool) -> None:
        self.at = AT
        case = Case(
            "c",
            "白鹭-K7QM",
            State.FILED,
            "forms",
            urgent,
            reports=(R1, R2),
            opened=AT,
            followup=Followup(told=AT),
        )
        self.case = settled(
            ledger.start(case, "accept", ledger.next_hour(AT), TERMS), TERMS
        )
        self.steps: list[OpenedStep] = []

    def order(self, number: int) -> None:
        """The first from there on that may be given now."""
        given = orders(self.at)
        for order in (*given[number:], *given[:number]):
            with suppress(Refusal):  # said in one sentence; test_any_order looks at it
                self.take(self.decided(order), by_reporter=False)
                return

    def decided(self, order: Order) -> Decision:
        return decide(
            self.case, order, WANG, self.at, TERMS, role="operator", unit_id=None
        )

    def go(self, moves: int) -> None:
        """So far the straight way."""
        straight: list[Order] = [
            Accept(),
            Assign("某街道"),
            Answer("答复"),
            Find("partly"),
            Rectify(),
            Close("改好了"),
        ]
        for order in straight[:moves]:
            self.take(self.decided(order), by_reporter=False)

    def react(self, number: int) -> None:
        action = reactions(self.at)[number]
        if action.report in self.case.reports:
            asked, rated = (
                is_asked(self.steps, action.report),
                is_rated(self.steps, action.report, self.case.followup.closed),
            )
            self.take(
                react(self.case, action, TERMS, asked=asked, rated=rated),
                by_reporter=True,
            )

    def wait(self, hours: int) -> None:
        """Nobody looks for so long; then all that has fallen due rings."""
        self.at += timedelta(hours=hours, minutes=7)
        for _ in range(60):
            owed = {
                kind: due
                for kind, due in dues(self.case, TERMS).items()
                if due <= self.at
            }
            if not owed:
                return
            kind = min(owed, key=lambda kind: (owed[kind], kind))
            decision = ring(self.case, kind, self.at, TERMS)
            assert decision is not None
            left = dues(decision.case, TERMS).get(kind)
            assert left is None or left > owed[kind], f"{kind} would ring twice"
            self.take(decision, by_reporter=False)
        raise AssertionError("it never ends")

    def take(self, decision: Decision, *, by_reporter: bool) -> None:
        assert decision.case.ledger[: len(self.case.ledger)] == self.case.ledger, (
            "a ledger is only added to"
        )
        self.case = decision.case
        self.steps += [self.told(entry, by_reporter) for entry in decision.entries]

    def told(self, entry: StoryStep, by_reporter: bool) -> OpenedStep:
        at = self.at.replace(minute=0) if by_reporter else self.at
        return OpenedStep(
            entry.kind, at, "c", entry.report, entry.public, by_reporter, entry.params
        )

    def sound(self) -> None:
        """What holds whenever all that was due has rung."""
        owed = dues(self.case, TERMS)
        assert all(due > self.at for due in owed.values())
        ended = self.case.state in AFTER_THE_END
        assert ("hear" in owed) == (not ended)
        if not ended:
            assert owed["hear"] <= self.at + WEEK, "who waits hears within seven days"
        assert ended == bool(
            {"retain", "forget", "forget_later", "call_back", "look_back"} & {*owed}
        ) or (ended and self.case.followup.retained)
        for clock in running(self.case.ledger):
            reading = read(self.case.ledger, clock, TERMS)
            assert reading is not None and not ended, "what has ended is not late"
            paused_for_ever = reading.paused and not self.case.resumes
            assert (
                {"warn", "breach", "urged", "resume"} & {*owed}
                or reading.due
                or paused_for_ever
            )
        for report in self.case.reports:
            story = tell(
                self.case, Filed(report, "forms", AT, True), self.steps, self.at, TERMS
            )
            assert "{" not in story.text("zh") + story.text("en")
            assert (story.promise is None) == ended


MOMENTS = st.one_of(
    st.tuples(st.just("order"), st.integers(0, len(orders(AT)) - 1)),
    st.tuples(st.just("order"), st.integers(0, len(orders(AT)) - 1)),
    st.tuples(st.just("react"), st.integers(0, len(reactions(AT)) - 1)),
    st.tuples(st.just("wait"), st.integers(0, 60)),
    st.tuples(st.just("wait"), st.integers(0, 24 * 45)),
)


@given(st.booleans(), st.integers(0, 6), st.lists(MOMENTS, max_size=25))
def test_whatever_happens_a_case_owes_rings_and_tells_soundly(
    urgent: bool, begun: int, moments: list[tuple[str, int]]
) -> None:
    life = Life(urgent)
    life.go(begun)
    for what, number in moments:
        getattr(life, what)(number)
        if what == "wait":
            life.sound()


def test_left_alone_for_ever_a_case_ends_owing_nothing_but_news() -> None:
    """Nobody ever accepts it: the hotline is late, says so, and says so again every
    week.
    """
    life = Life(urgent=False)
    for _ in range(30):
        life.wait(24)
        life.sound()
    kinds = [step.kind for step in life.steps]
    assert kinds == ["breached"]
    assert (
        life.case.followup.told is not None and life.at - life.case.followup.told < WEEK
    )
