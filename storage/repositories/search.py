"""Finding reports by keyed digests of their bigrams."""

import secrets
from collections.abc import Collection
from itertools import count

from storage.port import Reader, Write

SMALLEST_ROOM = 20  # bits of a search id, as long as there are few reports
INSERT_TOKENS = "INSERT INTO search (rowid, tokens) VALUES (?, ?)"
FORGET_TOKENS = "INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?, ?)"
FIND_REPORTS = """
SELECT reports.id
FROM search JOIN reports ON reports.search_id = search.rowid
WHERE search MATCH :query
LIMIT :most
"""
SELECT_WHETHER_SEARCH_ID_TAKEN = "SELECT 1 FROM reports WHERE search_id = :search_id"


class Search:
    """Tokens are words of [0-9a-z] made with a key by the caller.

    Here they mean nothing.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def find(self, tokens: Collection[str], most: int = 200) -> list[bytes]:
        """Ids of reports with all tokens, in no order.

        The caller opens and checks them, since bigrams may lie apart.
        """
        if not tokens:
            return []
        query = " ".join(f'"{token}"' for token in sorted(set(tokens)))
        rows = await self._reader.all(FIND_REPORTS, query=query, most=most)
        return [row[0] for row in rows]

    async def free_search_id(self) -> int:
        """A random id that is free now.

        It is small enough that the index stores two or three bytes a word. Another turn
        may take it first: then filing is Stale and asks again.
        """
        for tries in count():
            bits = SMALLEST_ROOM + tries // 2  # crowded? look in a wider room
            candidate = 1 + secrets.randbelow(1 << bits)
            taken = await self._reader.one(
                SELECT_WHETHER_SEARCH_ID_TAKEN, search_id=candidate
            )
            if taken is None:
                return candidate
        raise AssertionError("count() never ends")

    @staticmethod
    def index(search_id: int, tokens: Collection[str]) -> Write:
        """Make a report findable. The same tokens are needed to forget it."""
        return Write(INSERT_TOKENS, (search_id, _joined(tokens)))

    @staticmethod
    def forget(search_id: int, tokens: Collection[str]) -> list[Write]:
        """Take a report out; its tokens leave the file with the next `tidy`."""
        return [Write(FORGET_TOKENS, (search_id, _joined(tokens)))]


def _joined(tokens: Collection[str]) -> str:
    return " ".join(sorted(set(tokens)))
