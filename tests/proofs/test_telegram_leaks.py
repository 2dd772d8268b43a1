"""Telegram: after whatever reporters do there, nothing that names one of them stands in
anything we wrote.

Searched: database and WAL, keyring folder, backup, temporary folder, the log at DEBUG
of the real process, what staff's commands and the units' page showed, poster, exports,
reports, and every call the bot made, above all those to the staff's group. The search
is itself put to the test with every shape it claims to see.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import logging
import re
import resource
import secrets
import sqlite3
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
)
from dataclasses import dataclass, field, replace
from itertools import permutations
from pathlib import Path

import httpx
import pytest

from anonymizer import receipts
from anonymizer.keyring import Keyring
from bot.address import Address
from bot.app import opened
from bot.channels.telegram.channel import close, make_bot
from bot.keys import Keys
from bot.people.directory import NewUnit
from bot.people.member import AtTheMachine
from bot.program import Program
from bot.settings import Settings, Telegram
from dialogs.case.orders import Accept, Ask, Assign
from storage.encrypted import SQLiteConnection
from tests.anonymizer.scrub.pictures import SECRET, jpeg
from tests.bot.channels.telegram.line import SECRET as HOOK
from tests.botapi.calls import Call
from tests.botapi.persons import STRANGER, Group, Person, Shown
from tests.botapi.server import BotApi
from tests.looking import look_into
from tests.proofs.figures import Note
from tests.proofs.needles import all_files
from tests.proofs.opening import OTHERS, cells, moved, opens
from tests.proofs.served import Served, free_port
from tests.proofs.traces import Sweep, layers, of_number, of_text, told

PATIENCE = 120.0  # seconds; a chat hears from us once a second at most
UNIT = "翠苑街道办事处"
STAFF, LIAISON = "轮值同事", "单位同事"
WORDS = "街道要求我们社区同一份台账每周报五次"
URGENT = "街道要求社区同一份台账每周报五次，今晚全员通宵补三年的，明早检查"
LANGUAGES = (
    "gsw-LI",
    "mt-MT",
    "kab-DZ",
    "tlh-KX",
    "haw-US",
    "cor-GB",
    "yue-MO",
    "fur-IT",
)
GIVEN = (
    "欧阳靖宇",
    "司马晓峰",
    "诸葛沁岚",
    "慕容澹台",
    "夏侯采薇",
    "上官听雨",
    "令狐拾光",
    "皇甫望舒",
)


@dataclass
class Stage:
    """A hotline, the platform, everybody on it, and all that must not be found."""

    hotline: Served
    server: BotApi
    group: Group
    people: list[Person] = field(default_factory=list)
    colleague: Person | None = None  # works for the hotline, and reports
    receipts: list[str] = field(default_factory=list)
    spoken: str = ""  # "30.274108 120.155163": where somebody said to be

    @property
    def shown(self) -> Path:
        """What staff's commands and pages showed."""
        return self.hotline.folder / "shown"

    @property
    def exports(self) -> Path:
        return self.hotline.folder / "exports"

    def person(self) -> Person:
        number = len(self.people)
        given = GIVEN[number % len(GIVEN)]
        person = self.server.person(
            given,
            last_name=f"族{secrets.token_hex(5)}",
            username=f"User_{secrets.token_hex(5)}",
            language_code=LANGUAGES[number % len(LANGUAGES)],
            started=True,
        )
        self.people.append(person)
        return person

    async def staff(
        self, *words: str, fails: bool | None = False, **settings: str
    ) -> None:
        """A command of staff; what it printed is kept to be searched."""
        hotline = replace(self.hotline, settings={**self.hotline.settings, **settings})
        done = await asyncio.to_thread(hotline.jianfu, *words)
        assert fails in (None, done.returncode != 0), (words, done.stdout, done.stderr)
        self.keep(" ".join(words[:2]), done.stdout + done.stderr)

    def keep(self, name: str, text: str) -> None:
        self.shown.mkdir(exist_ok=True)
        count = len(list(self.shown.iterdir()))
        (self.shown / f"{count:03} {re.sub('[^a-z-]+', ' ', name)}").write_text(
            text, "utf-8"
        )

    def database(self) -> SQLiteConnection:
        return look_into(self.hotline.database, self.hotline.keyring)

    def count(self, table: str) -> int:
        with closing(self.database()) as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    # ── what must not be found ────────────────────────────────────────────────────────

    def names(self) -> dict[str, set[bytes]]:
        """Everything by which the platform knows the reporters, and the bot's token."""
        found: dict[str, set[bytes]] = {}
        for number, person in enumerate(self.people):
            user = person.user
            assert (
                user.phone and user.last_name and user.username and user.language_code
            )
            found |= {
                f"id {number}": of_number(user.id),
                f"first name {number}": of_text(user.first_name),
                f"last name {number}": of_text(user.last_name),
                f"username {number}": of_text(user.username),
                f"language {number}": of_text(user.language_code),
                f"phone {number}": of_text(user.phone[3:])
                | of_number(int(user.phone[1:])),
            }
        world = self.server.world
        files = [
            file
            for each in world.chats.values()
            if each.owner
            for message in each.messages.values()
            for file in message.files
        ] + list(world.files.values())
        for number, file in enumerate(
            {file.id: file for file in files if not self._ours(file.id)}.values()
        ):
            found[f"file {number}"] = of_text(file.id) | of_text(file.unique_id)
            if "/" in file.path:
                found[f"path {number}"] = of_text(f"/{file.path}")
        for number, press in enumerate(world.presses.values()):
            found[f"press {number}"] = of_number(int(press.id))
        found |= {
            "forwarded id": of_number(int(str(STRANGER["id"]))),
            "forwarded username": of_text(str(STRANGER["username"])),
            "camera": of_text(SECRET),
            "latitude": of_text(self.spoken.split()[0]),
            "longitude": of_text(self.spoken.split()[1]),
            "token": of_text(self.server.token),
            "token's secret part": of_text(self.server.token.partition(":")[2]),
        }
        return found

    def _ours(self, id: str) -> bool:
        """A file the bot itself sent, as receipts' pictures are."""
        return any(
            file.id == id
            for chat in self.server.world.chats.values()
            for message in chat.messages.values()
            if message.sender is self.server.world.bot
            for file in message.files
        )

    def secrets(self) -> dict[str, set[bytes]]:
        """Receipts: those who typed them may read them, nobody else."""
        return {
            f"receipt {number}": of_text(receipt) | of_text(receipt.replace("-", ""))
            for number, receipt in enumerate(self.receipts)
        }

    # ── where it is looked for ────────────────────────────────────────────────────────

    def files(self) -> list[Path]:
        return all_files(self.hotline.folder)

    def look(self) -> set[tuple[str, str]]:
        """In all files and in all that the bot said. Nothing is found if all
        is well.
        """
        sweep = Sweep(self.server.do(self.names) | self.secrets())
        return sweep.files(self.files()) | calls_with(
            sweep, self.calls(), self.group, self.names()
        )

    def calls(self) -> list[Call]:
        return [
            call
            for call in self.server.do(lambda: list(self.server.calls))
            if call.method != "getUpdates"
        ]


