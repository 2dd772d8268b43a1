"""What a unit's liaison may read of the cases it has, and do with them; nothing of
anybody else's.

What a unit must not learn is left out here, so that no page has to know of it: who
reported, how many and when, how they rated, what staff noted. What a reporter caused
becomes visible at the next local midnight.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, TypeVar

from anonymizer.scrub import Scrubbed
from anonymizer.seal import Unsealable
from bot.cases.casework import Casework
from bot.cases.sealed import ReportContent
from bot.cases.sealing import CaseSealer, OpenReport
from bot.hours import seconds
from bot.keys import Keys
from bot.people.member import Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from dialogs.case.clock import Line, explain, read, running
from dialogs.case.deciding import decide
from dialogs.case.life import FINDINGS, Case, State, legal
from dialogs.case.order_table import UNIT_ORDERS, row_of
from dialogs.case.orders import Order, StoryStep
from dialogs.case.refusals import Refusal
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms, day_of, workdays
from storage.port import Audit, Database, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.media import Media, MediaRow
from storage.repositories.reports import Reports
from storage.repositories.steps import StepRow, Steps

Mood = Literal["late", "soon", "fine", "paused"]
Row = TypeVar("Row", "CaseRow", "Item")
PICTURES = 6  # of one answer
DRAFT_LASTS = timedelta(days=1)  # of a picture whose answer was not sent
LONGEST = 5000  # characters of an answer or a reason
SHOWN_DONE = 30  # finished cases in the list
GONE = "（原文不再提供，请按已经掌握的情况继续办理。）"
ASKING = (
    "专线在补充材料"  # what a pause is called that may be a question to the reporter
)
HOTLINE = "专线"
CLOCKS = {
    "answer": "答复",
    "rectify": "整改",
    "on_site": "到场或上线",
    "result": "当日出结果",
}
DID = {
    "receive": "已签收。",
    **{name: side.done for name, side in UNIT_ORDERS.items()},
    "add": "图片已加上，拍摄信息已去掉。",
}
WORDS: dict[State, str] = {
    State.ASSIGNED: "办理中",
    State.RETURNED: "已退回，等专线决定",
    State.ANSWERED: "已答复，等专线核实",
    State.VERIFIED: "已核实",
    State.RECTIFYING: "整改中",
    State.CLOSED: "已办结",
    State.CALLBACK: "已办结",
    State.LOOK_BACK: "已办结",
    State.MERGED: "专线已收回，不用再办",  # that others reported the same is not told
}
AT_WORK = (State.ASSIGNED, State.RECTIFYING)
DONE = (State.CLOSED, State.CALLBACK, State.LOOK_BACK, State.MERGED)
QUIET = (
    *DONE,
    State.ACCEPTED,
)  # accepted and of a unit: reopened, which the unit is not shown
SENT = re.compile(r" \d\d:\d\d (暂停|接着算)")


class Missing(Exception):
    """There is no such case for this unit: it may be another's, or none at all."""


@dataclass(frozen=True, slots=True)
class Liaison:
    """Who sits at the page. unit: id in hex, and its name."""

    member: Member
    unit: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Timer:
    """due: None while paused; used: percent; left: in words."""

    clock: str
    due: datetime | None
    used: int
    left: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Item:
    """A case in the list. open: it is the unit's turn; done: nothing is to be done any
    more.
    """

    alias: str
    serial: str | None
    category: str
    urgent: bool
    state: str
    timers: tuple[Timer, ...]
    received: bool
    open: bool
    done: bool

    @property
    def first(self) -> Timer | None:
        """The clock that ends first; a paused one last."""
        return self.timers[0] if self.timers else None


