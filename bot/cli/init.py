"""`jianfu init`: keyring and database, made once and left alone ever after."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from anonymizer.keyring import Keyring, KeyringError
from bot.app import database_file, memory_of, open_keyring, opened, shred_file
from bot.keys import page_keys
from bot.ops.forgotten import forget_again, unknown_to
from bot.ops.store import refuse_a_second
from bot.ops.trouble import reason, told
from bot.program import Program
from bot.settings import OperatorError, Settings, load
from storage.connection import PageKeys, connect, create
from storage.conversion import encrypt
from storage.migrate import migrate
from storage.port import StorageError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "建钥匙环（0600）和数据库，说明它们在哪里。已经有的原样不动，可以反复运行。"
    )
    parser.epilog = (
        "位置由 JIANFU_DATA_DIR 和 JIANFU_KEYRING 决定，见 docs/settings.md。"
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="这个钥匙环已有过数据库，仍要在这里另开一个空的专线",
    )


def run(args: argparse.Namespace) -> int:
    settings = load()
    known = settings.keyring_json is not None or settings.keyring.exists()
    there = database_file(settings).exists()
    _folder_for_the_journal(settings)
    keys = page_keys(_begin(settings, args.empty))
    _database(database_file(settings), keys)
    again = asyncio.run(_init(settings))
    if settings.keyring_json is not None:
        print("钥匙环：由设置提供，没有写文件")
    else:
        print(f"钥匙环：{settings.keyring}（{'已有，没有动' if known else '新建'}）")
    print(f"数据库：{database_file(settings)}（{'已有，没有动' if there else '新建'}）")
    print(f"销毁日志：{shred_file(settings.keyring)}")
    if again:
        print(f"补做：{again}件应反映人要求删除的反映已销毁")
    print(
        "请把钥匙环抄一份，放到安全的、与备份分开的地方：丢了它，"
        "收到的内容和备份谁也打不开。"
    )
    print(
        "销毁日志也要常抄：恢复备份时靠它再次销毁。开通：jianfu serve；"
        "体检：jianfu doctor。"
    )
    return 0


def _begin(settings: Settings, empty: bool) -> Keyring:
    """The keyring, and the right to begin a database where none is.

    empty: even if the keyring remembers one; what lay in this very place is forgotten.
    Raises: OperatorError.
    """
    keyring = open_keyring(settings, create=True)
    memory = memory_of(settings, keyring)
    path = database_file(settings)
    try:
        known = memory.known()
        if empty and not path.exists():
            here = [id for id, one in known.items() if one.path == str(path)]
            memory.forget(*here)
        elif known:
            refuse_a_second(settings, path, memory, page_keys(keyring))
        memory.begin()
    except OSError as error:
        raise told("用不了", settings.keyring.parent, error) from None
    return keyring


def _folder_for_the_journal(settings: Settings) -> None:
    """Where the keyring comes as text, nothing else would make the folder the journal
    lies in.
    """
    try:
        settings.keyring.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise told("建不了目录", settings.keyring.parent, error) from None


def _database(path: Path, keys: PageKeys) -> None:
    try:
        create(path)
        encrypt(path, keys)
        with closing(connect(path, keys)) as connection:
            migrate(connection)
    except (OSError, sqlite3.Error, StorageError) as error:
        raise told("建不了或打不开数据库", path, error) from None


async def _init(settings: Settings) -> int:
    async with opened(settings, lambda parts: []) as app:
        return await _caught_up(app)


async def _caught_up(app: Program) -> int:
    """The journal gets what it lacks, if only its file: then its absence is told. The
    database likewise.
    """
    resources = app.resources
    try:
        resources.journal.add(*await unknown_to(resources.journal, resources.database))
        return await forget_again(
            resources.database, app.casework, resources.journal, resources.now()
        )
    except KeyringError as error:
        raise told(
            "读写不了销毁日志", shred_file(resources.settings.keyring), error
        ) from None
    except StorageError as error:
        raise OperatorError(f"数据库写不进去：{reason(error)}") from None
