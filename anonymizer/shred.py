"""The shred journal: which reports were shredded.

So a restored backup does not bring them back.
"""

import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from anonymizer.files import sync_folder
from anonymizer.keyring import Keyring, KeyringError


class ShredJournal:
    """Keyed digests of shredded report ids, a line each.

    The file lies beside the keyring, never in a backup. Write here first, then delete
    the report's rows: after a crash between the two, deleting is repeated.
    """

    __slots__ = ("_key", "_path", "_read", "_seen")

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._key = keyring.key("audit")
        self._seen: set[str] = set()
        self._read = 0  # bytes of the file that `_seen` holds, whole lines only

    def __repr__(self) -> str:
        return "<ShredJournal>"

    def add(self, *report_ids: bytes) -> None:
        """Note reports as shredded; on the disk when this returns.

        To note one twice does no harm.

        Raises: KeyringError, if it cannot be written: then nothing must be shredded
            yet.
        """
        lines = "".join(f"{self._digest(report_id)}\n" for report_id in report_ids)
        try:
            is_new = not self._path.exists()
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
            descriptor = os.open(self._path, flags, 0o600)
            try:
                _append(descriptor, lines.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if is_new:
                sync_folder(self._path.parent)
        except OSError as error:
            raise KeyringError(
                f"cannot write {self._path}: {error.strerror}; nothing was shredded"
            ) from None

    def has(self, report_id: bytes) -> bool:
        """Whether this report was shredded, by any process.

        Raises: KeyringError, if the journal cannot be read.
        """
        self._catch_up()
        return self._digest(report_id) in self._seen

    def among(self, report_ids: Iterable[bytes]) -> list[bytes]:
        """Those of the given reports that were shredded: what `restore` deletes again.

        Raises: KeyringError, if the journal cannot be read.
        """
        self._catch_up()
        seen = self._seen
        return [one for one in report_ids if self._digest(one) in seen]

    def __len__(self) -> int:
        self._catch_up()
        return len(self._seen)

    def _digest(self, report_id: bytes) -> str:
        return hmac.digest(self._key, b"shred/" + report_id, "sha256").hex()

    def _catch_up(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                more = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise KeyringError(
                f"cannot read {self._path}: {error.strerror}; check its mode"
            ) from None
        whole = more[: more.rfind(b"\n") + 1]
        self._read += len(whole)
        self._seen.update(whole.decode("ascii", "replace").split())


def _append(descriptor: int, data: bytes) -> None:
    """Add whole lines.

    A line that a crash cut short is closed first, so that it spoils no other.
    """
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data
    while data:
        written = os.write(descriptor, data)
        data = data[written:]
