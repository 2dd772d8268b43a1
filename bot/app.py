"""Joins the parts. It alone knows them all; every part is handed what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anonymizer.keyring import Keyring, KeyringError, KeyringMissing
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.alerts import NoAlerts
from bot.cases.casework import Casework
from bot.cases.conflict import ConflictRule
from bot.cases.followups import FollowupRounds
from bot.cases.pushes import Jitter, random_jitter
from bot.cases.retention import Retention
from bot.channels.messenger import Messenger, ReporterDoor
from bot.channels.port import Channel
from bot.desk.alerts import MessengerAlerts
from bot.desk.liaison import LiaisonDesk
from bot.drafts import DueDrafts
from bot.hotline import Hotline
from bot.keys import Keys
from bot.lookups import Lookups
from bot.messengers import MESSENGERS
from bot.ops.terms import terms_of
from bot.ops.trouble import told
from bot.outbox.messages import OutboxMessages
from bot.outbox.sender import Sender
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.program import Program
from bot.reports.bulletins import Bulletins
from bot.reports.digest import Visible
from bot.reports.press import Press
from bot.resources import Resources
from bot.settings import OperatorError, Settings
from bot.sweeps import EVERYWHERE, Sweeps
from dialogs import amend, report, status
from dialogs.case.roles import HOTLINE
from scheduler.bell import Bell, Job, every
from storage.port import StorageError
from storage.sqlite import SQLiteDatabase

# imported so that they are known
DIALOGS = (report.REPORT, status.STATUS, amend.edited)
CASES_EVERY = 2  # seconds between two looks for what cases owe
Make = Callable[[Resources], Sequence[Channel]]


def channels_of(messengers: Sequence[Messenger[Any, Program]]) -> Make:
    """Channels of those that the settings turn on; only they are imported."""

    def make(resources: Resources) -> list[Channel]:
        return [
            one.channel(resources)
            for one in messengers
            if one.is_set_up(resources.settings)
        ]

    return make


def database_file(settings: Settings) -> Path:
    return settings.data_dir / "jianfu.db"


def shred_file(keyring: Path) -> Path:
    return keyring.with_name(f"{keyring.stem}.shredded")


def clock() -> datetime:
    return datetime.now(UTC)


def open_keyring(settings: Settings, create: bool = False) -> Keyring:
    """The keyring from the environment or its file; `create`: make one where none is
    and no data either.
    """
    try:
        if settings.keyring_json is not None:
            return Keyring.from_json(settings.keyring_json.get_secret_value())
        try:
            return Keyring.load(settings.keyring)
        except KeyringMissing:
            if not create:
                raise
            if database_file(settings).exists():
                raise OperatorError(
                    f"数据库 {database_file(settings)} 在，钥匙环 {settings.keyring} "
                    "不在：请从备份放回钥匙环"
                ) from None
            return Keyring.create(settings.keyring)
    except KeyringError as error:
        raise told("钥匙环用不了：", settings.keyring, error) from None


@asynccontextmanager
async def opened(
    settings: Settings,
    make: Make,
    now: Callable[[], datetime] = clock,
    lot: Jitter = random_jitter,
    messengers: Sequence[Messenger[Any, Program]] = MESSENGERS,
) -> AsyncIterator[Program]:
    """The whole program on one database, channels made by `make`; nothing listens or
    rings yet.

    messengers: those that are registered, open or not: their rows are swept.
    Raises: OperatorError, naming the remedy.
    """
    keyring = open_keyring(settings, create=True)
    journal = ShredJournal(shred_file(settings.keyring), keyring)
    try:
        database = await SQLiteDatabase.open(database_file(settings))
    except StorageError as error:
        raise told("打不开数据库", database_file(settings), error) from None
    try:
        resources = Resources(settings, database, Keys.of(keyring), journal, now)
        program = join(resources, make, lot, messengers)
        try:
            yield program
        finally:
            await program.hotline.finish()
    finally:
        await database.close()


def join(
    resources: Resources,
    make: Make,
    lot: Jitter = random_jitter,
    messengers: Sequence[Messenger[Any, Program]] = MESSENGERS,
) -> Program:
    """Every part, handed what it needs: people, cases, the way out, the way in, what
    rings.
    """
    settings = resources.settings
    database = resources.database
    keys = resources.keys
    now = resources.now
    sweeps = [*EVERYWHERE, *(sweep for one in messengers for sweep in one.sweeps)]
    set_up = [one for one in messengers if one.is_set_up(settings)]
    post = OutboxMessages(keys.outbox)

    roster = Roster(database, keys, now)
    register = UnitRegister(database, keys, now)
    conflict = ConflictRule(database, keys, register)

    staff_channels = frozenset(one.name for one in set_up if one.reaches_staff)
    staff_chat = _staff_chat(set_up, settings)
    alerts = MessengerAlerts(
        database,
        post,
        roster,
        conflict,
        channels=staff_channels,
        group=staff_chat,
        now=now,
    )
    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=resources.journal,
        outbox=post,
        register=register,
        alerts=alerts if staff_channels else NoAlerts(),
        terms=terms_of(settings),
        now=now,
        jitter=lot,
    )
    rounds = FollowupRounds(database, casework.writer, casework.addresses)
    retention = Retention(database, casework.writer, casework.addresses, sweeps)
    desk = LiaisonDesk(
        database, keys, casework, roster=roster, register=register, now=now
    )

    channels = {channel.name: channel for channel in make(resources)}
    sender = Sender(
        database,
        post,
        channels,
        now,
        gone=casework.addresses.forget_address,
        refused=casework.reporters.undelivered,
        quiet=settings.quiet_hours.hold,
    )
    hotline = Hotline(
        database,
        keys,
        casework,
        lookups=Lookups(casework, settings, now),
        post=post,
        sender=sender,
        channels=channels,
        settings=settings,
    )
    reporters = ReporterDoor(
        hear=hotline.hear,
        settle=sender.settle,
        picture=hotline.picture,
        leave=hotline.leave,
        when_delivered=sender.when_delivered,
    )

    drafts = DueDrafts(database, hotline.ring)
    jobs = [
        Job(name="rounds", trigger=every(seconds=CASES_EVERY), run=rounds.run),
        Job(name="drafts", trigger=every(minutes=1), run=drafts.run),
        Job(name="sweep", trigger=every(hours=1), run=Sweeps(database, sweeps).run),
        Job(name="retention", trigger=every(days=1), run=retention.daily),
    ]
    if staff_chat is not None:
        press = Press(
            database,
            register.directory,
            casework.terms.rules,
            now,
            readers(roster, conflict),
        )
        bulletins = Bulletins(
            database,
            post=post,
            make=press.message,
            to=staff_chat,
            settings=settings,
            hand=sender.post,
        )
        jobs.append(Job(name="reports", trigger=every(minutes=1), run=bulletins.run))

    return Program(
        resources=resources,
        messengers=messengers,
        channels=channels,
        reporters=reporters,
        hotline=hotline,
        post=post,
        sender=sender,
        roster=roster,
        register=register,
        conflict=conflict,
        casework=casework,
        rounds=rounds,
        retention=retention,
        desk=desk,
        bell=Bell(jobs, now, settings.timezone),
    )


def _staff_chat(
    messengers: Sequence[Messenger[Any, Program]], settings: Settings
) -> Address | None:
    """Where digests and reports go; where there is none, `jianfu report` shows them."""
    found = [one.staff_chat(settings) for one in messengers]
    return next((chat for chat in found if chat is not None), None)


def readers(roster: Roster, sight: ConflictRule) -> Visible:
    """A case is named in the digest only if all who work at the hotline may
    know of it.
    """

    async def visible(case: bytes) -> bool:
        everyone = await roster.list()
        staff = [one for one in everyone if one.active and one.role in HOTLINE]
        return await sight.open_to(staff, case)

    return visible
