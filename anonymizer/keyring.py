"""The keyring: master keys in versions, and from them one key per purpose.

KeyringError
├── KeyringMissing   there is no such file: create one, or put it back from its copy
├── KeyringExists    there is one already: it is never overwritten
├── KeyringUnsafe    others may read it: mend the file's mode
└── KeyringDamaged   it is not what `create` wrote: put it back from its copy
"""

import base64
import binascii
import json
import os
import secrets
from pathlib import Path
from typing import Literal, Self, get_args

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anonymizer.files import appearing

KeyPurpose = Literal[
    "pseudonym", "mine", "handle", "receipt", "talk", "address", "content", "media",
    "outbox", "session", "staff", "audit", "backup", "database",
]  # fmt: skip
PURPOSES: frozenset[str] = frozenset(get_args(KeyPurpose))
# What was digested cannot be digested anew (what went in is not kept), so these stay
# with the oldest version; handles too, since they wait under messages long since sent.
STABLE: frozenset[str] = frozenset(
    {"pseudonym", "mine", "handle", "receipt", "session", "staff", "audit"}
)
KEY_BYTES = 32
MOST_VERSIONS = 65535  # a seal's header has two bytes for the version
MOST_CHARACTERS = 1_000_000  # of a file: thousands of versions are fewer
_PARSE_ERRORS = (  # all that a text of any shape may raise
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    binascii.Error,
    RecursionError,
)


class KeyringError(Exception):
    """The keyring cannot be used.

    The message is one line that names the remedy; it holds no key.
    """


class KeyringMissing(KeyringError):
    """No keyring where one was expected."""


class KeyringExists(KeyringError):
    """A keyring is there already, and is never overwritten."""


class KeyringUnsafe(KeyringError):
    """The file may be read by others than its owner."""


class KeyringDamaged(KeyringError):
    """The text is not a keyring."""


