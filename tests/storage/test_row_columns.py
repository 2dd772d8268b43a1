"""SQL and parameters are made of a row class: no list of columns stands twice."""

from contextlib import closing
from dataclasses import dataclass

from storage.encrypted import SQLiteConnection
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row with a column whose name SQL keeps for itself."""

    id: bytes
    by: int
    said: str


COLUMNS = Columns(LineRow)
ROW = LineRow(b"id", 7, "a word")


def test_a_row_comes_back_as_it_was_put() -> None:
    """By position and by name, also where a column must be quoted."""
    with closing(SQLiteConnection(":memory:")) as connection:
        connection.execute(f"CREATE TABLE lines ({COLUMNS.names})")
        insert = f"INSERT INTO lines ({COLUMNS.names}) VALUES ({COLUMNS.placeholders})"
        connection.execute(insert, COLUMNS.values(ROW))
        update = 'UPDATE lines SET said = :said WHERE "by" = :by AND id = :was'
        connection.execute(update, COLUMNS.named(ROW, was=b"id"))
        found = connection.execute(f"SELECT {COLUMNS.of('lines')} FROM lines")
        assert [LineRow(*row) for row in found] == [ROW]


def test_a_field_is_found_by_its_place() -> None:
    """What SQLite knows as a number becomes True or False there."""
    assert COLUMNS.values(ROW)[COLUMNS.position("by")] == ROW.by
