"""Cases from both sides: reporters file, add, rate, are forgotten; staff order. Joins storage, keys, rules.

Reads are awaited; what a reporter's action changes comes back as writes for the turn's one commit. An order
of staff is its own commit, guarded by the case's version.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from anonymizer import receipts
from anonymizer.shred import ShredJournal
from bot.aliases import meant, new_alias
from bot.casebook import Casebook
from bot.casefile import CaseFiles, corpus, utc
from bot.channels.port import Address
from bot.hours import outside_quiet, seconds, whole_hour
from bot.keys import Keys
from bot.post import Post
from bot.settings import Settings
from dialogs.case.life import Case, Refusal, Staff, State, accepted_until
from dialogs.case.orders import Decision, Entry, Merge, Order, decide, react
from dialogs.case.story import Filed, Rating, Story, is_asked, tell, visible
from dialogs.texts import text
from dialogs.words import CaseAction, File, Forget, Hush, Message, MyCase, Rate, Reopen, Supplement
from storage.port import Audit, Database, Stale, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.counts import Counts
from storage.repositories.media import Media
from storage.repositories.outbox import Outbox
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.search import Search
from storage.repositories.steps import Notes, RatingRow, Ratings, StepRow, Steps

TRIES = 5  # of an order that others were faster than
COUNTED = {"accepted", "declined", "closed", "reopened", "merged"}  # kinds of steps in the month figures
HOTLINE = Staff("0" * 32, "专线")  # who writes what no person wrote
KEPT = ("text", "category", "also", "kind", "unit", "unit_level", "place", "when", "counts", "signpost",
        "lang")  # fmt: skip

Changes = list[Write | Audit]
Reaction = Supplement | Rate | Reopen | Forget | Hush


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What the talk drew at its birth. report, stream: 16 random bytes; key: 32, the report's data key."""

    report: bytes
    key: bytes
    stream: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """An order was carried out. told: how many reporters will hear of it."""

    case: Case
    told: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A report with its key."""

    row: ReportRow
    key: bytes


class Casework:
    """All that changes a case."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        post: Post,
        settings: Settings,
        shred_journal: ShredJournal,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._keys, self._post, self._settings = database, keys, post, settings
        self._journal, self._now = shred_journal, now
        self._files = CaseFiles(keys)
        self._cases, self._reports = Cases(database), Reports(database)
        self._steps, self._ratings = Steps(database), Ratings(database)
        self._media, self._search = Media(database), Search(database)
        self.zone = ZoneInfo(settings.timezone)
        self.book = Casebook(database, self._files, keys.search)

    # ── reporters: writes for the turn's commit ──────────────────────────────────────────────

    async def act(
        self, action: CaseAction, draft: Draft, to: Address | None, *, lasting: bool = True
    ) -> Changes:
        """What a reporter's action changes.

        draft: of the talk it was said in (its key seals the pictures). to: the chat. lasting: it will still
        be this person's tomorrow.
        Raises: KeyringError, if forgetting cannot be noted: then nothing is forgotten.
        """
        if isinstance(action, File):
            return await self._file(action, draft, to if action.follow == "here" else None, lasting)
        return await self._react(action, draft)

    async def _file(self, action: File, draft: Draft, to: Address | None, lasting: bool) -> Changes:
        """The draft's key becomes the report's own; the case knows only what staff may keep without it."""
        hour, case = whole_hour(action.at), secrets.token_bytes(16)
        search_id, tag = await asyncio.gather(
            self._search.free_search_id(), self._next_tag(to if lasting else None)
        )
        content = _content(action, case)
        report = ReportRow(
            id=draft.report,
            case_id=case,
            version=1,
            wrapped_key=self._files.wrap(draft.key, draft.report),
            receipt=receipts.fingerprint(action.receipt, self._keys.receipt),
            mine=tag,
            stream=draft.stream,
            address=self._files.seal_address(to, draft.key, draft.report) if to else None,
            filed_hour=hour,
            search_id=search_id,
            sealed=self._files.seal_content(content, draft.key, draft.report),
        )
        return [
            *Cases.open(_opened(case, action, hour)),
            Reports.file(report),
            *(Media.keep(bytes.fromhex(picture), draft.report) for picture in action.pictures),
            Search.index(search_id, self._keys.search.tokens(corpus(content, ()))),
            Audit(hour, "report.filed", case, None, "{}"),
        ]

    async def _react(self, action: Reaction, draft: Draft) -> Changes:
        opened = await self._open(bytes.fromhex(action.report))
        if opened is None:  # forgotten meanwhile, from another chat
            return [Media.drop(bytes.fromhex(id)) for id in getattr(action, "pictures", ())]
        if isinstance(action, Hush):
            return [*await self._unlink(opened), Outbox.drop_stream(opened.row.stream)]
        row, siblings, own, rated = await asyncio.gather(
            self._cases.by_id(opened.row.case_id),
            self._reports.of_case(opened.row.case_id),
            self._steps.of_report(opened.row.id),
            self._ratings.of_report(opened.row.id),
        )
        assert row is not None  # a foreign key
        case = self._files.case(row, siblings)
        asked = is_asked([self._files.told(step, opened.key) for step in own], action.report)
        decision = react(case, action, asked=asked, rated=rated is not None)
        return [
            *await self._of_report(action, opened, own, rated),
            *await self._record(action, decision, row, siblings, opened, draft),
        ]

    async def _of_report(
        self, action: Reaction, opened: Opened, own: Sequence[StepRow], rated: RatingRow | None
    ) -> list[Write]:
        """What changes in the report's own rows; its version guards them all."""
        match action:
            case Supplement(text=text) if text:
                return [_touched(opened.row), *self._reindexed(opened, own, text)]
            case Rate():
                return [_touched(opened.row), Ratings.put(self._rating(action, opened, rated))]
            case Forget():
                # Journal first: after a crash in between, a restored backup shreds what was asked to be
                # shredded; the other way round it would bring it back. A digest too many does no harm.
                await asyncio.to_thread(self._journal.add, opened.row.id)
                tokens = self._keys.search.tokens(self._corpus(opened, own))
                unlinked = await self._unlink(opened)
                return [
                    *unlinked,
                    *Search.forget(opened.row.search_id, tokens),
                    *Reports.shred(opened.row.id),
                ]
            case _:
                return [_touched(opened.row)]

    async def _record(
        self,
        action: Reaction,
        decision: Decision,
        row: CaseRow,
        siblings: Sequence[ReportRow],
        opened: Opened,
        draft: Draft,
    ) -> Changes:
        """The case moved, its story longer, other reporters told; all of it no finer than the hour."""
        hour = whole_hour(action.at)
        keys = {opened.row.id.hex(): opened.key}
        changes: Changes = [Cases.change(self._files.case_row(row, decision.case, hour), row.version)]
        for entry in decision.entries:
            step, write = self._files.add_step(entry, row.id, hour, None, keys)
            changes.append(write)
            if isinstance(action, Supplement):
                changes += await self._pictures(action, opened, draft, step)
        changes += self._figures(decision, row, hour)
        changes += self._pushes(decision, siblings)
        return [*changes, _audit(decision, row.id, hour, None)]

    async def _pictures(self, action: Supplement, opened: Opened, draft: Draft, step: bytes) -> list[Write]:
        found = await asyncio.gather(*(self._media.get(bytes.fromhex(id)) for id in action.pictures))
        rows = [row for row in found if row is not None]
        return self._files.hand_over(rows, draft.key, opened.key, opened.row.id, step)

    def _rating(self, action: Rate, opened: Opened, was: RatingRow | None) -> RatingRow:
        """One tap, one answer: what is not said this time stays as it was."""
        report = opened.row.id
        was = was or RatingRow(report, None, None, None)
        return RatingRow(
            report,
            was.solved if action.solved is None else int(action.solved),
            was.satisfied if action.satisfied is None else int(action.satisfied),
            was.sealed if action.word is None else self._files.seal_word(action.word, opened.key, report),
        )

    def _corpus(self, opened: Opened, own: Sequence[StepRow]) -> str:
        said = [self._files.step(step, opened.key)[0]["text"] for step in own if step.kind == "supplemented"]
        return corpus(self._files.content(opened.row, opened.key), said)

    def _reindexed(self, opened: Opened, own: Sequence[StepRow], more: str) -> list[Write]:
        """The index forgets the old words and learns old and new: it keeps no list that could be added to."""
        before, id = self._corpus(opened, own), opened.row.search_id
        return [
            *Search.forget(id, self._keys.search.tokens(before)),
            Search.index(id, self._keys.search.tokens(f"{before}\n{more}")),
        ]

    # ── the way back to a reporter ───────────────────────────────────────────────────────────

    async def _chain(self, to: Address) -> list[ReportRow]:
        """All reports that this chat may open, oldest first: by its tags 0, 1, 2 … until one is missing."""
        found: list[ReportRow] = []
        width = 2
        while True:
            numbers = range(len(found), len(found) + width)
            tags = [self._keys.pseudonyms.mine(to.channel, to.key, i) for i in numbers]
            for row in await asyncio.gather(*(self._reports.by_mine(tag) for tag in tags)):
                if row is None:
                    return found
                found.append(row)
            width *= 2

    async def _next_tag(self, to: Address | None) -> bytes | None:
        if to is None:
            return None
        return self._keys.pseudonyms.mine(to.channel, to.key, len(await self._chain(to)))

    async def _unlink(self, opened: Opened) -> list[Write]:
        """No way leads from the report to its chat any more; the chat's last tag closes the gap."""
        row, to = opened.row, self._files.address(opened.row, opened.key)
        writes = [_unlinked(row)]
        if row.mine is not None and to is not None:
            last = (await self._chain(to))[-1]
            if last.id != row.id:
                moved = replace(last, version=last.version + 1, mine=row.mine)
                writes.append(Reports.change(moved, last.version))
        return writes

    async def forget_address(self, stream: bytes) -> list[Write]:
        """The chat of this stream is gone: forget its address in all its reports. The cases go on.

        Nothing is noted at the cases: equal times would tell that one person filed them.
        """
        opened = await self._of_stream(stream)
        to = self._files.address(opened.row, opened.key) if opened else None
        if opened is None or to is None:
            return []
        rows = {row.id: row for row in [opened.row, *await self._chain(to)]}.values()
        return [write for row in rows for write in (_unlinked(row), Outbox.drop_stream(row.stream))]

    async def undelivered(self, stream: bytes) -> list[Write]:
        """A message of this stream was refused for good: an internal note tells staff."""
        opened = await self._of_stream(stream)
        if opened is None:
            return []
        words = "有一条给反映人的消息平台不收，没有送到。反映人凭回执码仍能看到进展。"
        return [Notes.add(self._files.note(opened.row.case_id, seconds(self._now()), HOTLINE, words))]

    async def _of_stream(self, stream: bytes) -> Opened | None:
        row = await self._reports.by_stream(stream)
        return await self._open(row.id) if row else None

    # ── what reporters read ──────────────────────────────────────────────────────────────────

    async def report_of(self, receipt: str) -> bytes | None:
        """The report behind a receipt, forgotten or not; None if there is none. Raises: MalformedReceipt."""
        row = await self._reports.by_receipt(receipts.fingerprint(receipt, self._keys.receipt))
        return row.id if row else None

    async def mine(self, to: Address) -> tuple[MyCase, ...]:
        """The reports that this chat filed and may open without a receipt, newest first."""
        rows = await self._chain(to)
        cases = await asyncio.gather(*(self._cases.by_id(row.case_id) for row in rows))
        found = []
        for row, case in sorted(
            zip(rows[::-1], cases[::-1], strict=True), key=lambda pair: -pair[0].filed_hour
        ):
            key = self._files.key(row)
            if key is not None and case is not None:
                category = self._files.content(row, key)["category"]
                found.append(MyCase(row.id.hex(), category, case.state, self._day(row.filed_hour)))
        return tuple(found)

    def _day(self, at: int) -> str:
        day = utc(at).astimezone(self.zone)
        return text("zh", "at.day", {"month": day.month, "day": day.day})

    async def story(self, report: bytes) -> Story | None:
        """As its reporter may read it; None once forgotten. Raises: Unsealable."""
        opened = await self._open(report)
        if opened is None:
            return None
        content = self._files.content(opened.row, opened.key)
        rating, chain = await asyncio.gather(
            self._ratings.of_report(report), self._merged_along(bytes.fromhex(content["case"]))
        )
        filed = Filed(
            report.hex(),
            content["category"],
            utc(opened.row.filed_hour),
            opened.row.address is not None,
            Rating(_flag(rating.solved), _flag(rating.satisfied)) if rating else None,
        )
        told = [
            self._files.told(step, opened.key)
            for _, steps in chain
            for step in steps
            if visible(step.public, step.report_id.hex() if step.report_id else None, filed.report)
        ]
        return tell(self._files.case(chain[-1][0]), filed, told, self._now(), self.zone)

    async def _merged_along(self, case: bytes) -> list[tuple[CaseRow, list[StepRow]]]:
        """The case, and those it was merged into, one after the other."""
        chain: list[tuple[CaseRow, list[StepRow]]] = []
        following: bytes | None = case
        while following is not None:
            row, steps = await asyncio.gather(self._cases.by_id(following), self._steps.of_case(following))
            assert row is not None  # a foreign key
            chain.append((row, steps))
            following = row.merged_into
        return chain

    async def _open(self, report: bytes) -> Opened | None:
        row = await self._reports.by_id(report)
        key = self._files.key(row)
        return Opened(row, key) if row and key else None

    # ── staff ────────────────────────────────────────────────────────────────────────────────

    def staff(self, name: str) -> Staff:
        """Who works under this name, by a keyed digest."""
        return Staff(self._keys.pseudonyms.staff_digest("name", name)[:16].hex(), name)

    async def find(self, name: str) -> CaseRow:
        """A case by alias, by its code alone, or by serial. Raises: Refusal, if it is none or several."""
        found = [row for row in await asyncio.gather(*(self._cases.find(one) for one in meant(name))) if row]
        if len(found) > 1:
            raise Refusal(f"“{name}”有几件：{'、'.join(row.alias for row in found)}。请写全代号。")
        if not found:
            raise Refusal(
                f"没有“{name}”这件工单。请写代号（如 白鹭-K7QM 或 K7QM）或编号（如 JF2026-000123）。"
            )
        return found[0]

    async def order(self, name: str, order: Order, by: str) -> Outcome:
        """Carry out what `by` orders for a case, and push to its reporters, late enough to tell nothing.

        Raises: Refusal, a sentence for staff; Stale, when others were faster five times; Refusing.
        """
        staff = self.staff(by)
        for _ in range(TRIES):
            row = await self.find(name)
            into = await self.find(order.into) if isinstance(order, Merge) else None
            reports = await self._reports.of_case(row.id)
            at = self._now()
            target = self._files.case(into, await self._reports.of_case(into.id)) if into else None
            decision = decide(self._files.case(row, reports), order, staff, at, target)
            try:
                await self._database.commit(self._ordered(decision, row, into, reports, staff, seconds(at)))
            except Stale:
                continue
            serial = (await self.find(row.alias)).serial if decision.serial else row.serial
            return Outcome(replace(decision.case, serial=serial), self._reachable(decision, reports))
        raise Stale("five times")

    def _ordered(
        self,
        decision: Decision,
        row: CaseRow,
        into: CaseRow | None,
        reports: Sequence[ReportRow],
        by: Staff,
        at: int,
    ) -> Changes:
        changes: Changes = []
        if decision.note is not None:
            return [
                Notes.add(self._files.note(row.id, at, by, decision.note)),
                _audit(decision, row.id, at, by),
            ]
        changes.append(Cases.change(self._files.case_row(row, decision.case, at), row.version))
        if decision.serial:
            changes += Cases.give_serial(row.id, utc(at).astimezone(self.zone).year)
        keys = {report.id.hex(): key for report in reports if (key := self._files.key(report))}
        changes += [self._files.add_step(entry, row.id, at, by, keys)[1] for entry in decision.entries]
        if into is not None and decision.into is not None:
            absorbed = Entry("absorbed", {"text": row.alias}, public=False)
            changes.append(Cases.change(self._files.case_row(into, decision.into, at), into.version))
            changes.append(self._files.add_step(absorbed, into.id, at, by, {})[1])
            changes += [Reports.move_to_case(report.id, into.id) for report in reports]
        changes += self._figures(decision, row, at)
        changes += self._pushes(decision, reports)
        return [*changes, _audit(decision, row.id, at, by)]

    def _figures(self, decision: Decision, row: CaseRow, at: int) -> list[Write]:
        kinds = [entry.kind for entry in decision.entries if entry.kind in COUNTED and entry.report is None]
        return [Counts.add(at, row.category, kind) for kind in kinds]

    def _pushes(self, decision: Decision, reports: Sequence[ReportRow]) -> list[Write]:
        """To those who wished to hear, each at a time of its own."""
        rows = {report.id.hex(): report for report in reports}
        writes = []
        for report, message in decision.pushes:
            row, key = rows[report], self._files.key(rows[report])
            to = self._files.address(row, key) if key else None
            if key and to:
                spoken = _in(message, self._files.content(row, key)["lang"])
                writes.append(self._post.put(self._post.letter(to, spoken, row.stream), self._push_at()))
        return writes

    def _push_at(self) -> int:
        """Up to some minutes late, so that no chat tells by its clock who pressed a key; never at night."""
        spread = self._settings.push_delay_minutes * 60
        first = outside_quiet(self._now(), self._settings)
        return seconds(
            outside_quiet(first + timedelta(seconds=secrets.randbelow(spread + 1)), self._settings)
        )

    def _reachable(self, decision: Decision, reports: Sequence[ReportRow]) -> int:
        reached = {report.id.hex() for report in reports if report.address is not None}
        return sum(report in reached for report, _ in decision.pushes)


