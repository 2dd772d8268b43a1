"""Who leads a unit: which papers are addressed to them, and that they have them. On
Telegram and on the unit's page it is the same road.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cases.casework import Casework
from bot.people.directory import Unit
from bot.people.member import Member
from bot.reports.notice import ASKS, TITLES
from dialogs.case.life import Case
from dialogs.case.notices import Notice, waiting
from dialogs.case.order_table import BY_NAME
from dialogs.case.orders import HandOver
from dialogs.case.refusals import Refusal
from storage.port import Write

ON_TELEGRAM = "负责人在 Telegram 上签收"
ON_THE_PAGE = "负责人在单位网页上签收"
SIGNED = "记下了，谢谢。"


@dataclass(frozen=True, slots=True)
class LeaderPaper:
    """A paper as its leader reads it. alias, serial: of the case; asked: what a
    supervisor asks for, "" where the clock wrote it.
    """

    alias: str
    serial: str | None
    notice: Notice

    @property
    def title(self) -> str:
        return TITLES[self.notice.step]

    @property
    def asks(self) -> str:
        return ASKS[self.notice.step]

    @property
    def asked(self) -> str:
        return self.notice.text

    @property
    def rank(self) -> str:
        return self.notice.rank


def ranks_of(member: Member, unit: Unit | None) -> tuple[str, ...]:
    """In which ranks this person leads the unit now; none where they do not."""
    if unit is None or member.unit != unit.id:
        return ()
    leads = [one for one in unit.leaders if one.name == member.staff.name]
    return tuple(dict.fromkeys(one.rank for one in leads))


def papers_for(case: Case, ranks: Sequence[str]) -> list[LeaderPaper]:
    """Those of this case that wait for somebody of these ranks, the oldest first."""
    fits = BY_NAME["hand-over"].fits
    assert fits is not None  # it is no move
    if not fits(case):
        return []
    return [
        LeaderPaper(case.alias, case.serial, one)
        for one in waiting(case.assignment.notices)
        if one.rank in ranks
    ]


async def sign(
    casework: Casework,
    member: Member,
    unit: Unit | None,
    *,
    alias: str,
    rank: str,
    how: str,
    also: Sequence[Write] = (),
) -> None:
    """A leader says that the paper is there. Raises: Refusal, for whoever does not lead
    the unit in this rank any more; Stale; Refusing.
    """
    if rank not in ranks_of(member, unit):
        raise Refusal("unknown_case", name=alias)
    # who leads a unit may be its liaison, too: this he does as its leader
    leader = replace(member, role="leader")
    await casework.staff.order(alias, HandOver(how, rank), leader, also)
