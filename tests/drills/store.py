"""The store is not the one it should be: another keyring, no data, a log that is gone
or damaged, one flipped bit in each sealed table.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from anonymizer.keyring import Keyring
from tests.drills.frame import SAID, Scene, Told, drill, scene
from tests.looking import look_into
from tests.proofs.served import Served, free_port

REMEMBERED_WITHIN = 1.6  # seconds until what was acknowledged is remembered
WAL_HEAD = 32  # bytes
WAL_FRAME = 24 + 4096


@drill("钥匙环换成了别的", "the keyring is another deployment's")
async def wrong_keyring(folder: Path) -> Told:
    async with scene(folder) as here:
        await here.served.stop()
        here.served.keyring.unlink()
        Keyring.create(here.served.keyring)
        start = here.refused("serve")
        assert "钥匙环与数据库不配" in start
        return Told(start=start, doctor=here.doctor())


@drill("`serve` 开着，钥匙环被删", "the keyring is deleted under `serve`")
async def deleted_keyring(folder: Path) -> Told:
    async with scene(folder) as here:
        here.served.keyring.rename(folder / "away")
        person = await here.says(SAID)
        health = await here.health()
        assert health.startswith("503") and "keyring.json" in health
        doctor = here.doctor()
        (folder / "away").rename(here.served.keyring)
        await recovered(here)
        log = here.log("storage.writer")
        return Told(person=person, health=health, doctor=doctor, log=log)


@drill("`serve` 开着，数据目录被删", "the data folder is deleted under `serve`")
async def deleted_data(folder: Path) -> Told:
    async with scene(folder) as here:
        shutil.rmtree(here.served.data)
        person = await here.says(SAID)
        health = await here.health()
        assert health.startswith("503") and "jianfu.db" in health
        doctor = here.doctor()
        log = here.log("storage.writer")
        await here.served.kill()
        start = here.refused("serve")
        assert "没有数据库" in start
        return Told(person=person, health=health, doctor=doctor, start=start, log=log)


@drill("换了一个目录运行", "run in another folder")
async def another_folder(folder: Path) -> Told:
    async with scene(folder) as here:
        here.served.settings["JIANFU_DATA_DIR"] = str(folder / "elsewhere")
        start = here.refused("case", "list")
        assert "另开一个空的专线" in start and not (folder / "elsewhere").exists()
        return Told(start=start, doctor=here.doctor())


@drill("断电后 `-wal` 不见了", "the `-wal` is gone after a power cut")
async def missing_wal(folder: Path) -> Told:
    async with scene(folder) as here:
        await cut_off(here)
        wal_of(here).unlink()
        return await told_lost(here)


@drill("断电后 `-wal` 里坏了一位", "one bit of the `-wal` is damaged after a power cut")
async def damaged_wal(folder: Path) -> Told:
    async with scene(folder) as here:
        await cut_off(here)
        frames = (wal_of(here).stat().st_size - WAL_HEAD) // WAL_FRAME
        flip(wal_of(here), WAL_HEAD + frames // 2 * WAL_FRAME + 1000)
        return await told_lost(here)


async def recovered(here: Scene) -> None:
    """What was put back as it was is taken up again by itself."""
    async with asyncio.timeout(20):
        while not (await here.health()).startswith("200"):
            await asyncio.sleep(0.2)


async def cut_off(here: Scene) -> None:
    """Killed with reports in its log, once they are remembered."""
    await here.says(SAID)
    await asyncio.sleep(REMEMBERED_WITHIN)
    await here.served.kill()
    assert wal_of(here).stat().st_size > WAL_HEAD + WAL_FRAME


async def told_lost(here: Scene) -> Told:
    """The doctor looks first: a start must find it just as bad."""
    doctor = here.doctor()
    start = here.refused("serve")
    assert "答复过" in start and "少了" in start, start
    assert "少了" in doctor, doctor
    return Told(start=start, doctor=doctor)


def wal_of(here: Scene) -> Path:
    return here.served.database.with_name("jianfu.db-wal")


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


# ── one flipped bit in each sealed table ──────────────────────────────────────────────

UNIT = ("unit", "add", "古荡街道", "--level", "街道")
STAFF = ("staff", "add", "王芳", "--role", "supervisor")
COLUMNS = {
    ("cases", "sealed"): ("工单的内容", "a case's content"),
    ("reports", "sealed"): ("反映的正文", "a report's text"),
    ("reports", "wrapped_key"): ("反映的钥匙", "a report's key"),
    ("steps", "sealed"): ("工单的经过", "a step of a case"),
    ("clocks", "sealed"): ("期限的说明", "what a clock says"),
    ("notes", "sealed"): ("内部备注", "a note"),
    ("units", "sealed"): ("名录里的单位", "a unit in the register"),
    ("staff", "sealed"): ("名册里的人", "a name on the roster"),
    ("talks", "sealed"): ("没写完的草稿", "a draft"),
    ("web_bubbles", "sealed"): ("网页上的一条消息", "a message on a page"),
    ("store", "sealed"): ("数据库的标记", "the database's own mark"),
}
_filled: list[Path] = []


async def filled() -> Path:
    """A deployment with something in each of these tables; made once, then copied."""
    if _filled:
        return _filled[0]
    made = tempfile.mkdtemp(prefix="drill-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    folder = Path(made) / "hotline"
    async with scene(folder) as here:
        await here.says("群里每天打卡三次还要")  # a draft
        alias = str(here.rows("SELECT alias FROM cases")[0][0])
        for words in (
            UNIT,
            STAFF,
            ("case", "accept", alias, "--as", "王芳"),
            ("case", "note", alias, "打过电话", "--as", "王芳"),
            ("case", "assign", alias, "古荡街道", "--as", "王芳"),
            ("case", "wait", alias, "等文件", "+3", "--as", "王芳"),
        ):
            done = here.served.jianfu(*words)
            assert done.returncode == 0, (words, done.stderr)
        (folder / "receipt").write_text(here.receipt, "utf-8")
        await here.served.stop()
    _filled.append(folder)
    return folder


async def spoiled(folder: Path, table: str, column: str) -> Told:
    """In the last byte of one cell; lists, the case and its story must go on."""
    shutil.copytree(await filled(), folder)
    served = Served(folder, free_port())
    receipt = (folder / "receipt").read_text("utf-8")
    here = Scene(served, receipt, frozenset())
    served.jianfu("case", "list", "--as", "王芳")  # the copy lies elsewhere: noted
    change_a_bit(served.database, table, column)
    doctor = here.doctor()
    assert "损坏" in doctor, doctor
    for words in (("case", "list"), ("case", "search", "台账"), ("case", "show", "")):
        alias = str(here.rows("SELECT alias FROM cases")[0][0])
        given = [alias if word == "" else word for word in words]
        done = served.jianfu(*given, "--as", "王芳")
        assert done.returncode == 0 and "Traceback" not in done.stderr, done
    backup = served.jianfu("backup", "it.backup")
    assert backup.returncode == 1 or table == "store", backup
    await served.start()
    try:
        person = await here.says(receipt)
        health = await here.health()
        log = here.log()
    finally:
        await served.stop()
    assert health.startswith("200") and person
    return Told(person=person, health=health, doctor=doctor, log=log)


def change_a_bit(database: Path, table: str, column: str) -> None:
    select = f"SELECT {column} FROM {table} WHERE length({column}) > 0 LIMIT 1"
    update = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
    with closing(look_into(database)) as connection:
        sealed = bytes(connection.execute(select).fetchone()[0])
        connection.execute(update, (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed))


def _one_bit(table: str, column: str, zh: str, en: str) -> None:
    async def play(folder: Path) -> Told:
        return await spoiled(folder, table, column)

    play.__name__ = f"one_bit_in_{table}_{column}"
    drill(f"坏了一位：{zh}", f"one bit: {en}")(play)


for (_table, _column), (_zh, _en) in COLUMNS.items():
    _one_bit(_table, _column, _zh, _en)
