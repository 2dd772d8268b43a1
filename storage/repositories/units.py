"""The register of units that cases are given to."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Row, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit. sealed: name, aliases, competences, people."""

    id: bytes
    version: int
    parent: bytes | None
    level: str
    active: bool
    sealed: bytes


UNIT_COLUMNS = Columns(UnitRow)
UNIT_ACTIVE = UNIT_COLUMNS.position("active")
SELECT_UNITS = f"SELECT {UNIT_COLUMNS.names} FROM units"
SELECT_UNITS_STAMP = "SELECT count(*), total(version) FROM units"
INSERT_UNIT = f"""
INSERT INTO units ({UNIT_COLUMNS.names})
VALUES ({UNIT_COLUMNS.placeholders})
"""
UPDATE_UNIT = """
UPDATE units
SET version = :version, parent = :parent, level = :level, active = :active,
    sealed = :sealed
WHERE id = :id AND version = :was
"""


def _unit(row: Row) -> UnitRow:
    values = list(row)
    values[UNIT_ACTIVE] = bool(values[UNIT_ACTIVE])
    return UnitRow(*values)


class UnitRows:
    """Units are read all at once.

    There are hundreds, and names can only be compared opened.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[UnitRow]:
        return [_unit(row) for row in await self._reader.all(SELECT_UNITS)]

    async def stamp(self) -> tuple[int, int]:
        """Changes with every change of any unit, by any process.

        Rows are never deleted.
        """
        row = await self._reader.one(SELECT_UNITS_STAMP)
        assert row is not None  # an aggregate
        return int(row[0]), int(row[1])

    @staticmethod
    def add(row: UnitRow) -> Write:
        """Its parent must be there."""
        return Write(INSERT_UNIT, UNIT_COLUMNS.values(row))

    @staticmethod
    def change(row: UnitRow, was: int) -> Write:
        """Write `row` over version `was`; Stale when another one is there."""
        return Write(UPDATE_UNIT, UNIT_COLUMNS.named(row, was=was), ONE_ROW)
