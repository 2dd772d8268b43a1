"""Keyed digests that stand in for chats, sessions and words.

Nobody without the keyring can test whether a digest is of this chat or that word.
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
_WORD_RUN = re.compile(r"[^\W_]+")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_SYMBOL_PAIRS = [one + other for one in _BASE32 for other in _BASE32]  # ten bits each


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


class SearchKeys:
    """Turns text into the digests that the search index holds in place of words."""

    __slots__ = ("_key", "_token")

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.key("search")
        self._token = lru_cache(maxsize=HOT_BIGRAMS)(self._make_token)

    def __repr__(self) -> str:
        return "<SearchKeys>"

    def tokens(self, text: str) -> list[str]:
        """Index tokens of a text: its overlapping bigrams, each once.

        A token is six symbols of a-z2-7 (30 bits). Bigrams run over letters, digits and
        Chinese characters after NFKC and case folding; a character that stands alone is
        a token itself. 30 bits collide now and then: open and check the hits. Sorted,
        so that the order of words is not told.
        """
        return self._tokens_of(_word_runs(text))

    def query(self, text: str) -> list[str]:
        """Tokens that a text with all words of the query has.

        None for queries under two characters. Lone characters count only if there is
        nothing else: inside a longer run they are no token.
        """
        runs = _word_runs(text)
        if sum(map(len, runs)) < SHORTEST_QUERY:
            return []
        longer_runs = [run for run in runs if len(run) > 1]
        return self._tokens_of(longer_runs or runs)

    def _tokens_of(self, runs: list[str]) -> list[str]:
        tokens = {self._token(gram) for run in runs for gram in _bigrams(run)}
        return sorted(tokens)

    def _make_token(self, gram: str) -> str:
        digest = hmac.digest(self._key, gram.encode(), "sha256")
        bits = int.from_bytes(digest[:4], "big") >> 2  # 30 of 32
        return (
            _SYMBOL_PAIRS[bits >> 20]
            + _SYMBOL_PAIRS[bits >> 10 & 1023]
            + _SYMBOL_PAIRS[bits & 1023]
        )


def folded(text: str) -> str:
    """How search sees a text; check hits with this.

    That is NFKC, case folded, and NFKC again, which folding may undo.
    """
    caseless = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", caseless)


def _word_runs(text: str) -> list[str]:
    return _WORD_RUN.findall(folded(text))


def _bigrams(run: str) -> list[str]:
    """Overlapping pairs of characters; a run of one character is its own."""
    if len(run) == 1:
        return [run]
    return [run[start : start + 2] for start in range(len(run) - 1)]


def _digest(key: bytes, *parts: str) -> bytes:
    """Each part is preceded by its length, so that no two lists of parts read alike."""
    message = "".join([f"{len(part)}:{part}" for part in parts])
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256")
