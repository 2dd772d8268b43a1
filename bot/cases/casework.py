"""Cases from both sides: reporters file, add, rate, are forgotten; staff order. Joins
storage, keys, rules.

Reads are awaited; what a reporter's action changes comes back as writes for the turn's
one commit. An order of staff is its own commit, guarded by the case's version.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from anonymizer import receipts
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.addresses import OpenReport, ReplyAddresses
from bot.cases.alerts import Alerts, NoAlerts
from bot.cases.aliases import meant, new_alias
from bot.cases.conflict import ConflictRule
from bot.cases.pushes import Jitter, Pushes, random_jitter
from bot.cases.reading import CaseReadModel
from bot.cases.sealing import CaseSealer, corpus, utc
from bot.cases.writing import (
    ALERT,
    CaseWriter,
    Changes,
    LoadedCase,
    audit,
    owing,
    whole,
)
from bot.hours import seconds, whole_hour
from bot.keys import Keys
from bot.outbox.messages import OutboxMessages
from bot.people.register import UnitRegister
from bot.people.roster import Member
from bot.settings import Settings
from dialogs.case.deciding import decide
from dialogs.case.figures import rated
from dialogs.case.life import Case, Refusal, Staff
from dialogs.case.orders import Assign, Decision, Entry, Merge, Order, Whistle
from dialogs.case.reactions import Reaction, filed, react
from dialogs.case.roles import ROLES, Role, may, who_may
from dialogs.case.story import Filed, Rating, Story, is_asked, is_rated, tell, visible
from dialogs.case.worktime import Terms
from dialogs.texts import text
from dialogs.words import (
    WISHES,
    CaseAction,
    File,
    Forget,
    Hush,
    MyCase,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Wish,
)
from storage.port import Audit, Database, Stale, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.media import Media
from storage.repositories.outbox import Outbox
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.search import Search
from storage.repositories.steps import Notes, RatingRow, Ratings, StepRow, Steps

TRIES = 5  # of an order that others were faster than
HOTLINE = Staff("0" * 32, "专线")  # who writes what no person wrote
KEPT = (
    "text",
    "category",
    "also",
    "kind",
    "unit",
    "unit_level",
    "place",
    "when",
    "counts",
    "signpost",
    "lang",
)
NEWS = (Supplement, Reopen, Rebound)  # what of a reporter's doing staff are told of


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What the talk drew at its birth. report, stream: 16 random bytes; key: 32, the
    report's data key.
    """

    report: bytes
    key: bytes
    stream: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """An order was carried out. told: how many reporters will hear of it."""

    case: Case
    told: int


