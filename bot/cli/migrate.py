"""`jianfu migrate`: the database to this program's schema. `serve` does the same by
itself when it starts.
"""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing

from bot.app import database_file
from bot.ops.trouble import told
from bot.settings import OperatorError, load
from storage.connection import connect
from storage.migrate import migrate, version
from storage.port import StorageError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "把数据库升到本版程序的结构，只进不退；已是最新就什么也不做。"
    parser.epilog = (
        "serve 启动时也会自动升。升级前请先 jianfu backup：升上去以后，旧程序不再认得。"
    )


def run(args: argparse.Namespace) -> int:
    path = database_file(load())
    if not path.exists():
        raise OperatorError(
            f"还没有数据库 {path}：请先运行 jianfu init，或改正 JIANFU_DATA_DIR"
        )
    try:
        with closing(connect(path)) as connection:
            before = version(connection)
            after = migrate(connection)
    except (sqlite3.Error, StorageError) as error:
        raise told("升不了数据库", path, error) from None
    print(
        f"数据库已是第 {after} 版结构"
        if before == after
        else f"数据库结构已从第 {before} 版升到第 {after} 版"
    )
    return 0