@dataclass(frozen=True, slots=True)
class Event:
    """What the unit and the hotline said to each other. pictures: ids of the unit's
    own.
    """

    at: datetime
    words: str
    text: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitCase:
    """One case as its unit may read it.

    more: what was added, without its times; why: how the deadline is counted, line by
    line; may: every action that fits the state → None or why it cannot be done now;
    days: working days an extension gives.
    """

    item: Item
    kind: str | None
    text: str
    place: str | None
    when: str | None
    more: tuple[str, ...]
    why: tuple[str, ...]
    past: tuple[Event, ...]
    may: Mapping[str, Refusal | None]
    assigned: datetime | None
    days: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A case with what the page is made from."""

    row: CaseRow
    case: Case
    steps: tuple[
        tuple[StepRow, Mapping[str, Any]], ...
    ]  # of the present unit, told to no single reporter


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
        self._database, self._casework = database, casework
        self._roster, self._register, self.now = roster, register, now
        self._terms = casework.terms
        self._files = CaseSealer(keys)
        self._cases, self._steps = Cases(database), Steps(database)
        self._reports, self._media = Reports(database), Media(database)

    @property
    def terms(self) -> Terms:
        return self._terms

    # ── who ───────────────────────────────────────────────────────────────────────────

    async def enter(self, code: str, guesser: str) -> str | None:
        """A browser's token for a one-time code; None for a wrong, used or
        expired one.
        """
        return await self._roster.session(code, guesser)

    async def leave(self, token: str) -> None:
        await self._roster.leave(token)

    async def who(self, token: str) -> Liaison | None:
        """Whose browser this is: an active liaison of a unit in use."""
        return await self.seated(await self._roster.of_session(token))

    async def seated(self, member: Member | None) -> Liaison | None:
        """The same of whoever sits in a chat."""
        if member is None or member.role != "liaison" or member.unit is None:
            return None
        unit = await self._register.of(member.unit)
        return Liaison(member, unit.id, unit.name) if unit and unit.active else None

    # ── reading ───────────────────────────────────────────────────────────────────────

    async def cases(self, who: Liaison) -> list[Item]:
        """The unit's turn first, by due date, overdue ones foremost; then what waits;
        finished ones last.
        """
        rows = await self._seen(who, await self._cases.of_unit(bytes.fromhex(who.unit)))
        ended = _newest([row for row in rows if State(row.state) in QUIET])
        going = [row for row in rows if State(row.state) not in QUIET]
        read = await asyncio.gather(*map(self._read, [*going, *ended]))
        found = [self._item(one) for one in read if _state(one.case) in WORDS]
        last = datetime.max.replace(tzinfo=UTC)
        shown = [
            *(item for item in found if not item.done),
            *_newest([one for one in found if one.done]),
        ]
        return sorted(
            shown,
            key=lambda item: (item.done, not item.open, _due(item) or last, item.alias),
        )

    async def case(self, who: Liaison, alias: str) -> UnitCase:
        """Raises: Missing."""
        one = await self._of(who, alias)
        item = self._item(one)
        filed, more = await self._told(one)
        ledger = self._visible(one)
        return UnitCase(
            item=item,
            kind=filed.kind if filed else None,
            text=(filed.text if filed else "") or GONE,
            place=filed.place if filed else None,
            when=filed.when if filed else None,
            more=more,
            why=tuple(self._why(ledger)),
            past=tuple(await self._past(one)),
            may=self._may(one, who),
            assigned=max(
                (line.at for line in ledger if line.kind == "start"), default=None
            ),
            days=self._terms.rules.extension.number,
        )

    async def _of(self, who: Liaison, alias: str) -> _Read:
        row = await self._cases.find(alias)
        if row is None or row.unit_id is None or row.unit_id.hex() != who.unit:
            raise Missing
        if not await self._seen(who, [row]):
            raise Missing
        one = await self._read(row)
        if _state(one.case) not in WORDS:  # it is the hotline's again
            raise Missing
        return one

    async def _seen(self, who: Liaison, rows: list[CaseRow]) -> list[CaseRow]:
        """A liaison may be of the people of another unit, which the case names: then it
        is not there.
        """
        sight = self._casework.conflict
        return await sight.visible(who.member, rows) if sight else rows

    async def _read(self, row: CaseRow) -> _Read:
        loaded, steps = await asyncio.gather(
            self._casework.writer.load(row), self._steps.of_case(row.id)
        )
        case = loaded.case
        told = [
            (step, self._files.step(step, None).params)
            for step in steps
            if step.report_id is None
        ]
        return _Read(row, case, tuple(_of_unit(told, case.unit)))

    def _item(self, one: _Read) -> Item:
        state = _state(one.case)
        ledger = self._visible(one)
        timers = (
            [self._timer(ledger, clock) for clock in running(ledger)]
            if state in AT_WORK
            else []
        )
        return Item(
            alias=one.case.alias,
            serial=one.case.serial,
            category=one.case.category,
            urgent=one.case.urgent,
            state=WORDS[state],
            timers=tuple(
                sorted(timers, key=lambda timer: (timer.due is None, timer.due))
            ),
            received=_received(one.steps),
            open=state in AT_WORK,
            done=state in DONE,
        )

    # ── clocks ────────────────────────────────────────────────────────────────────────

    def _visible(self, one: _Read) -> list[Line]:
        """The ledger as the unit may see it.

        Clocks that ran against it since it was given the case; a pause that a reporter
        may have ended begins and ends with the day.
        """
        midnight, asked, lines = self._midnight(), set[str](), list[Line]()
        going, since = running(one.case.ledger), _given(one.steps)
        for line in one.case.ledger:
            if line.clock not in UNIT_CLOCKS or (
                line.clock not in going and line.at < since
            ):
                continue
            if (
                line.kind == "pause" and not line.reason
            ):  # what a question to reporters leaves
                asked.add(line.clock)
            hidden = (
                line.kind in ("pause", "resume")
                and line.clock in asked
                and line.at >= midnight
            )
            if line.kind == "resume":
                asked.discard(line.clock)
            if not hidden:
                own = line.kind != "pause" or (line.reason and line.until is None)
                lines.append(
                    replace(line, reason=line.reason if own else ASKING, by=HOTLINE)
                )
        return lines

    def _timer(self, ledger: Sequence[Line], clock: Any) -> Timer:
        reading, now = read(ledger, clock, self._terms), self.now()
        assert reading is not None  # it runs
        used = int(reading.share(now) * 100)
        if reading.due is None:
            return Timer(clock, None, used, "期限暂停", "paused")
        late = now >= reading.due
        soon = used >= self._terms.rules.warn_at * 100
        mood: Mood = "late" if late else "soon" if soon else "fine"
        return Timer(
            clock,
            reading.due,
            used,
            self._left(reading.due, now, reading.allowance.unit),
            mood,
        )

    def _left(self, due: datetime, now: datetime, unit: str) -> str:
        late = now >= due
        head, apart = ("已超期", now - due) if late else ("还剩", due - now)
        if apart < timedelta(hours=1):
            return f"{head}不到1小时" if not late else "刚刚超期"
        if apart < timedelta(days=1):
            return f"{head}{int(apart / timedelta(hours=1))}小时"
        last = day_of(due - timedelta(microseconds=1), self._terms)
        days = sorted((day_of(now, self._terms), last))
        if unit == "W" and (n := workdays(days[0], days[1], self._terms.calendar)):
            return f"{head}{n}个工作日"
        return f"{head}{int(apart / timedelta(days=1))}天"

    def _why(self, ledger: Sequence[Line]) -> list[str]:
        """Line by line; pauses by their day alone."""
        return [
            SENT.sub(r" \1", line) for line in explain(ledger, self._terms, self.now())
        ]

    def _midnight(self) -> datetime:
        zone = self._terms.zone
        return datetime.combine(self.now().astimezone(zone).date(), time(), zone)

    # ── what was reported ─────────────────────────────────────────────────────────────

    async def _told(self, one: _Read) -> tuple[ReportContent | None, tuple[str, ...]]:
        """The report that was filed as this case, and what was added until
        last midnight.

        Reports that were merged into it are not shown: their number is nobody's
        business.
        """
        filed: ReportContent | None = None
        own: OpenReport | None = None
        for report in await self._reports.of_case(one.row.id):
            opened = self._files.opened(report)
            content = self._files.content(opened) if opened else None
            if content is not None and content.case == one.case.id:
                filed, own = content, opened
        if own is None:
            return None, ()
        midnight = seconds(self._midnight())
        steps = await self._steps.of_report(own.row.id)
        added = [step for step in steps if step.kind == "supplemented"]
        said = [self._files.step(one, own).params for one in added if one.at < midnight]
        return filed, tuple(words["text"] for words in said if words.get("text"))

    async def _past(self, one: _Read) -> list[Event]:
        """What passed between the hotline and the unit, in words of our own around
        theirs.
        """
        found = []
        again = False
        for step, params in one.steps:
            make = PAST.get(step.kind)
            if make is None:
                continue
            words, said = make(params)
            if step.kind == "assigned":
                words, again = ("专线再次交办" if again else words), True
            pictures = await self._attached(step.id) if step.kind == "answered" else ()
            found.append(
                Event(datetime.fromtimestamp(step.at, UTC), words, said, pictures)
            )
        return found

    async def _attached(self, step: bytes) -> tuple[str, ...]:
        return tuple(media.id.hex() for media in await self._media.of_step(step))

    # ── doing ─────────────────────────────────────────────────────────────────────────

    def _may(self, one: _Read, who: Liaison) -> dict[str, Refusal | None]:
        """Tried out on the case as it is: nothing is written."""
        case = one.case
        if _state(case) not in AT_WORK:
            return {}
        may: dict[str, Refusal | None] = {}
        if not _received(one.steps):
            may["receive"] = None
        if case.wants:
            may["extend"] = Refusal("extension_pending", days=case.wants.days)
        elif case.extended:
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
                self._terms,
                role="liaison",
            )
        except Refusal as refusal:
            return refusal
        return None

    async def receive(self, who: Liaison, alias: str) -> None:
        """The unit has seen it. The clock runs since dispatch all the same. Raises:
        Missing.
        """
        one = await self._of(who, alias)
        if _received(one.steps) or _state(one.case) not in AT_WORK:
            return
        at, staff = seconds(self.now()), who.member.staff
        _, step = self._files.add_step(
            StoryStep("received", public=False), one.row.id, at, staff, {}
        )
        noted = Audit(at, "case.received", one.row.id, bytes.fromhex(staff.id), "{}")
        await self._database.commit([step, noted])

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

        Raises: Missing; Refusal, a sentence for the liaison; Stale; Refusing.
        """
        drafts = [id for id in dict.fromkeys(pictures) if await self._draft(id)]
        one = await self._of(who, alias)
        shown = [
            Media.attach(bytes.fromhex(id), one.row.id, "answered")
            for id in drafts[:PICTURES]
        ]
        try:
            await self._casework.staff.order(
                alias, order, who.member, also=[*shown, *also]
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
        id, until = secrets.token_bytes(16), seconds(self.now() + DRAFT_LASTS)
        sealed = self._files.seal_unit_picture(id, scrubbed.data)
        row = MediaRow(
            id,
            None,
            None,
            until,
            scrubbed.mime,
            scrubbed.width,
            scrubbed.height,
            sealed,
        )
        await self._database.commit([Media.put(row)])
        return id.hex()

    async def picture(
        self, who: Liaison, alias: str, id: str
    ) -> tuple[bytes, str] | None:
        """(bytes, mime) of a picture of the unit's own answer, sent or not. Raises:
        Missing.
        """
        one = await self._of(who, alias)
        row = await self._draft(id)
        if row is None:
            sent = [
                pictures
                for event in await self._past(one)
                for pictures in event.pictures
            ]
            row = await self._media.get(bytes.fromhex(id)) if id in sent else None
        return (self._files.unit_picture(row), row.mime) if row else None

    async def _draft(self, id: str) -> MediaRow | None:
        """Only who was given the id knows it: 128 random bits. A reporter's picture is
        sealed otherwise.
        """
        row = await self._media.get(bytes.fromhex(id))
        if (
            row is None
            or row.expires is None
            or row.report_id
            or row.expires <= seconds(self.now())
        ):
            return None
        try:
            self._files.unit_picture(row)
        except Unsealable:
            return None
        return row


# ── small parts ───────────────────────────────────────────────────────────────────────

PAST: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "assigned": lambda params: ("专线转办", ""),
    "whistled": lambda params: ("专线转办（吹哨升级）", ""),
    "received": lambda params: ("本单位签收", ""),
    "arrived": lambda params: ("本单位到场或上线", params.get("text", "")),
    "answered": lambda params: ("本单位答复", params.get("text", "")),
    "returned": lambda params: (
        "本单位退回",
        _both(params.get("rule"), params.get("text")),
    ),
    "return_refused": lambda params: ("专线没有同意退回", params.get("text", "")),
    "extension_asked": lambda params: (
        f"本单位申请延期{params['days']}个工作日",
        params.get("text", ""),
    ),
    "extended": lambda params: (f"专线同意延期{params['days']}个工作日", ""),
    "extension_refused": lambda params: ("专线没有同意延期", params.get("text", "")),
    "urged": lambda params: ("专线催办", ""),
    "supervised": lambda params: ("专线督办", params.get("text", "")),
    "escalated": lambda params: ("专线提级督办", ""),
    "circulated": lambda params: ("专线提出通报", ""),
    "found": lambda params: (
        f"专线核实：{FINDINGS.get(params.get('finding', ''), '')}",
        "",
    ),
    "rectifying": lambda params: ("开始整改", params.get("text", "")),
    "closed": lambda params: ("专线办结", ""),
}  # what is not here is not shown


