"""`jianfu backup`: one moment of the database, encrypted, and opened again before it
gets its name.
"""

from __future__ import annotations

import argparse
import glob
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from anonymizer.archive import Archive, ArchiveError
from anonymizer.files import sync_folder
from anonymizer.keyring import Keyring
from bot.app import database_file, memory_of, open_keyring
from bot.cli.progress import on_terminal
from bot.keys import page_keys
from bot.ops.copies import workspace
from bot.ops.keycheck import opens
from bot.ops.sealed_rows import Examination, named
from bot.ops.store import Memory, Remembered, told_lost
from bot.ops.trouble import told
from bot.settings import OperatorError, load
from storage.backup import check, online_copy
from storage.connection import PageKeys, connect
from storage.encrypted import SQLiteConnection
from storage.migrate import migrations, version
from storage.port import StorageError
from storage.repositories.store import SELECT_STORE

# the backup is there and whole, and holds what was damaged or missing before
EXIT_WITH_TROUBLE = 1
MAGIC = b"JFARCH"  # how a backup begins: nothing else is ever overwritten


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "给数据库做一份加密备份；serve 开着也可以做，办事不停。做完会重新打开核对，"
        "核对过的才留下。"
    )
    parser.epilog = (
        "打开备份要用钥匙环，备份里没有它：请另外保管。定时备份见 docs/operations.md。"
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="备份文件写到哪里")
    parser.add_argument(
        "--force",
        action="store_true",
        help="PATH 是以前的备份时换掉它（别的文件一律不换）",
    )


def run(args: argparse.Namespace) -> int:
    settings = load()
    database = database_file(settings)
    path = args.path.absolute()
    if not database.exists():
        raise OperatorError(
            f"还没有数据库 {database}：没有什么可备份，请检查 JIANFU_DATA_DIR"
        )
    keyring = open_keyring(settings)
    keys = page_keys(keyring)
    _may_be_written(path, args.force)
    # before the copy is made: meanwhile more is acknowledged, and remembered
    known = _known(memory_of(settings, keyring))
    with workspace(settings.data_dir) as folder:
        _copy(database, folder / "copy", keys)
        with _beside(path) as sealed:
            _seal(Archive(keyring), folder / "copy", sealed)
            damaged = _verify(Archive(keyring), keyring, sealed, folder / "again")
            lost = _lost(folder / "again", database, known, keys)
            _name(sealed, path, args.force)
    print(f"已备份到 {path}（{path.stat().st_size:,} 字节），已重新打开核对")
    troubles = [words for words in (damaged, lost) if words]
    for words in troubles:
        print(f"jianfu backup: {words}", file=sys.stderr)
    return EXIT_WITH_TROUBLE if troubles else 0


def _may_be_written(path: Path, force: bool) -> None:
    """Only a backup is replaced, and only where forced. Raises: OperatorError."""
    try:
        if path.is_dir():
            example = path / "jianfu.backup"
            raise OperatorError(f"{path} 是目录：请写文件名，例如 {example}")
        if not path.parent.is_dir():
            raise OperatorError(f"没有目录 {path.parent}：请先建好，或换一个位置")
        if not os.path.lexists(path):
            return
        if not force:
            raise OperatorError(f"{path} 已经有了：请换一个名字，或加 --force 换掉")
        if not begins_as_backup(path):
            raise OperatorError(f"{path} 不是备份，加了 --force 也不换掉：请换一个名字")
    except OSError as error:
        raise told("用不了", path, error) from None


def begins_as_backup(path: Path) -> bool:
    """Raises: OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _copy(database: Path, copy: Path, keys: PageKeys) -> None:
    try:
        online_copy(database, copy, keys)
    except (StorageError, OSError) as error:
        raise told("抄不出数据库", database, error) from None


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name in the folder of `path`, for what is not verified yet; gone at the end, or
    with the next run.
    """
    beside = path.with_name(f".{path.name}.unverified")
    _clear(beside)
    try:
        yield beside
    finally:
        _clear(beside)


def _clear(beside: Path) -> None:
    # of `appearing`, after kill -9
    halves = beside.parent.glob(f".{glob.escape(beside.name)}.????????")
    for stray in (beside, *halves):
        # sealed, so it tells nothing; why the folder is not writable is told anyway
        with suppress(OSError):
            stray.unlink(missing_ok=True)


def _seal(archive: Archive, copy: Path, sealed: Path) -> None:
    try:
        archive.encrypt(copy, sealed)
    except ArchiveError as error:
        raise told("写不了备份", sealed, error) from None
    copy.unlink()  # before the second one is written: the disk need hold only one


def _verify(
    archive: Archive, keyring: Keyring, sealed: Path, again: Path
) -> str | None:
    """What would come back is looked at, not what went in: all that is sealed in it is
    opened. Gives what of it is damaged, in words; one damaged row is no reason to have
    no backup of all the others. Raises: OperatorError.
    """
    try:
        archive.decrypt(sealed, again)
        keys = page_keys(keyring)
        if check(again, keys):
            raise OperatorError(
                "数据库有损坏，备份没有留下：请运行 jianfu doctor，必要时恢复上一份备份"
            )
        with closing(connect(again, keys)) as connection:
            found = opens(connection, keyring)
            if found.tried and found.failed == found.tried:
                raise OperatorError(
                    f"这个钥匙环打不开数据库里的内容（试{found.tried}条，"
                    f"{found.failed}条打不开），备份没有留下："
                    "请把 JIANFU_KEYRING 指向原来的钥匙环"
                )
            return _damaged(connection, keyring)
    except (ArchiveError, sqlite3.Error) as error:
        raise told("备份核对不过，没有留下", sealed, error) from None


def _damaged(connection: SQLiteConnection, keyring: Keyring) -> str | None:
    if version(connection) != max(migrations()):
        return None  # of an older program: it is opened after its migration
    damaged = Examination(connection, keyring, on_terminal("核对")).run()
    if not damaged:
        return None
    return (
        f"备份已留下，但有{len(damaged)}处内容损坏、打不开："
        f"{named(damaged, connection)}。请用以前的备份核对"
    )


def _known(memory: Memory) -> dict[bytes, Remembered]:
    try:
        return memory.known()
    except OSError:  # a backup is made all the same; `doctor` says it
        return {}


def _lost(
    copy: Path, database: Path, known: Mapping[bytes, Remembered], keys: PageKeys
) -> str | None:
    """What was acknowledged and is not in the copy, in words."""
    try:
        with closing(connect(copy, keys)) as connection:
            row = connection.execute(SELECT_STORE).fetchone()
    except sqlite3.Error:
        return None  # of an older program
    remembered = known.get(row["id"])
    if remembered is None or remembered.turns <= row["turns"]:
        return None
    return told_lost(database, remembered.turns, row["turns"])


def _name(sealed: Path, path: Path, force: bool) -> None:
    try:
        if force:
            sealed.replace(path)
        else:
            os.link(sealed, path)  # unlike a rename it fails if there is a file by now
        sync_folder(path.parent)
    except OSError as error:
        raise told("写不了备份", path, error) from None
