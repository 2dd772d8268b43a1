"""The keyring: master keys in versions, and from them one key per purpose.

KeyringError
├── KeyringMissing   there is no such file: create one, or put it back from its copy
├── KeyringExists    there is one already: it is never overwritten
├── KeyringUnsafe    others may read it: mend the file's mode
└── KeyringDamaged   it is not what `create` wrote: put it back from its copy"""

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

Purpose = Literal[
    "pseudonym", "mine", "handle", "receipt", "talk", "address", "content", "media",
    "outbox", "search", "session", "staff", "audit", "backup",
]  # fmt: skip
PURPOSES: frozenset[str] = frozenset(get_args(Purpose))
# What was digested cannot be digested anew (what went in is not kept), so these stay
# with the oldest version; handles too, since they wait under messages long since sent.
STABLE: frozenset[str] = frozenset(
    {"pseudonym", "mine", "handle", "receipt", "search", "session", "staff", "audit"}
)
KEY_BYTES = 32
MOST_VERSIONS = 65535  # a seal's header has two bytes for the version


class KeyringError(Exception):
    """The keyring cannot be used. One line that names the remedy; holds no key."""


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
        """Make a keyring with one version at `path` (0600, its folder 0700 if new),
        durable on return.

        Raises: KeyringExists, also when two processes create at once: the later one
        loses. KeyringError.
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
            with path.open(encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                if mode & 0o077:
                    raise KeyringUnsafe(
                        f"{path} has mode {mode & 0o777:04o}; run: chmod 600 '{path}'"
                    )
                text = file.read()
        except FileNotFoundError:
            raise KeyringMissing(
                f"no keyring at {path}; run `jianfu init`, or restore its copy"
            ) from None
        except UnicodeDecodeError:
            text = ""
        except OSError as error:
            raise KeyringError(
                f"cannot read {path}: {error.strerror}; check its owner and mode"
            ) from None
        try:
            return cls(_masters(text), path)
        except KeyringDamaged:
            raise KeyringDamaged(
                f"{path} is not a keyring; restore it from its copy"
            ) from None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Take a keyring file's text, from the environment or a systemd credential;
        `rotate` then refuses.

        Raises: KeyringDamaged.
        """
        return cls(_masters(text))

    @property
    def newest(self) -> int:
        """The version that seals."""
        return next(reversed(self._masters))

    @property
    def versions(self) -> tuple[int, ...]:
        """All versions, oldest first."""
        return tuple(self._masters)

    def rotate(self) -> int:
        """Add a version, durable on return, and give its number. Other running
        processes must be restarted.

        Sealers made from now on use it; digests (`STABLE`) stay, or nothing digested
        would be found again.
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

    def key(self, purpose: Purpose, version: int | None = None) -> bytes:
        """32 bytes for one purpose. Without `version`: the newest, and for digests
        (`STABLE`) the oldest.

        Raises: KeyError, if there is no such version; ValueError, if there is no such
        purpose.
        """
        if version is None:
            version = next(iter(self._masters)) if purpose in STABLE else self.newest
        known = self._derived.get((purpose, version))
        if known is None:
            if purpose not in PURPOSES:
                raise ValueError("no such purpose")
            hkdf = HKDF(
                algorithm=SHA256(),
                length=KEY_BYTES,
                salt=None,
                info=f"jianfu/1/{purpose}".encode(),
            )
            known = self._derived[purpose, version] = hkdf.derive(
                self._masters[version]
            )
        return known

    def _to_json(self) -> str:
        masters = {
            str(version): base64.b64encode(key).decode()
            for version, key in self._masters.items()
        }
        return json.dumps({"format": 1, "masters": masters}, indent=1) + "\n"


def _masters(text: str) -> dict[int, bytes]:
    try:
        data = json.loads(text)
        masters = {
            int(n): base64.b64decode(key, validate=True)
            for n, key in data["masters"].items()
        }
        sound = (
            data["format"] == 1
            and masters
            and all(len(key) == KEY_BYTES for key in masters.values())
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        binascii.Error,
        RecursionError,
    ):
        sound = False
    if not sound or not all(1 <= version <= MOST_VERSIONS for version in masters):
        raise KeyringDamaged(
            "this is not a keyring; hand over the whole text of the keyring file"
        )
    return masters


def _write(path: Path, text: str, *, replace: bool) -> None:
    with appearing(path, replace=replace) as file:
        file.write(text.encode())
