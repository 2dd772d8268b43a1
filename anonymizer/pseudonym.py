"""Keyed digests that stand in for chats, sessions and words. None can be tested without
the keyring.
"""

import hmac
import re
import unicodedata
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from anonymizer.keyring import Keyring

HOT_BIGRAMS = 32768  # about 6 MB
SHORTEST_QUERY = 2  # characters
_HANDLE = re.compile(r"[0-9a-f]{32}")
_RUN = re.compile(r"[^\W_]+")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _BASE32 for other in _BASE32]  # ten bits each


class Pseudonyms:
    """Digests of 32 bytes, HMAC-SHA256 (RFC 2104); equal input gives equal bytes, also
    after key rotation.
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
        """Who is talking, while a talk or draft lasts. Never stored beside a filed
        report.
        """
        return _digest(self._pseudonym, "chat", channel, address)

    def mine(self, channel: str, address: str, i: int) -> bytes:
        """The i-th link (0, 1, …) of "my cases" in this chat: ask until one
        is missing.
        """
        return _digest(self._mine, channel, address, str(i))

    def handle(self, report: bytes) -> str:
        """What a messenger is given in place of a report's id (16 random bytes): 32 hex
        digits.

        It is the id enciphered, so nothing need be stored to find the way back, and a
        messenger's log leads nobody without the keyring to a row.
        Source: AES-256 (FIPS 197) as a permutation of single random blocks, which ECB
        is.
        """
        enciphered = self._handle.encryptor()
        return (enciphered.update(report) + enciphered.finalize()).hex()

    def of_handle(self, handle: str) -> bytes | None:
        """The id behind a handle, of a report that need not exist; None for what is no
        handle at all.
        """
        if not _HANDLE.fullmatch(handle):
            return None
        deciphered = self._handle.decryptor()
        return deciphered.update(bytes.fromhex(handle)) + deciphered.finalize()

    def inbox_mark(self, channel: str, key: str) -> bytes:
        """That an update (`key`: the platform's id for it) was dealt with."""
        return _digest(self._pseudonym, "inbox", channel, key)

    def session_digest(self, token: str) -> bytes:
        """What is stored of a web session's token."""
        return _digest(self._session, token)

    def staff_digest(self, channel: str, address: str) -> bytes:
        """A staff member's account, where it must be found but not read."""
        return _digest(self._staff, channel, address)


class SearchKeys:
    """Turns text into the digests that the search index holds in place of words."""

    __slots__ = ("_key", "_token")

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.key("search")
        self._token = lru_cache(maxsize=HOT_BIGRAMS)(self._make)

    def __repr__(self) -> str:
        return "<SearchKeys>"

    def tokens(self, text: str) -> list[str]:
        """Index tokens of a text: its overlapping bigrams, each once, as six symbols of
        a-z2-7 (30 bits).

        Bigrams run over letters, digits and Chinese characters after NFKC and case
        folding; a character that stands alone is a token itself. 30 bits collide now
        and then: open and check the hits. Sorted, so that the order of words is not
        told.
        """
        return sorted(
            {self._token(gram) for run in _runs(text) for gram in _grams(run)}
        )

    def query(self, text: str) -> list[str]:
        """Tokens that a text with all words of the query has; [] for queries under two
        characters.

        Lone characters count only if there is nothing else: inside a longer run they
        are no token.
        """
        runs = _runs(text)
        if sum(map(len, runs)) < SHORTEST_QUERY:
            return []
        runs = [run for run in runs if len(run) > 1] or runs
        return sorted({self._token(gram) for run in runs for gram in _grams(run)})

    def _make(self, gram: str) -> str:
        bits = (
            int.from_bytes(hmac.digest(self._key, gram.encode(), "sha256")[:4], "big")
            >> 2
        )
        return _PAIRS[bits >> 20] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]


def folded(text: str) -> str:
    """How search sees a text: NFKC, case folded, NFKC again (folding may undo it).
    Check hits with this.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> list[str]:
    return _RUN.findall(folded(text))


def _grams(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def _digest(key: bytes, *parts: str) -> bytes:
    """Each part is preceded by its length, so that no two lists of parts read alike."""
    message = "".join([f"{len(part)}:{part}" for part in parts])
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256")
