"""What lies sealed in a column: one typed codec for each, which alone knows its place.

On the disk it is JSON with the keys that it always had; a time is whole seconds since
1970 UTC. Keys that a type does not know (of a later version, or of one that is gone)
are passed over in reading and kept in `reseal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
import msgspec.inspect

from anonymizer.seal import Place, Sealer
from bot.hours import seconds

Content = TypeVar("Content")


class SealedColumn(Generic[Content]):
    """Which sealer is the caller's business: the keyring's, or a report's own."""

    __slots__ = ("_column", "_content", "_known", "_table", "_timed")

    def __init__(self, table: str, column: str, content: type[Content]) -> None:
        self._table, self._column = table, column
        self._content = content
        self._known = _keys(content)
        # whether there is a time anywhere in it: most types need no look for one
        self._timed = "DateTimeType" in repr(msgspec.inspect.type_info(content))

    def at(self, row: bytes) -> Place:
        """row: the row's id."""
        return Place(self._table, self._column, row)

    def seal(self, sealer: Sealer, row: bytes, content: Content) -> bytes:
        return sealer.seal_json(self._wire(content), self.at(row))

    def open(self, sealer: Sealer, row: bytes, sealed: bytes) -> Content:
        """Raises: Unsealable; ValidationError, if it is of another type."""
        value = sealer.open_json(sealed, self.at(row))
        return msgspec.convert(value, self._content, strict=False)

    def reseal(self, sealer: Sealer, row: bytes, content: Content, was: bytes) -> bytes:
        """In the place of `was` (sealed, or empty), of which unknown keys are kept."""
        wire = self._wire(content)
        if was:
            before = sealer.open_json(was, self.at(row))
            wire |= {key: before[key] for key in before.keys() - self._known}
        return sealer.seal_json(wire, self.at(row)) if wire else b""

    def _wire(self, content: Content) -> Any:
        value = msgspec.to_builtins(content, builtin_types=(datetime,))
        return _timeless(value) if self._timed else value


class SealedBytes:
    """A column of sealed bytes: nothing to decode."""

    __slots__ = ("_column", "_table")

    def __init__(self, table: str, column: str) -> None:
        self._table, self._column = table, column

    def seal(self, sealer: Sealer, row: bytes, data: bytes) -> bytes:
        return sealer.seal(data, Place(self._table, self._column, row))

    def open(self, sealer: Sealer, row: bytes, sealed: bytes) -> bytes:
        """Raises: Unsealable."""
        return sealer.open(sealed, Place(self._table, self._column, row))


def _keys(content: type) -> frozenset[str]:
    if not issubclass(content, msgspec.Struct):
        return frozenset()
    return frozenset(field.encode_name for field in msgspec.structs.fields(content))


def _timeless(value: Any) -> Any:
    """JSON has no times."""
    if isinstance(value, datetime):
        return seconds(value)
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_timeless(one) for one in value]
    return value