def _content(action: File, case: bytes) -> dict[str, object]:
    """What only the report's key opens; `case`: where it was filed, which a later merge does not change."""
    kept = {name: getattr(action, name) for name in KEPT}
    return {"case": case.hex()} | {name: value for name, value in kept.items() if value}


def _opened(case: bytes, action: File, hour: int) -> CaseRow:
    return CaseRow(
        id=case,
        version=1,
        alias=new_alias(),
        serial=None,
        state=State.FILED.value,
        category=action.category,
        urgent=action.urgent,
        level=None,
        opened_hour=hour,
        changed_at=hour,
        due_at=seconds(accepted_until(action.at)),
        merged_into=None,
        claimed_by=None,
        sealed=b"",
    )


def _touched(row: ReportRow) -> Write:
    """Somebody else may have changed the report meanwhile: then this turn is decided again."""
    return Reports.change(replace(row, version=row.version + 1), row.version)


def _unlinked(row: ReportRow) -> Write:
    return Reports.change(replace(row, version=row.version + 1, address=None, mine=None), row.version)


def _audit(decision: Decision, case: bytes, at: int, by: Staff | None) -> Audit:
    kind, content = decision.audit
    return Audit(at, kind, case, bytes.fromhex(by.id) if by else None, json.dumps(content))


def _in(message: Message, lang: str) -> Message:
    return replace(message, lang=lang)


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