def calls_with(
    sweep: Sweep, calls: Iterable[Call], group: Group, names: dict[str, set[bytes]]
) -> set[tuple[str, str]]:
    """(method, needle). A person's own chat may be named in calls to it, and shown its
    own receipt.
    """
    found = set()
    for call in calls:
        to_group = call.chat < 0
        said = sweep.found(told(call, group=to_group))
        found |= {(call.method, name) for name in said if to_group or name in names}
    return found


# ── what they do ──────────────────────────────────────────────────────────────────────


async def button(person: Person, label: str) -> Shown:
    return await person.offered(label, PATIENCE)


async def files(stage: Stage, person: Person) -> None:
    """The open preview is sent; the receipt comes."""
    await button(person, "送出")
    person.presses("送出")
    filed = await person.sees("您的回执码", PATIENCE)
    receipt = receipts.find(filed.text)
    assert receipt is not None
    stage.receipts.append(receipt)


async def writes(stage: Stage, person: Person) -> None:
    """Names herself in the text; edits it; pastes the receipt; clears the chat; leaves
    an open draft.
    """
    user = person.user
    person.starts("line")
    await person.sees("减负专线", PATIENCE)
    said = person.says(f"{WORDS}，我叫{user.first_name}，电话{(user.phone or '')[3:]}")
    await button(person, "送出")
    person.edits(
        said, f"{WORDS}，催了八次，我叫{user.first_name}，电话{(user.phone or '')[3:]}"
    )
    await person.sees("催了八次", PATIENCE)
    await files(stage, person)
    person.says(f"我的回执码是 {stage.receipts[-1].lower()}")
    await button(person, "补充材料")
    person.says("/clear")
    await person.until(lambda screen: WORDS not in screen.text, PATIENCE)
    person.says(f"{WORDS}，还没写完")
    await button(person, "送出")


