"""What a unit's liaison may read of the cases it has, and do with them; nothing of
anybody else's. How a case looks to them is in `unit_view.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from anonymizer.scrub import Scrubbed
from bot.cases.casework import Casework
from bot.cases.sealing import CaseSealer, OpenReport
from bot.desk import leaders
from bot.desk.leaders import LeaderPaper, papers_for
from bot.desk.unit_pictures import UnitPictures
from bot.desk.unit_view import (
    DONE,
    TEXT_GONE,
    OpenedCase,
    PastEvent,
    UnitCase,
    UnitItem,
    UnitView,
    added,
    past,
    steps_of_unit,
)
from bot.hours import seconds, utc
from bot.keys import Keys
from bot.people.member import Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reported import ReportContent
from dialogs.case.corrections import SUPPLEMENTED
from dialogs.case.deciding import decide
from dialogs.case.explaining import amount
from dialogs.case.life import Case, State, legal
from dialogs.case.order_table import PICTURED, UNIT_ORDERS, row_of
from dialogs.case.orders import Order, StoryStep
from dialogs.case.refusals import Refusal
from dialogs.case.worktime import Terms, day_of
from storage.port import Audit, Database, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.reports import Reports
from storage.repositories.steps import Steps

Row = TypeVar("Row", CaseRow, UnitItem)
LONGEST = 5000  # characters of an answer or a reason
SHOWN_DONE = 30  # finished cases in the list
DID = {
    "receive": "已签收。",
    "sign": leaders.SIGNED,
    **{name: side.done for name, side in UNIT_ORDERS.items()},
    "add": "图片已加上，拍摄信息已去掉。",
}
# accepted and of a unit: reopened, which the unit is not shown
QUIET = (*DONE, State.ACCEPTED)


class Missing(Exception):
    """There is no such case for this unit: it may be another's, or none at all."""


@dataclass(frozen=True, slots=True)
class Liaison:
    """Who sits at the page. unit: id in hex, and its name; ranks: in which they lead
    it. Who is there as its leader reads what the unit has, signs for papers, and orders
    nothing.
    """

    member: Member
    unit: str
    unit_name: str
    ranks: tuple[str, ...] = ()

    @property
    def reads_only(self) -> bool:
        return self.member.role == "leader"


