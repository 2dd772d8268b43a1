"""One list of columns per row class: its fields. SQL and parameters are made of it."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from storage.port import SqlValue

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SQL_KEYWORDS = frozenset({"by"})  # of our column names, those that SQL wants quoted


class Columns:
    """The columns that a row class holds, in the order of its fields.

    names: as a SELECT or INSERT lists them; placeholders: a question mark for each;
    values: what one row holds, in the same order.
    """

    def __init__(self, row_class: "type[DataclassInstance]") -> None:
        self._fields = [field.name for field in fields(row_class)]
        self._quoted = [_quoted(name) for name in self._fields]
        self.names = ", ".join(self._quoted)
        self.placeholders = ", ".join(["?"] * len(self._fields))
        self.values: Callable[[Any], tuple[SqlValue, ...]] = attrgetter(*self._fields)

    def of(self, table: str) -> str:
        """The names with their table's before each, for a join."""
        return ", ".join(f"{table}.{name}" for name in self._quoted)

    def position(self, field: str) -> int:
        """Where a field stands in a row, from 0."""
        return self._fields.index(field)

    def named(self, row: Any, **more: SqlValue) -> dict[str, SqlValue]:
        """A row's values by name, and `more`: for statements with :name."""
        parameters = dict(zip(self._fields, self.values(row), strict=True))
        return parameters | more


def _quoted(name: str) -> str:
    if name in SQL_KEYWORDS:
        return f'"{name}"'
    return name