class Keyring:
    """Master keys by version (1, 2, …). The newest seals, all open.

    Keys of one purpose tell nothing about those of another. Losing the keyring loses
    every sealed word; whoever has it and the database reads them.
    Source: HKDF-SHA256, RFC 5869.
    """

    __slots__ = ("_derived", "_masters", "_path")

    def __init__(self, masters: dict[int, bytes], path: Path | None = None) -> None:
        self._masters = dict(sorted(masters.items()))
        self._path = path
        self._derived: dict[tuple[str, int], bytes] = {}

    def __repr__(self) -> str:
        return "<Keyring>"

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a keyring with one version at `path`, durable on return.

        The file has mode 0600, its folder 0700 if it is new.

        Raises: KeyringExists, also for the later of two processes that create at once;
            KeyringError.
        """
        keyring = cls({1: secrets.token_bytes(KEY_BYTES)}, path)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, keyring._to_json(), replace=False)
        except OSError as error:
            if path.exists():
                raise KeyringExists(
                    f"{path} exists and is not overwritten; name another file"
                ) from None
            raise KeyringError(
                f"cannot write {path}: {error.strerror}; name another folder"
            ) from None
        return keyring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the keyring at `path`.

        Raises: KeyringMissing, KeyringUnsafe (not only its owner may read it),
            KeyringDamaged, KeyringError.
        """
        try:
            return cls(_parse(_read_private(path)), path)
        except (KeyringDamaged, UnicodeDecodeError):
            raise KeyringDamaged(
                f"{path} is not a keyring; restore it from its copy"
            ) from None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Take a keyring file's text, from the environment or a systemd credential.

        `rotate` then refuses.

        Raises: KeyringDamaged.
        """
        return cls(_parse(text))

    @property
    def newest(self) -> int:
        """The version that seals."""
        return next(reversed(self._masters))

    @property
    def versions(self) -> tuple[int, ...]:
        """All versions, oldest first."""
        return tuple(self._masters)

    def holds(self, other: Self) -> bool:
        """Whether all keys of the other one are in this one, too."""
        return other._masters.items() <= self._masters.items()

    @property
    def _oldest(self) -> int:
        return next(iter(self._masters))

    def rotate(self) -> int:
        """Add a version, durable on return, and give its number.

        Sealers made from now on use it, so other running processes must be restarted.
        Digests (`STABLE`) stay, or nothing digested would be found again.

        Raises: KeyringError, if the keyring came as text, changed on disk, or cannot be
            written.
        """
        if self._path is None:
            raise KeyringError(
                "this keyring came as text; rotate it as a file and hand on the new "
                "text"
            )
        if Keyring.load(self._path)._masters != self._masters:
            raise KeyringError(f"{self._path} was changed meanwhile; start again")
        if self.newest >= MOST_VERSIONS:
            raise KeyringError("no version numbers are left")
        masters = {**self._masters, self.newest + 1: secrets.token_bytes(KEY_BYTES)}
        try:
            _write(self._path, Keyring(masters)._to_json(), replace=True)
        except OSError as error:
            raise KeyringError(
                f"cannot write {self._path}: {error.strerror}; nothing was changed"
            ) from None
        self._masters = masters
        return self.newest

    def key(self, purpose: KeyPurpose, version: int | None = None) -> bytes:
        """32 bytes for one purpose.

        Args:
            version: None: the newest, and for digests (`STABLE`) the oldest.
        Raises: KeyError, if there is no such version; ValueError, if there is no such
            purpose.
        """
        if version is None:
            version = self._oldest if purpose in STABLE else self.newest
        derived = self._derived.get((purpose, version))
        if derived is not None:
            return derived
        if purpose not in PURPOSES:
            raise ValueError("no such purpose")
        hkdf = HKDF(
            algorithm=SHA256(),
            length=KEY_BYTES,
            salt=None,
            info=f"jianfu/1/{purpose}".encode(),
        )
        key = hkdf.derive(self._masters[version])
        self._derived[purpose, version] = key
        return key

    def text(self) -> str:
        """As the file holds it: for another process of ours, by a pipe alone."""
        return self._to_json()

    def _to_json(self) -> str:
        masters = {
            str(version): base64.b64encode(key).decode()
            for version, key in self._masters.items()
        }
        return json.dumps({"format": 1, "masters": masters}, indent=1) + "\n"


def _read_private(path: Path) -> str:
    """The text of a keyring's file, if nobody but its owner may read it.

    Raises: KeyringMissing, KeyringUnsafe, KeyringError; UnicodeDecodeError.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise KeyringDamaged(f"{path} is no file; name the keyring's file")
        with path.open(encoding="utf-8-sig") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & 0o077:
                raise KeyringUnsafe(
                    f"{path} has mode {mode & 0o777:04o}; run: chmod 600 '{path}'"
                )
            return file.read(MOST_CHARACTERS)
    except FileNotFoundError:
        raise KeyringMissing(
            f"no keyring at {path}; run `jianfu init`, or restore its copy"
        ) from None
    except OSError as error:
        raise KeyringError(
            f"cannot read {path}: {error.strerror}; check its owner and mode"
        ) from None


def _parse(text: str) -> dict[int, bytes]:
    """Master keys by version.

    Raises: KeyringDamaged.
    """
    try:
        data = json.loads(text)
        masters = {
            int(version): base64.b64decode(key, validate=True)
            for version, key in data["masters"].items()
        }
        is_known_format = data["format"] == 1
    except _PARSE_ERRORS:
        masters = {}
        is_known_format = False
    versions_fit = all(1 <= version <= MOST_VERSIONS for version in masters)
    keys_fit = all(len(key) == KEY_BYTES for key in masters.values())
    if not (masters and is_known_format and versions_fit and keys_fit):
        raise KeyringDamaged(
            "this is not a keyring; hand over the whole text of the keyring file"
        )
    return masters


def _write(path: Path, text: str, *, replace: bool) -> None:
    with appearing(path, replace=replace) as file:
        file.write(text.encode())
