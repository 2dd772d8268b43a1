"""Whether this keyring and this database belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anonymizer.keyring import Keyring
from anonymizer.seal import DataKeys, Place, Sealer, Unsealable
from storage.encrypted import SQLiteConnection

ROWS_TRIED = 50  # rows of each kind: enough to tell, and quick on any database
SELECT_WRAPPED_KEYS = (
    "SELECT id, wrapped_key FROM reports WHERE wrapped_key IS NOT NULL ORDER BY "
    "random() LIMIT ?"
)
SELECT_SEALED_TALKS = "SELECT pseudonym, sealed FROM talks ORDER BY random() LIMIT ?"
SELECT_SEALED_MESSAGES = "SELECT id, sealed FROM outbox ORDER BY random() LIMIT ?"
SELECT_SEALED_UNITS = "SELECT id, sealed FROM units ORDER BY random() LIMIT ?"
SELECT_SEALED_STAFF = "SELECT id, sealed FROM staff ORDER BY random() LIMIT ?"


Unseal = Callable[[bytes, bytes], object]  # (id, what is sealed)


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """How many rows were tried, and how many of them this keyring does not open."""

    tried: int
    failed: int


def opens(connection: SQLiteConnection, keyring: Keyring) -> KeyCheck:
    """Try real rows; what they say is not looked at. Raises: sqlite3.Error."""
    kinds = {
        SELECT_WRAPPED_KEYS: _wrapped_keys(keyring),
        SELECT_SEALED_TALKS: _sealed_in("talks", Sealer(keyring, "talk")),
        SELECT_SEALED_MESSAGES: _sealed_in("outbox", Sealer(keyring, "outbox")),
        SELECT_SEALED_UNITS: _sealed_in("units", Sealer(keyring, "staff")),
        SELECT_SEALED_STAFF: _sealed_in("staff", Sealer(keyring, "staff")),
    }
    tried = failed = 0
    for select, unseal in kinds.items():
        for id, sealed in connection.execute(select, (ROWS_TRIED,)):
            tried += 1
            try:
                unseal(id, sealed)
            except Unsealable:
                failed += 1
    return KeyCheck(tried, failed)


def _wrapped_keys(keyring: Keyring) -> Unseal:
    keys = DataKeys(keyring)
    return lambda id, wrapped: keys.unwrap(wrapped, id)


def _sealed_in(table: str, sealer: Sealer) -> Unseal:
    return lambda id, sealed: sealer.open(sealed, Place(table, "sealed", id))
