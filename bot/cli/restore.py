"""`jianfu restore`: a backup becomes the database, and what was forgotten since then
stays forgotten.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from anonymizer.archive import Archive, ArchiveError
from anonymizer.files import sync_folder
from anonymizer.keyring import KeyringError
from bot.app import database_file, memory_of, open_keyring, opened, shred_file
from bot.hours import seconds
from bot.keys import page_keys
from bot.ops.copies import WORK, fold, in_use, workspace
from bot.ops.forgotten import forget_again, unknown_to
from bot.ops.store import Memory
from bot.ops.trouble import reason, told
from bot.settings import OperatorError, Settings, load
from storage.backup import check
from storage.connection import PageKeys, connect
from storage.conversion import encrypt
from storage.migrate import migrate, version
from storage.port import Audit, StorageError
from storage.repositories.store import RENAME_STORE, SELECT_STORE, Store, StoreRow

COUNT_CONTENT = """
    SELECT (SELECT count(*) FROM cases) AS cases,
           (SELECT count(*) FROM reports) AS reports
"""


@dataclass(frozen=True, slots=True)
class RestoredContent:
    """How many cases and reports; again: reports forgotten once more."""

    cases: int
    reports: int
    again: int


@dataclass(frozen=True, slots=True)
class Restored:
    """before, after: the schema's version in the backup and now. was: what the backup
    was of; id: of what came of it.
    """

    before: int
    after: int
    was: StoreRow
    id: bytes
    content: RestoredContent


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "从备份恢复到空的数据目录。先解密、核对、升到本版结构，"
        "再按销毁日志把备份之后要求删除的反映重新销毁，"
        "全部做完才放到位。"
    )
    parser.epilog = (
        "要用做备份时（或更新）的钥匙环，和最新的销毁日志（在钥匙环旁边）。"
        "恢复前请先停掉 serve。"
        "备份之后收到的内容不在备份里。"
    )
    parser.add_argument(
        "path", metavar="PATH", type=Path, help="jianfu backup 做的备份文件"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="换掉现有的数据库（它的内容不再保留，请先备份）",
    )
    parser.add_argument(
        "--journal-lost",
        action="store_true",
        help="销毁日志丢了也恢复：备份之后要求删除的反映会重新出现，只在别无办法时用",
    )


def run(args: argparse.Namespace) -> int:
    settings = load()
    keyring = open_keyring(settings)
    keys = page_keys(keyring)
    target = database_file(settings)
    journal = shred_file(settings.keyring)
    if not journal.exists() and not args.journal_lost:
        raise OperatorError(
            f"没有销毁日志 {journal}：请从副本放回；从未有过或确实丢了，"
            "再加 --journal-lost"
        )
    _may_be_restored(settings, target, args.force)
    with workspace(settings.data_dir) as folder:
        copy = folder / target.name
        try:
            Archive(keyring).decrypt(args.path.absolute(), copy)
        except ArchiveError as error:
            raise told("恢复不了", args.path, error) from None
        _encrypted(copy, keys)
        memory = memory_of(settings, keyring)
        restored = _made_ready(settings, copy, memory, args.journal_lost)
        _whole(copy, keys)
        replaced = _id_of(target, keys) if args.force else None
        _put(copy, target, args.force, keys)
    _remember(memory, restored, target, replaced)
    _tell(restored, target)
    return 0


def _id_of(target: Path, keys: PageKeys) -> bytes | None:
    """Of the database that is replaced; None where nothing can be read of it."""
    try:
        with closing(connect(target, keys)) as connection:
            row = connection.execute(SELECT_STORE).fetchone()
    except sqlite3.Error:
        return None
    return bytes(row["id"]) if row else None


def _remember(
    memory: Memory, restored: Restored, target: Path, replaced: bytes | None
) -> None:
    """From now on this is the database that lies here; the replaced one is no more.

    Nothing is lost where it cannot be noted: the next start notes it.
    """
    with suppress(OSError):
        if replaced is not None:
            memory.forget(replaced)
        noted = memory.of(restored.id)
        turns = noted.turns if noted else restored.was.turns
        memory.note(restored.id, turns, target)


def _tell(restored: Restored, target: Path) -> None:
    content = restored.content
    found = f"工单{content.cases}件、反映{content.reports}件"
    print(f"已恢复：{found}，数据库在 {target}")
    if restored.before != restored.after:
        print(f"结构从第 {restored.before} 版升到第 {restored.after} 版")
    print(f"备份之后应反映人要求删除的{content.again}件，已再次销毁")
    print("开通：jianfu serve；体检：jianfu doctor")


def _may_be_restored(settings: Settings, target: Path, force: bool) -> None:
    folder = settings.data_dir
    try:
        there = _content(folder)
        if there and not force:
            raise OperatorError(
                f"{folder} 里已有 {there[0]}："
                "请把 JIANFU_DATA_DIR 指向空目录，或加 --force 换掉现有的数据库"
            )
        if target.exists() and in_use(target):
            raise OperatorError(
                f"{target} 正在使用：请先停掉 jianfu serve 和别的 jianfu 命令"
            )
    except OSError as error:
        raise told("用不了数据目录", folder, error) from None


def _content(folder: Path) -> list[str]:
    """Names of what lies in the data folder, beside what a copy is made in."""
    if not folder.exists():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.name != WORK)


def _whole(copy: Path, keys: PageKeys) -> None:
    if check(copy, keys):
        raise OperatorError(
            "备份解开了，里面的数据库却有损坏，没有恢复：请换一份更早的备份"
        )


def _encrypted(copy: Path, keys: PageKeys) -> None:
    """Backups of older programs hold a database that everybody can read."""
    try:
        _whole(copy, keys)
        encrypt(copy, keys)
    except (OSError, sqlite3.Error, StorageError) as error:
        raise told("恢复不了", copy, error) from None


def _made_ready(
    settings: Settings, copy: Path, memory: Memory, journal_lost: bool
) -> Restored:
    """Migrated, under an id of its own, and without what was forgotten meanwhile: all
    of it while nobody sees the copy yet.
    """
    try:
        keys = page_keys(open_keyring(settings))
        with closing(connect(copy, keys)) as connection:
            before = version(connection)
            after = migrate(connection)
            was = StoreRow(*connection.execute(SELECT_STORE).fetchone())
            connection.execute(RENAME_STORE)
        remembered = memory.of(was.id)
        acknowledged = remembered.turns if remembered else was.turns
        id, content = asyncio.run(
            _forgotten(settings, copy, journal_lost, (acknowledged, was.turns))
        )
    except OSError as error:
        raise told("读不了", settings.keyring.parent, error) from None
    except KeyringError as error:
        raise told("读不了销毁日志", shred_file(settings.keyring), error) from None
    except (StorageError, sqlite3.Error) as error:
        raise OperatorError(f"这份备份恢复不了：{reason(error)}") from None
    return Restored(before, after, was, id, content)


async def _forgotten(
    settings: Settings, copy: Path, journal_lost: bool, turns: tuple[int, int]
) -> tuple[bytes, RestoredContent]:
    """The copy's id, and what is left when all was forgotten that the journal has.

    turns: acknowledged by what the backup was made of, and found in it; the audit chain
    keeps both. Raises: OperatorError, if the journal is not the newest.
    """
    beside = settings.model_copy(update={"data_dir": copy.parent})
    async with opened(beside, lambda parts: []) as app:
        database = app.resources.database
        journal = app.resources.journal
        missing = await unknown_to(journal, database)
        if missing and not journal_lost:
            raise OperatorError(
                f"销毁日志 {shred_file(settings.keyring)} 不是最新的"
                f"（备份里已销毁的，有{len(missing)}件它不知道）："
                "请放回最新的副本；确实丢了，再加 --journal-lost"
            )
        journal.add(*missing)
        now = app.resources.now()
        again = await forget_again(database, app.casework, journal, now)
        id = (await Store(database).load()).id
        acknowledged, found = turns
        counted = json.dumps({"acknowledged": acknowledged, "found": found})
        line = Audit(seconds(now), "store.restore", id, None, counted)
        await database.commit([line])
        [row] = await database.all(COUNT_CONTENT)
        return id, RestoredContent(row["cases"], row["reports"], again)


def _put(copy: Path, target: Path, force: bool, keys: PageKeys) -> None:
    # without its log what was shredded would come back
    if copy.with_name(f"{copy.name}-wal").exists():
        raise OperatorError("写不完，没有恢复：请检查磁盘空间再试")
    try:
        if force and target.exists():
            _replace(copy, target, keys)
        else:
            # unlike a rename it fails if there is a database by now
            os.link(copy, target)
        sync_folder(target.parent)
    except OSError as error:
        raise told("放不到位", target, error) from None


def _replace(copy: Path, target: Path, keys: PageKeys) -> None:
    if in_use(target):
        raise OperatorError(f"{target} 正在使用，没有换掉：请先停掉 jianfu serve")
    fold(target, keys)
    copy.replace(target)
