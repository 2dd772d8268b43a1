"""What the rest of the program knows of storage: reads are awaited, writes are values.

A turn hands all that it wants to write over at once, and it is written as a whole or
not at all.

StorageError, by what the caller does next
├── Stale      somebody was faster: read again and decide again (at most 5 times)
├── Seen       this was taken in before: stop, it is a success
├── Refusing   disk full, read-only or locked for too long; nothing was written:
│   │          say "later"
│   └── Displaced  a file that the store stands on is gone or another: the operator
│              must put it back
└── Broken     our mistake or a damaged file: log it, mend the code or the file
    └── Locked     no key of the keyring opens the file: bring the keyring it was made
                   with
Messages hold no value of any row, so they may be logged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

SqlValue = bytes | str | int | None


class StorageError(Exception):
    """Something about storage; the subclass says what to do next."""


class Stale(StorageError):
    """The row is no longer what was read, or a unique value is taken: read again."""


class Seen(StorageError):
    """Taken in before: stop, it is a success."""


class Refusing(StorageError):
    """Nothing was written and nothing can be for now: disk full, read-only, locked."""


class Displaced(Refusing):
    """What was opened is no longer what lies there; the message names the file."""


class Broken(StorageError):
    """A mistake of ours or a damaged database; nothing was written."""


class BadPage(Broken):
    """What was asked for lies on a page of the file that cannot be read."""


class Locked(Broken):
    """No key of the keyring opens the file."""


@dataclass(frozen=True, slots=True)
class RowsTouched:
    """Guard: exactly so many rows must be touched, else `Stale`."""

    count: int
    error: ClassVar[type[StorageError]] = Stale


@dataclass(frozen=True, slots=True)
class Unseen:
    """Guard for INSERT OR IGNORE: the row must be new, else `Seen`."""

    count: ClassVar[int] = 1
    error: ClassVar[type[StorageError]] = Seen


ONE_ROW = RowsTouched(1)


class Write(NamedTuple):
    """One statement of a turn.

    It is a tuple, since every turn makes several and a frozen dataclass costs thrice.
    """

    sql: str
    params: Sequence[SqlValue] | Mapping[str, SqlValue]
    guard: RowsTouched | Unseen | None = None


class Audit(NamedTuple):
    """A line for the audit chain, written after all guards of its turn hold.

    at: whole seconds since 1970 UTC (rounded to the hour where a reporter caused it);
    kind: a word of ours; about, by: ids of 16 bytes; content: JSON without a word of
    any reporter.
    """

    at: int
    kind: str
    about: bytes | None
    by: bytes | None
    content: str


Changes = list[Write | Audit]  # what one turn gathers for its one commit
Writes = Sequence[Write | Audit]  # the same handed over: nobody adds to it any more


class Row(Protocol):
    """One row as read, by column name or position."""

    def __getitem__(self, key: int | str, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def keys(self) -> Any: ...


class Reader(Protocol):
    """What repositories need: reading, by named parameters."""

    async def all(self, sql: str, **params: SqlValue) -> list[Row]: ...
    async def one(self, sql: str, **params: SqlValue) -> Row | None:
        """For look-ups by a key; may hold up the caller's thread for microseconds."""


class Database(Reader, Protocol):
    """All of storage. `commit` returns once the turn is on the disk, or raises.

    Where it raises, nothing of the turn is there.
    """

    @property
    def refusing(self) -> bool:
        """True while writing is known to fail; reads go on. Ends by itself."""

    @property
    def displaced(self) -> str | None:
        """The name of a file that is gone or was exchanged; None: all are there."""

    async def commit(self, writes: Writes) -> None: ...

    async def prove(self) -> None:
        """Write a little and read it back, past every cache of ours.

        Raises: StorageError, if either cannot be done.
        """

    async def commit_each(
        self, turns: Sequence[Writes]
    ) -> Sequence[StorageError | None]:
        """Many turns handed over at once, each whole or not at all.

        The answer of each turn is its error, or None.
        """

    async def tidy(self) -> bool:
        """After shredding: what was deleted is not left in free pages or log.

        False: try again.
        """
