"""Whether the store is the one it should be: the database of this keyring, and all in
it that was ever acknowledged.

The database holds a token that only its keyring opens, and counts the turns it has
acknowledged. The same number is remembered beside the keyring, sealed, a file for each
database: what of it the database does not know any more was lost.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from anonymizer.files import appearing
from anonymizer.keyring import Keyring, KeyringError
from anonymizer.seal import Sealer, Unsealable
from bot.codec import SealedColumn
from bot.keys import page_keys
from bot.ops.keycheck import KeyCheck, opens
from bot.settings import OperatorError, Settings
from storage.connection import PageKeys, connect_to_read
from storage.migrate import version
from storage.repositories.store import Store, StoreRow
from storage.sqlite import SQLiteDatabase

PATIENCE = 5.0  # seconds to wait for another process's lock
# The same where the event loop waits, which hears meanwhile nothing that tells to stop.
BRIEFLY = 0.5
LOCK = "lock"


class Token(msgspec.Struct, frozen=True):
    """What the database keeps of its keyring. keys: how many it had then."""

    keys: int


class Remembered(msgspec.Struct, frozen=True):
    """What the keyring keeps of a database. path: where it lay last."""

    turns: int
    path: str


SEALED_STORE = SealedColumn("store", "sealed", Token)
SEALED_MEMORY = SealedColumn("memory", "file", Remembered)


def memory_folder(keyring: Path) -> Path:
    return keyring.with_name(f"{keyring.stem}.state")


class Memory:
    """What is remembered of the databases of one keyring, outside of them.

    An empty folder says that there was none yet; no folder, that nobody knows.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._sealer = Sealer(keyring, "audit")

    @property
    def is_new(self) -> bool:
        """The keyring was just made, and no database yet."""
        return self._folder.is_dir() and not self.known()

    def begin(self) -> None:
        """Raises: OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def of(self, id: bytes) -> Remembered | None:
        """None: nothing, or nothing that opens. Raises: OSError."""
        try:
            sealed = self._file(id).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return SEALED_MEMORY.open(self._sealer, id, sealed)
        except Unsealable:
            return None

    def known(self) -> dict[bytes, Remembered]:
        """All databases of this keyring, by their ids. Raises: OSError."""
        if not self._folder.is_dir():
            return {}
        found: dict[bytes, Remembered] = {}
        for path in sorted(self._folder.iterdir()):
            try:
                id = bytes.fromhex(path.name)
            except ValueError:
                continue
            remembered = self.of(id)
            if remembered is not None:
                found[id] = remembered
        return found

    def note(self, id: bytes, turns: int, path: Path) -> None:
        """Remember so many turns, on the disk when this returns; never fewer than
        another process has noted. Raises: OSError.
        """
        self.begin()
        with self._locked():
            known = self.of(id)
            if known and known.turns >= turns and known.path == str(path):
                return
            most = max(turns, known.turns) if known else turns
            noted = Remembered(most, str(path))
            with appearing(self._file(id), replace=True) as file:
                file.write(SEALED_MEMORY.seal(self._sealer, id, noted))

    def forget(self, *ids: bytes) -> None:
        """Raises: OSError."""
        for id in ids:
            self._file(id).unlink(missing_ok=True)

    def _file(self, id: bytes) -> Path:
        return self._folder / id.hex()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class KeyringInPlace:
    """Whether the keyring's file still holds the keys that this process seals with.

    What is sealed with keys that nobody has any more is lost with the process.
    """

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._keyring = keyring
        self._known: tuple[int, int, int] | None = None

    def displaced(self) -> str | None:
        """The file's name, if it is gone or holds other keys."""
        try:
            status = os.stat(self._path)
        except OSError:
            return self._path.name
        looks = (status.st_ino, status.st_mtime_ns, status.st_size)
        if looks == self._known:
            return None
        try:
            holds = Keyring.load(self._path).holds(self._keyring)
        except KeyringError:
            holds = False
        if not holds:
            return self._path.name
        self._known = looks
        return None


# ── at a start ────────────────────────────────────────────────────────────────────────


def refuse_a_second(
    settings: Settings, database: Path, memory: Memory, keys: PageKeys
) -> None:
    """Where the keyring's database is not, none is begun unasked.

    Raises: OperatorError.
    """
    known = memory.known()
    here = turns_here(known, database)
    is_there = database.exists() and not (known and database.stat().st_size == 0)
    if is_there and here and _is_blank(database, keys):
        raise OperatorError(told_lost(database, here, 0))
    may_begin = memory.is_new or (settings.keyring_json is not None and not known)
    if not is_there and not may_begin:
        raise OperatorError(told_missing(database, known))


