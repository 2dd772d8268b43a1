"""Keep a released schema: python -m tests.storage.yesterday >
tests/data/schema_NNNN.sql

Run it once when a migration is released, never again for that number: it is what people
have on their disks.
"""

from contextlib import closing

from storage.encrypted import SQLiteConnection
from storage.migrate import migrate

SAMPLE = {
    "BLOB": "x'00112233445566778899aabbccddeeff'",
    "INTEGER": "1",
    "TEXT": "'forms'",
}


def schema(connection: SQLiteConnection) -> dict[str, str]:
    """Name → SQL of everything that SQLite did not make by itself, and of FTS5's own
    tables.
    """
    asked = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    return dict(connection.execute(asked).fetchall())


def tables(connection: SQLiteConnection, kind: str = "table") -> list[str]:
    """Our tables, without the search index and without what is inside it."""
    asked = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = ?"
        " AND name NOT LIKE 'sqlite%'"
    )
    return sorted(row[0] for row in connection.execute(asked, (kind,)))


def main() -> None:
    with closing(SQLiteConnection(":memory:")) as connection:
        version = migrate(connection)
        inside = tables(connection, "shadow")
        for name, sql in sorted(
            schema(connection).items(), key=lambda item: (" INDEX " in item[1], item[0])
        ):
            if name not in inside:
                print(f"{sql};")
        for table in tables(connection):
            columns = connection.execute(
                "SELECT name, type FROM pragma_table_info(?)", (table,)
            ).fetchall()
            names = ", ".join(f'"{column}"' for column, _ in columns)
            print(
                f"INSERT INTO {table} ({names}) VALUES "
                f"({', '.join(SAMPLE[kind] for _, kind in columns)});"
            )
        print(f"PRAGMA user_version = {version};")


if __name__ == "__main__":
    main()
