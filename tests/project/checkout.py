"""Where the project lies and what belongs to it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = {"anonymizer", "bot", "dialogs", "scheduler", "storage"}


def tracked() -> list[str]:
    """Paths git would commit now, so that a stray file is told before it is pushed."""
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    told = subprocess.run(git, capture_output=True, check=False)
    if told.returncode:
        pytest.skip("no git checkout: nothing says which files belong to the project")
    return [
        path
        for path in told.stdout.decode().split("\0")
        if path and (ROOT / path).exists()
    ]
