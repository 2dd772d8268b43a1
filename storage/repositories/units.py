"""The register of units that cases are given to."""

from dataclasses import dataclass

from storage.port import Reader, Row, Rows, Write

COLUMNS = "id, version, parent, level, active, sealed"
ALL = f"SELECT {COLUMNS} FROM units"
STAMP = "SELECT count(*), total(version) FROM units"
ADD = f"INSERT INTO units ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
CHANGE = (
    "UPDATE units SET version = ?, parent = ?, level = ?, active = ?, sealed = ?"
    " WHERE id = ? AND version = ?"
)
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """sealed: name, aliases, competences, people."""

    id: bytes
    version: int
    parent: bytes | None
    level: str
    active: bool
    sealed: bytes


def _unit(row: Row) -> UnitRow:
    values = list(row)
    values[4] = bool(values[4])
    return UnitRow(*values)


class UnitRows:
    """Units are read all at once: there are hundreds, and names can only be compared
    opened.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[UnitRow]:
        return [_unit(row) for row in await self._reader.all(ALL)]

    async def stamp(self) -> tuple[int, int]:
        """Changes with every change of any unit, by any process; rows are never
        deleted.
        """
        row = await self._reader.one(STAMP)
        assert row is not None  # an aggregate
        return int(row[0]), int(row[1])

    @staticmethod
    def add(row: UnitRow) -> Write:
        """Its parent must be there."""
        return Write(
            ADD,
            (row.id, row.version, row.parent, row.level, int(row.active), row.sealed),
        )

    @staticmethod
    def change(row: UnitRow, was: int) -> Write:
        """Write `row` over version `was`."""
        values = (
            row.version,
            row.parent,
            row.level,
            int(row.active),
            row.sealed,
            row.id,
            was,
        )
        return Write(CHANGE, values, ONE)
