"""Keyed digests that stand in for chats, sessions and accounts.

Nobody without the keyring can test whether a digest is of this chat or that one.
"""

import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from anonymizer.keyring import Keyring

_HANDLE = re.compile(r"[0-9a-f]{32}")


class Pseudonyms:
    """Digests of 32 bytes; equal input gives equal bytes, also after key rotation.

    Source: HMAC-SHA256, RFC 2104.
    """

    __slots__ = ("_handle", "_mine", "_pseudonym", "_session", "_staff")

    def __init__(self, keyring: Keyring) -> None:
        self._pseudonym = keyring.key("pseudonym")
        self._mine = keyring.key("mine")
        self._handle = Cipher(AES(keyring.key("handle")), ECB())
        self._session = keyring.key("session")
        self._staff = keyring.key("staff")

    def __repr__(self) -> str:
        return "<Pseudonyms>"

    def pseudonym(self, channel: str, address: str) -> bytes:
        """Who is talking, while a talk or draft lasts.

        Never stored beside a filed report.
        """
        return _digest(self._pseudonym, "chat", channel, address)

    def mine(self, channel: str, address: str, number: int) -> bytes:
        """A link of "my cases" in this chat, by its number (0, 1, …).

        Ask for one after the other until one is missing.
        """
        return _digest(self._mine, channel, address, str(number))

    def handle(self, report: bytes) -> str:
        """What a messenger is given in place of a report's id: 32 hex digits.

        It is the id (16 random bytes) enciphered, so nothing need be stored to find the
        way back, and a messenger's log leads nobody without the keyring to a row.

        Source: AES-256 (FIPS 197) as a permutation of single random blocks, which ECB
            is.
        """
        encryptor = self._handle.encryptor()
        enciphered = encryptor.update(report) + encryptor.finalize()
        return enciphered.hex()

    def of_handle(self, handle: str) -> bytes | None:
        """The id behind a handle, of a report that need not exist.

        None for what is no handle at all.
        """
        if not _HANDLE.fullmatch(handle):
            return None
        decryptor = self._handle.decryptor()
        return decryptor.update(bytes.fromhex(handle)) + decryptor.finalize()

    def inbox_mark(self, channel: str, key: str) -> bytes:
        """That an update (`key`: the platform's id for it) was dealt with."""
        return _digest(self._pseudonym, "inbox", channel, key)

    def session_digest(self, token: str) -> bytes:
        """What is stored of a web session's token."""
        return _digest(self._session, token)

    def staff_digest(self, channel: str, address: str) -> bytes:
        """A staff member's account, where it must be found but not read."""
        return _digest(self._staff, channel, address)


def _digest(key: bytes, *parts: str) -> bytes:
    """Each part is preceded by its length, so that no two lists of parts read alike."""
    message = "".join([f"{len(part)}:{part}" for part in parts])
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256")
