"""Joins the parts. It alone knows them all; every part is handed what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from anonymizer.keyring import Keyring, KeyringError, KeyringMissing
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.alerts import NoAlerts
from bot.cases.casework import Casework
from bot.cases.conflict import ConflictRule
from bot.cases.followups import FollowupRounds
from bot.cases.pushes import Jitter, random_jitter
from bot.cases.retention import Retention
from bot.channels.port import Channel
from bot.desk.alerts import MessengerAlerts
from bot.desk.liaison import LiaisonDesk
from bot.hotline import Hotline
from bot.hours import is_quiet
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
from dialogs import amend, report, status
from dialogs.case.roles import HOTLINE
from scheduler.bell import Bell
from storage.port import StorageError
from storage.sqlite import SQLiteDatabase

DIALOGS = (
    report.REPORT,
    status.STATUS,
    amend.edited,
)  # imported so that they are known
Make = Callable[["Parts"], Sequence[Channel]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What channels are made from."""

    settings: Settings
    database: SQLiteDatabase
    keys: Keys
    journal: ShredJournal
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class App:
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
    try:
        app = join(Parts(settings, database, Keys.of(keyring), journal, now), make, lot)
        try:
            yield app
        finally:
            await app.hotline.finish()
    finally:
        await database.close()


def join(parts: Parts, make: Make, lot: Jitter = random_jitter) -> App:
    settings, database, keys, now = (
        parts.settings,
        parts.database,
        parts.keys,
        parts.now,
    )
    post = OutboxMessages(keys.outbox)
    roster, register = Roster(database, keys, now), UnitRegister(database, keys, now)
    telegram, sight = settings.telegram, ConflictRule(database, keys, register)
    letters = MessengerAlerts(
        database, post, roster, sight, telegram.staff_chat_id, now
    )
    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=parts.journal,
        outbox=post,
        register=register,
        alerts=letters if telegram.token is not None else NoAlerts(),
        terms=terms_of(settings),
        now=now,
        jitter=lot,
    )
    channels = {channel.name: channel for channel in make(parts)}
    sender = Sender(
        database,
        post,
        channels,
        now,
        casework.addresses.forget_address,
        casework.reporters.undelivered,
        partial(is_quiet, settings=settings),
    )
    lookups = Lookups(casework, settings, now)
    hotline = Hotline(
        database, keys, casework, lookups, post, sender, channels, settings
    )
    rounds = FollowupRounds(database, casework.writer, casework.addresses)
    retention = Retention(database, casework.writer, casework.addresses)
    press = Press(
        database,
        register.directory,
        casework.terms.rules,
        now,
        readers(roster, sight),
    )
    bulletins = _bulletins(settings, database, post, press, sender)
    reports = bulletins.run if bulletins else None
    bell = Bell(
        database,
        hotline.ring,
        rounds.run,
        now,
        settings.timezone,
        reports,
        retention.daily,
    )
    desk = LiaisonDesk(database, keys, casework, roster, register, now)
    return App(
        parts, casework, sender, hotline, bell, channels, roster, register, desk, rounds
    )


def _bulletins(
    settings: Settings,
    database: SQLiteDatabase,
    post: OutboxMessages,
    press: Press,
    sender: Sender,
) -> Bulletins | None:
    """None where no staff chat is set: then `jianfu report` shows them."""
    chat = settings.telegram.staff_chat_id
    if chat is None or settings.telegram.token is None:
        return None
    return Bulletins(
        database,
        post,
        press.message,
        Address("telegram", str(chat)),
        settings,
        sender.post,
    )


def readers(roster: Roster, sight: ConflictRule) -> Visible:
    """A case is named in the digest only if all who work at the hotline may
    know of it.
    """

    async def visible(case: bytes) -> bool:
        staff = [
            one for one in await roster.list() if one.active and one.role in HOTLINE
        ]
        return await sight.open_to(staff, case)

    return visible
