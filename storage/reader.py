"""A process that only reads: one connection, asked on the spot."""

import sqlite3
from pathlib import Path
from typing import cast

from storage.connection import PageKeys, connect_to_read, storage_error
from storage.port import Row, SqlValue


class FileReader:
    """`Reader` on a file that another process writes. It holds its caller up while it
    reads, so it is for processes that have nothing else to do.
    """

    def __init__(self, path: Path, keys: PageKeys, patience: float = 5.0) -> None:
        """patience: seconds to wait for another process's lock. Raises: Refusing,
        Broken.
        """
        try:
            self._connection = connect_to_read(path, keys, patience)
        except sqlite3.Error as error:
            raise storage_error(error) from None

    async def all(self, sql: str, **params: SqlValue) -> list[Row]:
        """Rows as committed now. Raises: Broken, Refusing."""
        try:
            rows = self._connection.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise storage_error(error) from None
        return cast(list[Row], rows)

    async def one(self, sql: str, **params: SqlValue) -> Row | None:
        """The first row, or None. Raises: Broken, Refusing."""
        rows = await self.all(sql, **params)
        return rows[0] if rows else None

    def close(self) -> None:
        self._connection.close()
