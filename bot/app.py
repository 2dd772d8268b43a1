"""Joins the parts. It alone knows them all; every part is handed what it needs."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
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
from bot.channels.messenger import ReporterDoor
from bot.channels.port import Channel, KeepsScreens
from bot.desk.alerts import CLOCK_RIGHT, MessengerAlerts
from bot.desk.liaison import LiaisonDesk
from bot.hotline import Hotline
from bot.keys import Keys, page_keys
from bot.lookups import Lookups
from bot.messengers import MESSENGERS, Messengers
from bot.ops.store import KeyringInPlace, Memory, memory_folder, refuse_a_second, vouch
from bot.ops.terms import terms_of
from bot.ops.timewatch import ClockDoubt, TimeWatch
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
from bot.talks import DueDrafts, StoredTalks
from dialogs.case.roles import HOTLINE
from dialogs.words import Button, Message
from scheduler.bell import Bell, Job, every
from storage.identity import Guard
from storage.port import Refusing, StorageError, Write
from storage.sqlite import SQLiteDatabase

log = logging.getLogger(__name__)
CASES_EVERY = 2  # seconds between two looks for what cases owe
Make = Callable[[Resources], Sequence[Channel]]


def channels_of(messengers: Messengers) -> Make:
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


def memory_of(settings: Settings, keyring: Keyring) -> Memory:
    """What is remembered of the keyring's databases, beside its shred journal."""
    return Memory(memory_folder(settings.keyring), keyring)


def _of_the_machine() -> datetime:
    return datetime.now(UTC)


class Clock:
    """What time it is for the program, UTC: the machine's. Only code that runs the
    program can give it another source; no setting, file or variable does.

    vouched_for: whoever gave it another source turns it on purpose; else it is watched.
    """

    def __init__(self) -> None:
        self.source: Callable[[], datetime] = _of_the_machine
        self.vouched_for = False

    def __call__(self) -> datetime:
        return self.source()


clock = Clock()


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
            keyring = Keyring.create(settings.keyring)
            memory_of(settings, keyring).begin()
            return keyring
    except KeyringError as error:
        raise told("钥匙环用不了：", settings.keyring, error) from None


@asynccontextmanager
async def opened(
    settings: Settings,
    make: Make,
    now: Callable[[], datetime] = clock,
    lot: Jitter = random_jitter,
    messengers: Messengers = MESSENGERS,
) -> AsyncIterator[Program]:
    """The whole program on one database, channels made by `make`; nothing listens or
    rings yet.

    messengers: those that are registered, open or not: their rows are swept.
    Raises: OperatorError, naming the remedy.
    """
    path = database_file(settings)
    keyring = open_keyring(settings, create=True)
    journal = ShredJournal(shred_file(settings.keyring), keyring)
    memory = memory_of(settings, keyring)
    keys = page_keys(keyring)
    guards: list[Guard] = []
    if settings.keyring_json is None:
        guards.append(KeyringInPlace(settings.keyring, keyring).displaced)
    try:
        refuse_a_second(settings, path, memory, keys)
        database = await SQLiteDatabase.open(path, keys, guards=guards)
    except (StorageError, OSError) as error:
        raise told("打不开数据库", path, error) from None
    try:
        await _vouched(database, path, keyring, memory)
        resources = Resources(settings, database, Keys.of(keyring), journal, now)
        program = join(resources, make, lot, messengers)
        await _looked_at(program.time, path)
        try:
            yield program
        finally:
            await program.hotline.finish()
    finally:
        await database.close()


async def _vouched(
    database: SQLiteDatabase, path: Path, keyring: Keyring, memory: Memory
) -> None:
    """Raises: OperatorError, where the store is not the one it should be."""
    try:
        await vouch(database, path, keyring, memory)
    except OSError as error:  # what is opened can be worked with; `doctor` says it, too
        log.error("acknowledged turns cannot be remembered: %s", type(error).__name__)
    except (StorageError, sqlite3.Error) as error:
        raise told("用不了数据库", path, error) from None


async def _looked_at(time: TimeWatch, path: Path) -> None:
    """Before anything is written that would prove a wrong clock right. A store that
    only refuses for now is looked at again by the bell. Raises: OperatorError.
    """
    try:
        await time.look()
    except Refusing as error:
        log.warning("time: %s", type(error).__name__)
    except StorageError as error:
        raise told("用不了数据库", path, error) from None


def join(
    resources: Resources,
    make: Make,
    lot: Jitter = random_jitter,
    messengers: Messengers = MESSENGERS,
) -> Program:
    """Every part, handed what it needs: people, cases, the way out, the way in, what
    rings.
    """
    settings = resources.settings
    database = resources.database
    keys = resources.keys
    now = resources.now
    post = OutboxMessages(keys.outbox)

    roster = Roster(database, keys, now)
    register = UnitRegister(database, keys, now)
    conflict = ConflictRule(database, keys, register)

    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=resources.journal,
        outbox=post,
        register=register,
        alerts=_alerts(resources, messengers, post, roster, conflict, register),
        terms=terms_of(settings),
        now=now,
        jitter=lot,
    )
    sweeps = [*EVERYWHERE, *(sweep for one in messengers for sweep in one.sweeps)]
    time = TimeWatch(
        database,
        now,
        is_watched=isinstance(now, Clock) and not now.vouched_for,
        tell=_tells_staff(resources, messengers, post, roster),
    )
    rounds = FollowupRounds(
        database, casework.writer, casework.addresses, time.is_doubted
    )
    retention = Retention(database, casework.writer, casework.addresses, sweeps)
    desk = LiaisonDesk(
        database, keys, casework, roster=roster, register=register, now=now
    )

    channels = {channel.name: channel for channel in make(resources)}
    screens = {
        name: channel
        for name, channel in channels.items()
        if isinstance(channel, KeepsScreens)
    }
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
        database=database,
        keys=keys,
        talks=StoredTalks(database, keys.talk, settings),
        casework=casework,
        lookups=Lookups(casework, register, settings, now, screens),
        outbox=post,
        sender=sender,
        channels=channels,
    )

    program = Program(
        resources=resources,
        messengers=messengers,
        channels=channels,
        reporters=_reporter_door(hotline, sender),
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
        bell=Bell((), now),
        time=time,
    )
    for job in _jobs(program, Sweeps(database, sweeps)):
        program.bell.add(job)
    return program


