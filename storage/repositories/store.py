"""Which database this is, of which keyring, and how many turns it has acknowledged."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Write

SELECT_STORE = "SELECT id, turns, sealed FROM store"
SEAL_STORE = "UPDATE store SET sealed = ? WHERE id = ?"
# part of the transaction that it counts: what is lost with it is missing in the sum
COUNT_TURNS = "UPDATE store SET turns = turns + ? RETURNING turns"
RENAME_STORE = "UPDATE store SET id = randomblob(16), sealed = x''"


@dataclass(frozen=True, slots=True)
class StoreRow:
    """The only row of its table.

    id: random, another one for each database and each restored copy; turns: how many
    were ever acknowledged; sealed: opens with the keyring that the database belongs
    to, empty until one has been seen.
    """

    id: bytes
    turns: int
    sealed: bytes


class Store:
    """The database itself, as it stands in its own file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def load(self) -> StoreRow:
        row = await self._reader.one(SELECT_STORE)
        assert row is not None  # its migration has put it there
        return StoreRow(*row)

    @staticmethod
    def seal(id: bytes, sealed: bytes) -> Write:
        return Write(SEAL_STORE, (sealed, id), ONE_ROW)
