"""After all that people do: what they said and who they are stands nowhere in clear,
and nothing links them.

The search for planted words is itself put to the test with every shape it claims to
see.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from bot.keys import Keys
from storage.connection import connect
from storage.encrypted import SQLiteConnection
from tests.anonymizer.scrub.pictures import SECRET, jpeg
from tests.journeys.transcript import Stage
from tests.looking import keys_of
from tests.proofs.figures import Note
from tests.proofs.needles import TEXTS, all_files, found_in
from tests.proofs.opening import (
    ALL,
    BY_NUMBER,
    SEALED,
    cells,
    moved,
    opened,
    opens,
    sealed_columns,
)
from tests.proofs.served import Served, served
from tests.proofs.visitor import Visitor, visiting

# Identifiers that are masked; all invented, numbers with valid check digits.
MASKED = {
    "phone": "13912345678",
    "id_card": "11010519491231002X",
    "email": "ouyang.jy@example.cn",
    "name": "欧阳靖宇",
    "more": "15887654321",
    "pinned": "司马晓峰",
}
# What people say; it is kept, but never in clear.
SAID = {
    "sentence": "紫藤系统每晚重填一遍",
    "unit": "云杉镇便民中心",
    "supplement": "青鸾表格又加了七列",
    "rating": "鹧鸪声里还是老样子",
    "reason": "琥珀台账第三次返工",
    "terminal": "芦苇巡查照片要拍四十张",
    "forgotten": "白桦考核排名挂在墙上",
    "kept back": "海棠考勤每天打四遍",
    "draft": "玉兰报表还没写完",
    "question": "请问是哪个翡翠平台",
    "note": "内部先问沉香科",
    "staff": "诸葛承办员",
    "answer": "已经下线琉璃模块",
    "result": "墨竹填报并为一次",
    "plan": "月底前撤掉砚台群",
}
PUSHES_WAIT = [
    ("JIANFU_PUSH_DELAY_MINUTES", "120"),
    ("JIANFU_QUIET_FROM", "0"),
    ("JIANFU_QUIET_UNTIL", "0"),
]


@dataclass
class Journey:
    """A hotline at which everything has happened, and all that must not be
    found there.
    """

    hotline: Served
    visitor: Visitor
    needles: dict[str, str | bytes] = field(default_factory=dict)
    told: str = ""  # what staff's commands printed on stderr
    alias: str = ""

    @property
    def temporary(self) -> Path:
        return self.hotline.folder / "tmp"

    @property
    def exports(self) -> Path:
        return self.hotline.folder / "exports"

    @property
    def backup(self) -> Path:
        return self.hotline.folder / "hotline.backup"

    def places(self) -> list[Path]:
        """Everything that the program wrote, apart from what staff exported
        on purpose.
        """
        hotline = self.hotline
        return [
            hotline.data,
            hotline.keyring.parent,
            hotline.log,
            self.temporary,
            self.backup,
        ]

    def look(self) -> list[tuple[str, str]]:
        files = all_files(*(place for place in self.places() if place.exists()))
        return found_in(files, self.needles.values())

    def staff(self, *words: str) -> str:
        done = self.hotline.jianfu(*words)
        assert done.returncode == 0, done.stderr
        self.told += done.stderr
        return done.stdout

    def orders(self, move: str, *words: str) -> None:
        self.staff("case", move, self.alias, *words, "--as", SAID["staff"])


class Typist(Stage):
    """Somebody at a terminal of the same hotline."""

    def __init__(self, hotline: Served) -> None:
        super().__init__(hotline.folder)
        self._environment = hotline.environment

    @property
    def environment(self) -> dict[str, str]:
        return self._environment


@asynccontextmanager
async def journey(folder: Path) -> AsyncIterator[Journey]:
    """Web, terminal and staff, from the first word to forgetting; a draft is left, and
    pushes that wait.
    """
    (folder / "tmp").mkdir()
    settings = [*PUSHES_WAIT, ("TMPDIR", str(folder / "tmp"))]
    async with served(folder, settings) as hotline, visiting(hotline.base) as visitor:
        known = Journey(
            hotline, visitor, {**MASKED, **SAID, "planted in pictures": SECRET}
        )
        await files(known)
        await is_answered(known)
        at_the_terminal(known)
        await is_forgotten(known)
        await is_kept_back(known)
        await visitor.says(f"街道又来了：{SAID['draft']}，联系{MASKED['name']}")
        known.staff("backup", str(known.backup))
        known.staff("case", "show", known.alias, "--pictures", str(known.exports))
        assert known.look() == []
        yield known


async def files(known: Journey) -> None:
    """From a device that is remembered, with a picture that is cropped and painted
    over.
    """
    visitor = known.visitor
    await visitor.remember()
    known.needles |= {"token": visitor.token, "decoded token": in_bytes(visitor.token)}
    await visitor.reports(
        f"街道要求社区报台账，{SAID['sentence']}，联系人{MASKED['name']}，"
        f"电话{MASKED['phone']}，"
        f"身份证{MASKED['id_card']}，邮箱{MASKED['email']}，还有{MASKED['pinned']}。"
    )
    assert known.look() == []
    await visitor.presses("masks")
    await visitor.says(MASKED["pinned"])  # hidden by hand, the others by themselves
    await visitor.presses("done")
    await visitor.presses("unit")
    await visitor.says(SAID["unit"])
    await visitor.shows(jpeg())
    picture = await shown_picture(known)
    await edited(known, picture)
    await shown_picture(known)
    assert not any(words in visitor.screen[-1].text for words in MASKED.values())
    await visitor.presses("send")
    known.needles |= written("receipt", visitor.receipt)
    assert known.look() == []
    await visitor.presses("saved")


async def shown_picture(known: Journey) -> str:
    """The picture on the screen: its id; a piece of its pixels must be found
    nowhere.
    """
    page = (await known.visitor.request("GET", "/")).text
    id = re.findall(r'src="/picture/([0-9a-f]{32})"', page)[-1]
    data = (await known.visitor.request("GET", f"/picture/{id}")).content
    middle = len(data) // 2
    known.needles[f"pixels {len(known.needles)}"] = data[middle : middle + 32]
    return str(id)


async def edited(known: Journey, picture: str) -> None:
    form = {
        "key": "edit-" + picture[:12],
        "tool": "paint",
        "paint": "0,0,100,100",
        "crop": "0,0,300,300",
        "act": "save",
    }
    await known.visitor.request("POST", f"/picture/{picture}/edit", data=form)
    await known.visitor.open()


async def is_answered(known: Journey) -> None:
    """Asked back, answered, decided, closed, rated, reopened."""
    visitor, listed = known.visitor, json.loads(known.staff("case", "list", "--json"))
    known.alias = next(case["alias"] for case in listed)
    known.orders("claim")
    known.orders("accept")
    known.orders("ask", SAID["question"])
    known.orders("note", SAID["note"])
    await visitor.says("进度")
    await visitor.presses("add")
    await visitor.says(f"{SAID['supplement']}，电话{MASKED['more']}")
    assert MASKED["more"] not in visitor.screen[-1].text
    await visitor.presses("send")
    assert known.look() == []
    known.orders(
        "assign", SAID["unit"], "--new", "--level", "subdistrict", "--due", "+5"
    )
    known.orders("answer", SAID["answer"])
    known.orders("find", "substantiated", SAID["answer"])
    known.orders("rectify", SAID["plan"], "--due", "+9")
    known.orders("close", SAID["result"])
    await visitor.says(str(known.needles["receipt"]))
    for choice in ("rate", "yes", "no"):
        await visitor.presses(choice)
    await visitor.says(SAID["rating"])
    await visitor.presses("reopen")
    await visitor.says(SAID["reason"])
    assert known.look() == []


def at_the_terminal(known: Journey) -> None:
    stage = Typist(known.hotline)
    stage.open_chat()
    assert stage.chat is not None
    try:
        stage.type(
            f"县里要求各村填报表，{SAID['terminal']}，我叫{MASKED['name']}，"
            f"电话{MASKED['phone']}"
        )
        if "大概是哪一类" in stage.heard:
            stage.type("1")
        stage.type("送出")
        stage.expect("回执码：(?P<receipt>[0-9A-Z-]{19})", stage.heard)
        stage.type("进展")
    finally:
        stage.chat.close(force=True)
    listed = json.loads(known.staff("case", "list", "--json"))
    other = next(case["alias"] for case in listed if case["alias"] != known.alias)
    known.staff("case", "claim", other, "--as", SAID["staff"])
    key = known.hotline.folder / ".local" / "state" / "jianfu" / "chat"
    known.needles |= {
        **written("second receipt", stage.names["receipt"]),
        "terminal": key.read_text("ascii"),
    }


async def is_forgotten(known: Journey) -> None:
    """A second visitor files and is forgotten."""
    async with visiting(known.hotline.base) as visitor:
        await visitor.reports(
            f"区里要求基层每周填报表，{SAID['forgotten']}，电话{MASKED['phone']}"
        )
        await visitor.presses("send")
        receipt = visitor.receipt
        known.needles |= {
            **written("third receipt", receipt),
            "second token": visitor.token,
        }
        await visitor.says(receipt)
        await visitor.presses("forget")
        await visitor.presses("sure")


async def is_kept_back(known: Journey) -> None:
    """A third visitor wants it handed in later, and is told so here."""
    async with visiting(known.hotline.base) as visitor:
        await visitor.reports(
            f"区里要求基层每周填报表，{SAID['kept back']}，电话{MASKED['phone']}"
        )
        await visitor.presses("hold")
        await visitor.presses("until:send")
        known.needles |= {
            **written("fourth receipt", visitor.receipt),
            "third token": visitor.token,
        }
        assert known.look() == []


def written(name: str, receipt: str) -> dict[str, str]:
    """With dashes and without."""
    bare = receipt.replace("-", "")
    return {name: bare, f"{name} with dashes": "-".join(re.findall("....", bare))}


def in_bytes(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=")


PERSONAL = (
    "token",
    "decoded token",
    "second token",
    "terminal",
    "receipt",
    "second receipt",
    "third receipt",
    "fourth receipt",
    "third token",
)


@pytest.mark.slow
async def test_nothing_said_and_nobody_is_found_in_any_file(
    tmp_path: Path, note: Note
) -> None:
    async with journey(tmp_path) as known:
        hotline = known.hotline
        assert known.look() == []
        assert found_in([hotline.log], ["127.0.0.1", "python-httpx"]) == [], (
            "a peer in the log"
        )
        identifying = [
            *MASKED.values(),
            SECRET,
            *(known.needles[name] for name in PERSONAL),
        ]
        assert all_files(known.exports), "no picture was exported"
        assert found_in(all_files(known.exports), identifying) == [], (
            "an export that names somebody"
        )
        assert not [
            words for words in known.needles.values() if str(words) in known.told
        ]
        assert all_files(known.temporary) == [], (
            "something is left on the disk beside the database"
        )
        note(needles=len(known.needles), files=len(all_files(*known.places())), found=0)
        with closing(connect(hotline.database, keys_of(hotline.keyring))) as db:
            keys = Keys.of(Keyring.load(hotline.keyring))
            nothing_opens_elsewhere(keys, db, note)
            originals_are_gone(keys, db)
        assert await hotline.stop() == 0
        assert known.look() == []


def nothing_opens_elsewhere(keys: Keys, db: SQLiteConnection, note: Note) -> None:
    """Each sealed column's ciphertext, put into every other column and row, does not
    open there.
    """
    assert sealed_columns(db) == ALL.keys() | BY_NUMBER, (
        "a sealed column that this test does not know"
    )
    sample = cells(db, most=3)
    filled = {(cell.table, cell.column) for cell in sample}
    assert filled >= SEALED.keys(), "a sealed column is empty"
    assert all(opens(keys, db, cell) for cell in sample)
    tried = 0
    for source, target in product(sample, sample):
        if source != target:
            with moved(db, source, target):
                assert not opens(keys, db, target), (
                    f"{source.table}.{source.column} opens in {target}"
                )
            tried += 1
    assert all(opens(keys, db, cell) for cell in sample), (
        "the test itself spoiled something"
    )
    note(swaps=tried, opened=0)


def originals_are_gone(keys: Keys, db: SQLiteConnection) -> None:
    """Not even who has the keys reads what was masked or forgotten; only the open draft
    holds a name.
    """
    told = [(cell.table, str(opened(keys, db, cell))) for cell in cells(db, most=1000)]
    gone = [words for name, words in MASKED.items() if name != "name"] + [
        SAID["forgotten"]
    ]
    assert [
        (table, words) for table, text in told for words in gone if words in text
    ] == []


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_search_finds_what_is_planted(encoding: str, tmp_path: Path) -> None:
    """In a database, its WAL, and files; plain, in hex, and in base64 with any
    neighbours.
    """
    words = "欧阳靖宇" if encoding != "utf-8" else "13912345678"
    data, path = words.encode(encoding), tmp_path / "planted"
    for form in (data, data.hex().encode(), data.hex().upper().encode()):
        path.write_bytes(b"\x00\xff" * 50 + form + b"\x17" * 50)
        assert found_in([path], [words]) == [("planted", words)]
    for before in range(3):
        path.write_bytes(
            base64.b64encode(b"\xa7" * (30 + before) + data + b"\xc3" * 31)
        )
        assert found_in([path], [words]) == [("planted", words)], (
            f"base64, {before} bytes off"
        )
        path.write_bytes(
            base64.urlsafe_b64encode(b"\xa7" * (30 + before) + data + b"\xc3" * 31)
        )
        assert found_in([path], [words]) == [("planted", words)]
    path.write_bytes(b"\x00\xff" * 500)
    assert found_in([path], [words]) == []


def test_the_search_finds_a_row_and_what_was_only_in_the_wal(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE people (name TEXT)")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("INSERT INTO people VALUES ('欧阳靖宇')")
        assert found_in(all_files(tmp_path), ["欧阳靖宇"]) == [("a.db-wal", "欧阳靖宇")]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert found_in(all_files(tmp_path), ["欧阳靖宇"]) == [("a.db", "欧阳靖宇")]
