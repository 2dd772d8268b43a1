"""What is so now: the one sentence with which terminal and chats answer an order.

One sentence for each order of the table, made from the case as it was and as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cases.staff import Outcome, PaperRoute
from bot.desk.times import said_due
from bot.desk.wording import clean, handed_text, papers_text
from dialogs.case.allowance import Clock
from dialogs.case.clock import read
from dialogs.case.decisions import UNDO, next_end
from dialogs.case.life import FINDINGS, LEVELS, STATES, Case, State
from dialogs.case.notices import RANKS
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
from dialogs.case.worktime import Terms
from dialogs.texts import text as phrase

BY_HAND = "要人送到（打印用 jianfu unit papers）"


def outcome_text(outcome: Outcome, terms: Terms, now: datetime | None = None) -> str:
    """Whole sentences, with how many see it. now: see `bot.desk.times`."""
    said = SENTENCES[type(outcome.order)](Happened(outcome, terms, now), outcome.order)
    told = f"{outcome.told} 位反映人看得到。" if outcome.told else ""
    return f"{clean(said)}。{told}"


@dataclass(frozen=True, slots=True)
class Happened:
    """What the sentences are made from."""

    outcome: Outcome
    terms: Terms
    now: datetime | None

    @property
    def before(self) -> Case:
        return self.outcome.before

    @property
    def case(self) -> Case:
        """As it is now."""
        return self.outcome.case

    @property
    def unit(self) -> str:
        return self.case.assignment.unit or "单位"

    def time(self, at: datetime) -> str:
        return said_due(at, self.terms.zone, now=self.now)

    def clock(self, clock: Clock) -> datetime | None:
        """When this one ends; None where it does not run."""
        reading = read(self.case.ledger, clock, self.terms)
        return reading.due if reading else None

    def until(self, due: datetime | None, words: str = "期限到 {}") -> str:
        """What stands behind a sentence where there is a due time; "" where none."""
        return f"，{words.format(self.time(due))}" if due else ""

    @property
    def unit_until(self) -> str:
        """By when the unit answers or puts it right."""
        return self.until(next_end(self.case, self.terms))

    @property
    def urgent_until(self) -> str:
        """By when somebody of the unit is there, and by when there is a result."""
        on_site = self.until(self.clock("on_site"), "{} 前到场或上线")
        return on_site + self.until(self.clock("result"), "{} 前出结果")


# ── who has it, and what the hotline says ─────────────────────────────────────────────


def _claimed(at: Happened, order: Claim) -> str:
    claimed = at.case.claimed
    assert claimed is not None
    before = at.before.claimed
    if before is not None:
        return f"从{before.name}手里接过来，现在归{claimed.name}办"
    return f"现在归{claimed.name}办"


def _accepted(at: Happened, order: Accept) -> str:
    return "受理了" + at.until(at.case.due, "{} 前转办")


def _declined(at: Happened, order: Decline) -> str:
    if at.before.state is State.FILED:
        return "不予受理，理由反映人会看到"
    return "受理撤销，改为不予受理，理由反映人会看到"


def _asked(at: Happened, order: Ask) -> str:
    whom = f"第 {order.to} 位反映人" if order.to else "反映人"
    return f"问了{whom}" + at.until(at.case.resumes, "等到 {}，没有回答就接着办")


def _waits(at: Happened, order: Wait) -> str:
    return "等着，期限停下" + at.until(at.case.resumes, "{} 自己接着办")


def _resumed(at: Happened, order: Resume) -> str:
    return "不等了，接着办" + at.until(at.case.due)


def _replied(at: Happened, order: Reply) -> str:
    whom = f"第 {order.to} 位反映人" if order.to else "反映人"
    return f"{UNDO.seconds} 秒后发给{whom}，这之前可以撤回"


def _closed(at: Happened, order: Close) -> str:
    return "办结了，结果反映人会看到"


def _reopened(at: Happened, order: StaffReopen) -> str:
    words = "{} 前转办"
    if at.case.state is State.FILED:
        words = "{} 前决定受不受理"
    return "重新办理，谁都可以认领" + at.until(at.case.due, words)


def _merged(at: Happened, order: Merge) -> str:
    into = at.outcome.into
    assert into is not None
    return f"并入 {into.alias}，反映人跟着过去"


def _separated(at: Happened, order: Unmerge) -> str:
    joint = at.outcome.into
    assert joint is not None
    state = STATES[at.case.state]
    back = f"从 {joint.alias} 里分出来，接着是“{state}”，反映人跟回来"
    return back + at.until(at.case.due)


# ── corrections ───────────────────────────────────────────────────────────────────────


def _urgent(at: Happened, order: MarkUrgent) -> str:
    return "改为加急" + at.urgent_until


def _not_urgent(at: Happened, order: NotUrgent) -> str:
    return "不加急了" + at.unit_until


def _recategorised(at: Happened, order: Recategorise) -> str:
    kept = "，期限不变" if at.case.due else ""
    return f"类别改为{phrase('zh', f'category.{order.category}')}{kept}"


def _redated(at: Happened, order: Redate) -> str:
    return "期限更正" + at.until(next_end(at.case, at.terms), "改到 {}")


def _corrected(at: Happened, order: CorrectFinding) -> str:
    before = FINDINGS[at.before.assignment.finding or order.finding]
    is_over = at.before.state is State.RECTIFYING and at.case.state is State.VERIFIED
    ended = "，整改停下" if is_over else ""
    return f"结论由{before}改为{FINDINGS[order.finding]}{ended}"


# ── the units ─────────────────────────────────────────────────────────────────────────


def _handed(at: Happened, order: Assign | Whistle) -> str:
    handed = at.outcome.handed
    assert handed is not None
    until = at.until(handed.due, "{} 前答复")
    if at.case.urgent:
        until = at.urgent_until
    said = handed_text(handed, until)
    if isinstance(order, Assign):
        return said
    return f"吹哨到{LEVELS.get(handed.level or '', '上一级')}，{said}"


def _arrived(at: Happened, order: Arrive) -> str:
    return "单位到场记下了" + at.until(at.clock("result"), "{} 前出结果")


def _answered(at: Happened, order: Answer) -> str:
    return "单位的答复记下了，期限停下，等专线核实"


def _returned(at: Happened, order: Return) -> str:
    decide = "决定：转给别的单位，或不准退回"
    return "单位退回记下了" + at.until(at.clock("assign"), f"{{}} 前{decide}")


def _return_refused(at: Happened, order: RefuseReturn) -> str:
    return f"不准退回，{at.unit}接着办" + at.unit_until


def _extension_asked(at: Happened, order: Extend) -> str:
    still = at.until(next_end(at.case, at.terms), "批准以前期限仍是 {}")
    return f"申请延期 {order.days} 个工作日，等主管批{still}"


def _extension_decided(at: Happened, order: GrantExtend) -> str:
    if not order.granted:
        ends = next_end(at.case, at.terms)
        return "没有批准延期" + at.until(ends, "期限仍是 {}")
    wants = at.before.assignment.wants
    assert wants is not None
    days = wants.days if order.days is None else order.days
    ends = next_end(at.case, at.terms)
    return f"批准延期 {days} 个工作日" + at.until(ends, "期限改到 {}")


def _supervised(at: Happened, order: Supervise) -> str:
    paper = at.outcome.paper
    assert paper is not None
    return f"督办了，督办单{paper_text(paper)}"


def paper_text(paper: PaperRoute) -> str:
    """How a paper goes to whom it is for, and that it cannot go by itself."""
    rank = RANKS[paper.rank]
    if paper.reached:
        return f"发给{rank}{'、'.join(paper.reached)}，等签收"
    if paper.names:
        return f"交{rank}{'、'.join(paper.names)}，{BY_HAND}"
    return f"交{rank}，名录里没有登记，{BY_HAND}"


def _handed_over(at: Happened, order: HandOver) -> str:
    left = papers_text(at.case)
    return "督办单送达记下了" + (f"，还没送到的：{left}" if left else "")


def _sent_back(at: Happened, order: SendBack) -> str:
    again = "再答复"
    if at.case.state is State.RECTIFYING:
        again = "接着改"
    return f"退给{at.unit}{again}" + at.unit_until


def _found(at: Happened, order: Find) -> str:
    return f"核实为{FINDINGS[order.finding]}"


def _rectifying(at: Happened, order: Rectify) -> str:
    return "开始整改" + at.unit_until


SENTENCES: Mapping[type[Order], Callable[[Happened, Any], str]] = {
    Claim: _claimed,
    Release: lambda at, order: "放回去了，谁都可以认领",
    Accept: _accepted,
    Decline: _declined,
    MarkUrgent: _urgent,
    NotUrgent: _not_urgent,
    Recategorise: _recategorised,
    Ask: _asked,
    Wait: _waits,
    Resume: _resumed,
    Reply: _replied,
    Undo: lambda at, order: "撤回了，没有发出",
    Assign: _handed,
    Arrive: _arrived,
    Answer: _answered,
    Return: _returned,
    RefuseReturn: _return_refused,
    Extend: _extension_asked,
    GrantExtend: _extension_decided,
    Supervise: _supervised,
    HandOver: _handed_over,
    Whistle: _handed,
    Redate: _redated,
    SendBack: _sent_back,
    Find: _found,
    CorrectFinding: _corrected,
    Rectify: _rectifying,
    Rectified: lambda at, order: "整改完成记下了，期限停下，等专线核对",
    Close: _closed,
    StaffReopen: _reopened,
    Merge: _merged,
    Unmerge: _separated,
    Note: lambda at, order: "备注记下了，只有同事看得到",
}
