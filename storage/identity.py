"""Whether the files that were opened are still those of their names.

A file that was deleted or exchanged under a running program goes on taking writes, and
all of them are gone with the program. So names are looked up again before a turn is
acknowledged; that takes some microseconds.
"""

import os
from collections.abc import Callable
from pathlib import Path

ENDINGS = ("", "-wal", "-shm")
# Looks whether something the store stands on is still there; what is amiss, or None.
Guard = Callable[[], str | None]
FileId = tuple[int, int]  # device and inode


class OpenedFiles:
    """The database, its log and the log's index, as this process has opened them."""

    def __init__(self, path: Path) -> None:
        self._paths = [path.with_name(path.name + ending) for ending in ENDINGS]
        self._known = {path: _file_id(path) for path in self._paths}

    def displaced(self) -> str | None:
        """The name of the first file that is gone or another; None: all are there."""
        for path in self._paths:
            found = _file_id(path)
            known = self._known[path]
            if known is None:
                self._known[path] = found  # made since then, by SQLite
            elif found != known:
                return path.name
        return None


def _file_id(path: Path) -> FileId | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
