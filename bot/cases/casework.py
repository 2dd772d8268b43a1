"""Casework, joined from its parts: one for each who acts, one for each who reads.

Nothing is decided here: `staff` orders, `reporters` act, `stories` is what reporters
read and `reading` what staff read; the rest is what these share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from anonymizer.shred import ShredJournal
from bot.cases.addresses import ReplyAddresses
from bot.cases.alerts import Alerts
from bot.cases.conflict import ConflictRule
from bot.cases.filing import CaseFiling
from bot.cases.heads import AuditHeads
from bot.cases.holds import HeldReports, HoldRounds
from bot.cases.pushes import Jitter, Pushes, random_jitter
from bot.cases.reading import CaseReadModel
from bot.cases.reporters import ReporterCases
from bot.cases.sealing import CaseSealer
from bot.cases.staff import StaffCases
from bot.cases.stories import ReporterStories
from bot.cases.writing import CaseWriter
from bot.keys import Keys
from bot.outbox.messages import OutboxMessages
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reported import ReportWords
from bot.search.finding import CaseSearch
from bot.search.texts import CaseTexts
from bot.settings import Settings
from dialogs.case.worktime import Terms
from storage.port import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """All that changes, opens or reads a case."""

    reporters: ReporterCases
    stories: ReporterStories
    held: HoldRounds
    heads: AuditHeads
    staff: StaffCases
    reading: CaseReadModel
    search: CaseSearch
    writer: CaseWriter
    addresses: ReplyAddresses
    conflict: ConflictRule
    terms: Terms
    zone: ZoneInfo
    now: Callable[[], datetime]

    @classmethod
    def join(
        cls,
        database: Database,
        *,
        keys: Keys,
        settings: Settings,
        journal: ShredJournal,
        outbox: OutboxMessages,
        register: UnitRegister,
        alerts: Alerts,
        terms: Terms,
        now: Callable[[], datetime],
        jitter: Jitter = random_jitter,
    ) -> Self:
        """alerts: `NoAlerts` where no messenger is set up."""
        files = CaseSealer(keys)
        search = CaseSearch(settings.data_dir, CaseTexts(database, ReportWords(keys)))
        conflict = ConflictRule(database, keys, register)
        addresses = ReplyAddresses(database, keys, files, journal)
        pushes = Pushes(
            database,
            files=files,
            outbox=outbox,
            settings=settings,
            now=now,
            handle=keys.pseudonyms.handle,
            jitter=jitter,
        )
        writer = CaseWriter(database, files, pushes, alerts, terms)
        filing = CaseFiling(
            files=files,
            writer=writer,
            settings=settings,
            jitter=jitter,
        )
        held = HeldReports(
            database,
            files=files,
            addresses=addresses,
            filing=filing,
            pushes=pushes,
            terms=terms,
            jitter=jitter,
        )
        heads = AuditHeads(database, terms.zone, now)
        return cls(
            reporters=ReporterCases(
                database,
                keys=keys,
                files=files,
                addresses=addresses,
                writer=writer,
                filing=filing,
                held=held,
                now=now,
                out_by=pushes.out_by,
            ),
            stories=ReporterStories(
                database,
                keys=keys,
                files=files,
                addresses=addresses,
                writer=writer,
                held=held,
                heads=heads,
                now=now,
            ),
            held=HoldRounds(database, files, held),
            heads=heads,
            staff=StaffCases(
                database,
                keys=keys,
                files=files,
                writer=writer,
                conflict=conflict,
                register=register,
                roster=Roster(database, keys, now),
                now=now,
            ),
            reading=CaseReadModel(database, files, search, conflict=conflict, now=now),
            search=search,
            writer=writer,
            addresses=addresses,
            conflict=conflict,
            terms=terms,
            zone=ZoneInfo(settings.timezone),
            now=now,
        )