class LiaisonDesk:
    """Everything goes by the unit of who asks; a case of another unit is answered like
    one that is not.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        casework: Casework,
        roster: Roster,
        register: UnitRegister,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._casework = casework
        self._roster = roster
        self._register = register
        self.now = now
        self._files = CaseSealer(keys)
        self._pictures = UnitPictures(database, self._files, now)
        self._cases = Cases(database)
        self._steps = Steps(database)
        self._reports = Reports(database)

    @property
    def terms(self) -> Terms:
        return self._casework.terms

    # ── who ───────────────────────────────────────────────────────────────────────────

    async def enter(self, code: str, guesser: str) -> str | None:
        """A browser's token for a one-time code; None for a wrong, used or
        expired one.
        """
        return await self._roster.session(code, guesser)

    async def leave(self, token: str) -> None:
        await self._roster.leave(token)

    async def who(self, token: str) -> Liaison | None:
        """Whose browser this is: of an active liaison of a unit in use, or of who leads
        it.
        """
        member = await self._roster.of_session(token)
        if member is None or member.role != "leader":
            return await self.seated(member)
        found = await self._at_unit(member)
        return found if found is not None and found.ranks else None

    async def seated(self, member: Member | None) -> Liaison | None:
        """The same of whoever sits in a chat."""
        if member is None or member.role != "liaison" or member.unit is None:
            return None
        return await self._at_unit(member)

    async def _at_unit(self, member: Member) -> Liaison | None:
        unit = await self._register.of(member.unit or "")
        if unit is None or not unit.active:
            return None
        return Liaison(member, unit.id, unit.name, leaders.ranks_of(member, unit))

    # ── reading ───────────────────────────────────────────────────────────────────────

    async def cases(self, who: Liaison) -> list[UnitItem]:
        """The unit's turn first, by due date, overdue ones foremost; then what waits;
        finished ones last.
        """
        rows = await self._seen(who, await self._cases.of_unit(bytes.fromhex(who.unit)))
        ended = _newest([row for row in rows if State(row.state) in QUIET])
        going = [row for row in rows if State(row.state) not in QUIET]
        opened = await asyncio.gather(*map(self._open, [*going, *ended]))
        view = self._view()
        items = [view.item(one) for one in opened if one.shown]
        done = _newest([item for item in items if item.done])
        return sorted([*(item for item in items if not item.done), *done], key=_urgency)

    async def case(self, who: Liaison, alias: str) -> UnitCase:
        """Raises: Missing."""
        one = await self._of(who, alias)
        view = self._view()
        filed, more = await self._reported(one, view)
        ledger = view.ledger(one)
        starts = [line.at for line in ledger if line.kind == "start"]
        return UnitCase(
            item=view.item(one),
            kind=filed.kind if filed else None,
            text=(filed.text if filed else "") or TEXT_GONE,
            place=filed.place if filed else None,
            when=filed.when if filed else None,
            more=more,
            why=view.why(ledger),
            past=tuple(await self._past(one)),
            may=self._may(one, who),
            assigned=max(starts, default=None),
            days=self.terms.rules.extension.number,
            returns=self.terms.rules.returns,
            return_within=self._return_within(),
        )

    def _return_within(self) -> str:
        rules = self.terms.rules
        return amount(rules.return_within) if rules.returns else ""

    def _view(self) -> UnitView:
        return UnitView(self.terms, self.now())

    async def _of(self, who: Liaison, alias: str) -> OpenedCase:
        row = await self._cases.find(alias)
        if row is None or row.unit_id is None or row.unit_id.hex() != who.unit:
            raise Missing
        if not await self._seen(who, [row]):
            raise Missing
        one = await self._open(row)
        if not one.shown:  # it is the hotline's again
            raise Missing
        return one

    async def _seen(self, who: Liaison, rows: list[CaseRow]) -> list[CaseRow]:
        """A liaison may be of the people of another unit, which the case names: then it
        is not there. What is said of a leader is not read by that leader.
        """
        seen = await self._casework.conflict.visible(who.member, rows)
        if not who.reads_only:
            return seen
        return [row for row in seen if await self._leaves_out(who, row)]

    async def _leaves_out(self, who: Liaison, row: CaseRow) -> bool:
        """Whether nothing is said in the case of who reads it."""
        case = await self._casework.writer.shown(row)
        return bool(await self._casework.conflict.unnamed([who.member], case))

    async def _open(self, row: CaseRow) -> OpenedCase:
        case, steps = await asyncio.gather(
            self._casework.writer.shown(row), self._steps.of_case(row.id)
        )
        told = [
            (step, self._files.shown_step(step, None).params)
            for step in steps
            if step.report_id is None
        ]
        return OpenedCase(row, case, steps_of_unit(told, case.assignment.unit))

    async def _past(self, one: OpenedCase) -> list[PastEvent]:
        """What passed between the hotline and the unit."""
        found = []
        for step, event in past(one.steps):
            pictures: tuple[str, ...] = ()
            if step.kind in PICTURED:
                pictures = await self._pictures.of_step(step.id)
            found.append(replace(event, pictures=pictures))
        return found

    # ── what was reported ─────────────────────────────────────────────────────────────

    async def _reported(
        self, one: OpenedCase, view: UnitView
    ) -> tuple[ReportContent | None, tuple[str, ...]]:
        """The report that was filed as this case, and what was added until last
        midnight.

        Reports that were merged into it are not shown: their number is nobody's
        business.
        """
        for report in await self._reports.of_case(one.row.id):
            opened = self._files.shown_report(report)
            content = self._files.shown_content(opened) if opened else None
            if opened and content is not None and content.case == one.case.id:
                return content, await self._added(one, opened, view)
        return None, ()

    async def _added(
        self, one: OpenedCase, report: OpenReport, view: UnitView
    ) -> tuple[str, ...]:
        until = seconds(view.midnight)
        steps = [
            step
            for step in await self._steps.of_report(report.row.id)
            if step.kind == SUPPLEMENTED and step.at < until
        ]
        said = [self._files.shown_step(step, report).params for step in steps]
        days = [day_of(utc(step.at), self.terms) for step in steps]
        return tuple(added(said, days, day_of(one.given, self.terms)))

    # ── doing ─────────────────────────────────────────────────────────────────────────

    def _may(self, one: OpenedCase, who: Liaison) -> dict[str, Refusal | None]:
        """Tried out on the case as it is: nothing is written."""
        if not one.at_work or who.reads_only:
            return {}
        case = one.case
        may: dict[str, Refusal | None] = {} if one.received else {"receive": None}
        if case.assignment.wants:
            may["extend"] = Refusal(
                "extension_pending", days=case.assignment.wants.days
            )
        elif case.assignment.extended:
            may["extend"] = Refusal("extended_once")
        fitting = legal(case)
        for name, side in UNIT_ORDERS.items():
            if name in fitting:
                may[name] = self._tried(case, side.trial, who)
        return may

    def _tried(self, case: Case, order: Order, who: Liaison) -> Refusal | None:
        try:
            decide(
                case,
                order,
                who.member.staff,
                self.now(),
                self.terms,
                role="liaison",
                unit_id=who.unit,
            )
        except Refusal as refusal:
            return refusal
        return None

    async def receive(self, who: Liaison, alias: str) -> None:
        """The unit has seen it. The clock runs since dispatch all the same. Raises:
        Missing.
        """
        one = await self._of(who, alias)
        if who.reads_only:
            raise Missing
        if one.received or not one.at_work:
            return
        at = seconds(self.now())
        staff = who.member.staff
        received = StoryStep("received", public=False)
        _, step = self._files.add_step(received, one.row.id, at, staff, {})
        noted = Audit(at, "case.received", one.row.id, bytes.fromhex(staff.id), "{}")
        await self._database.commit([step, noted])

    # ── papers to who leads the unit ──────────────────────────────────────────────────

    async def papers(self, who: Liaison) -> list[LeaderPaper]:
        """Those that wait for this leader, the oldest first."""
        if not who.ranks:
            return []
        of_unit = await self._cases.of_unit(bytes.fromhex(who.unit))
        found: list[LeaderPaper] = []
        for row in await self._seen(who, of_unit):
            papers = papers_for(await self._casework.writer.shown(row), who.ranks)
            if papers and await self._leaves_out(who, row):
                found += papers
        return sorted(found, key=lambda paper: paper.notice.at)

    async def sign(self, who: Liaison, alias: str, rank: str) -> None:
        """The paper is there. Raises: Missing; Refusal; Stale; Refusing."""
        one = await self._of(who, alias)
        if not await self._leaves_out(who, one.row):
            raise Missing
        await leaders.sign(
            self._casework,
            who.member,
            await self._register.of(who.unit),
            alias=alias,
            rank=rank,
            how=leaders.ON_THE_PAGE,
        )

    async def order(
        self,
        who: Liaison,
        alias: str,
        order: Order,
        pictures: Iterable[str] = (),
        also: Sequence[Write] = (),
    ) -> None:
        """Carry it out, with the pictures of an answer and further rows in the same
        commit.

        Raises: Missing; Refusal, for the liaison's screen; Stale; Refusing.
        """
        one = await self._of(who, alias)
        if who.reads_only:
            raise Missing
        told = row_of(order).told
        attached: list[Write] = []
        if told in PICTURED:
            attached = await self._pictures.attach(pictures, one.row.id, told)
        try:
            await self._casework.staff.order(
                alias, order, who.member, also=[*attached, *also]
            )
        except Refusal:
            again = (await self._of(who, alias)).case
            if row_of(order).trigger not in legal(again):
                # the rules' refusal would name the state
                raise Refusal("unit_not_now", alias=alias) from None
            raise

    # ── pictures of an answer ─────────────────────────────────────────────────────────

    async def keep(self, scrubbed: Scrubbed) -> str:
        """A picture that waits for its answer to be sent, for a day; its id."""
        return await self._pictures.keep(scrubbed)

    async def gone(self, ids: Iterable[str]) -> frozenset[str]:
        """Pictures whose answer was not sent within that day."""
        return await self._pictures.gone(ids)

    async def picture(
        self, who: Liaison, alias: str, id: str
    ) -> tuple[bytes, str] | None:
        """(bytes, mime) of a picture of the unit's own answer, sent or not. Raises:
        Missing.
        """
        one = await self._of(who, alias)
        events = await self._past(one)
        sent = [picture for event in events for picture in event.pictures]
        return await self._pictures.opened(id, sent)


def _newest(rows: Sequence[Row]) -> list[Row]:
    """By acceptance: the order of changes would tell who rated, and when."""
    return sorted(rows, key=lambda row: row.serial or "", reverse=True)[:SHOWN_DONE]


def _urgency(item: UnitItem) -> tuple[bool, bool, datetime, str]:
    due = item.first.due if item.first else None
    last = datetime.max.replace(tzinfo=UTC)
    return item.done, not item.open, due or last, item.alias
