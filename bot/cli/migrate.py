"""`jianfu migrate`: the database to this program's schema, and encrypted under the
newest key. `serve` does the first by itself when it starts, and encrypts what is not.
"""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing

from bot.app import database_file, open_keyring
from bot.keys import page_keys
from bot.ops.trouble import told
from bot.settings import OperatorError, load
from storage.connection import connect
from storage.conversion import is_plain, renew
from storage.migrate import migrate, version
from storage.port import StorageError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "把数据库升到本版程序的结构，只进不退；还没加密的按页加密，"
        "用旧钥匙加密的改用最新的（要先停 serve）。已是最新就什么也不做。"
    )
    parser.epilog = (
        "serve 启动时也会自动升、自动加密。升级前请先 jianfu backup："
        "升上去以后，旧程序不再认得。"
    )


def run(args: argparse.Namespace) -> int:
    settings = load()
    path = database_file(settings)
    if not path.exists():
        raise OperatorError(
            f"还没有数据库 {path}：请先运行 jianfu init，或改正 JIANFU_DATA_DIR"
        )
    keys = page_keys(open_keyring(settings))
    try:
        with closing(connect(path, keys)) as connection:
            before = version(connection)
            after = migrate(connection)
        was_plain = is_plain(path)
        is_renewed = renew(path, keys)
    except (OSError, sqlite3.Error, StorageError) as error:
        raise told("升不了数据库", path, error) from None
    print(
        f"数据库已是第 {after} 版结构"
        if before == after
        else f"数据库结构已从第 {before} 版升到第 {after} 版"
    )
    if was_plain:
        print("数据库已按页加密，没加密的那份已覆盖并删除")
    elif is_renewed:
        print("数据库已改用最新的钥匙加密")
    return 0