def turns_here(known: Mapping[bytes, Remembered], database: Path) -> int:
    """The most that was acknowledged by a database of this very place."""
    here = [one.turns for one in known.values() if one.path == str(database)]
    return max(here, default=0)


def _is_blank(database: Path, keys: PageKeys) -> bool:
    """Its log is gone before anything of it was folded in: it would be begun anew."""
    try:
        with closing(connect_to_read(database, keys, BRIEFLY)) as connection:
            return version(connection) == 0
    except sqlite3.Error:
        return False  # whoever opens it tells why it cannot be


def told_missing(database: Path, known: dict[bytes, Remembered]) -> str:
    elsewhere = sorted({one.path for one in known.values()} - {str(database)})
    last = f"原来的在 {elsewhere[-1]}；" if elsewhere else ""
    return (
        f"没有数据库 {database}，再往下就是另开一个空的专线：{last}"
        "请改正 JIANFU_DATA_DIR，或用 jianfu restore 恢复备份；"
        "真要另开，先运行 jianfu init --empty"
    )


def told_lost(database: Path, acknowledged: int, found: int) -> str:
    return (
        f"数据库 {database} 少了{acknowledged - found}次已经答复过的写入"
        f"（答复过{acknowledged}次，库里{found}次）：请放回 {database.name}-wal "
        "或整个数据目录；放不回就用 jianfu restore 恢复备份，"
        "或先 jianfu backup、再 jianfu restore --force 那一份，照现有的接着办"
    )


async def vouch(
    database: SQLiteDatabase, path: Path, keyring: Keyring, memory: Memory
) -> None:
    """This database is this keyring's, and nothing is missing that was acknowledged;
    from now on it is remembered.

    Raises: OperatorError, naming the remedy; OSError, if it cannot be remembered;
        StorageError.
    """
    store = Store(database)
    row = await store.load()
    await _check_token(database, path, keyring, row)
    remembered = memory.of(row.id)
    # one that nobody remembers, where another is remembered, was begun in its place
    before = 0 if remembered else turns_here(memory.known(), path)
    acknowledged = remembered.turns if remembered else before
    # read after it: meanwhile others may have gone on and noted it
    found = (await store.load()).turns
    if acknowledged > found:
        raise OperatorError(told_lost(path, acknowledged, found))
    database.tell(lambda turns: memory.note(row.id, turns, path))
    if remembered is None or remembered.path != str(path):
        await asyncio.to_thread(memory.note, row.id, found, path)


async def _check_token(
    database: SQLiteDatabase, path: Path, keyring: Keyring, row: StoreRow
) -> None:
    """Raises: OperatorError, where the keyring is another's, or an older copy."""
    sealer = Sealer(keyring, "content")
    try:
        keys = SEALED_STORE.open(sealer, row.id, row.sealed).keys if row.sealed else 0
    except Unsealable:
        keys = 0
        await asyncio.to_thread(_refuse_other, path, keyring, row)
    else:
        if not row.sealed:
            await asyncio.to_thread(_refuse_other, path, keyring, row)
    if keys != len(keyring.versions):
        token = Token(len(keyring.versions))
        sealed = SEALED_STORE.seal(sealer, row.id, token)
        await database.commit([Store.seal(row.id, sealed)])


def _refuse_other(path: Path, keyring: Keyring, row: StoreRow) -> None:
    """Real rows are asked, since it may be the token alone that is damaged. Blocks.

    Raises: OperatorError; sqlite3.Error.
    """
    keys = page_keys(keyring)
    with closing(connect_to_read(path, keys, PATIENCE)) as connection:
        found = opens(connection, keyring)
    if is_another(row, found) or is_older(row, keyring, found):
        raise OperatorError(told_other(path, row, keyring, found))


def is_another(row: StoreRow, found: KeyCheck) -> bool:
    """Nothing opens: neither the token nor any row that was tried."""
    has_sealed = bool(row.sealed or found.tried)
    return has_sealed and found.failed == found.tried


def is_older(row: StoreRow, keyring: Keyring, found: KeyCheck) -> bool:
    """The token is of a key that came later, and so are rows."""
    version = int.from_bytes(row.sealed[1:3], "big")
    return version > keyring.newest and found.failed > 0


def told_other(path: Path, row: StoreRow, keyring: Keyring, found: KeyCheck) -> str:
    if is_older(row, keyring, found) and not is_another(row, found):
        return (
            f"钥匙环是旧的一份，缺后来加的钥匙，打不开数据库 {path} 里的一些内容："
            "请放回最新的副本"
        )
    return (
        f"钥匙环与数据库不配：打不开 {path} 里的内容，请把 JIANFU_KEYRING "
        "指向原来的钥匙环，或从副本放回"
    )
