"""Failures of files, keys and storage in the operator's words: one Chinese line with
the remedy.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from anonymizer.archive import ArchiveDamaged, ArchiveError, ArchiveLocked
from anonymizer.keyring import (
    KeyringDamaged,
    KeyringError,
    KeyringExists,
    KeyringMissing,
    KeyringUnsafe,
)
from bot.settings import OperatorError
from storage.connection import NoKeyFits
from storage.migrate import TooNew, migrations
from storage.port import Broken, Locked, StorageError

Failure = OSError | sqlite3.Error | StorageError | KeyringError | ArchiveError
DISK_FULL = "磁盘满了：请腾出空间再试"
NOT_WRITABLE = "没有写的权限，或磁盘是只读的：请检查属主、权限和挂载方式"
RIGHT_KEYRING = "请把 JIANFU_KEYRING 指向原来的钥匙环，或从副本放回"
FILE_BUSY = "正被别的进程占用：请稍后再试"
REASONS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EROFS: NOT_WRITABLE,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.ENOENT: "没有这个文件或目录：请检查路径",
    errno.EEXIST: "已经有了：请换一个名字",
    errno.EISDIR: "这是目录：请写文件名",
    errno.ENOTDIR: "路径中间有一段不是目录：请检查路径",
    errno.EIO: "磁盘读写出错：请检查磁盘",
}
SQLITE = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_READONLY": NOT_WRITABLE,
    "SQLITE_CANTOPEN": NOT_WRITABLE,
    "SQLITE_PERM": NOT_WRITABLE,
    "SQLITE_BUSY": FILE_BUSY,
    "SQLITE_LOCKED": FILE_BUSY,
    "SQLITE_IOERR": "磁盘满了或读写出错：请腾出空间，再检查磁盘",
    "SQLITE_NOTADB": "不是数据库，或已损坏：请用 jianfu restore 恢复备份",
    "SQLITE_CORRUPT": "已损坏：请用 jianfu restore 恢复备份",
}


def told(what: str, path: Path, error: Failure) -> OperatorError:
    """`what` failed on `path`, e.g. "打不开数据库"."""
    return OperatorError(f"{what} {path}：{reason(error)}")


def reason(error: Failure) -> str:
    """Why, and what to do about it."""
    match error:
        case TooNew():
            return (
                f"它是更新的程序建的，本程序只认到结构第 {max(migrations())} 版："
                "请装回较新的程序，或恢复旧备份"
            )
        case KeyringMissing():
            return "没有钥匙环：请从副本放回；从未有过就运行 jianfu init"
        case KeyringExists():
            return "钥匙环已在，不会被覆盖"
        case KeyringUnsafe():
            return "别人也能读钥匙环：请运行 chmod 600"
        case KeyringDamaged():
            return "内容不是钥匙环：请从副本放回"
        case NoKeyFits() | Locked():
            return f"钥匙环与数据库不配，{RIGHT_KEYRING}"
        case ArchiveLocked():
            return "钥匙环里没有做这份备份时的那把钥匙：请放回当时（或更新）的钥匙环"
        case ArchiveDamaged():
            return (
                "不是备份、已损坏，或是用另一个钥匙环做的：请换一份备份，"
                "或放回当时的钥匙环"
            )
    return next(
        filter(None, map(_cause, _causes(error))), "出错了：请运行 jianfu doctor"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lay under it: our own errors leave the system's
    words behind.
    """
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__context__


def _cause(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno is not None:
        return REASONS.get(error.errno, f"{error.strerror}：请检查路径、权限和磁盘")
    if not isinstance(error, StorageError | sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", str(error))  # a StorageError names it too
    for known, words in SQLITE.items():
        if known in name:
            return words
    return (
        "已损坏，或程序与它不合：请运行 jianfu doctor"
        if isinstance(error, Broken)
        else None
    )