def _reporter_door(hotline: Hotline, sender: Sender) -> ReporterDoor:
    return ReporterDoor(
        hear=hotline.hear,
        settle=sender.settle,
        picture=hotline.picture,
        leave=hotline.leave,
        when_delivered=sender.when_delivered,
    )


def _alerts(
    resources: Resources,
    messengers: Messengers,
    post: OutboxMessages,
    roster: Roster,
    conflict: ConflictRule,
    register: UnitRegister,
) -> Alerts:
    """Nobody is told where no messenger that is set up reaches staff."""
    settings = resources.settings
    set_up = [one for one in messengers if one.is_set_up(settings)]
    reaching = frozenset(one.name for one in set_up if one.reaches_staff)
    if not reaching:
        return NoAlerts()
    return MessengerAlerts(
        resources.database,
        post,
        roster,
        conflict,
        register,
        channels=reaching,
        group=_staff_chat(messengers, settings),
        now=resources.now,
    )


def _tells_staff(
    resources: Resources,
    messengers: Messengers,
    post: OutboxMessages,
    roster: Roster,
) -> Callable[[ClockDoubt], Awaitable[Sequence[Write]]]:
    """The supervisors that a messenger reaches, whose word it needs; where there are
    none, all of staff in their chat.
    """
    group = _staff_chat(messengers, resources.settings)
    is_right = Button(CLOCK_RIGHT, "b.clock_right")

    async def tell(found: ClockDoubt) -> list[Write]:
        name = f"alert.time_{found.direction}"
        message = Message(name, {"span": found.span}, (is_right,))
        ears = [to for _, to in await roster.reach(["supervisor"])]
        if not ears and group is not None:
            ears = [group]
        letters = [
            OutboxMessages.letter(to, message, secrets.token_bytes(16)) for to in ears
        ]
        return [post.put(letter) for letter in letters]

    return tell


def _jobs(program: Program, sweeps: Sweeps) -> Iterator[Job]:
    """What rings in every process that serves; the lease, the sender's look and the
    messengers' own jobs come to it when the line is opened. What deletes or hands out
    by the calendar waits while the clock is in doubt.
    """
    waiting = program.time.waiting
    drafts = DueDrafts(program.resources.database, program.hotline.ring)
    minute = every(minutes=1)
    yield Job(name="rounds", trigger=every(seconds=CASES_EVERY), run=program.rounds.run)
    yield program.time.looking(program.bell.beats)
    yield Job(name="holds", trigger=minute, run=waiting(program.casework.held.run))
    yield Job(name="drafts", trigger=minute, run=waiting(drafts.run))
    yield Job(name="heads", trigger=minute, run=waiting(program.casework.heads.run))
    yield Job(
        name="fold", trigger=minute, run=lambda _: program.resources.database.fold()
    )
    yield Job(name="sweep", trigger=every(hours=1), run=waiting(sweeps.run))
    daily = waiting(program.retention.daily)
    yield Job(name="retention", trigger=every(days=1), run=daily)
    bulletins = _bulletins(program)
    if bulletins is not None:
        yield Job(name="reports", trigger=minute, run=waiting(bulletins.run))


def _bulletins(program: Program) -> Bulletins | None:
    """None where no chat of staff is set: then `jianfu report` shows them."""
    resources = program.resources
    chat = _staff_chat(program.messengers, resources.settings)
    if chat is None:
        return None
    press = Press(
        resources.database,
        program.register.directory,
        program.casework.terms.rules,
        resources.now,
        readers(program.roster, program.conflict),
        issuer=resources.settings.issuer,
    )
    return Bulletins(
        resources.database,
        post=program.post,
        make=press.message,
        to=chat,
        settings=resources.settings,
        hand=program.sender.post,
    )


def _staff_chat(messengers: Messengers, settings: Settings) -> Address | None:
    """Where all of staff are reached at once: by the first messenger that has a place
    for it.
    """
    for one in messengers:
        chat = one.staff_chat(settings) if one.is_set_up(settings) else None
        if chat is not None:
            return chat
    return None


def readers(roster: Roster, sight: ConflictRule) -> Visible:
    """A case is named in the digest only if all who work at the hotline may
    know of it.
    """

    async def visible(case: bytes) -> bool:
        everyone = await roster.list()
        staff = [one for one in everyone if one.active and one.role in HOTLINE]
        return await sight.open_to(staff, case)

    return visible
