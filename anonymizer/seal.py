"""Sealing: what a reporter said, or is reachable by, is stored only like this.

A seal is `format (1 byte) ‖ key version (2) ‖ nonce (12) ‖ AES-256-GCM(length (4) ‖
plain ‖ padding) ‖ tag (16)`. Purpose, table, column and row id are authenticated with
it: moved elsewhere, it does not open. Format 1 holds the plain bytes; format 2 holds
them packed with zlib: long words of reports and cases alone.

`cryptography` gives the cipher. Its Fernet has neither a place nor padding, and its
MultiFernet tries every key in turn, so the frame is written here.
"""

import hmac
import json
import os
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymizer.keyring import KEY_BYTES, KeyPurpose, Keyring

PLAIN_FORMAT = 1
PACKED_FORMAT = 2
# bytes from which JSON of purpose "content" is packed; no secret stands beside it that
# its size could tell
PACKED_FROM = 2048
BLOCK = 512  # bytes; lengths are told no finer than this
OWN_KEY = 0  # the version written by a report's own data key
_SEAL_HEAD_BYTES = 3
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_SEAL_TAG_BYTES = 16
_NONCE_END = _SEAL_HEAD_BYTES + _NONCE_BYTES
_SHORTEST_SEAL = _NONCE_END + _LENGTH_BYTES + _SEAL_TAG_BYTES


class Unsealable(Exception):
    """A seal does not open: damaged, moved, or of a key we lack (perhaps shredded).

    The message holds no content.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seal is stored.

    row: the row's id; random ids keep rows apart for good.
    """

    table: str
    column: str
    row: bytes


class Sealer:
    """Seals and opens for one purpose. Make one and keep it; threads may share it.

    Nonces are random: safe up to 2**32 seals under one key, after which the keyring
    must have been rotated.

    Source: AES-GCM, NIST SP 800-38D.
    """

    __slots__ = (
        "_ciphers",
        "_keyring",
        "_packed_head",
        "_plain_head",
        "_purpose",
        "_version",
    )

    def __init__(self, keyring: Keyring, purpose: KeyPurpose) -> None:
        self._begin(purpose, keyring.newest)
        self._keyring: Keyring | None = keyring
        key = keyring.key(purpose, self._version)
        self._ciphers = {self._version: _cipher(key, purpose)}

    @classmethod
    def own(cls, data_key: bytes, purpose: KeyPurpose) -> Self:
        """A sealer under a report's data key.

        Each purpose (`content`, `address`, `media`) has its own key.

        Raises: ValueError, if the key is not 32 bytes.
        """
        if len(data_key) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        sealer = cls.__new__(cls)
        sealer._begin(purpose, OWN_KEY)
        sealer._keyring = None
        sealer._ciphers = {OWN_KEY: _cipher(data_key, purpose)}
        return sealer

    def _begin(self, purpose: KeyPurpose, version: int) -> None:
        self._purpose = purpose
        self._version = version
        version_bytes = version.to_bytes(2, "big")
        self._plain_head = bytes([PLAIN_FORMAT]) + version_bytes
        self._packed_head = bytes([PACKED_FORMAT]) + version_bytes

    def __repr__(self) -> str:
        return f"<Sealer for {self._purpose}>"

    def seal(self, plain: bytes, at: Place, pad: int = BLOCK) -> bytes:
        """Seal `plain` for one place.

        Args:
            pad: bytes of a block, within which the length is hidden; 1 pads nothing.
        """
        return self._seal(self._plain_head, plain, at, pad)

    def _seal(self, head: bytes, plain: bytes, at: Place, pad: int) -> bytes:
        length = len(plain)
        blocks = -(-(_LENGTH_BYTES + length) // pad)  # rounded up
        padded = (length.to_bytes(_LENGTH_BYTES, "big") + plain).ljust(
            blocks * pad, b"\0"
        )
        nonce = os.urandom(_NONCE_BYTES)
        associated = head + _place_names(self._purpose, at.table, at.column) + at.row
        cipher = self._ciphers[self._version]
        return head + nonce + cipher.encrypt(nonce, padded, associated)

    def open(self, sealed: bytes, at: Place) -> bytes:
        """Give back what was sealed at this place.

        Raises: Unsealable.
        """
        if len(sealed) < _SHORTEST_SEAL:
            raise Unsealable("not a seal")
        format = sealed[0]
        if format not in (PLAIN_FORMAT, PACKED_FORMAT):
            raise Unsealable("not a seal")
        head = sealed[:_SEAL_HEAD_BYTES]
        cipher = self._cipher_of(int.from_bytes(head[1:], "big"))
        nonce = sealed[_SEAL_HEAD_BYTES:_NONCE_END]
        associated = head + _place_names(self._purpose, at.table, at.column) + at.row
        try:
            padded = cipher.decrypt(nonce, sealed[_NONCE_END:], associated)
        except InvalidTag:
            raise Unsealable("damaged, or moved from its place") from None
        length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
        plain = padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
        return zlib.decompress(plain) if format == PACKED_FORMAT else plain

    def seal_json(self, value: object, at: Place, pad: int = BLOCK) -> bytes:
        """Seal a JSON value; lone surrogates, which messengers do send, survive."""
        plain = _to_json(value).encode("utf-8", "surrogatepass")
        if self._purpose == "content" and len(plain) >= PACKED_FROM:
            return self._seal(self._packed_head, zlib.compress(plain), at, pad)
        return self._seal(self._plain_head, plain, at, pad)

    def open_json(self, sealed: bytes, at: Place) -> Any:
        """Open what `seal_json` sealed.

        Raises: Unsealable.
        """
        return json.loads(self.open(sealed, at).decode("utf-8", "surrogatepass"))

    def _cipher_of(self, version: int) -> AESGCM:
        cipher = self._ciphers.get(version)
        if cipher is None:
            if self._keyring is None or version not in self._keyring.versions:
                raise Unsealable("the key of this version is missing")
            key = self._keyring.key(self._purpose, version)
            cipher = _cipher(key, self._purpose)
            self._ciphers[version] = cipher
        return cipher


class DataKeys:
    """Every report's own random key, kept wrapped beside it.

    Deleting the wrapped key shreds the report.
    """

    __slots__ = ("_sealer",)

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring, "content")

    @staticmethod
    def new() -> bytes:
        """32 random bytes; hold them no longer than the turn needs."""
        return os.urandom(KEY_BYTES)

    def wrap(self, data_key: bytes, report_id: bytes) -> bytes:
        """67 bytes that only this keyring, and only for this report, turns back."""
        return self._sealer.seal(data_key, _data_key_place(report_id), pad=1)

    def unwrap(self, wrapped: bytes, report_id: bytes) -> bytes:
        """The data key of a report.

        Raises: Unsealable.
        """
        return self._sealer.open(wrapped, _data_key_place(report_id))


def _data_key_place(report_id: bytes) -> Place:
    return Place("reports", "data_key", report_id)


# not msgspec, which is faster: it refuses lone surrogates
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _cipher(key: bytes, purpose: KeyPurpose) -> AESGCM:
    """One more step from the purpose's key, so that no key both seals and digests."""
    return AESGCM(hmac.digest(key, b"seal/" + purpose.encode(), "sha256"))


@lru_cache(maxsize=512)
def _place_names(purpose: str, table: str, column: str) -> bytes:
    """What is authenticated before the row id.

    Names hold no NUL, so no two places read alike.
    """
    return f"{purpose}\0{table}\0{column}\0".encode()
