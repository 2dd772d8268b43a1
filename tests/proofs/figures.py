"""Figures of a run, kept in pytest's cache until `tests/proofs/record.py` writes them
into the docs.
"""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from typing import Protocol

from tests.project.checkout import PARTS, ROOT

KEY = "proofs"


class Note(Protocol):
    def __call__(self, **figures: int | float | str) -> None: ...


def circumstances() -> dict[str, str]:
    """When it ran, on what, and of which commit; "+" where the program differs from
    that commit.
    """
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": (_git("rev-parse", "--short=12", "HEAD") or "unknown")
        + ("+" if _git("status", "--porcelain", "--", *sorted(PARTS)) else ""),
        "python": platform.python_version(),
    }


def _git(*words: str) -> str:
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *words]
    return subprocess.run(
        git, capture_output=True, text=True, check=False
    ).stdout.strip()