def _both(rule: str | None, reason: str | None) -> str:
    return "\n".join(filter(None, [f"依据：{rule}" if rule else "", reason]))


def _of_unit(
    steps: Sequence[tuple[StepRow, Mapping[str, Any]]], unit: str | None
) -> list[tuple[StepRow, Mapping[str, Any]]]:
    """Those from the times when this unit had the case: what another wrote before is
    none of its business.

    unit: its name; None for the one that had it last.
    """
    given = [
        params.get("unit")
        for step, params in steps
        if step.kind in ("assigned", "whistled")
    ]
    found, has, unit = [], False, unit or next(reversed(given), None)
    for step, params in steps:
        if step.kind in ("assigned", "whistled"):
            has = params.get("unit") == unit
        elif step.kind == "reopened":
            has = False
        if has:
            found.append((step, params))
    return found


def _given(steps: Sequence[tuple[StepRow, Mapping[str, Any]]]) -> datetime:
    """When the unit was given the case the last time."""
    times = [step.at for step, _ in steps if step.kind in ("assigned", "whistled")]
    return datetime.fromtimestamp(max(times, default=0), UTC)


def _received(steps: Sequence[tuple[StepRow, Mapping[str, Any]]]) -> bool:
    """Since it was given to the unit the last time."""
    kinds = [
        step.kind
        for step, _ in steps
        if step.kind in ("assigned", "whistled", "received")
    ]
    return kinds[-1:] == ["received"]


def _state(case: Case) -> State:
    """Whether somebody is being asked, or has it reopened, is between the hotline and
    them.
    """
    if case.had:
        return State.CLOSED
    return (
        case.asked_in if case.state is State.WAITING and case.asked_in else case.state
    )


def _newest(rows: Sequence[Row]) -> list[Row]:
    """By acceptance: the order of changes would tell who rated, and when."""
    return sorted(rows, key=lambda row: row.serial or "", reverse=True)[:SHOWN_DONE]


def _due(item: Item) -> datetime | None:
    return item.first.due if item.first else None
