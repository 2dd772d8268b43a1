"""Finding reports by keyed digests of their bigrams."""

import secrets
from collections.abc import Collection
from itertools import count

from storage.port import Reader, Write

INDEX = "INSERT INTO search (rowid, tokens) VALUES (?, ?)"
FORGET = "INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?, ?)"
FIND = """SELECT reports.id FROM search JOIN reports ON reports.search_id = search.rowid
WHERE search MATCH :query LIMIT :most"""
TAKEN = "SELECT 1 FROM reports WHERE search_id = :search_id"


class Search:
    """Tokens are words of [0-9a-z] made with a key by the caller; here they mean
    nothing.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def find(self, tokens: Collection[str], most: int = 200) -> list[bytes]:
        """Ids of reports with all tokens, in no order. The caller opens and checks:
        bigrams may lie apart.
        """
        if not tokens:
            return []
        query = " ".join(f'"{token}"' for token in sorted(set(tokens)))
        return [row[0] for row in await self._reader.all(FIND, query=query, most=most)]

    async def free_search_id(self) -> int:
        """A random id that is free now, small enough that the index stores two or three
        bytes a word.

        Another turn may take it first: then filing is Stale and asks again.
        """
        for tries in count():
            candidate = 1 + secrets.randbelow(
                1 << (20 + tries // 2)
            )  # crowded? look in a wider room
            if await self._reader.one(TAKEN, search_id=candidate) is None:
                return candidate
        raise AssertionError("count() never ends")

    @staticmethod
    def index(search_id: int, tokens: Collection[str]) -> Write:
        """Make a report findable. The same tokens are needed to forget it."""
        return Write(INDEX, (search_id, " ".join(sorted(set(tokens)))))

    @staticmethod
    def forget(search_id: int, tokens: Collection[str]) -> list[Write]:
        """Take a report out; its tokens leave the file with the next `tidy` and
        checkpoint.
        """
        return [Write(FORGET, (search_id, " ".join(sorted(set(tokens)))))]
