"""Joins the parts. It alone knows them all; every part is handed what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anonymizer.keyring import Keyring, KeyringError, KeyringMissing
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.alerts import Alerts, NoAlerts
from bot.cases.casework import Casework
from bot.cases.conflict import ConflictRule
from bot.cases.followups import FollowupRounds
from bot.cases.pushes import Jitter, random_jitter
from bot.cases.retention import Retention
from bot.channels.port import Channel
from bot.desk.alerts import MessengerAlerts
from bot.desk.liaison import LiaisonDesk
from bot.drafts import DueDrafts
from bot.hotline import Hotline
from bot.keys import Keys
from bot.lookups import Lookups
from bot.ops.terms import terms_of
from bot.ops.trouble import told
from bot.outbox.messages import OutboxMessages
from bot.outbox.sender import Sender
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reports.bulletins import Bulletins
from bot.reports.digest import Visible
from bot.reports.press import Press
from bot.settings import OperatorError, Settings
from bot.sweeps import EVERYWHERE, Sweeps
from dialogs import amend, report, status
from dialogs.case.roles import HOTLINE
from scheduler.bell import Bell, Job, every
from storage.port import StorageError
from storage.repositories.telegram import TelegramChats
from storage.repositories.web import WebBubbles, WebSessions
from storage.sqlite import SQLiteDatabase

# imported so that they are known
DIALOGS = (report.REPORT, status.STATUS, amend.edited)
# rows of messengers whose time is over, whichever of them are set up now
SWEEPS = (
    *EVERYWHERE,
    lambda now: [WebBubbles.sweep(now), WebSessions.sweep(now)],
    lambda now: [TelegramChats.sweep(now)],
)
CASES_EVERY = 2  # seconds between two looks for what cases owe
Make = Callable[["Parts"], Sequence[Channel]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What channels are made from."""

    settings: Settings
    database: SQLiteDatabase
    keys: Keys
    journal: ShredJournal
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The joined program; nothing of it listens or rings yet."""

    parts: Parts
    casework: Casework
    sender: Sender
    hotline: Hotline
    bell: Bell
    channels: dict[str, Channel]
    roster: Roster
    register: UnitRegister
    desk: LiaisonDesk
    rounds: FollowupRounds
    retention: Retention


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
) -> AsyncIterator[App]:
    """The whole program on one database, channels made by `make`; nothing listens or
    rings yet.

    Raises: OperatorError, naming the remedy.
    """
    keyring = open_keyring(settings, create=True)
    journal = ShredJournal(shred_file(settings.keyring), keyring)
    try:
        database = await SQLiteDatabase.open(database_file(settings))
    except StorageError as error:
        raise told("打不开数据库", database_file(settings), error) from None
    parts = Parts(settings, database, Keys.of(keyring), journal, now)
    try:
        app = join(parts, make, lot)
        try:
            yield app
        finally:
            await app.hotline.finish()
    finally:
        await database.close()


def join(parts: Parts, make: Make, lot: Jitter = random_jitter) -> App:
    """Every part, handed what it needs: people, cases, the way out, the way in, what
    rings.
    """
    settings = parts.settings
    database = parts.database
    keys = parts.keys
    now = parts.now
    post = OutboxMessages(keys.outbox)

    roster = Roster(database, keys, now)
    register = UnitRegister(database, keys, now)
    conflict = ConflictRule(database, keys, register)

    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=parts.journal,
        outbox=post,
        register=register,
        alerts=_alerts(parts, post, roster, conflict),
        terms=terms_of(settings),
        now=now,
        jitter=lot,
    )
    rounds = FollowupRounds(database, casework.writer, casework.addresses)
    retention = Retention(database, casework.writer, casework.addresses, SWEEPS)
    desk = LiaisonDesk(
        database, keys, casework, roster=roster, register=register, now=now
    )

    channels = {channel.name: channel for channel in make(parts)}
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

    jobs = [
        Job(name="rounds", trigger=every(seconds=CASES_EVERY), run=rounds.run),
        Job(
            name="drafts",
            trigger=every(minutes=1),
            run=DueDrafts(database, hotline.ring).run,
        ),
        Job(name="sweep", trigger=every(hours=1), run=Sweeps(database, SWEEPS).run),
        Job(name="retention", trigger=every(days=1), run=retention.daily),
    ]
    staff_chat = _staff_chat(settings)
    if staff_chat is not None:
        bulletins = Bulletins(
            database,
            post=post,
            make=Press(
                database,
                register.directory,
                casework.terms.rules,
                now,
                readers(roster, conflict),
            ).message,
            to=staff_chat,
            settings=settings,
            hand=sender.post,
        )
        jobs.append(Job(name="reports", trigger=every(minutes=1), run=bulletins.run))

    return App(
        parts=parts,
        casework=casework,
        sender=sender,
        hotline=hotline,
        bell=Bell(jobs, now, settings.timezone),
        channels=channels,
        roster=roster,
        register=register,
        desk=desk,
        rounds=rounds,
        retention=retention,
    )


def _alerts(
    parts: Parts, post: OutboxMessages, roster: Roster, conflict: ConflictRule
) -> Alerts:
    """Nobody is told where no messenger reaches staff."""
    telegram = parts.settings.telegram
    if telegram.token is None:
        return NoAlerts()
    return MessengerAlerts(
        parts.database,
        post,
        roster,
        conflict,
        group=telegram.staff_chat_id,
        now=parts.now,
    )


def _staff_chat(settings: Settings) -> Address | None:
    """Where digests and reports go; where there is none, `jianfu report` shows them."""
    chat = settings.telegram.staff_chat_id
    if chat is None or settings.telegram.token is None:
        return None
    return Address("telegram", str(chat))


def readers(roster: Roster, sight: ConflictRule) -> Visible:
    """A case is named in the digest only if all who work at the hotline may
    know of it.
    """

    async def visible(case: bytes) -> bool:
        everyone = await roster.list()
        staff = [one for one in everyone if one.active and one.role in HOTLINE]
        return await sight.open_to(staff, case)

    return visible