class Casework:
    """All that changes a case."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        post: OutboxMessages,
        settings: Settings,
        shred_journal: ShredJournal,
        now: Callable[[], datetime],
        terms: Terms,
        alerts: Alerts | None = None,
        register: UnitRegister | None = None,
        lot: Jitter = random_jitter,
    ) -> None:
        """register: of units; without it units are names only."""
        self._lot = lot
        self._database, self._keys, self._settings, self._now = (
            database,
            keys,
            settings,
            now,
        )
        self._register = register
        self._files = CaseSealer(keys)
        self.way = ReplyAddresses(database, keys, self._files, shred_journal)
        pushes = Pushes(
            database, self._files, post, settings, now, keys.pseudonyms.handle, lot
        )
        self.record = CaseWriter(
            database, self._files, pushes, alerts or NoAlerts(), terms
        )
        self._cases, self._reports = Cases(database), Reports(database)
        self._steps, self._ratings = Steps(database), Ratings(database)
        self._media, self._search = Media(database), Search(database)
        self.zone = ZoneInfo(settings.timezone)
        self.sight = ConflictRule(database, keys, register) if register else None
        self.book = CaseReadModel(database, self._files, keys.search, self.sight)

    # ── reporters: writes for the turn's commit ───────────────────────────────────────

    async def act(
        self,
        action: CaseAction,
        draft: Draft,
        to: Address | None,
        *,
        lasting: bool = True,
    ) -> Changes:
        """What a reporter's action changes.

        draft: of the talk it was said in (its key seals the pictures). to: the chat.
        lasting: it will still be this person's tomorrow.
        Raises: KeyringError, if forgetting cannot be noted: then nothing is forgotten.
        """
        if isinstance(action, File):
            return await self._file(
                action, draft, to if action.follow == "here" else None, lasting
            )
        return await self._react(action, draft)

    async def _file(
        self, action: File, draft: Draft, to: Address | None, lasting: bool
    ) -> Changes:
        """The draft's key becomes the report's own; the case knows only what staff may
        keep without it.
        """
        hour, id = whole_hour(action.at), secrets.token_bytes(16)
        search_id, tag = await asyncio.gather(
            self._search.free_search_id(), self.way.next_tag(to if lasting else None)
        )
        content = _content(action, id)
        report = ReportRow(
            id=draft.report,
            case_id=id,
            version=1,
            wrapped_key=self._files.wrap(draft.key, draft.report),
            receipt=receipts.fingerprint(action.receipt, self._keys.receipt),
            mine=tag,
            stream=draft.stream,
            address=self._files.seal_address(to, draft.key, draft.report)
            if to
            else None,
            filed_hour=hour,
            search_id=search_id,
            sealed=self._files.seal_content(content, draft.key, draft.report),
        )
        case = filed(
            id.hex(), new_alias(), draft.report.hex(), action, self.record.terms
        )
        return [
            *self.record.opening(
                _opened(id, case, hour),
                case,
                self._news_at(case, action.at, draft.report),
            ),
            Reports.file(report),
            *(
                Media.keep(bytes.fromhex(picture), draft.report)
                for picture in action.pictures
            ),
            Search.index(search_id, self._keys.search.tokens(corpus(content, ()))),
            Audit(hour, "report.filed", id, None, "{}"),
        ]

    def _news_at(self, case: Case, at: datetime, report: bytes) -> int:
        """When staff hear of what a reporter did: at once if urgent, else as late as
        the lot says.
        """
        if case.urgent:
            return whole_hour(at)
        return seconds(at) + self._lot(
            self._settings.push_delay_minutes * 60 + 1, report
        )

    async def _react(self, action: Reaction, draft: Draft) -> Changes:
        opened = await self.way.open(bytes.fromhex(action.report))
        if opened is None:  # forgotten meanwhile, from another chat
            return [
                Media.drop(bytes.fromhex(id)) for id in getattr(action, "pictures", ())
            ]
        if isinstance(action, Hush):
            return [
                *await self.way.unlink(opened),
                Outbox.drop_stream(opened.row.stream),
            ]
        if isinstance(action, Wish):
            return [self._wished(action, opened)]
        case, own, rating = await asyncio.gather(
            self.record.by_id(opened.row.case_id),
            self._steps.of_report(opened.row.id),
            self._ratings.of_report(opened.row.id),
        )
        told = [self._files.told(step, opened.key) for step in own]
        asked = is_asked(told, action.report)
        rated_since = is_rated(told, action.report, case.case.closed)
        decision = react(
            case.case, action, self.record.terms, asked=asked, rated=rated_since
        )
        return [
            *await self._of_report(action, opened, own, rating, case, rated_since),
            *await self._reacted(action, decision, case, opened, draft),
        ]

    def _wished(self, action: Wish, opened: OpenReport) -> Write:
        content, row = self._files.content(opened.row, opened.key), opened.row
        content["wishes"] = {**content.get("wishes", {}), **action.wishes}
        sealed = self._files.seal_content(content, opened.key, row.id)
        return Reports.change(
            replace(row, version=row.version + 1, sealed=sealed), row.version
        )

    async def _of_report(
        self,
        action: Reaction,
        opened: OpenReport,
        own: Sequence[StepRow],
        rating: RatingRow | None,
        case: LoadedCase,
        rated_since: bool,
    ) -> list[Write]:
        """What changes in the report's own rows; its version guards them all."""
        match action:
            case Supplement(text=text) if text:
                return [_touched(opened.row), *self._reindexed(opened, own, text)]
            case Rate():
                rating = (
                    rating if rated_since else None
                )  # of a closing before: a new round begins
                was = (
                    (_flag(rating.solved), _flag(rating.satisfied))
                    if rating
                    else (None, None)
                )
                found = rated(was, action, asked=self._called_back(case.case, opened))
                figures = self.record.of_unit(case.case, found, whole_hour(action.at))
                return [
                    _touched(opened.row),
                    Ratings.put(self._rating(action, opened, rating)),
                    *figures,
                ]
            case Forget():
                return await self.way.shred(opened, own)
            case _:
                return [_touched(opened.row)]

    def _called_back(self, case: Case, opened: OpenReport) -> bool:
        """As far as is known: who has no address now, or wishes no such question, was
        not asked.
        """
        wished = self.way.wishes(opened).get("callback", WISHES["callback"])
        return bool(case.called_back and wished and opened.row.address is not None)

    async def _reacted(
        self,
        action: Reaction,
        decision: Decision,
        case: LoadedCase,
        opened: OpenReport,
        draft: Draft,
    ) -> Changes:
        """The case moved, its story longer, other reporters told; all of it no finer
        than the hour.
        """
        hour = whole_hour(action.at)
        keys = {opened.row.id.hex(): opened.key}
        steps: list[Write] = []
        for entry in decision.entries:
            step, write = self._files.add_step(entry, case.row.id, hour, None, keys)
            steps.append(write)
            if isinstance(action, Supplement):
                steps += await self._pictures(action, opened, draft, step)
        if isinstance(action, NEWS) and ALERT not in case.owed:
            owed = owing(decision.case, self.record.terms) | {
                ALERT: self._news_at(case.case, action.at, opened.row.id)
            }
            return await self.record.changes(case, decision, hour, None, steps, owed)
        return await self.record.changes(case, decision, hour, None, steps)

    async def _pictures(
        self, action: Supplement, opened: OpenReport, draft: Draft, step: bytes
    ) -> list[Write]:
        found = await asyncio.gather(
            *(self._media.get(bytes.fromhex(id)) for id in action.pictures)
        )
        rows = [row for row in found if row is not None]
        return self._files.hand_over(rows, draft.key, opened.key, opened.row.id, step)

    def _rating(
        self, action: Rate, opened: OpenReport, was: RatingRow | None
    ) -> RatingRow:
        """One tap, one answer: what is not said this time stays as it was."""
        report = opened.row.id
        was = was or RatingRow(report, None, None, None)
        return RatingRow(
            report,
            was.solved if action.solved is None else int(action.solved),
            was.satisfied if action.satisfied is None else int(action.satisfied),
            was.sealed
            if action.word is None
            else self._files.seal_word(action.word, opened.key, report),
        )

    def _reindexed(
        self, opened: OpenReport, own: Sequence[StepRow], more: str
    ) -> list[Write]:
        """The index forgets the old words and learns old and new: it keeps no list that
        could be added to.
        """
        before, id = self.way.corpus(opened, own), opened.row.search_id
        return [
            *Search.forget(id, self._keys.search.tokens(before)),
            Search.index(id, self._keys.search.tokens(f"{before}\n{more}")),
        ]

    # ── the way back to a reporter ────────────────────────────────────────────────────

    async def forget_address(
        self, stream: bytes, to: Address | None = None
    ) -> list[Write]:
        """The chat of this stream, or this chat, is gone."""
        return await self.way.forget_address(stream, to)

    async def undelivered(
        self, stream: bytes, to: Address | None = None
    ) -> list[Write]:
        """A message of this stream was refused for good: an internal note
        tells staff.
        """
        opened = await self.way.of_stream(stream)
        if opened is None:
            return []
        words = "有一条给反映人的消息平台不收，没有送到。反映人凭回执码仍能看到进展。"
        return [
            Notes.add(
                self._files.note(
                    opened.row.case_id, seconds(self._now()), HOTLINE, words
                )
            )
        ]

    # ── what reporters read ───────────────────────────────────────────────────────────

    async def report_of(self, receipt: str) -> bytes | None:
        """The report behind a receipt, forgotten or not; None if there is none. Raises:
        MalformedReceipt.
        """
        row = await self._reports.by_receipt(
            receipts.fingerprint(receipt, self._keys.receipt)
        )
        return row.id if row else None

    async def mine(self, to: Address) -> tuple[MyCase, ...]:
        """The reports that this chat filed and may open without a receipt, newest
        first.
        """
        rows = await self.way.chain(to)
        cases = await asyncio.gather(*(self._cases.by_id(row.case_id) for row in rows))
        found = []
        for row, case in sorted(
            zip(rows[::-1], cases[::-1], strict=True),
            key=lambda pair: -pair[0].filed_hour,
        ):
            key = self._files.key(row)
            if key is not None and case is not None:
                category = self._files.content(row, key)["category"]
                found.append(
                    MyCase(
                        row.id.hex(), category, case.state, self._day(row.filed_hour)
                    )
                )
        return tuple(found)

    async def by_handle(self, handle: str, to: Address) -> str | None:
        """The report (hex) that a push to this chat was about, as long as it is told
        there.
        """
        opened = await self.way.of_handle(handle, to)
        return opened.row.id.hex() if opened else None

    def _day(self, at: int) -> str:
        day = utc(at).astimezone(self.zone)
        return text("zh", "at.day", {"month": day.month, "day": day.day})

    async def story(self, report: bytes) -> Story | None:
        """As its reporter may read it; None once forgotten. Raises: Unsealable."""
        opened = await self.way.open(report)
        if opened is None:
            return None
        content = self._files.content(opened.row, opened.key)
        rating, chain = await asyncio.gather(
            self._ratings.of_report(report),
            self._merged_along(bytes.fromhex(content["case"])),
        )
        mine = Filed(
            report.hex(),
            content["category"],
            utc(opened.row.filed_hour),
            opened.row.address is not None,
            Rating(_flag(rating.solved), _flag(rating.satisfied)) if rating else None,
            content.get("wishes", {}),
        )
        told = [
            self._files.told(step, opened.key)
            for _, steps in chain
            for step in steps
            if visible(
                step.public,
                step.report_id.hex() if step.report_id else None,
                mine.report,
            )
        ]
        case = (await self.record.load(chain[-1][0])).case
        return tell(case, mine, told, self._now(), self.record.terms)

    async def _merged_along(self, case: bytes) -> list[tuple[CaseRow, list[StepRow]]]:
        """The case, and those it was merged into, one after the other."""
        chain: list[tuple[CaseRow, list[StepRow]]] = []
        following: bytes | None = case
        while following is not None:
            row, steps = await asyncio.gather(
                self._cases.by_id(following), self._steps.of_case(following)
            )
            assert row is not None  # a foreign key
            chain.append((row, steps))
            following = row.merged_into
        return chain

    # ── staff ─────────────────────────────────────────────────────────────────────────

    def staff(self, name: str) -> Staff:
        """Who works under this name, by a keyed digest."""
        return Staff(self._keys.pseudonyms.staff_digest("name", name)[:16].hex(), name)

    async def find(self, name: str, who: Member | None = None) -> CaseRow:
        """A case by alias, by its code alone, or by serial.

        who: asks; what is kept from them there is not. None: who has the machine in
        hand.
        Raises: Refusal, if it is none or several.
        """
        found = [
            row
            for row in await asyncio.gather(
                *(self._cases.find(one) for one in meant(name))
            )
            if row
        ]
        if who is not None and self.sight is not None:
            found = await self.sight.visible(who, found)
        if len(found) > 1:
            raise Refusal(
                f"“{name}”有几件：{'、'.join(row.alias for row in found)}。请写全代号。"
            )
        if not found:
            raise _unknown(name)
        return found[0]

    async def order(
        self,
        name: str,
        order: Order,
        by: Member | str,
        role: Role = "operator",
        unit: str | None = None,
        also: Sequence[Write] = (),
    ) -> Outcome:
        """Carry out what `by` orders for a case, and push to its reporters, late enough
        to tell nothing.

        by: a member of the roster, or the name of who has the machine in hand, in this
        role.
        unit: a liaison's own (hex), which must have the case; also: rows that go with
        it, in the same commit.
        Raises: Refusal, a sentence for staff; Stale, when others were faster five
        times; Refusing.
        """
        who = by if isinstance(by, Member) else None
        if who is not None:
            role, unit = who.role, who.unit
        if not may(role, order):
            raise Refusal(f"{ROLES[role]}不能办这一步，请找{who_may(order)}。")
        staff = by.staff if isinstance(by, Member) else self.staff(by)
        for _ in range(TRIES):
            row = await self.find(name, who)
            case = await self.record.load(row)
            if role == "liaison" and (unit is None or case.case.unit_id != unit):
                raise _unknown(
                    name
                )  # a unit does not learn of cases that are not its own
            other = (
                await self.find(order.into, who) if isinstance(order, Merge) else None
            )
            into = await self.record.load(other) if other else None
            at = whole(self._now())
            meant, unit_id = await self._resolved(order, case.case)
            decision = decide(
                case.case,
                meant,
                staff,
                at,
                self.record.terms,
                into.case if into else None,
                role,
                unit_id,
            )
            try:
                changes = await self._ordered(decision, case, into, staff, seconds(at))
                await self._database.commit([*changes, *also])
            except Stale:
                continue
            serial = (
                (await self.find(row.alias)).serial if decision.serial else row.serial
            )
            return Outcome(
                replace(decision.case, serial=serial), _reached(decision, case.reports)
            )
        raise Stale("five times")

    async def _resolved(self, order: Order, case: Case) -> tuple[Order, str | None]:
        """The order with the unit's registered name, and its id; a unit not registered
        stays as written.
        """
        if self._register is None or not isinstance(order, Assign | Whistle):
            return order, None
        directory = await self._register.directory()
        if isinstance(order, Whistle) and not order.unit.strip():
            unit = directory.parent_of(case.unit_id) if case.unit_id else None
        else:
            unit = directory.find(order.unit)
        if unit is None:
            return order, None
        if isinstance(order, Assign):
            return replace(
                order, unit=unit.name, level=order.level or unit.level
            ), unit.id
        return replace(order, unit=unit.name), unit.id

    async def _ordered(
        self,
        decision: Decision,
        case: LoadedCase,
        into: LoadedCase | None,
        by: Staff,
        at: int,
    ) -> Changes:
        if decision.note is not None:
            return [
                Notes.add(self._files.note(case.row.id, at, by, decision.note)),
                audit(decision, case.row.id, at, by),
            ]
        steps = self.record.steps(case, decision, at, by)
        changes = await self.record.changes(case, decision, at, by, steps)
        if into is not None and decision.into is not None:
            absorbed = Decision(
                decision.into,
                (Entry("absorbed", {"text": case.row.alias}, public=False),),
                audit=("case.absorb", {}),
            )
            steps = self.record.steps(into, absorbed, at, by)
            changes += await self.record.changes(into, absorbed, at, by, steps)
            changes += [
                Reports.move_to_case(report.id, into.row.id) for report in case.reports
            ]
        return changes


