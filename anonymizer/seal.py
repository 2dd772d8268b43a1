"""Sealing: what a reporter said, or is reachable by, is stored only like this.

A seal is `format (1 byte) ‖ version (2) ‖ nonce (12) ‖ AES-256-GCM(length (4) ‖ plain ‖
padding) ‖ tag (16)`. Purpose, table, column and row id are authenticated with it: moved
elsewhere, it does not open. Format 1 holds the plain bytes; format 2 holds them packed
with zlib: long words of reports and cases alone.
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

from anonymizer.keyring import KEY_BYTES, Keyring, Purpose

FORMAT, PACKED = 1, 2
# bytes from which JSON of purpose "content" is packed: beside no secret, so its size
# tells none
LONG = 2048
BLOCK = 512  # bytes; lengths are told no finer than this
OWN = 0  # the version written by a report's own data key
_HEAD = 3
_NONCE = 12
_TAG = 16
_LEAST = _HEAD + _NONCE + 4 + _TAG


class Unsealable(Exception):
    """A seal does not open: damaged, moved, or of a key we lack (perhaps shredded).
    Holds no content.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seal is stored. `row` is the row's id; random ids keep rows apart for
    good.
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

    __slots__ = ("_ciphers", "_head", "_keyring", "_purpose", "_version")

    def __init__(self, keyring: Keyring, purpose: Purpose) -> None:
        self._begin(purpose, keyring.newest)
        self._keyring: Keyring | None = keyring
        self._ciphers = {
            self._version: _cipher(keyring.key(purpose, self._version), purpose)
        }

    @classmethod
    def own(cls, data_key: bytes, purpose: Purpose) -> Self:
        """A sealer under a report's data key; each purpose (`content`, `address`,
        `media`) has its own key.

        Raises: ValueError, if the key is not 32 bytes.
        """
        if len(data_key) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        sealer = cls.__new__(cls)
        sealer._begin(purpose, OWN)
        sealer._keyring = None
        sealer._ciphers = {OWN: _cipher(data_key, purpose)}
        return sealer

    def _begin(self, purpose: Purpose, version: int) -> None:
        self._purpose = purpose
        self._version = version
        self._head = bytes([FORMAT]) + version.to_bytes(2, "big")

    def __repr__(self) -> str:
        return f"<Sealer for {self._purpose}>"

    def seal(self, plain: bytes, at: Place, pad: int = BLOCK) -> bytes:
        """Seal `plain` for one place. Its length is hidden within blocks of `pad`
        bytes; 1 pads nothing.
        """
        return self._seal(self._head, plain, at, pad)

    def _seal(self, head: bytes, plain: bytes, at: Place, pad: int) -> bytes:
        padded = (len(plain).to_bytes(4, "big") + plain).ljust(
            -(-(len(plain) + 4) // pad) * pad, b"\0"
        )
        nonce = os.urandom(_NONCE)
        known = _known(self._purpose, at.table, at.column) + at.row
        return (
            head
            + nonce
            + self._ciphers[self._version].encrypt(nonce, padded, head + known)
        )

    def open(self, sealed: bytes, at: Place) -> bytes:
        """Give back what was sealed at this place.

        Raises: Unsealable.
        """
        if len(sealed) < _LEAST or sealed[0] not in (FORMAT, PACKED):
            raise Unsealable("not a seal")
        cipher = self._cipher_of(int.from_bytes(sealed[1:_HEAD], "big"))
        known = sealed[:_HEAD] + _known(self._purpose, at.table, at.column) + at.row
        try:
            padded = cipher.decrypt(
                sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :], known
            )
        except InvalidTag:
            raise Unsealable("damaged, or moved from its place") from None
        plain = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
        return zlib.decompress(plain) if sealed[0] == PACKED else plain

    def seal_json(self, value: object, at: Place, pad: int = BLOCK) -> bytes:
        """Seal a JSON value; lone surrogates, which messengers do send, survive."""
        plain = _text(value).encode("utf-8", "surrogatepass")
        if self._purpose == "content" and len(plain) >= LONG:
            return self._seal(
                bytes([PACKED]) + self._head[1:], zlib.compress(plain), at, pad
            )
        return self._seal(self._head, plain, at, pad)

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
            cipher = self._ciphers[version] = _cipher(key, self._purpose)
        return cipher


class DataKeys:
    """Every report's own random key, kept wrapped beside it: deleting the wrapped key
    shreds the report.
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
        return self._sealer.seal(
            data_key, Place("reports", "data_key", report_id), pad=1
        )

    def unwrap(self, wrapped: bytes, report_id: bytes) -> bytes:
        """The data key of a report.

        Raises: Unsealable.
        """
        return self._sealer.open(wrapped, Place("reports", "data_key", report_id))


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _cipher(key: bytes, purpose: Purpose) -> AESGCM:
    """One more step from the purpose's key, so that no key both seals and digests."""
    return AESGCM(hmac.digest(key, b"seal/" + purpose.encode(), "sha256"))


@lru_cache(maxsize=512)
def _known(purpose: str, table: str, column: str) -> bytes:
    """The authenticated names before the row id; names hold no NUL, so no two places
    read alike.
    """
    return f"{purpose}\0{table}\0{column}\0".encode()
