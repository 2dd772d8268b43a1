"""How tests look into a database of their own: past the program, with its keys.

A connection is as SQLite gives it, in autocommit mode: nothing is checked, and nothing
that is deleted overwritten.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from anonymizer.keyring import Keyring
from bot.keys import page_keys
from storage.connection import PageKeys
from storage.encrypted import FileHead, SQLiteConnection

PATIENCE = 5.0  # seconds to wait for a lock, as sqlite3 does
PAGE = 4096
LOG_HEAD = 32
FRAME_HEAD = 24
KEYRINGS = (
    "keys/keyring.json",
    "home/.config/jianfu/keyring.json",
    ".config/jianfu/keyring.json",
    "keyring.json",
)


def keys_of(keyring: Path) -> PageKeys:
    return page_keys(Keyring.load(keyring))


def look_into(database: Path, keyring: Path | None = None) -> SQLiteConnection:
    """keyring: None: the one that lies nearby."""
    return look_with(keys_of(keyring or _nearby(database)), database)


def look_with(keys: PageKeys, database: Path) -> SQLiteConnection:
    head = FileHead(database)
    fitting = [key for key in keys if head.is_of(key)]
    return SQLiteConnection(database, None if head.is_plain else fitting[0], PATIENCE)


def laid_open(file: Path, keys: PageKeys | None = None) -> bytes:
    """What lies in a file; of a database that is encrypted also what lies in its pages
    and in its log, free ones and old frames too.

    What must not be read even by who has the page key is looked for here. keys: None:
    of the keyring that lies nearby.
    """
    held = file.read_bytes()
    if not FileHead(file).seems_encrypted:
        return held
    found = keys or keys_of(_nearby(file))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        shutil.copy(file, copy)
        log = file.with_name(f"{file.name}-wal")
        if log.exists():
            shutil.copy(log, copy.with_name(log.name))
        with closing(look_with(found, copy)) as connection:
            return b"".join([held, *_pages(connection, copy)])


def all_laid_open(folder: Path, keys: PageKeys | None = None) -> bytes:
    """Everything in a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(laid_open(path, keys) for path in files)


def _pages(connection: SQLiteConnection, file: Path) -> Iterator[bytes]:
    """Of the file, then of its log, decrypted."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    read = connection._connection.read  # SQLite decrypts what is read through it
    for at in range(0, file.stat().st_size, PAGE):
        yield read("main", 0, at, PAGE)[1]
    log = file.with_name(f"{file.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    for at in range(LOG_HEAD + FRAME_HEAD, size - PAGE + 1, FRAME_HEAD + PAGE):
        yield read("main", 1, at, PAGE)[1]


def _nearby(database: Path) -> Path:
    """Where our tests and their deployments put it."""
    folders = list(database.parents)[:3]
    places = [folder / name for folder in folders for name in KEYRINGS]
    return next(path for path in places if path.exists())
