"""Where it is measured: fresh folders that are gone afterwards, and the event loop that
serving uses.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder on the disk that TMPDIR names; removed even when measuring fails."""
    with tempfile.TemporaryDirectory(prefix="jianfu-bench-") as path:
        yield Path(path)


def run(measuring: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop, as uvicorn does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measuring)
