"""Whether this keyring and this database belong together."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from anonymizer.keyring import Keyring
from anonymizer.seal import DataKeys, Place, Sealer, Unsealable

MOST = 50  # rows of each kind: enough to tell, and quick on any database
REPORTS = (
    "SELECT id, wrapped_key FROM reports WHERE wrapped_key IS NOT NULL ORDER BY "
    "random() LIMIT ?"
)
TALKS = "SELECT pseudonym, sealed FROM talks ORDER BY random() LIMIT ?"
OUTBOX = "SELECT id, sealed FROM outbox ORDER BY random() LIMIT ?"


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """How many rows were tried, and how many of them this keyring does not open."""

    tried: int
    failed: int


def opens(connection: sqlite3.Connection, keyring: Keyring) -> KeyCheck:
    """Try real rows; what they say is not looked at. Raises: sqlite3.Error."""
    data, talk, outbox = (
        DataKeys(keyring),
        Sealer(keyring, "talk"),
        Sealer(keyring, "outbox"),
    )
    kinds: tuple[tuple[str, Callable[[bytes, bytes], object]], ...] = (
        (REPORTS, lambda id, wrapped: data.unwrap(wrapped, id)),
        (TALKS, lambda id, sealed: talk.open(sealed, Place("talks", "sealed", id))),
        (OUTBOX, lambda id, sealed: outbox.open(sealed, Place("outbox", "sealed", id))),
    )
    tried = failed = 0
    for sql, unseal in kinds:
        for id, sealed in connection.execute(sql, (MOST,)):
            tried += 1
            try:
                unseal(id, sealed)
            except Unsealable:
                failed += 1
    return KeyCheck(tried, failed)
