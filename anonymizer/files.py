"""Files that appear whole and durable, or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def appearing(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Write a file (0600) that takes its name only after all of it is on the disk.

    An exception inside leaves nothing, a crash at most a stray `.name.random` beside
    it. The standard library has nothing of the kind, and a package of its own is not
    worth it for ten lines.

    Raises: OSError; FileExistsError, if there is one already and `replace` is false.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            beside.replace(path)
        else:
            os.link(beside, path)  # unlike a rename it fails if there is a file already
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that were added to a folder last through a power failure.

    Raises: OSError.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
