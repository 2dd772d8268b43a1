"""The web chat: sessions, and the bubbles on their screens."""

from dataclasses import dataclass

from storage.port import Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class WebSessionRow:
    """digest: keyed digest of the cookie; lasting: 这台设备记住我."""

    digest: bytes
    lasting: bool
    expires: int


@dataclass(frozen=True, slots=True)
class BubbleRow:
    """A message on a screen.

    seq: place on the screen, given by the database; not used twice while the screen
    shows anything.
    """

    id: bytes
    session: bytes
    seq: int
    expires: int
    sealed: bytes


WEB_SESSION_COLUMNS = Columns(WebSessionRow)
BUBBLE_COLUMNS = Columns(BubbleRow)
TOUCH_WEB_SESSION = f"""
INSERT INTO web_sessions ({WEB_SESSION_COLUMNS.names})
VALUES ({WEB_SESSION_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET lasting = excluded.lasting, expires = excluded.expires
"""
SELECT_WEB_SESSION = f"""
SELECT {WEB_SESSION_COLUMNS.names}
FROM web_sessions
WHERE digest = :digest
"""
DELETE_WEB_SESSION = "DELETE FROM web_sessions WHERE digest = ?"
SWEEP_WEB_SESSIONS = "DELETE FROM web_sessions WHERE expires <= ?"
APPEND_BUBBLE = f"""
INSERT INTO web_bubbles ({BUBBLE_COLUMNS.names})
VALUES (
  ?, ?,
  (SELECT coalesce(max(seq), 0) + 1 FROM web_bubbles WHERE session = ?),
  ?, ?
)
ON CONFLICT (id) DO NOTHING
"""
SELECT_BUBBLES = f"""
SELECT {BUBBLE_COLUMNS.names}
FROM web_bubbles
WHERE session = :session AND seq > :after_seq AND expires > :now AND sealed <> x''
ORDER BY seq
"""
WIPE_SCREEN = "DELETE FROM web_bubbles WHERE session = ?"
EMPTY_BUBBLE = "UPDATE web_bubbles SET sealed = x'' WHERE id = ?"
SWEEP_BUBBLES = "DELETE FROM web_bubbles WHERE expires <= ?"


class WebSessions:
    """Who may look at which screen."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, digest: bytes) -> WebSessionRow | None:
        """The caller compares `expires` with the time."""
        row = await self._reader.one(SELECT_WEB_SESSION, digest=digest)
        if row is None:
            return None
        return WebSessionRow(row["digest"], bool(row["lasting"]), row["expires"])

    @staticmethod
    def touch(digest: bytes, lasting: bool, expires: int) -> Write:
        """Begin or prolong."""
        return Write(TOUCH_WEB_SESSION, (digest, int(lasting), expires))

    @staticmethod
    def end(digest: bytes) -> list[Write]:
        """Quick exit: session and screen are gone.

        Bubbles stand under the session's digest.
        """
        return [Write(DELETE_WEB_SESSION, (digest,)), WebBubbles.wipe(digest)]

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP_WEB_SESSIONS, (now,))


class WebBubbles:
    """What stands on the screens."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_session(
        self, session: bytes, after_seq: int = 0, *, now: int
    ) -> list[BubbleRow]:
        """In order, without what was dropped or has expired."""
        rows = await self._reader.all(
            SELECT_BUBBLES, session=session, after_seq=after_seq, now=now
        )
        return [BubbleRow(*row) for row in rows]

    @staticmethod
    def add(row: BubbleRow) -> Write:
        """Append to the screen; `row.seq` does not matter.

        Where the id is there already, nothing happens.
        """
        values = (row.id, row.session, row.session, row.expires, row.sealed)
        return Write(APPEND_BUBBLE, values)

    @staticmethod
    def wipe(session: bytes) -> Write:
        return Write(WIPE_SCREEN, (session,))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Take one away.

        Its number stays taken, or a page that has seen it would miss the next bubble.
        """
        return Write(EMPTY_BUBBLE, (id,))

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP_BUBBLES, (now,))
