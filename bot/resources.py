"""What the whole program stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from anonymizer.shred import ShredJournal
from bot.keys import Keys
from bot.settings import Settings
from storage.sqlite import SQLiteDatabase


@dataclass(frozen=True, slots=True)
class Resources:
    """now: the time, UTC; every part is handed this clock."""

    settings: Settings
    database: SQLiteDatabase
    keys: Keys
    journal: ShredJournal
    now: Callable[[], datetime]