def _unknown(name: str) -> Refusal:
    """There is no such case, or it is kept from who asks: nobody can tell which."""
    return Refusal(
        f"没有“{name}”这件工单。请写代号（如 白鹭-K7QM 或 K7QM）或编号（如 "
        "JF2026-000123）。"
    )


def _content(action: File, case: bytes) -> dict[str, object]:
    """What only the report's key opens; `case`: where it was filed, which a later merge
    does not change.
    """
    kept = {name: getattr(action, name) for name in KEPT}
    return {"case": case.hex()} | {name: value for name, value in kept.items() if value}


def _opened(id: bytes, case: Case, hour: int) -> CaseRow:
    return CaseRow(
        id=id,
        version=1,
        alias=case.alias,
        serial=None,
        state=case.state.value,
        category=case.category,
        urgent=case.urgent,
        level=None,
        opened_hour=hour,
        changed_at=hour,
        due_at=seconds(case.due) if case.due else None,
        merged_into=None,
        claimed_by=None,
        sealed=b"",
    )


def _touched(row: ReportRow) -> Write:
    """Somebody else may have changed the report meanwhile: then this turn is decided
    again.
    """
    return Reports.change(replace(row, version=row.version + 1), row.version)


def _reached(decision: Decision, reports: Sequence[ReportRow]) -> int:
    reached = {report.id.hex() for report in reports if report.address is not None}
    return sum(report in reached for report, _ in decision.pushes)


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
