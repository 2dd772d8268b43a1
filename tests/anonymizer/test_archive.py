import os
from collections.abc import Callable
from pathlib import Path

import pytest

from anonymizer import archive
from anonymizer.archive import Archive, ArchiveDamaged, ArchiveError, ArchiveLocked
from anonymizer.keyring import Keyring

HEAD, CHUNK = 42, 1 << 20  # bytes, as the module's own words describe the file
SEALED = CHUNK + 16


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keyring")


def made(keyring: Keyring, folder: Path, plain: bytes) -> Path:
    (folder / "plain").write_bytes(plain)
    Archive(keyring).encrypt(folder / "plain", folder / "backup")
    return folder / "backup"


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_backup_comes_back_whole(keyring: Keyring, tmp_path: Path, size: int) -> None:
    plain = os.urandom(size)
    backup = made(keyring, tmp_path, plain)
    chunks = max(1, -(-size // CHUNK))
    assert backup.stat().st_size == HEAD + size + 16 * chunks
    assert Archive(keyring).verify(backup) == size
    Archive(keyring).decrypt(backup, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == plain
    assert {
        (tmp_path / name).stat().st_mode & 0o777 for name in ("backup", "back")
    } == {0o600}


def test_nothing_of_the_text_is_in_the_backup_and_no_two_are_alike(
    keyring: Keyring, tmp_path: Path
) -> None:
    plain = b"planted sentence" * 100
    one = made(keyring, tmp_path, plain).read_bytes()
    other = made(keyring, tmp_path, plain).read_bytes()
    assert b"planted" not in one + other
    assert one[HEAD : HEAD + 16] != other[HEAD : HEAD + 16], (
        "one key stream for two files"
    )


def swapped(data: bytes) -> bytes:
    first, second = data[HEAD : HEAD + SEALED], data[HEAD + SEALED : HEAD + 2 * SEALED]
    return data[:HEAD] + second + first + data[HEAD + 2 * SEALED :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "the last chunk is gone": lambda data: data[: HEAD + 2 * SEALED],
    "all chunks are gone": lambda data: data[:HEAD],
    "cut inside a chunk": lambda data: data[:-1],
    "cut inside the head": lambda data: data[: HEAD - 1],
    "empty": lambda data: b"",
    "something follows": lambda data: data + b"\0",
    "two chunks changed places": swapped,
    "a chunk is doubled": lambda data: data[: HEAD + SEALED] + data[HEAD:],
    "a chunk is left out": lambda data: data[:HEAD] + data[HEAD + SEALED :],
    "one bit of the salt": lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
    "one bit of the first chunk": lambda data: (
        data[:100] + bytes([data[100] ^ 1]) + data[101:]
    ),
    "one bit of the last chunk": lambda data: (
        data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]
    ),
    "another kind of file": lambda data: b"SQLite format 3\0" + data[16:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_every_damage_is_told_and_nothing_is_written(
    keyring: Keyring, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """A damaged backup never replaces what was there before."""
    backup = made(keyring, tmp_path, os.urandom(2 * CHUNK + 1000))
    backup.write_bytes(damage(backup.read_bytes()))
    (tmp_path / "back").write_bytes(b"as before")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(ArchiveDamaged):
        Archive(keyring).verify(backup)
    with pytest.raises(ArchiveDamaged):
        Archive(keyring).decrypt(backup, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"as before"
    assert sorted(os.listdir(tmp_path)) == before


def test_chunks_of_two_backups_do_not_mix(keyring: Keyring, tmp_path: Path) -> None:
    one = made(keyring, tmp_path, bytes(2 * CHUNK)).read_bytes()
    backup = made(keyring, tmp_path, bytes(2 * CHUNK))
    backup.write_bytes(backup.read_bytes()[: HEAD + SEALED] + one[HEAD + SEALED :])
    with pytest.raises(ArchiveDamaged):
        Archive(keyring).verify(backup)


def test_an_old_backup_opens_after_rotation_and_a_new_one_needs_the_new_keyring(
    keyring: Keyring, tmp_path: Path
) -> None:
    yesterday = Keyring.load(tmp_path / "keyring")
    backup = made(keyring, tmp_path, b"old")
    keyring.rotate()
    assert Archive(keyring).verify(backup) == 3
    with pytest.raises(ArchiveDamaged, match="another keyring"):
        Archive(Keyring.create(tmp_path / "other")).verify(backup)
    with pytest.raises(ArchiveLocked, match="version 2"):
        Archive(yesterday).verify(made(keyring, tmp_path, b"new"))


def test_files_that_cannot_be_used_are_one_line(
    keyring: Keyring, tmp_path: Path
) -> None:
    with pytest.raises(ArchiveError, match="cannot turn"):
        Archive(keyring).encrypt(tmp_path / "none", tmp_path / "backup")
    with pytest.raises(ArchiveError, match="cannot read"):
        Archive(keyring).verify(tmp_path / "none")
    assert not (tmp_path / "backup").exists()


def test_a_chunk_is_what_the_test_thinks() -> None:
    assert archive.CHUNK == CHUNK