async def photographs(stage: Stage, person: Person) -> None:
    person.sends_photo(jpeg(), caption=WORDS)
    await person.sees("图片：1", PATIENCE)
    await files(stage, person)


async def sends_an_album(stage: Stage, person: Person) -> None:
    person.sends_album([jpeg(), jpeg()], caption=WORDS)
    await person.sees("图片：2", PATIENCE)
    await files(stage, person)


async def shares(stage: Stage, person: Person) -> None:
    """Voice, the own contact, a place, files that name her or that are none; then a
    report all the same.
    """
    latitude, longitude = stage.spoken.split()
    person.sends_voice()
    await person.sees("听不了语音", PATIENCE)
    person.sends_contact()
    await person.sees("不需要名片", PATIENCE)
    person.sends_location(float(latitude), float(longitude))
    await person.sees("不需要定位", PATIENCE)
    name = f"{person.user.first_name}{person.user.phone}"
    person.sends_document(f"{name}.xlsx", name.encode())
    await person.sees("这类文件还收不了", PATIENCE)
    person.sends_document(
        f"{name}.jpg", b"\xff\xd8\xff" + name.encode(), mime="image/jpeg", caption=WORDS
    )
    await files(stage, person)


async def forwards(stage: Stage, person: Person) -> None:
    person.forwards(WORDS)
    await button(person, "送出")
    person.forwards("还要求每天拍照打卡", hidden=True)
    await person.sees("拍照打卡\n", PATIENCE)
    await files(stage, person)


async def is_gone(stage: Stage, person: Person) -> None:
    """Files, and blocks the bot; a question that is pushed then is refused with 403."""
    person.says(f"{WORDS}，另有一份月报")
    await files(stage, person)
    person.blocks()


async def works_here(stage: Stage, person: Person) -> None:
    """A member of staff: speaks in the group and asks for the queue, and reports in
    private.
    """
    person.says("/help", to=stage.group)
    person.says("早上好", to=stage.group)
    person.says(URGENT)
    await files(stage, person)


JOURNEYS = (writes, photographs, sends_an_album, shares, forwards, is_gone, works_here)


