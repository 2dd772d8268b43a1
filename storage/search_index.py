"""Upkeep of the FTS5 index, so that no forgotten word is left in it and it stays sound.

FTS5 keeps the index in segments on levels. What was deleted from a segment is gone from
the file only once the segment has been merged with others.
"""

import sqlite3

# Each merge adds a level and none is ever taken away. Measured with SQLite 3.40: at
# 2,000 levels SQLite calls the index malformed and indexes nothing any more.
MOST_LEVELS = 500
MERGE_SOME_PAGES = "INSERT INTO search (search, rank) VALUES ('merge', ?)"
SELECT_STRUCTURE = "SELECT block FROM search_data WHERE id = 10"
REBUILD_INDEX = (  # all that is indexed, written down once more in one piece
    "CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search', 'instance')",
    """
    CREATE TEMP TABLE kept AS
    SELECT doc, group_concat(term, ' ') AS tokens
    FROM temp.terms
    GROUP BY doc
    """,
    "DROP TABLE temp.terms",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "INSERT INTO search (rowid, tokens) SELECT doc, tokens FROM temp.kept",
    "DROP TABLE temp.kept",
)
VERSION_MARK = b"\xff\x00\x00\x01"


def merge_segments(connection: sqlite3.Connection, pages: int) -> bool:
    """Bring the index some pages closer to one piece; False when it is one.

    Args:
        pages: how many to write at most; below zero: begin a merge of everything.
    """
    before = connection.total_changes
    connection.execute(MERGE_SOME_PAGES, (pages,))
    return connection.total_changes - before > 1


def rebuild_if_deep(connection: sqlite3.Connection) -> bool:
    """Write the index anew where merging has piled up too many levels.

    All of them but one are empty. True when it was written anew.
    """
    structure = connection.execute(SELECT_STRUCTURE).fetchone()[0]
    if count_levels(structure) <= MOST_LEVELS:
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql in REBUILD_INDEX:
            connection.execute(sql)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


def count_levels(structure: bytes) -> int:
    """How many levels an index has, from its structure record.

    The number is a varint behind the cookie (4 bytes) and, where there is one, the
    version's mark (4 bytes).
    Source: SQLite, ext/fts5/fts5_index.c, "STRUCTURE RECORD".
    """
    has_mark = structure[4:8] == VERSION_MARK
    levels = 0
    for byte in structure[8 if has_mark else 4 :]:
        levels = levels << 7 | byte & 0x7F
        is_last_byte = byte < 0x80
        if is_last_byte:
            break
    return levels
