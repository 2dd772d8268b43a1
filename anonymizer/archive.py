"""Encrypted backups: a file in chunks that cannot be changed, cut or reordered unseen.

Each chunk is authenticated with its number and whether it is the last.
Layout: `JFARCH1\\n ‖ key version (2) ‖ salt (32)`, then chunks of at most 1 MiB with a
tag of 16 bytes each.
Source: STREAM, Hoang, Reyhanitabar, Rogaway, Vizár 2015; HKDF-SHA256, RFC 5869.
`cryptography` has no STREAM of its own, so it is put together from its AES-GCM here.

ArchiveError
├── ArchiveDamaged   cut short, changed, reordered, or no archive: take another backup
└── ArchiveLocked    sealed under a key version this keyring lacks: bring that keyring
"""

import secrets
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anonymizer.files import appearing
from anonymizer.keyring import Keyring

# bytes of plain text; one chunk is held in memory, and the one after it
CHUNK = 1 << 20
_MAGIC = b"JFARCH1\n"
_VERSION_END = len(_MAGIC) + 2
_SALT_BYTES = 32
_ARCHIVE_HEAD_BYTES = _VERSION_END + _SALT_BYTES
_CHUNK_TAG_BYTES = 16


class ArchiveError(Exception):
    """A backup could not be written or read.

    The message is one line that names the remedy; it holds no content.
    """


class ArchiveDamaged(ArchiveError):
    """Not a whole archive of ours."""


class ArchiveLocked(ArchiveError):
    """The keyring lacks the version it was made with."""


class Archive:
    """Writes and reads encrypted backups with the keyring's purpose `backup`."""

    __slots__ = ("_keyring",)

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def encrypt(self, source: Path, target: Path) -> None:
        """Encrypt a file into another (0600).

        The other one appears whole and durable, or not at all.

        Raises: ArchiveError, if a file cannot be read or written.
        """

        def fill(plain: BinaryIO, sealed: BinaryIO) -> None:
            version = self._keyring.newest.to_bytes(2, "big")
            head = _MAGIC + version + secrets.token_bytes(_SALT_BYTES)
            cipher = self._cipher(head)
            sealed.write(head)
            for number, last, chunk in _chunks(plain, CHUNK):
                sealed.write(cipher.encrypt(_nonce(number, last), chunk, head))

        _through(source, target, fill)

    def decrypt(self, source: Path, target: Path) -> None:
        """Give back what was encrypted (0600).

        `target` appears only after the last chunk was found true.

        Raises: ArchiveDamaged, ArchiveLocked, ArchiveError.
        """

        def fill(sealed: BinaryIO, plain: BinaryIO) -> None:
            for chunk in self._opened(sealed):
                plain.write(chunk)

        _through(source, target, fill)

    def verify(self, source: Path) -> int:
        """Check every chunk without writing anything.

        Returns: the length of the plain text in bytes.
        Raises: ArchiveDamaged, ArchiveLocked, ArchiveError.
        """
        try:
            with source.open("rb") as sealed:
                return sum(map(len, self._opened(sealed)))
        except OSError as error:
            raise ArchiveError(f"cannot read {source}: {error.strerror}") from None

    def _opened(self, sealed: BinaryIO) -> Iterator[bytes]:
        head = sealed.read(_ARCHIVE_HEAD_BYTES)
        if len(head) < _ARCHIVE_HEAD_BYTES or not head.startswith(_MAGIC):
            raise ArchiveDamaged("this is no backup of ours; name another file")
        cipher = self._cipher(head)
        try:
            for number, last, chunk in _chunks(sealed, CHUNK + _CHUNK_TAG_BYTES):
                yield cipher.decrypt(_nonce(number, last), chunk, head)
        except InvalidTag:
            raise ArchiveDamaged(
                "this backup is damaged, or of another keyring; take another one"
            ) from None

    def _cipher(self, head: bytes) -> AESGCM:
        version = int.from_bytes(head[len(_MAGIC) : _VERSION_END], "big")
        if version not in self._keyring.versions:
            raise ArchiveLocked(
                f"key version {version} is missing; bring the keyring used for the "
                "backup"
            )
        master = self._keyring.key("backup", version)
        hkdf = HKDF(
            algorithm=SHA256(),
            length=32,
            salt=head[_VERSION_END:],
            info=b"jianfu/1/archive",
        )
        return AESGCM(hkdf.derive(master))


def _nonce(number: int, last: bool) -> bytes:
    """Never twice under one key: the key is the file's own, the number the chunk's."""
    return number.to_bytes(11, "big") + bytes([last])


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[int, bool, bytes]]:
    """Each chunk's number, whether it is the last, and its bytes.

    An empty file is one empty last chunk.
    """
    chunk = file.read(size)
    for number in count():
        following = file.read(size)
        is_last = not following
        yield number, is_last, chunk
        if is_last:
            return
        chunk = following


def _through(
    source: Path, target: Path, fill: Callable[[BinaryIO, BinaryIO], None]
) -> None:
    try:
        with source.open("rb") as reading, appearing(target, replace=True) as writing:
            fill(reading, writing)
    except OSError as error:
        raise ArchiveError(
            f"cannot turn {source} into {target}: {error.strerror}"
        ) from None