@contextmanager
def full_disk(hotline: Served) -> Iterator[None]:
    """No file of the process may grow any more."""
    assert hotline.process is not None
    pid = hotline.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in hotline.data.iterdir())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, limits[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def unreadable(stage: Stage, person: Person) -> None:
    """An update that python-telegram-bot cannot read, with everything about somebody in
    it.
    """
    user = person.user
    content = {
        "message_id": {"of": user.json()},
        "date": user.phone,
        "from": user.json(),
        "chat": user.username,
    }
    stage.server.do(
        lambda: stage.server.platform.updates.add("message", content, user.id)
    )


def spoil_talks(stage: Stage) -> None:
    """Rows that do not open any more: our own bug, as far as the program can tell."""
    with closing(stage.database()) as db:
        assert (
            db.execute("UPDATE talks SET sealed = randomblob(length(sealed))").rowcount
            >= 1
        )


async def trouble(stage: Stage) -> None:
    """Whatever makes programs talk of what they were doing: each kind is met, and
    survived.
    """
    writer, sufferer = stage.people[0], stage.people[1]
    unreadable(stage, writer)
    sufferer.says("帮助")
    await sufferer.sees("回执码", PATIENCE)
    with full_disk(stage.hotline):
        sufferer.says(f"{WORDS}，存不下的一句")
        await sufferer.sees("现在存不下新内容", PATIENCE)
    await sufferer.sees("存不下的一句", PATIENCE)


async def failure(stage: Stage) -> None:
    """After a restart the draft does not open: told to the person, who goes on."""
    stage.people[0].says("还有一句")
    await stage.people[0].sees("上一份没送出的内容损坏了", PATIENCE)


# ── what staff do ─────────────────────────────────────────────────────────────────────


async def settle_in(stage: Stage) -> None:
    """Register, roster, and the colleague's account linked, as by the code typed into
    the chat.
    """
    assert stage.colleague is not None
    async with beside(stage) as app:
        unit = await app.register.add(NewUnit(UNIT, "subdistrict"))
        await app.roster.add(STAFF, "operator")
        await app.roster.add(LIAISON, "liaison", unit.id)
        code = await app.roster.code(STAFF, "link")
        assert await app.roster.link(code, Address("telegram", str(stage.colleague.id)))


async def is_worked_on(stage: Stage) -> None:
    """Every case is accepted and asked about; one goes to the unit, whose
    page is read.
    """
    async with beside(stage) as app:
        aliases = [
            row[0]
            for row in await app.resources.database.all("SELECT alias FROM cases")
        ]
        at_work = AtTheMachine(STAFF, "operator")
        for alias in aliases:
            await app.casework.staff.order(alias, Accept(), at_work)
            await app.casework.staff.order(alias, Ask("是哪个科室要的？"), at_work)
        assert len(aliases) == len(JOURNEYS)
        await app.casework.staff.order(
            aliases[0], Assign(UNIT, "subdistrict", new=True), at_work
        )
        code = await app.roster.code(LIAISON, "desk")
    await asyncio.gather(
        units_page(stage, code, aliases[0]),
        stage.staff("case", "list"),
        *(
            stage.staff("case", "show", alias, "--pictures", str(stage.exports))
            for alias in aliases
        ),
        stage.staff("clock", aliases[0]),
        stage.staff("backup", str(stage.hotline.folder / "hotline.backup")),
    )
    assert all_files(stage.exports), "no picture was exported"


def beside(stage: Stage) -> AbstractAsyncContextManager[Program]:
    """The same hotline opened here, for what would take a command each."""
    settings = Settings(
        data_dir=stage.hotline.data,
        keyring=stage.hotline.keyring,
        keyring_json=None,
        push_delay_minutes=0,
        push_gather_minutes=0,
        quiet_from=0,
        quiet_until=0,
    )
    return opened(settings, lambda parts: [])


async def units_page(stage: Stage, code: str, alias: str) -> None:
    async with httpx.AsyncClient(
        base_url=stage.hotline.base, follow_redirects=True, verify=False
    ) as seat:
        origin = {"Sec-Fetch-Site": "same-origin"}
        page = await seat.post("/unit/enter", data={"code": code}, headers=origin)
        stage.keep("unit page", page.text)
        page = await seat.get(f"/unit/case/{alias}")
        assert page.status_code == 200 and "台账" in page.text, page.text
        stage.keep("unit case", page.text)


async def prints(stage: Stage) -> None:
    """All that can be printed or exported; and settings that are refused, with the
    token among them.
    """
    folder = stage.hotline.folder
    wrong = {"STAFF_CHAT_ID": "5", "MODE": "none", "TOKEN": f"{stage.server.token} "}
    refused = [{f"JIANFU_TELEGRAM__{name}": value} for name, value in wrong.items()]
    await asyncio.gather(
        stage.staff("report", "month", "--as", STAFF, "--out", str(folder / "report")),
        stage.staff("poster", "--output", str(folder / "poster.pdf")),
        stage.staff("doctor", fails=None),
        *(stage.staff("doctor", fails=True, **settings) for settings in refused),
    )


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    (folder / "tmp").mkdir()
    with BotApi() as server:
        group = server.group()
        port = free_port()
        settings = {
            "LOGNAME": STAFF,  # who works at the terminal
            "TMPDIR": str(folder / "tmp"),
            "JIANFU_PUSH_DELAY_MINUTES": "0",
            "JIANFU_PUSH_GATHER_MINUTES": "0",
            "JIANFU_QUIET_FROM": "0",
            "JIANFU_QUIET_UNTIL": "0",
            "JIANFU_TELEGRAM__TOKEN": server.token,
            "JIANFU_TELEGRAM__BASE_URL": server.base_url,
            "JIANFU_TELEGRAM__BASE_FILE_URL": server.base_file_url,
            "JIANFU_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
            "JIANFU_TELEGRAM__WEBHOOK_SECRET": HOOK,
            "JIANFU_TELEGRAM__STAFF_CHAT_ID": str(group.id),
        }
        stage = Stage(Served(folder, port, settings), server, group)
        stage.spoken = (
            f"30.{secrets.randbelow(10**6):06} 120.{secrets.randbelow(10**6):06}"
        )
        for _ in JOURNEYS:
            stage.person()
        stage.colleague = stage.people[-1]
        stage.colleague.joins(group)
        try:
            yield stage
        finally:
            if stage.hotline.process is not None:
                await stage.hotline.kill()


async def everything(stage: Stage) -> None:
    """By polling, then by webhook, with trouble at both; what is written is looked
    through on the way.
    """
    hotline, server = stage.hotline, stage.server
    await settle_in(stage)
    await hotline.start()
    for kind, person in (("429", 1), ("502", 2), ("500", 3), ("reset", 4)):
        to = stage.people[person].id
        server.fault(kind, lambda call, to=to: call.chat == to)  # type: ignore[arg-type, misc]
    await asyncio.gather(
        *(journey(stage, stage.people[at]) for at, journey in enumerate(JOURNEYS))
    )
    await trouble(stage)
    assert stage.look() == set()
    await is_worked_on(stage)
    await stage.people[1].sees("您有一条新消息", PATIENCE)
    await until(
        lambda: any(
            call.refused and "blocked" in call.refused for call in stage.calls()
        )
    )
    assert [
        f"{one.rule}: {one.detail} in {one.call.method}" for one in server.violations
    ] == []
    assert await hotline.stop() == 0
    spoil_talks(stage)
    hotline.settings["JIANFU_TELEGRAM__MODE"] = "webhook"
    await hotline.start()
    await failure(stage)
    await asks_again(stage.people[2])
    await prints(stage)


async def asks_again(person: Person) -> None:
    """The case that went to a unit has no question any more; by lot it is this one."""
    person.says("/status")
    await person.until(
        lambda screen: screen.with_button("回答专线") or screen.with_button("补充材料"),
        PATIENCE,
        "no story",
    )


async def until(test: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not test():
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_nobody_on_telegram_is_found_anywhere(tmp_path: Path, note: Note) -> None:
    async with staged(tmp_path) as stage:
        await everything(stage)
        assert stage.count("reports") == len(JOURNEYS)
        assert {one.kind for one in stage.server.faults if one.met} == {
            "429",
            "502",
            "500",
            "reset",
        }
        assert len(
            [call for call in stage.calls() if call.chat == stage.group.id]
        ) >= len(JOURNEYS)
        assert stage.look() == set()
        assert await stage.hotline.stop() == 0
        needles = stage.names() | stage.secrets()
        assert stage.look() == set()
        nothing_but_its_own_row_knows_the_colleague(stage)
        nothing_of_staff_or_telegram_opens_elsewhere(stage)
        the_sweep_sees_what_is_planted(stage, tmp_path)
        note(
            needles=len(needles),
            shapes=sum(map(len, needles.values())),
            calls=len(stage.calls()),
            files=len(stage.files()),
            found=0,
        )


def nothing_but_its_own_row_knows_the_colleague(stage: Stage) -> None:
    """The digest of a staff account leads to no talk, report or chat: two unrelated
    persons.
    """
    with closing(stage.database()) as db:
        [digest] = [row[0] for row in db.execute("SELECT digest FROM staff_links")]
        plain = (
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE "
            "'CREATE VIRTUAL%'"
        )
        tables = [row[0] for row in db.execute(plain)]
        sweep = Sweep({"colleague": {digest, digest.hex().encode()}})
        for table in set(tables) - {"staff_links"}:
            for row in db.execute(f"SELECT * FROM {table}"):
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    assert not sweep.found(raw), (
                        f"{table} knows a member of staff who reports"
                    )


def nothing_of_staff_or_telegram_opens_elsewhere(stage: Stage) -> None:
    """Each ciphertext of these tables, put into another's place, does not
    open there.
    """
    keys = Keys.of(Keyring.load(stage.hotline.keyring))
    with closing(stage.database()) as db:
        sample = [
            cell for cell in cells(db, most=2) if (cell.table, cell.column) in OTHERS
        ]
        assert {cell.table for cell in sample} >= {
            "units",
            "staff",
            "staff_links",
            "telegram_chats",
        }
        assert all(opens(keys, db, cell) for cell in sample)
        for source, target in permutations(sample, 2):
            with moved(db, source, target):
                assert not opens(keys, db, target), (
                    f"{source.table} opens in {target.table}"
                )


def the_sweep_sees_what_is_planted(stage: Stage, folder: Path) -> None:
    """Each kind of needle, in the very places that were searched: a row, the log, a
    report, a call.
    """
    sweep, person, place = (
        Sweep(stage.names() | stage.secrets()),
        stage.people[3],
        folder / "planted",
    )
    with closing(stage.database()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("INSERT INTO telegram_state VALUES ('planted', ?)", (person.id,))
        assert {name for _, name in sweep.files(stage.files())} == {"id 3"}, (
            "an id as a number in a row"
        )
        db.execute("DELETE FROM telegram_state WHERE name = 'planted'")
    for name, looks in (stage.names() | stage.secrets()).items():
        place.write_bytes(b"\x00" * 7 + max(looks, key=len) + b"\xff" * 7)
        assert (place.name, name) in sweep.files([place])
    place.unlink()
    call = Call(0, "sendMessage", {"chat_id": str(person.id), "text": "."}, {}, 0.0)
    named = stage.names()
    assert calls_with(sweep, [call], stage.group, named) == set()
    for text, name in (
        (person.user.first_name, "first name 3"),
        (str(person.id), "id 3"),
    ):
        call.args["text"] = text
        assert calls_with(sweep, [call], stage.group, named) == {("sendMessage", name)}
    call.args = {"chat_id": str(stage.group.id), "text": stage.receipts[0]}
    assert calls_with(sweep, [call], stage.group, named) == {
        ("sendMessage", "receipt 0")
    }


# ── the search ────────────────────────────────────────────────────────────────────────

NUMBER, PHONE, NAME, CODE = 871_234_567_890, "13912345678", "欧阳靖宇", "gsw-LI"
FILE_ID = "AgACAgUAAxkBAAIBsmV-x_Zq0"


@pytest.mark.parametrize(
    "packed", ["plain", "gzip", "zlib", "base64 of gzip", "zip", "cut off"]
)
@pytest.mark.parametrize("words", [PHONE, NAME, CODE, FILE_ID, "User_af81"])
def test_words_are_seen_however_they_are_packed(
    words: str, packed: str, tmp_path: Path
) -> None:
    sweep, path = Sweep({"it": of_text(words)}), tmp_path / "file"
    noise = secrets.token_bytes(200)
    for form in (
        words.encode(),
        words.encode("utf-16-le"),
        words.encode().hex().encode(),
        base64.b64encode(b"k" + words.encode() + b"zz"),
        json.dumps(words).encode(),
        words.upper().encode(),
    ):
        path.write_bytes(noise + pack(noise + form + noise, packed, tmp_path) + noise)
        if packed == "zip":
            path.write_bytes(pack(form, packed, tmp_path))
        assert sweep.files([path]) == {("file", "it")}
    path.write_bytes(
        noise + pack(noise * 3, packed, tmp_path) if packed != "zip" else noise
    )
    assert sweep.files([path]) == set()


def pack(data: bytes, how: str, folder: Path) -> bytes:
    match how:
        case "gzip":
            return gzip.compress(data)
        case "zlib":
            return zlib.compress(data, 9)
        case "base64 of gzip":
            return b'"' + base64.b64encode(gzip.compress(data)) + b'"'
        case "cut off":
            return zlib.compress(data + secrets.token_bytes(4000))[:-2000]
        case "zip":
            with zipfile.ZipFile(folder / "zip", "w", zipfile.ZIP_DEFLATED) as out:
                out.writestr("xl/sheet1.xml", data)
            return (folder / "zip").read_bytes()
    return data


BIG, LITTLE = NUMBER.to_bytes(8, "big"), NUMBER.to_bytes(8, "little")
FORMS = (
    str(NUMBER).encode(),
    f"{NUMBER:x}".encode(),
    f"tg%3A{NUMBER}".encode(),
    f"-100{NUMBER}".encode(),
    BIG,
    LITTLE,
    BIG[2:],
    BIG.hex().encode(),
    LITTLE.hex().upper().encode(),
    base64.b64encode(BIG),
    base64.urlsafe_b64encode(b"x" + LITTLE),
    base64.b64encode(b"ab%d" % NUMBER),
)


@pytest.mark.parametrize("form", FORMS)
def test_an_id_is_seen_as_any_machine_writes_it(form: bytes) -> None:
    sweep = Sweep({"id": of_number(NUMBER)})
    assert sweep.found(b"\xaa" * 9 + form + b"\x55" * 9) == {"id"}
    assert sweep.found(zlib.compress(b"\xaa" * 9 + form + b"\x55" * 9)) == {"id"}
    assert sweep.found(b"\xaa" * 9 + str(NUMBER + 1).encode() + b"\x55" * 9) == set()


def test_an_id_in_a_database_is_seen_as_sqlite_stores_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE chats (id INTEGER)")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("INSERT INTO chats VALUES (?)", (NUMBER,))
        sweep = Sweep({"id": of_number(NUMBER)})
        assert sweep.files(all_files(tmp_path)) == {("a.db-wal", "id")}
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert sweep.files(all_files(tmp_path)) == {("a.db", "id")}


def test_noise_is_taken_for_nothing() -> None:
    """A megabyte of ciphertext: no shape is so short that it stands there by chance."""
    names = {
        "id": of_number(NUMBER),
        "phone": of_text(PHONE),
        "name": of_text(NAME),
        "code": of_text(CODE),
    }
    assert Sweep(names).found(secrets.token_bytes(1 << 20)) == set()
    assert sum(1 for _ in layers(b"nothing packed here")) == 1


async def test_without_the_filter_the_token_would_stand_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The library beneath writes the token with every call: what keeps it out is ours,
    and is needed.
    """
    with BotApi() as server, caplog.at_level(logging.DEBUG, "httpx"):
        choice = Telegram(
            token=server.token,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
        )
        bot = make_bot(choice)
        await bot.get_me()
        await close(bot)
        sweep = Sweep({"token": of_text(server.token)})
        assert sweep.found(
            "\n".join(record.getMessage() for record in caplog.records).encode()
        ) == {"token"}
