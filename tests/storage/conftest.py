"""A real database for every test."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

Open = Callable[[Path], Awaitable[SQLiteDatabase]]
BACKENDS: dict[str, Open] = {
    "sqlite": lambda folder: SQLiteDatabase.open(
        folder / "hotline.sqlite3", KEYS, patience=0.3
    )
}


@pytest.fixture(params=BACKENDS)
async def database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SQLiteDatabase]:
    """Every backend keeps the same contract: a further one is a row in BACKENDS."""
    opened = await BACKENDS[request.param](tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def python(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How a test starts another process that knows our packages."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    )
    return [sys.executable]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where `database` keeps its file."""
    return tmp_path / "hotline.sqlite3"
